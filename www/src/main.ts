/** The page: what it was opened for, and what its buttons do. */
import { Client, GrantError, type ClientOptions, type Pending } from "grantkit";

import { errorCard } from "./errors.js";
import * as faults from "./faults.js";
import { banner, loopback, witness } from "./insecure.js";
import { comeBack, leave } from "./login.js";
import { pkce } from "./pkce.js";
import type { Session } from "./session.js";
import * as steps from "./steps.js";
import * as panel from "./tokens.js";
import { h, source, the, theme, type Child } from "./ui.js";
import { request, response } from "./views.js";
import { recording, type Exchange } from "./wire.js";

const issuer = meta("issuer");
let session: Session | undefined;

/** Who this page is to the authorization server; `fetch` only listens. */
function options(listener: (exchange: Exchange) => void = () => {}): ClientOptions {
  return {
    clientId: "spa",
    redirectUri: `${location.origin}/callback`,
    scope: "openid profile email offline_access",
    fetch: recording(fetch, listener),
    ...(!loopback && location.protocol === "http:" && { dangerouslyAllowHttp: true }),
    ...(witness() === "tls" && { idTokenSignature: "tls" }),
  };
}

/** Makes the request, shows it, and leaves, at once or when told. */
async function login(at: "once" | "leisure"): Promise<void> {
  steps.draw();
  the("outcome").replaceChildren();
  try {
    const url = await leave(issuer, options(steps.exchanged));
    sessionStorage.setItem("request", url);
    if (at === "once") return location.assign(url);
    steps.authorizationRequest(url);
    const go = h("button", { type: "button", class: "primary", click: () => location.assign(url) }, "Go to the server");
    steps.show("authorization", "done", h("div", { class: "actions" }, go));
    the("step-authorization").scrollIntoView();
    go.focus({ preventScroll: true });
  } catch (error) {
    failed(error);
  }
}

/** The browser came back from the server. */
async function returned(): Promise<void> {
  const waiting = sessionStorage.getItem("pending");
  const arrived = new URL(location.href);
  if (!waiting) {
    history.replaceState(null, "", "/");
    return notice("That address belongs to a login that is over. Log in again.");
  }
  const left = sessionStorage.getItem("request");
  sessionStorage.removeItem("request");
  if (left) steps.authorizationRequest(left);
  steps.callback(arrived);
  const started = performance.now();
  try {
    const { client, tokens } = await comeBack(issuer, options(steps.exchanged));
    // From here on the timeline does not listen: it tells of the login alone.
    session = { client: new Client(client.server, options()), tokens, spent: { location: arrived.href, pending: JSON.parse(waiting) as Pending } };
    sessionStorage.setItem("was-logged-in", "yes");
    steps.judged(tokens);
    drawTokens();
    const who = tokens.claims?.["name"] ?? tokens.claims?.sub ?? "someone";
    const read = h("a", { href: "#flow" }, "See how");
    notice(`Logged in as ${String(who)}: ${tokens.checks.length} checks passed, ${Math.round(performance.now() - started)} ms after the callback. `, "good", read);
  } catch (error) {
    failed(error);
  }
}

/** Trades the refresh token for fresh tokens, and shows what crossed the wire. */
async function refresh(): Promise<void> {
  if (!session) return;
  the<HTMLButtonElement>("refresh").disabled = true; // a second press would send the same token again
  const wire: Exchange[] = [];
  const views = (): Child[] => wire.filter((it) => it.form).map((it) => h("div", { class: "exchange" }, request(it), response(it)));
  const client = new Client(session.client.server, options((it) => wire.push(it)));
  try {
    session.tokens = await client.refresh(session.tokens);
    drawTokens(h("h3", {}, "The refresh, on the wire"), ...views(), steps.checklist(session.tokens.checks));
  } catch (error) {
    drawTokens(errorCard(error), ...views());
  }
  the("refresh").focus();
}

/** Forgets the tokens, and asks the server to forget too. */
function logout(): void {
  if (!session) return;
  const { client, tokens } = session;
  session = undefined;
  sessionStorage.removeItem("was-logged-in");
  location.assign(client.logoutUrl({ ...(tokens.id_token && { id_token_hint: tokens.id_token }), post_logout_redirect_uri: `${location.origin}/signed-out` }));
}

function drawTokens(...news: Child[]): void {
  panel.draw(session, { refresh, logout }, ...news);
  faults.loggedIn(session !== undefined);
}

/** The step of a login that a phase belongs to; the other phases are of calls that this page does not make. */
const STEP_OF: Partial<Record<GrantError["phase"], steps.StepName>> = {
  configuration: "discovery", discovery: "discovery", authorization: "authorization", callback: "callback",
  token: "response", jwks: "checks", id_token: "checks",
};

function failed(error: unknown): void {
  if (error instanceof GrantError) steps.mark(STEP_OF[error.phase] ?? "checks", "failed");
  the("outcome").replaceChildren(errorCard(error));
}

function notice(text: string, kind = "", ...more: Node[]): void {
  the("notice").className = `notice ${kind}`;
  the("notice").replaceChildren(text, ...more);
}

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)!.content;
}

async function open(): Promise<void> {
  theme(the<HTMLButtonElement>("theme"));
  banner(the("banner"));
  steps.draw();
  pkce(the("pkce"));
  faults.draw({ issuer, nobody: meta("nobody"), options, session: () => session, changed: drawTokens, login: () => login("once") });
  drawTokens();
  panel.tick(() => session);
  the("login").addEventListener("click", () => login("once"));
  the("prepare").addEventListener("click", () => login("leisure"));
  void fetch("/login.ts").then((file) => file.text()).then((text) => the("source").replaceChildren(source(text)));

  if (location.pathname === "/callback") return returned();
  if (location.pathname === "/signed-out") {
    notice("You are logged out here. The server has ended its own session too, if you asked it to.");
  } else if (sessionStorage.getItem("was-logged-in")) {
    notice("Your tokens were in memory only, and the reload forgot them. Log in again: the server still knows you.");
  }
  sessionStorage.removeItem("was-logged-in");
  if (location.pathname !== "/") history.replaceState(null, "", "/");
}

void open();
