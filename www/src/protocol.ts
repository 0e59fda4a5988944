/** The protocol, step by step: a page that holds its tokens itself, so that each step can be looked at. */
import { Client, type GrantError, type ClientOptions, type Pending } from "grantkit";

import { errorCard, isGrantError } from "./errors.js";
import * as faults from "./faults.js";
import { banner, loopback, witness } from "./insecure.js";
import { said, switchLanguage, translateDocument, type Text } from "./language.js";
import { listenedIn } from "./listen.js";
import { comeBack, leave } from "./login.js";
import { pkce } from "./pkce.js";
import type { Session } from "./session.js";
import * as steps from "./steps.js";
import * as panel from "./tokens.js";
import { h, meta, own, source, the, theme, type Child } from "./ui.js";
import { request, response } from "./views.js";
import { mask, recording, type Exchange } from "./wire.js";

const issuer = meta("issuer");
const here = own(`protocol${meta("suffix")}`);
let session: Session | undefined;

/** Who this page is to the authorization server; `fetch` only listens. */
function options(listener: (exchange: Exchange) => void = () => {}): ClientOptions {
  return {
    clientId: meta("client"),
    redirectUri: own(`protocol/callback${meta("suffix")}`),
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
    const go = h("button", { type: "button", class: "primary", click: () => location.assign(url) }, ["Go to the server", "サーバーへ進む"]);
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
    history.replaceState(null, "", here);
    return notice(["That address belongs to a login that is over. Log in again.", "そのアドレスは、すでに終わったログインのものです。もう一度ログインしてください。"]);
  }
  const left = sessionStorage.getItem("request");
  sessionStorage.removeItem("request");
  if (left) steps.authorizationRequest(left);
  steps.callback(arrived);
  const started = performance.now();
  try {
    const { client, tokens } = await comeBack(issuer, options(steps.exchanged)).finally(() => history.replaceState(null, "", here));
    // From here on the timeline does not listen: it tells of the login alone.
    session = { client: new Client(client.server, options()), tokens, spent: { location: arrived.href, pending: JSON.parse(waiting) as Pending } };
    sessionStorage.setItem("was-logged-in", "yes");
    steps.judged(tokens);
    drawTokens();
    const who = tokens.claims?.["name"] ?? tokens.claims?.sub ?? "–";
    const read = h("a", { href: "#flow" }, ["See how", "仕組みを見る"]);
    const took = Math.round(performance.now() - started);
    notice([
      `Logged in as ${String(who)}: ${tokens.checks.length} checks passed, ${took} ms after the callback. `,
      `${String(who)} としてログインしました。コールバックから ${took} ミリ秒で、${tokens.checks.length} 件の検証に合格しました。`,
    ], "good", read);
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
    drawTokens(h("h3", {}, ["The refresh, on the wire", "更新のやり取り"]), ...views(), steps.checklist(session.tokens.checks));
  } catch (error) {
    drawTokens(errorCard(error), ...views());
  }
  the("refresh").focus();
}

/** What a script hears that was injected into a page like this one: the contrast to the front page, by the same ears. */
async function listen(): Promise<void> {
  if (!session) return;
  the<HTMLButtonElement>("listen").disabled = true;
  const { client, tokens } = session;
  const held = session;
  try {
    const heard = await listenedIn(async () => { held.tokens = await client.refresh(tokens); });
    const { access_token, refresh_token, id_token } = held.tokens;
    const stolen = Object.entries({ access_token, refresh_token, id_token }).filter(([, value]) => value && heard.some((it) => it.includes(value)));
    drawTokens(h("article", { class: "stolen" },
      h("p", {}, [
        `${stolen.length} tokens were heard: this page fetches them itself, so whatever runs in it can listen. That is why an application keeps them elsewhere. `,
        `${stolen.length} 個のトークンが聞き取られました。このページは自分でトークンを取得するので、ページ内で動くものは何でも盗み聞きできます。アプリケーションがトークンを別の場所に置くのは、このためです。`,
      ], h("a", { href: `${own("")}#attack-section` }, ["The same attack, where they are", "別の場所に置いて、同じ攻撃を"])),
      h("dl", { class: "rows" }, ...stolen.flatMap(([name, value]) => [h("dt", {}, h("code", {}, name)), h("dd", {}, h("code", {}, mask(value!)))]))));
  } catch (error) {
    drawTokens(errorCard(error));
  }
  the("listen").focus();
}

/** Forgets the tokens, and asks the server to forget too. */
function logout(): void {
  if (!session) return;
  const { client, tokens } = session;
  session = undefined;
  sessionStorage.removeItem("was-logged-in");
  location.assign(client.logoutUrl({ ...(tokens.id_token && { id_token_hint: tokens.id_token }), post_logout_redirect_uri: own(`protocol/signed-out${meta("suffix")}`) }));
}

function drawTokens(...news: Child[]): void {
  panel.draw(session, { refresh, logout, listen }, ...news);
  faults.loggedIn(session !== undefined);
}

/** The step of a login that a phase belongs to; the other phases are of calls that this page does not make. */
const STEP_OF: Partial<Record<GrantError["phase"], steps.StepName>> = {
  configuration: "discovery", discovery: "discovery", authorization: "authorization", callback: "callback",
  token: "response", jwks: "checks", id_token: "checks",
};

function failed(error: unknown): void {
  if (isGrantError(error)) steps.mark(STEP_OF[error.phase] ?? "checks", "failed");
  the("outcome").replaceChildren(errorCard(error));
}

function notice(text: Text, kind = "", ...more: Node[]): void {
  the("notice").className = `notice ${kind}`;
  the("notice").replaceChildren(said(text), ...more);
}

async function open(): Promise<void> {
  translateDocument();
  switchLanguage(the("language"));
  theme(the<HTMLButtonElement>("theme"));
  banner(the("banner"));
  steps.draw();
  pkce(the("pkce"));
  faults.draw({ issuer, nobody: meta("nobody"), options, session: () => session, changed: drawTokens, login: () => login("once") });
  drawTokens();
  panel.tick(() => session);
  the("login").addEventListener("click", () => login("once"));
  the("prepare").addEventListener("click", () => login("leisure"));
  void fetch(own("login.ts")).then((file) => file.text()).then((text) => the("source").replaceChildren(source(text)));

  if (location.href.startsWith(own("protocol/callback"))) return returned();
  if (location.href.startsWith(own("protocol/signed-out"))) {
    notice(["You are logged out here. The server has ended its own session too, if you asked it to.", "ここからログアウトしました。サーバーでも選んだ場合は、サーバーのセッションも終了しています。"]);
  } else if (sessionStorage.getItem("was-logged-in")) {
    notice(["Your tokens were in memory only, and the reload forgot them. Log in again: the server still knows you.", "トークンはメモリーにしかなかったため、再読み込みで失われました。もう一度ログインしてください。サーバーはまだあなたを覚えています。"]);
  }
  sessionStorage.removeItem("was-logged-in");
  if (location.href !== here) history.replaceState(null, "", here);
}

void open();
