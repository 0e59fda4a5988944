/** Errors: what happened, whose fault it is, and what to do next. */

import type { Code } from "./codes.js";
import type { Deviation } from "./types.js";

/** Whose fault: we were misused, the peer broke a rule, the server said no, or the network failed. */
export type Fault = "caller" | "server" | "refusal" | "transport";

/** Which step of which exchange. */
export type Phase = "configuration" | "discovery" | "authorization" | "callback" | "token" | "jwks" | "id_token"
  | "userinfo" | "revocation" | "introspection" | "registration" | "resource" | "access_token" | "logout_token";

/** The fields of a {@link GrantError}, as the core reports them. */
export interface ErrorReport {
  readonly code: Code;
  readonly message: string;
  readonly fault: Fault;
  readonly phase: Phase;
  readonly retryable: boolean;
  readonly grantMayBeConsumed: boolean;
  readonly spec?: string;
  readonly about?: string;
  readonly status?: number;
  readonly error?: string;
  readonly error_description?: string;
  readonly error_uri?: string;
  readonly retryAfter?: number;
  readonly deviations?: readonly Deviation[];
  readonly body?: string;
}

/** Every failure of every call. Told apart by `code`, never by its text. */
export class GrantError extends Error {
  override readonly name = "GrantError";
  /** What happened: one of the codes of the table in `src/error.rs`. */
  declare readonly code: Code;
  /** Whose fault it is. */
  declare readonly fault: Fault;
  /** Where it happened. */
  declare readonly phase: Phase;
  /** Sending the same thing again is safe and may succeed. */
  declare readonly retryable: boolean;
  /** The code or refresh token may be spent: sending it again may be refused, or end the session. */
  declare readonly grantMayBeConsumed: boolean;
  /** The clause that was broken. */
  declare readonly spec?: string;
  /** The argument, parameter, member or claim it is about. */
  declare readonly about?: string;
  /** The HTTP status, where there was a response. */
  declare readonly status?: number;
  /** `error` as the server sent it, RFC 6749 §5.2. */
  declare readonly error?: string;
  /** `error_description` as the server sent it: for developers, not for users; secrets redacted. */
  declare readonly error_description?: string;
  /** `error_uri` as the server sent it. */
  declare readonly error_uri?: string;
  /** How long the server asked to wait, in seconds. */
  declare readonly retryAfter?: number;
  /** Departures from the specification that were seen on the way. */
  declare readonly deviations?: readonly Deviation[];
  /** The start of a response that was not OAuth, at most 2,048 characters, secrets redacted. */
  declare readonly body?: string;

  constructor(report: ErrorReport, options?: ErrorOptions) {
    super(report.message, options);
    Object.assign(this, report);
  }

  /** Everything that may be logged. */
  toJSON(): ErrorReport & { name: "GrantError" } {
    return { ...this, message: this.message, name: this.name } as ErrorReport & { name: "GrantError" };
  }
}
