/** What only the page can find out, where it has no module to ask for the words. `tests/words.rs` compares them with the table in `src/error.rs`. */

import { GrantError, type Fault, type Phase } from "../errors.js";

const WORDS = {
  aborted: ["transport", "The caller ended the call."],
  popup_blocked: ["caller", "The browser opened no window. Call login({ popup: true }) in the click itself, or log in by redirect."],
  popup_closed: ["transport", "The window was closed before the login came to its end. Offer the login again."],
  worker_unavailable: [
    "caller",
    "The Worker did not start, or it died. Allow blob: in the policy's worker-src, or serve grantkit/session/worker.js and name it in worker.",
  ],
} as const satisfies Record<string, readonly [Fault, string]>;

/** An error of the page's own. */
export function ownError(code: keyof typeof WORDS, phase: Phase, cause?: unknown): GrantError {
  const [fault, message] = WORDS[code];
  const report = { code, message, fault, phase, retryable: false, grantMayBeConsumed: false };
  return new GrantError(report, cause === undefined ? undefined : { cause });
}
