/** The flow as a timeline: what each step is for, and, once it happened, what happened. */
import type { ServerMetadata, Tokens } from "grantkit";

import { CHECKS, DEVIATIONS } from "./checks.js";
import type { Text } from "./language.js";
import { h, nodes, specLink, the, type Child } from "./ui.js";
import { folded, parameters, request, response } from "./views.js";
import { maskParameters, type Exchange } from "./wire.js";

type Direction = "out" | "in" | "here";
type Status = "ahead" | "done" | "failed";

interface Step {
  readonly title: Text;
  readonly short: Text;
  readonly direction: Direction;
  readonly teaches: Text;
}

const STEPS = {
  discovery: {
    title: ["Discovery", "ディスカバリー"], short: ["what do you offer?", "何ができますか？"], direction: "out",
    teaches: ["One address is enough. The server's metadata says where to log in, where to trade the code, and which keys sign. Its issuer must be the one that was asked for, to the letter.", "アドレスは一つで足ります。ログインの場所、認可コードを引き換える場所、署名の鍵は、サーバーのメタデータに書かれています。その issuer は、問い合わせたものと一字一句同じでなければなりません。"],
  },
  authorization: {
    title: ["Authorization request", "認可リクエスト"], short: ["log this user in", "このユーザーのログインを"], direction: "out",
    teaches: ["The browser leaves. Whatever stands in this URL may end up in histories and logs, so it holds no secret: a hash of the PKCE verifier goes, the verifier stays.", "ブラウザーがページを離れます。この URL は履歴やログに残りうるので、秘密を含みません。送るのは PKCE の verifier のハッシュであり、verifier は手元に残ります。"],
  },
  callback: {
    title: ["Callback", "コールバック"], short: ["a code, valid once", "1 回限りの認可コード"], direction: "in",
    teaches: ["The browser returns with a code. Before the code is used, state and issuer are compared with what was sent, and the address bar is cleaned.", "ブラウザーが認可コードを持って戻ります。使う前に state と issuer を送ったものと照合し、アドレスバーから消します。"],
  },
  request: {
    title: ["Token request", "トークンリクエスト"], short: ["code + verifier", "認可コードと verifier"], direction: "out",
    teaches: ["The credential is traded: a form, sent straight to the server. The verifier is shown here for the first time, which proves that who began the login also ends it.", "資格情報をトークンに引き換えます。フォームをサーバーへ直接送ります。verifier をここで初めて見せることで、ログインを始めた本人が終えることを証明します。"],
  },
  response: {
    title: ["Token response", "トークンレスポンス"], short: ["tokens", "トークン"], direction: "in",
    teaches: ["Read up to a limit, redirects refused. What departs from RFC 6749 is read if that is safe, and named. A page sees only the headers that CORS lets through.", "上限まで読み、リダイレクトは拒否します。RFC 6749 から外れた応答は、安全なら読み取り、何が外れていたかを示します。ページに見えるのは、CORS が通したヘッダーだけです。"],
  },
  checks: {
    title: ["Checks", "検証"], short: ["may we believe them?", "信じてよいか？"], direction: "here",
    teaches: ["There is no way to the tokens around these. Each protects from an attack that has happened to someone.", "これらを避けてトークンに至る道はありません。どの検証も、実際に誰かが受けた攻撃から守ります。"],
  },
  deviations: {
    title: ["Deviations", "逸脱"], short: ["to the letter?", "仕様どおりか？"], direction: "here",
    teaches: ["Where a server departs from the specification, it is read as it is meant and the departure is named. With strict: true it is refused instead.", "サーバーが仕様から外れているときは、意図どおりに読み取り、逸脱の名前を示します。strict: true では、読み取らずに拒否します。"],
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
  step.querySelector(".evidence")!.append(...nodes(evidence));
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
    show("discovery", status, metadata(exchange), folded(exchange, ["The exchange, as it was", "やり取りの全文"]));
  } else {
    show("checks", status, folded(exchange, ["The server's keys, fetched for the signature", "署名の検証のために取得した、サーバーの鍵"]));
  }
}

/** The authorization request, taken apart. */
export function authorizationRequest(url: string): void {
  const { origin, pathname, searchParams } = new URL(url);
  show("authorization", "done", h("div", { class: "wire out" },
    h("p", { class: "line" }, h("b", {}, "GET"), h("code", {}, origin + pathname), h("span", { class: "time" }, ["by the browser", "ブラウザーによる移動"])),
    parameters(maskParameters(searchParams))));
}

/** The address that the browser came back to. */
export function callback(location: URL): void {
  show("callback", "done", h("div", { class: "wire in" },
    h("p", { class: "line" }, h("b", {}, "GET"), h("code", {}, location.origin + location.pathname), h("span", { class: "time" }, ["by the browser", "ブラウザーによる移動"])),
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
  if (seen.length === 0) return h("p", { class: "verdict" }, ["None. This server keeps to the letter of RFC 6749.", "なし。このサーバーは RFC 6749 に忠実です。"]);
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
