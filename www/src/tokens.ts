/** The tokens, masked: what each is for, how long it lives, what the ID token says, and what can be done with them. */
import type { Tokens } from "grantkit";

import type { Session } from "./session.js";
import { clock, h, the, type Child } from "./ui.js";
import { mask, maskJson } from "./wire.js";

export interface Actions {
  refresh(): void;
  logout(): void;
}

/** Draws the panel; `news` is what the last action brought. */
export function draw(session: Session | undefined, actions: Actions, ...news: Child[]): void {
  the("session").replaceChildren(
    session ? held(session.tokens) : h("p", { class: "empty" }, "None. They appear here after a login, live in this page's memory, and are gone with it."),
    h("div", { class: "actions" },
      h("button", { type: "button", id: "refresh", disabled: !session?.tokens.refresh_token, click: actions.refresh }, "Refresh"),
      h("button", { type: "button", id: "logout", disabled: !session, click: actions.logout }, "Log out"),
      h("button", { type: "button", disabled: true, "aria-describedby": "why-not" }, "Client credentials")),
    h("p", { class: "aside", id: "why-not" }, "Client credentials need a secret, and a page cannot keep one: whoever reads its source has it. ",
      "They run at the edge, so this button comes to life with the edge worker."),
    h("div", { id: "news", "aria-live": "polite" }, ...news.filter((it) => it !== undefined && it !== false)));
}

/** Counts down every second, for as long as the page lives. */
export function tick(session: () => Session | undefined): void {
  setInterval(() => countdown(session()?.tokens), 1_000);
}

function held(tokens: Tokens): HTMLElement {
  const panel = h("div", { class: "held" },
    token("Access token", tokens.access_token, "For APIs. Opaque to this page, even where it looks like a JWT.",
      h("p", { class: "expiry", role: "timer", id: "expiry" }), h("div", { class: "meter", "aria-hidden": "true" }, h("span", { id: "meter" }))),
    token("Refresh token", tokens.refresh_token, "For the token endpoint alone, and for one use: this server rotates it."),
    token("ID token", tokens.id_token, "For this page. Its claims may be believed, since its checks have passed."),
    tokens.claims && claims(tokens.claims),
    tokens.scope !== undefined && h("p", { class: "scopes" }, h("span", {}, "Granted scope"), ...tokens.scope.split(" ").map((it) => h("code", {}, it))));
  queueMicrotask(() => countdown(tokens));
  return panel;
}

function token(name: string, value: string | undefined, purpose: string, ...more: Child[]): HTMLElement {
  return h("article", { class: "token" }, h("h3", {}, name), h("code", { class: "value" }, value === undefined ? "not issued" : mask(value)), h("p", {}, purpose), ...more);
}

function claims(all: NonNullable<Tokens["claims"]>): HTMLElement {
  const masked = maskJson(all) as Record<string, unknown>;
  return h("div", { class: "claims", tabindex: "0", role: "region", "aria-label": "Claims of the ID token" }, h("table", {}, h("caption", {}, "Claims of the ID token"),
    h("tbody", {}, ...Object.entries(masked).map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, name)), h("td", {}, claim(name, value)))))));
}

function claim(name: string, value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const moment = ["exp", "iat", "auth_time", "nbf"].includes(name) && typeof value === "number";
  return moment ? `${text} · ${new Date(value * 1000).toLocaleTimeString()}` : text;
}

function countdown(tokens: Tokens | undefined): void {
  if (!tokens?.expires_at || !document.getElementById("expiry")) return;
  const left = tokens.expires_at - Date.now() / 1000;
  the("expiry").textContent = left > 0 ? `expires in ${clock(left)}` : "expired: press Refresh";
  the("meter").style.setProperty("inline-size", `${Math.min(100, Math.max(0, (left / (tokens.expires_in ?? left)) * 100))}%`);
}
