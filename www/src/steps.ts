/** The flow as a timeline: what each step is for, and, once it happened, what happened. */
import type { ServerMetadata, Tokens } from "grantkit";

import { CHECKS, DEVIATIONS } from "./checks.js";
import { h, specLink, the, type Child } from "./ui.js";
import { folded, parameters, request, response } from "./views.js";
import { maskParameters, type Exchange } from "./wire.js";

type Direction = "out" | "in" | "here";
type Status = "ahead" | "done" | "failed";

interface Step {
  readonly title: string;
  readonly short: string;
  readonly direction: Direction;
  readonly teaches: string;
}

const STEPS = {
  discovery: {
    title: "Discovery", short: "what do you offer?", direction: "out",
    teaches: "One address is enough. The server's metadata says where to log in, where to trade the code, and which keys sign. Its issuer must be the one that was asked for, to the letter.",
  },
  authorization: {
    title: "Authorization request", short: "log this user in", direction: "out",
    teaches: "The browser leaves. Whatever stands in this URL may end up in histories and logs, so it holds no secret: a hash of the PKCE verifier goes, the verifier stays.",
  },
  callback: {
    title: "Callback", short: "a code, valid once", direction: "in",
    teaches: "The browser returns with a code. Before the code is used, state and issuer are compared with what was sent, and the address bar is cleaned.",
  },
  request: {
    title: "Token request", short: "code + verifier", direction: "out",
    teaches: "The credential is traded: a form, sent straight to the server. The verifier is shown here for the first time, which proves that who began the login also ends it.",
  },
  response: {
    title: "Token response", short: "tokens", direction: "in",
    teaches: "Read up to a limit, redirects refused. What departs from RFC 6749 is read if that is safe, and named. A page sees only the headers that CORS lets through.",
  },
  checks: {
    title: "Checks", short: "may we believe them?", direction: "here",
    teaches: "There is no way to the tokens around these. Each protects from an attack that has happened to someone.",
  },
  deviations: {
    title: "Deviations", short: "to the letter?", direction: "here",
    teaches: "Where a server departs from the specification, it is read as it is meant and the departure is named. With strict: true it is refused instead.",
  },
} as const satisfies Record<string, Step>;

export type StepName = keyof typeof STEPS;

/** Draws all steps as they lie ahead. */
export function draw(): void {
  the("timeline").replaceChildren(...Object.entries(STEPS).map(([name, step]) => h("li", { id: `step-${name}`, class: `step ${step.direction}`, "data-status": "ahead" },
    h("div", { class: "teaches" }, h("h3", { tabindex: "-1" }, step.title), h("p", {}, step.teaches)),
    h("div", { class: "evidence" }))));
  the("sequence").replaceChildren(...Object.entries(STEPS).map(([name, step]) => h("li", { class: step.direction, "data-step": name, "data-status": "ahead" },
    h("a", { href: `#step-${name}` }, h("b", {}, step.title), h("span", {}, step.short)))));
}

/** Puts what happened into a step. */
export function show(name: StepName, status: Status, ...evidence: Child[]): void {
  const step = the(`step-${name}`);
  mark(name, status);
  step.querySelector(".evidence")!.append(...evidence.filter((it) => it !== undefined && it !== false));
}

/** How far the flow came. */
export function mark(name: StepName, status: Status): void {
  the(`step-${name}`).dataset["status"] = status;
  document.querySelector<HTMLElement>(`[data-step="${name}"]`)!.dataset["status"] = status;
}

/** Sorts an exchange of the login into its step. */
export function exchanged(exchange: Exchange): void {
  const status = exchange.failure || (exchange.status ?? 0) >= 400 ? "failed" : "done";
  if (exchange.form?.["grant_type"]) {
    show("request", exchange.failure ? "failed" : "done", request(exchange));
    show("response", status, response(exchange));
  } else if (exchange.url.includes("/.well-known/")) {
    show("discovery", status, metadata(exchange), folded(exchange, "The exchange, as it was"));
  } else {
    show("checks", status, folded(exchange, "The server's keys, fetched for the signature"));
  }
}

/** The authorization request, taken apart. */
export function authorizationRequest(url: string): void {
  const { origin, pathname, searchParams } = new URL(url);
  show("authorization", "done", h("div", { class: "wire out" },
    h("p", { class: "line" }, h("b", {}, "GET"), h("code", {}, origin + pathname), h("span", { class: "time" }, "by the browser")),
    parameters(maskParameters(searchParams))));
}

/** The address that the browser came back to. */
export function callback(location: URL): void {
  show("callback", "done", h("div", { class: "wire in" },
    h("p", { class: "line" }, h("b", {}, "GET"), h("code", {}, location.origin + location.pathname), h("span", { class: "time" }, "by the browser")),
    parameters(maskParameters(location.searchParams))));
}

/** The checks that ran and the deviations that were seen. */
export function judged(tokens: Tokens): void {
  show("checks", "done", checklist(tokens.checks));
  show("deviations", "done", deviations(tokens.deviations));
}

/** Each check with the attack it protects from. */
export function checklist(checks: Tokens["checks"]): HTMLElement {
  return h("ul", { class: "checks" }, ...checks.map((check) => {
    const { title, protects, spec } = CHECKS[check];
    return h("li", { "data-check": check }, h("h4", {}, title), h("p", {}, protects, " ", specLink(spec)));
  }));
}

/** Each deviation in a sentence. */
export function deviations(seen: Tokens["deviations"]): HTMLElement {
  if (seen.length === 0) return h("p", { class: "verdict" }, "None. This server keeps to the letter of RFC 6749.");
  return h("ul", { class: "deviations" }, ...seen.map((it) => h("li", {}, h("code", {}, it), " ", DEVIATIONS[it])));
}

function metadata({ method, url, body, milliseconds }: Exchange): Child {
  const server = body as Partial<ServerMetadata> | undefined;
  const telling = [
    "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint",
    "code_challenge_methods_supported", "authorization_response_iss_parameter_supported", "id_token_signing_alg_values_supported",
  ];
  const known = telling.filter((name) => server?.[name] !== undefined);
  return known.length > 0 && h("div", { class: "wire in" },
    h("p", { class: "line" }, h("b", {}, method), h("code", {}, url), h("span", { class: "time" }, `${milliseconds.toFixed(0)} ms`)),
    parameters(Object.fromEntries(known.map((name) => [name, [server![name]].flat().join(" ")]))));
}
