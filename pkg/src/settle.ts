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
  const text = look(about, phase, () => {
    refuseSilentLoss(value, about, phase);
    return JSON.stringify(value);
  });
  if (typeof text !== "string") throw invalidArgument(about, phase);
  return text;
}

/** Looks before `JSON.stringify` does: a replacer, which it would call for each member, takes several times as long as the rest. */
function refuseSilentLoss(value: unknown, about: string, phase: Phase): void {
  const lost = typeof value === "function" || typeof value === "symbol" || (typeof value === "number" && !Number.isFinite(value));
  if (lost || typeof value === "bigint") throw invalidArgument(about, phase);
  if (typeof value !== "object" || value === null) return;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return refuseSilentLoss(toJSON.call(value), about, phase);
  if (Array.isArray(value)) for (const item of value) refuseSilentLoss(item, about, phase);
  else for (const name of Object.keys(value)) refuseSilentLoss((value as Record<string, unknown>)[name], name, phase);
}

/** Characters of a message that the core is shown at the most: one more than it takes, `MESSAGE_BYTES` in `src/limits.rs`. */
const MOST = 65_537;

/** A message as the core is shown it. For one that is too long stand as many spaces as it needs to refuse it: a piece may end within a character. */
export function shortened<T>(message: T): T | string {
  return typeof message === "string" && message.length > MOST ? " ".repeat(MOST) : message;
}

/** The text of a body, read until it is too long. */
export async function textOf(request: Request): Promise<string> {
  const { body } = request;
  // Not every browser has it; and whoever read it before is told so.
  if (!body || request.bodyUsed) return request.text();
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let part; !(part = await reader.read()).done; ) {
    text += decoder.decode(part.value, { stream: true });
    if (text.length > MOST) await reader.cancel();
  }
  return text + decoder.decode();
}

/** Whether it has members to look at, and is no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
