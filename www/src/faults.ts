/** Faults to provoke, each on real traffic where that is possible, and each in a few lines that say how. */
import { Client, parseTokenResponse, randomNonce, randomState, type ClientOptions, type Code, type ServerMetadata, type TokenResponse } from "grantkit";

import { errorCard } from "./errors.js";
import { follow, spoken, type Text } from "./language.js";
import type { Session } from "./session.js";
import { silently } from "./silent.js";
import { deviations } from "./steps.js";
import { h, json, meta, own, the, type Child } from "./ui.js";
import { maskJson } from "./wire.js";

/** What a fault may touch. */
export interface World {
  readonly issuer: string;
  /** An address of this machine where nobody listens. */
  readonly nobody: string;
  readonly options: () => ClientOptions;
  readonly session: () => Session | undefined;
  /** Draws the tokens anew. */
  readonly changed: () => void;
  readonly login: () => Promise<void>;
}

interface Fault {
  readonly id: string;
  readonly title: Text;
  /** What happens, in the world. */
  readonly story: Text;
  /** How this page makes it happen. */
  readonly how: Text;
  /** What is seen of it: the error's code, or a success that is worth a look. */
  readonly expect: Code | "read";
  /** Only while someone is logged in. */
  readonly loggedIn?: true;
  /** What else has happened by now. */
  readonly aftermath?: Text;
  /** Only where the page's own server plays the bad server: a static host cannot. */
  readonly laboratory?: true;
  readonly run: (world: World, signal: AbortSignal) => Promise<unknown>;
}

const REVOKED: Text = [
  "The server took the replay for a theft and revoked the whole grant. Press Refresh, above, to see it.",
  "サーバーは再送を盗難とみなし、認可をまるごと取り消しました。上の「更新」を押すと分かります。",
];

