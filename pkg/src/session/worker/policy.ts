/** What the core says of sessions: when to refresh, what a failure means, and the words of errors. No such decision is made elsewhere. */

import type { Code } from "../../codes.js";
import type { GrantError, Phase } from "../../errors.js";
import { settle } from "../../settle.js";
import type { Tokens } from "../../types.js";
import { session as ask } from "../../wasm/session_bg.js";
import type { Setup } from "../protocol.js";

/** What is known of a session beside its tokens: plain data of the core's, kept as it comes. */
export interface Policy {
  readonly used: number;
}

/** What is due before the access token is used. */
export interface Due {
  readonly due: "use" | "refresh" | "wait" | "authorize" | "end";
  readonly seconds?: number;
  readonly ended?: "idle" | "absolute" | "refused";
  readonly ends_at?: number;
}

const seconds = (): number => Math.floor(Date.now() / 1000);

function answer<T>(verb: string, input: object): T {
  return JSON.parse(settle(ask(verb, JSON.stringify({ now: seconds(), ...input })))) as T;
}

const kept = (verb: string, input: object): Policy => answer<{ session: Policy }>(verb, input).session;

export const begin = (tokens: Tokens, session?: Policy, subject?: string): Policy => kept("begin", { tokens, session, subject });
export const due = (session: Policy, terms: Setup["terms"]): Due => answer("due", { session, terms });
export const inDoubt = (session: Policy): Policy => kept("in_doubt", { session });
export const refreshed = (session: Policy, tokens: Tokens, sent: string): Policy => kept("refreshed", { session, tokens, sent });
export const stale = (session: Policy): Policy => kept("stale", { session });
export const touched = (session: Policy, now?: number): Policy => kept("touched", { session, ...(now !== undefined && { now }) });
export const woken = (session: Policy): Policy => kept("woken", { session });

/** What a failure means. */
export interface Failed {
  readonly session: Policy;
  readonly failed: "later" | "doubtful" | "ended";
}

export const failed = (session: Policy, error: GrantError): Failed => answer("failed", { session, error });
export const unauthorized = (session: Policy, error: GrantError): Failed => answer("unauthorized", { session, error });

/** The session to go on with where an API's refusal of the token is to be believed. */
export function refused(session: Policy, status: number, challenge: string | null): Policy | undefined {
  return answer<{ session?: Policy }>("refused", { session, status, challenge }).session;
}

/** @throws GrantError `origin_not_allowed` */
export function allow(options: object, url: string): void {
  answer("allow", { options, url });
}

/** An error in the words of the one table. */
export function problem(code: Code, phase: Phase, about?: string): GrantError {
  try {
    answer("error", { code, phase, about });
  } catch (error) {
    return error as GrantError;
  }
  throw new TypeError("the core gave no error");
}
