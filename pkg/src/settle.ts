/** What crosses the border of the module: arguments as JSON on the way in, one of two endings as text on the way out. */

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

/** Looks at what a caller gave. Whatever a getter, a proxy or a missing method throws there is the caller's mistake. */
export function look<T>(about: string, phase: Phase, at: () => T): T {
  try {
    return at();
  } catch (thrown) {
    throw thrown instanceof GrantError ? thrown : invalidArgument(about, phase, thrown);
  }
}

/** Arguments as JSON. What JSON would leave out without a word is refused instead. */
export function toJson(value: unknown, about: string, phase: Phase): string {
  let at = about;
  const refuseSilentLoss = (name: string, member: unknown): unknown => {
    if (name !== "" && !/^\d+$/.test(name)) at = name;
    const lost = typeof member === "function" || typeof member === "symbol" || (typeof member === "number" && !Number.isFinite(member));
    if (lost || typeof member === "bigint") throw invalidArgument(at, phase);
    return member;
  };
  const text = look(about, phase, () => JSON.stringify(value, refuseSilentLoss));
  if (typeof text !== "string") throw invalidArgument(about, phase);
  return text;
}

/** Whether it has members to look at, and is no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