const GROUPS: readonly (readonly [title: Text, faults: readonly Fault[]])[] = [
  [["Forged and tampered", "偽造と改ざん"], [
    {
      id: "wrong-state", title: ["A forged callback", "偽造されたコールバック"], expect: "state_mismatch",
      story: ["Someone sends you a link that would log you into their account.", "誰かが、自分のアカウントにあなたをログインさせるリンクを送ってきます。"],
      how: ["A new login meets a callback with a state that was made elsewhere.", "新しいログインに、よそで作られた state を持つコールバックを渡します。"],
      run: async (world) => answer(world, () => ({ code: "stolen", state: randomState(), iss: world.issuer })),
    },
    {
      id: "wrong-issuer", title: ["A mix-up", "取り違え（mix-up）"], expect: "issuer_mismatch",
      story: ["A hostile server passes on the code of an honest one.", "悪意あるサーバーが、正しいサーバーの認可コードを横流しします。"],
      how: ["A new login meets a callback with the right state and another server's iss.", "新しいログインに、state は正しいが iss が別サーバーのコールバックを渡します。"],
      run: async (world) => answer(world, (state) => ({ code: "stolen", state, iss: "https://login.evil.example" })),
    },
    {
      id: "tampered-id-token", title: ["A tampered ID token", "改ざんされた ID トークン"], expect: "signature_invalid", loggedIn: true,
      story: ["Someone on the way to the server alters who you are.", "サーバーとの間にいる誰かが、あなたが誰であるかを書き換えます。"],
      how: ["A silent login gets real tokens; a fetch wrapper changes one character of the ID token's signature.", "画面なしのログインで本物のトークンを受け取り、fetch を包んで ID トークンの署名を 1 文字変えます。"],
      run: async (world) => {
        const client = await clientOf(world, { fetch: altering((reply) => { reply["id_token"] = flipped(String(reply["id_token"])); }) });
        const { location, pending } = await silently(client);
        return client.callback(location, pending);
      },
    },
    {
      id: "wrong-nonce", title: ["Another login's ID token", "別のログインの ID トークン"], expect: "nonce_mismatch", loggedIn: true,
      story: ["A valid token of an earlier login is played back.", "以前のログインの有効なトークンが、再び使われます。"],
      how: ["A silent login gets real tokens; the nonce that it waits for is another one.", "画面なしのログインで本物のトークンを受け取りますが、待っている nonce は別のものです。"],
      run: async (world) => {
        const client = await clientOf(world);
        const { location, pending } = await silently(client);
        return client.callback(location, { ...pending, nonce: randomNonce() });
      },
    },
  ]],
  [["The server says no", "サーバーが断る"], [
    {
      id: "expired-code", title: ["An expired code", "期限切れの認可コード"], expect: "invalid_grant",
      story: ["You took a long walk between the login and its end.", "ログインの途中で、長い散歩に出ました。"],
      how: ["A code that the server does not know any more is sent to it, by a real token request.", "サーバーがもう知らない認可コードを、本物のトークンリクエストで送ります。"],
      run: async (world, signal) => answer(world, (state) => ({ code: "nobody-remembers-this-code", state, iss: world.issuer }), {}, signal),
    },
    {
      id: "reused-code", title: ["A code, twice", "認可コードを 2 回"], expect: "invalid_grant", loggedIn: true, aftermath: REVOKED,
      story: ["Someone read your callback in a log and redeems it again.", "誰かがログであなたのコールバックを読み、もう一度引き換えます。"],
      how: ["The callback of this very login is processed a second time.", "このログインのコールバックそのものを、もう一度処理します。"],
      run: async (world, signal) => {
        const { client, spent } = world.session()!;
        return client.callback(spent.location, spent.pending, { signal });
      },
    },
    {
      id: "reused-refresh-token", title: ["A refresh token, twice", "リフレッシュトークンを 2 回"], expect: "invalid_grant", loggedIn: true, aftermath: REVOKED,
      story: ["Two tabs refresh with the same token, or a thief comes second.", "2 つのタブが同じトークンで更新する、あるいは泥棒が後から来ます。"],
      how: ["The session is refreshed, then the refresh token from before is sent again.", "セッションを更新してから、更新前のリフレッシュトークンをもう一度送ります。"],
      run: async (world, signal) => {
        const session = world.session()!;
        const before = session.tokens.refresh_token!;
        session.tokens = await session.client.refresh(session.tokens, {}, { signal });
        world.changed();
        return session.client.refresh(before, {}, { signal });
      },
    },
    {
      id: "access-denied", title: ["Access denied", "拒否されたアクセス"], expect: "access_denied",
      story: ["The user looks at the consent page and says no.", "ユーザーが同意画面を見て、断ります。"],
      how: ["You go to the server. Press Deny there; the error meets you at the top of this page.", "サーバーへ移動します。そこで Deny を押すと、このページの上部にエラーが表示されます。"],
      run: async (world) => {
        await world.login();
        return new Promise(() => {});
      },
    },
  ]],
  [["The network", "ネットワーク"], [
    {
      id: "server-down", laboratory: true, title: ["Server down", "サーバー停止中"], expect: "network",
      story: ["The authorization server is being restarted.", "認可サーバーが再起動しています。"],
      how: ["Discovery at a port of this machine where nobody listens.", "誰も待ち受けていない、このマシンのポートに問い合わせます。"],
      run: async (world, signal) => Client.discover(world.nobody, world.options(), { signal }),
    },
    {
      id: "server-slow", laboratory: true, title: ["Server slow", "遅いサーバー"], expect: "timeout",
      story: ["The server takes the request, and thinks.", "サーバーはリクエストを受け取り、考え込みます。"],
      how: ["The token request goes to an address that answers after a minute; the call allows 1.5 seconds.", "1 分後に答えるアドレスへトークンリクエストを送ります。待つのは 1.5 秒です。"],
      run: async (world, signal) => answer(world, honest(world), { token_endpoint: at("slow") }, signal, 1_500),
    },
    {
      id: "aborted", laboratory: true, title: ["You lose patience", "待ちきれない"], expect: "aborted",
      story: ["The user presses Stop, or leaves the view.", "ユーザーが中止を押す、または画面を離れます。"],
      how: ["The same slow address and a long limit. Press Stop when you have had enough.", "同じ遅いアドレスに、長い制限時間で送ります。待ちきれなくなったら「中止」を押してください。"],
      run: async (world, signal) => answer(world, honest(world), { token_endpoint: at("slow") }, signal, 30_000),
    },
    {
      id: "html", laboratory: true, title: ["HTML instead of JSON", "JSON ではなく HTML"], expect: "not_oauth_response",
      story: ["A proxy in front of the server answers, with status 200.", "サーバーの手前のプロキシが、ステータス 200 で答えます。"],
      how: ["The token request goes to an address that serves a web page.", "ウェブページを返すアドレスへ、トークンリクエストを送ります。"],
      run: async (world, signal) => answer(world, honest(world), { token_endpoint: at("html") }, signal),
    },
    {
      id: "redirect", laboratory: true, title: ["A redirect", "リダイレクト"], expect: "redirect_refused",
      story: ["The endpoint moved. Following it would carry the code to who knows where.", "エンドポイントが移転しました。従えば、認可コードがどこへ運ばれるか分かりません。"],
      how: ["The token request goes to an address that answers 307.", "307 を返すアドレスへ、トークンリクエストを送ります。"],
      run: async (world, signal) => answer(world, honest(world), { token_endpoint: at("redirect") }, signal),
    },
  ]],
  [["Our own mistakes", "こちらの誤り"], [
    {
      id: "insecure-endpoint", title: ["An insecure endpoint", "安全でないエンドポイント"], expect: "insecure_url",
      story: ["A configuration says http where it should say https.", "設定で、https とすべきところが http になっています。"],
      how: ["The token endpoint is http://login.example.com/token. Nothing is sent.", "トークンエンドポイントが http://login.example.com/token です。何も送信しません。"],
      run: async (world, signal) => answer(world, honest(world), { token_endpoint: "http://login.example.com/token" }, signal, undefined, { dangerouslyAllowHttp: false }),
    },
  ]],
  [["Servers as they are", "ありのままのサーバー"], [
    {
      id: "sloppy", title: ["A sloppy reply, read", "いい加減な応答を、読む"], expect: "read",
      story: ["No token_type, a lifetime in quotes, scopes in a list: seen in the wild.", "token_type がなく、有効期限は引用符付き、スコープは配列。実際に見られる応答です。"],
      how: ["parseTokenResponse() is given such a reply. No network.", "parseTokenResponse() にその応答を渡します。通信はしません。"],
      run: async () => parseTokenResponse(SLOPPY),
    },
    {
      id: "sloppy-strict", title: ["The same, strict", "同じ応答を、厳格に"], expect: "deviation_refused",
      story: ["You run the server too, and want to know.", "サーバーも自分で運用しており、逸脱を知りたい場合です。"],
      how: ["parseTokenResponse() is given the same reply, with strict: true.", "parseTokenResponse() に同じ応答を、strict: true で渡します。"],
      run: async () => parseTokenResponse(SLOPPY, { strict: true }),
    },
  ]],
];

