/** The two ways a call can end, as text across the border of the module. */

import { type ErrorReport, GrantError, type Phase } from "./errors.js";

/** Text that went right; throws what went wrong, which the core writes as JSON behind a `!`. */
export function settle(text: string): string {
  if (text.charCodeAt(0) === 33) throw new GrantError(JSON.parse(text.slice(1)) as ErrorReport);
  return text;
}

/** An argument that the core cannot be asked about, because it is of no type that crosses the border. */
export function invalidArgument(about: string, phase: Phase, cause?: unknown): GrantError {
  return new GrantError(
    {
      code: "invalid_argument",
      message: `${about}: An argument is missing, malformed or of the wrong type. Correct it.`,
      fault: "caller",
      phase,
      retryable: false,
      grantMayBeConsumed: false,
      about,
    },
    cause === undefined ? undefined : { cause },
  );
}

/** Arguments as JSON; cycles, BigInts and getters that throw are the caller's mistake. */
export function toJson(value: unknown, about: string, phase: Phase): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw invalidArgument(about, phase, cause);
  }
  if (text === undefined) throw invalidArgument(about, phase);
  return text;
}
