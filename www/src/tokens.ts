/** The tokens, masked: what each is for, how long it lives, what the ID token says, and what can be done with them. */
import type { Tokens } from "grantkit";

import { locale, spoken, type Text } from "./language.js";
import type { Session } from "./session.js";
import { clock, h, nodes, the, type Child } from "./ui.js";
import { mask, maskJson } from "./wire.js";

export interface Actions {
  refresh(): void;
  logout(): void;
  /** Refreshes as a hostile script would like it: while it listens. */
  listen(): void;
}

/** Draws the panel; `news` is what the last action brought. */
export function draw(session: Session | undefined, actions: Actions, ...news: Child[]): void {
  the("session").replaceChildren(
    session ? held(session.tokens) : h("p", { class: "empty" }, ["None. They appear here after a login, live in this page's memory, and are gone with it.", "まだありません。ログインするとここに現れます。このページのメモリーにだけ存在し、ページと共に消えます。"]),
    h("div", { class: "actions" },
      h("button", { type: "button", id: "refresh", disabled: !session?.tokens.refresh_token, click: actions.refresh }, ["Refresh", "更新"]),
      h("button", { type: "button", id: "logout", disabled: !session, click: actions.logout }, ["Log out", "ログアウト"]),
      h("button", { type: "button", id: "listen", disabled: !session?.tokens.refresh_token, click: actions.listen }, ["Listen in, as a hostile script", "攻撃スクリプトとして盗み聞きする"]),
      h("button", { type: "button", disabled: true, "aria-describedby": "why-not" }, ["Client credentials", "クライアントクレデンシャル"])),
    h("p", { class: "aside", id: "why-not" }, [
      "Client credentials need a secret, and a page cannot keep one: whoever reads its source has it. They belong on a server or at the edge.",
      "クライアントクレデンシャルには秘密が必要ですが、ページは秘密を守れません。ソースを読めば分かるからです。これはサーバーやエッジの仕事です。",
    ]),
    h("div", { id: "news", "aria-live": "polite" }, ...nodes(news)));
}

/** Counts down every second, for as long as the page lives. */
export function tick(session: () => Session | undefined): void {
  setInterval(() => countdown(session()?.tokens), 1_000);
}

function held(tokens: Tokens): HTMLElement {
  const panel = h("div", { class: "held" },
    token(["Access token", "アクセストークン"], tokens.access_token, ["For APIs. Opaque to this page, even where it looks like a JWT.", "API のためのもの。JWT に見えても、このページにとって中身は不透明です。"],
      h("p", { class: "expiry", role: "timer", id: "expiry" }), h("div", { class: "meter", "aria-hidden": "true" }, h("span", { id: "meter" }))),
    token(["Refresh token", "リフレッシュトークン"], tokens.refresh_token, ["For the token endpoint alone, and for one use: this server rotates it.", "トークンエンドポイント専用で、使えるのは 1 回。このサーバーは毎回取り替えます。"]),
    token(["ID token", "ID トークン"], tokens.id_token, ["For this page. Its claims may be believed, since its checks have passed.", "このページのためのもの。検証に合格したので、クレームを信じられます。"]),
    tokens.claims && claims(tokens.claims),
    tokens.scope !== undefined && h("p", { class: "scopes" }, h("span", {}, ["Granted scope", "許可されたスコープ"]), ...tokens.scope.split(" ").map((it) => h("code", {}, it))));
  queueMicrotask(() => countdown(tokens));
  return panel;
}

function token(name: Text, value: string | undefined, purpose: Text, ...more: Child[]): HTMLElement {
  return h("article", { class: "token" }, h("h3", {}, name), h("code", { class: "value" }, value === undefined ? ["not issued", "発行されていません"] : mask(value)), h("p", {}, purpose), ...more);
}

/** Claims, one to a row. */
export function claims(all: object): HTMLElement {
  const masked = maskJson(all) as Record<string, unknown>;
  return h("div", { class: "claims", tabindex: "0", role: "region", "aria-label": ["Claims of the ID token", "ID トークンのクレーム"] }, h("table", {}, h("caption", {}, ["Claims of the ID token", "ID トークンのクレーム"]),
    h("tbody", {}, ...Object.entries(masked).map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, name)), h("td", {}, claim(name, value)))))));
}

function claim(name: string, value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const moment = ["exp", "iat", "auth_time", "nbf"].includes(name) && typeof value === "number";
  return moment ? `${text} · ${new Date(value * 1000).toLocaleTimeString(locale())}` : text;
}

function countdown(tokens: Tokens | undefined): void {
  if (!tokens?.expires_at || !document.getElementById("expiry")) return;
  const left = tokens.expires_at - Date.now() / 1000;
  the("expiry").textContent = spoken(left > 0 ? [`expires in ${clock(left)}`, `あと ${clock(left)} で期限切れ`] : ["expired: press Refresh", "期限切れ：「更新」を押してください"]);
  the("meter").style.setProperty("inline-size", `${Math.min(100, Math.max(0, (left / (tokens.expires_in ?? left)) * 100))}%`);
}