const SLOPPY = {
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ access_token: "an-access-token-from-a-server-of-its-own-mind", expires_in: "3600", scope: ["read", "write"] }),
};

/** Draws the buttons. */
export function draw(world: World): void {
  const possible = (fault: Fault): boolean => !fault.laboratory || meta("nobody") !== "";
  the("faults").replaceChildren(...GROUPS.map(([title, faults]) => [title, faults.filter(possible)] as const).filter(([, faults]) => faults.length > 0).map(([title, faults]) =>
    h("section", { class: "group" }, h("h3", {}, title), ...faults.map((fault) => row(fault, world)))));
  loggedIn(world.session() !== undefined);
}

/** Wakes or stills the buttons that need a session. */
export function loggedIn(yes: boolean): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-logged-in]")) {
    button.disabled = !yes;
    button.title = yes ? "" : spoken(["Log in first: this one plays with real tokens", "先にログインしてください。本物のトークンを使います"]);
  }
}

function row(fault: Fault, world: World): HTMLElement {
  const result = h("div", { class: "result", "aria-live": "polite" });
  const button = h("button", { type: "button", "data-logged-in": fault.loggedIn ?? false, "aria-describedby": `${fault.id}-how` });
  let label: Text = ["Provoke", "起こす"];
  const relabel = (text: Text): void => {
    label = text;
    button.textContent = spoken(label);
    button.setAttribute("aria-label", spoken(labelled(fault, label)));
  };
  follow(button, () => relabel(label));
  let running: AbortController | undefined;
  button.addEventListener("click", async () => {
    if (running) return running.abort();
    running = new AbortController();
    const label = setTimeout(() => { relabel(["Stop", "中止"]); }, 250);
    result.replaceChildren();
    try {
      result.replaceChildren(accepted(await fault.run(world, running.signal)));
    } catch (error) {
      result.replaceChildren(errorCard(error));
    }
    if (fault.aftermath) result.append(h("p", { class: "aside" }, fault.aftermath));
    clearTimeout(label);
    relabel(["Again", "もう一度"]);
    running = undefined;
  });
  return h("div", { class: "fault", id: fault.id, "data-expect": fault.expect },
    h("div", {}, h("h4", {}, fault.title), h("p", {}, fault.story), h("p", { class: "how", id: `${fault.id}-how` }, h("span", {}, ["Provoked by: ", "起こし方："]), fault.how)),
    button,
    result);
}

