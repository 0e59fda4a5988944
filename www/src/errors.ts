/** An error as people meet it: one sentence for the user, the facts for the developer. */
import { GrantError, type Code } from "grantkit";

import { h, json, specLink, type Child } from "./ui.js";

/** What a user reads. No code, no jargon, no blame: what happened to them, and what they can do. */
const FOR_USERS: Partial<Record<Code, string>> = {
  state_mismatch: "This sign-in did not start here, so we stopped it. Please start again.",
  issuer_mismatch: "The answer came from somewhere we did not ask. We stopped, to be safe. Please start again.",
  nonce_mismatch: "This sign-in belongs to another visit, so we stopped it. Please start again.",
  signature_invalid: "The sign-in could not be confirmed: its seal is broken. We stopped, to be safe.",
  invalid_grant: "Your session has ended. Please sign in again.",
  access_denied: "You chose not to sign in. Nothing was shared.",
  login_required: "Please sign in.",
  network: "We cannot reach the sign-in service. Check your connection and try again.",
  timeout: "The sign-in service is taking too long. Please try again in a moment.",
  aborted: "Stopped, as you asked.",
  crypto_unavailable: "This page was opened over an insecure connection, so your sign-in cannot be confirmed. Open it over https.",
};

const BY_FAULT: Record<GrantError["fault"], string> = {
  caller: "Something is wrong with this application. Its developers know more than you need to.",
  server: "The sign-in service gave an answer we cannot trust. Please try again later.",
  refusal: "The sign-in service said no. Please sign in again.",
  transport: "We cannot reach the sign-in service. Please try again.",
};

const FAULTS: Record<GrantError["fault"], string> = {
  caller: "ours: the call was wrong, and nothing was sent",
  server: "the server's, or that of someone in between",
  refusal: "nobody's: the server said no, in OAuth's words",
  transport: "the network's",
};

/** The sentence for the user. */
export function forUsers(error: GrantError): string {
  return FOR_USERS[error.code] ?? BY_FAULT[error.fault];
}

/** What a program does next, decided by the error's own fields. */
export function next(error: GrantError): string {
  if (error.grantMayBeConsumed) return "Do not send this code or refresh token again: it may be spent. Start a new login.";
  if (error.retryable) return error.retryAfter ? `Try again after ${error.retryAfter} s.` : "Try again: nothing was used up.";
  if (error.fault === "caller") return "Correct the call; trying again will not help.";
  if (error.code === "aborted") return "Nothing. The user knows.";
  if (error.code === "access_denied") return "Respect it, and offer to log in again.";
  return "Start a new login. If it happens again, look into it.";
}

/** The whole card. Errors of other kinds are bugs of this page, and shown as such. */
export function errorCard(error: unknown): HTMLElement {
  if (!(error instanceof GrantError)) return h("article", { class: "error", "data-code": "bug" }, h("p", { class: "user" }, `A mistake of this page: ${String(error)}`));
  const marks: [string, Child][] = [
    ["retryable", verdict(error.retryable)],
    ["grantMayBeConsumed", verdict(error.grantMayBeConsumed)],
    ["phase", h("code", {}, error.phase)],
    ["about", error.about !== undefined && h("code", {}, error.about)],
    ["status", error.status !== undefined && h("code", {}, String(error.status))],
    ["spec", error.spec !== undefined && specLink(error.spec)],
  ];
  return h("article", { class: "error", "data-code": error.code, "data-fault": error.fault, "aria-label": `Error ${error.code}` },
    h("p", { class: "user" }, forUsers(error)),
    h("div", { class: "developer" },
      h("div", { class: "said" },
        h("p", { class: "code" }, h("code", {}, error.code), h("span", { class: "badge" }, error.fault)),
        h("p", { class: "message" }, error.message),
        error.error_description !== undefined && h("p", { class: "message" }, "The server's words: ", h("q", {}, error.error_description)),
        h("dl", { class: "facts" }, ...pair("whose fault", FAULTS[error.fault]), ...pair("what to do", next(error)))),
      h("dl", { class: "marks" }, ...marks.filter(([, value]) => value !== false).map(([name, value]) => h("div", {}, ...pair(name, value)))),
      h("details", { class: "fold" }, h("summary", {}, "error.toJSON(), which may be logged"), h("pre", { tabindex: "0", "aria-label": "The error as JSON" }, json(error.toJSON())))));
}

function pair(name: string, value: Child): Child[] {
  return [h("dt", {}, name), h("dd", {}, value)];
}

function verdict(yes: boolean): HTMLElement {
  return h("code", { class: yes ? "yes" : "no" }, String(yes));
}
