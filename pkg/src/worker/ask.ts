/** What crosses the border of the module: questions by their names, arguments and answers as text. */

import { GrantError } from "../errors.js";
import { ask as askOfNobody } from "../wasm/edge_bg.js";

/** What the page gets where it does not get what it asked for: `Why` in `src/session/refusal.rs`, or a protocol error's own words. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly action: Action;
  readonly fault?: string;
  readonly about?: string;
  readonly retryAfter?: number;
}

/** What a page does next. */
export type Action = "correct" | "login" | "login_silently" | "wait" | "operator";

/** Why a handler refused by itself: the words of `src/session/refusal.rs`, which `tests/words.rs` compares. */
export type HandlerCode =
  | "not_logged_in"
  | "session_ended"
  | "session_damaged"
  | "session_superseded"
  | "login_required"
  | "refresh_unavailable"
  | "coordinator_unreachable"
  | "cross_site"
  | "header_missing"
  | "not_a_navigation"
  | "return_to_refused"
  | "path_refused"
  | "not_found"
  | "method_not_allowed"
  | "callback_unknown"
  | "too_many_logins"
  | "upstream_unreachable"
  | "upstream_timeout"
  | "upstream_redirect"
  | "websocket_unsupported"
  | "session_too_large"
  | "not_configured"
  | "insecure_origin"
  | "misconfigured"
  | "internal";

/** Ends a request, with what the page is told. */
export class Refused extends Error {
  constructor(readonly problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
  }
}

/** An answer, or the refusal behind its `!`. */
export function settle(text: string): string {
  if (text.charCodeAt(0) === 33) throw new Refused(JSON.parse(text.slice(1)) as Problem);
  return text;
}

/** Asks what needs no options. */
export function ask(what: string, input: object): string {
  return settle(askOfNobody(what, JSON.stringify(input)));
}

/** As {@link ask}, an answer that is JSON. */
export function askFor<T>(what: string, input: object): T {
  return JSON.parse(ask(what, input)) as T;
}

/** A refusal of the handler's own. */
export function refused(why: HandlerCode, retryAfter?: number, cause?: unknown): Refused {
  return new Refused(askFor<Problem>("refusal", { why, retryAfter }), { cause });
}

/** What the page is told of whatever was thrown. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Refused) return thrown.problem;
  if (thrown instanceof GrantError) return askFor<Problem>("error", { report: thrown.toJSON() });
  return askFor<Problem>("refusal", { why: "internal" });
}

/** Seconds since 1970. */
export function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