/** No error: either the server was sloppy and understood, or nobody looked at the signature. */
function accepted(outcome: unknown): Child & Node {
  const { deviations: seen, checks } = outcome as TokenResponse & { checks?: readonly string[] };
  return h("article", { class: "accepted" },
    checks
      ? h("p", {}, ["Accepted: with `idTokenSignature: \"tls\"` nobody looks at the signature. That is its price.", "受け入れました。`idTokenSignature: \"tls\"` では誰も署名を見ません。それが代償です。"])
      : h("p", {}, ["Read, and each departure named:", "読み取り、仕様からの逸脱をすべて挙げました："]),
    deviations(seen),
    !checks && h("pre", { tabindex: "0", role: "group", "aria-label": ["What was read", "読み取った内容"] }, json(maskJson(outcome))));
}

type Callback = Record<string, string>;

/** A callback that the server could have sent. */
const honest = (world: World) => (state: string): Callback => ({ code: "a-code-that-waits", state, iss: world.issuer });

const at = (fault: string): string => own(`faults/${fault}`);

/** A button says which fault it is, for those who hear it alone. */
const labelled = (fault: Fault, [english, japanese]: Text): Text => [`${english}: ${fault.title[0]}`, `${japanese}：${fault.title[1]}`];

/** Begins a login, and answers it with a callback of our own making. */
async function answer(
  world: World, callback: (state: string) => Callback, server: Partial<ServerMetadata> = {}, signal?: AbortSignal, timeout?: number, options: Partial<ClientOptions> = {},
): Promise<unknown> {
  const client = await clientOf(world, options, server);
  const { pending } = await client.authorize();
  const address = `${pending.redirect_uri}?${new URLSearchParams(callback(pending.state))}`;
  return client.callback(address, pending, { ...(signal && { signal }), ...(timeout && { timeout }) });
}

/** A client like that of the session, with something changed. */
async function clientOf(world: World, options: Partial<ClientOptions> = {}, server: Partial<ServerMetadata> = {}): Promise<Client> {
  const { client } = world.session() ?? { client: await Client.discover(world.issuer, world.options()) };
  return new Client({ ...client.server, ...server }, { ...world.options(), ...options });
}

/** A fetch that changes the token endpoint's replies. */
function altering(alter: (reply: Record<string, unknown>) => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (init?.method !== "POST") return response;
    const reply = await response.json();
    alter(reply);
    return Response.json(reply, { status: response.status });
  };
}

/** Another character in the middle of the signature. */
function flipped(token: string): string {
  const at = token.length - 20;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}
