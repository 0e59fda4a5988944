/** An error as people meet it: one sentence for the user, the facts for the developer. */
import type { Code, GrantError } from "grantkit";

import { said, type Text } from "./language.js";
import { h, json, specLink, type Child } from "./ui.js";

/** What a user reads. No code, no jargon, no blame: what happened to them, and what they can do. */
const FOR_USERS: Partial<Record<Code, Text>> = {
  state_mismatch: ["This sign-in did not start here, so we stopped it. Please start again.", "このサインインはここで始まったものではないため、中止しました。もう一度やり直してください。"],
  issuer_mismatch: ["The answer came from somewhere we did not ask. We stopped, to be safe. Please start again.", "問い合わせていない相手から返答がありました。安全のため中止しました。もう一度やり直してください。"],
  nonce_mismatch: ["This sign-in belongs to another visit, so we stopped it. Please start again.", "このサインインは別の訪問のものだったため、中止しました。もう一度やり直してください。"],
  signature_invalid: ["The sign-in could not be confirmed: its seal is broken. We stopped, to be safe.", "サインインを確認できませんでした。封が破られています。安全のため中止しました。"],
  invalid_grant: ["Your session has ended. Please sign in again.", "セッションが終了しました。もう一度サインインしてください。"],
  session_ended: ["Your session has ended. Please sign in again.", "セッションが終了しました。もう一度サインインしてください。"],
  not_signed_in: ["Please sign in.", "サインインしてください。"],
  access_denied: ["You chose not to sign in. Nothing was shared.", "サインインは取り消されました。情報は何も共有されていません。"],
  login_required: ["Please sign in.", "サインインしてください。"],
  network: ["We cannot reach the sign-in service. Check your connection and try again.", "サインインサービスに接続できません。接続を確認して、もう一度お試しください。"],
  timeout: ["The sign-in service is taking too long. Please try again in a moment.", "サインインサービスの応答に時間がかかっています。しばらくしてからもう一度お試しください。"],
  aborted: ["Stopped, as you asked.", "ご希望どおり中止しました。"],
  crypto_unavailable: ["This page was opened over an insecure connection, so your sign-in cannot be confirmed. Open it over https.", "このページは安全でない接続で開かれているため、サインインを確認できません。https で開いてください。"],
  origin_not_allowed: ["This page tried to send your sign-in to a place it does not belong. We stopped it; nothing was sent.", "このページは、あなたのサインインを送るべきでない場所へ送ろうとしました。中止したため、何も送信されていません。"],
};

const BY_FAULT: Record<GrantError["fault"], Text> = {
  caller: ["Something is wrong with this application. Its developers know more than you need to.", "このアプリケーションに問題があります。開発者にお知らせください。"],
  server: ["The sign-in service gave an answer we cannot trust. Please try again later.", "サインインサービスから、信頼できない返答がありました。しばらくしてからもう一度お試しください。"],
  refusal: ["The sign-in service said no. Please sign in again.", "サインインサービスに拒否されました。もう一度サインインしてください。"],
  transport: ["We cannot reach the sign-in service. Please try again.", "サインインサービスに接続できません。もう一度お試しください。"],
};

const FAULTS: Record<GrantError["fault"], Text> = {
  caller: ["ours: the call was wrong, and nothing was sent", "呼び出し側：使い方の誤り。何も送信していません"],
  server: ["the server's, or that of someone in between", "サーバー、または途中にいる何者か"],
  refusal: ["nobody's: the server said no, in OAuth's words", "誰のせいでもない：サーバーが OAuth の言葉で断りました"],
  transport: ["the network's", "ネットワーク"],
};

/** The core speaks English; these say the same to developers who read Japanese. */
const IN_JAPANESE: Partial<Record<Code, string>> = {
  state_mismatch: "コールバックの `state` が、送ったものと一致しません。このログインへの答えではないため、認可コードは使いませんでした。",
  issuer_mismatch: "返答した発行者（`iss`）が、問い合わせた発行者と一致しません。mix-up 攻撃の可能性があるため、認可コードは送っていません。",
  missing_issuer: "サーバーは `iss` を付けると約束しているのに、コールバックにありません。認可コードは送っていません。",
  repeated_parameter: "同じパラメーターが 2 回現れました。どちらを信じるべきか決められないため、拒否しました。",
  nonce_mismatch: "ID トークンの `nonce` が、このログインのものと一致しません。別のログインのトークンです。",
  signature_invalid: "ID トークンの署名が、発行者の鍵で検証できません。途中で改ざんされたか、別の鍵で署名されています。",
  invalid_grant: "認可コードまたはリフレッシュトークンを、サーバーが受け付けませんでした。期限切れ、使用済み、または取り消されています。",
  access_denied: "ユーザーまたはサーバーが、アクセスを許可しませんでした。",
  login_required: "画面なしでは答えられません。ユーザーのログインが必要です。",
  network: "リクエストに応答がありませんでした。接続できないか、CORS やコンテンツセキュリティポリシーに阻まれています。",
  timeout: "決められた時間内に応答がありませんでした。",
  aborted: "呼び出し側の `signal` によって中止しました。",
  crypto_unavailable: "安全なオリジンではないため `crypto.subtle` がなく、署名を検証できません。https で開くか、`idTokenSignature: \"tls\"` を検討してください。",
  not_oauth_response: "応答が OAuth のものではありません。途中のプロキシが返した HTML などの可能性があります。",
  redirect_refused: "リダイレクトには従いません。従えば、資格情報がどこへ運ばれるか分かりません。",
  insecure_url: "https ではない URL には、秘密を送りません。何も送信していません。",
  deviation_refused: "応答が仕様から外れており、`strict: true` のため拒否しました。",
  origin_not_allowed: "URL が許可リスト `api` にありません。トークンは付けず、何も送信していません。",
  not_signed_in: "誰もサインインしていないため、送信しませんでした。",
  session_ended: "セッションの期限が切れました。ログインし直してください。",
};

/** Whether it is one of the package's: by its name, since two entries of the package may have a class each. */
export function isGrantError(error: unknown): error is GrantError {
  return error instanceof Error && error.name === "GrantError";
}

/** The sentence for the user. */
export function forUsers(error: GrantError): Text {
  return FOR_USERS[error.code] ?? BY_FAULT[error.fault];
}

/** What a program does next, decided by the error's own fields. */
export function next(error: GrantError): Text {
  if (error.grantMayBeConsumed) return ["Do not send this code or refresh token again: it may be spent. Start a new login.", "この認可コードやリフレッシュトークンは、使用済みかもしれません。再送せず、新しくログインしてください。"];
  if (error.retryable) {
    return error.retryAfter
      ? [`Try again after ${error.retryAfter} s.`, `${error.retryAfter} 秒後に再試行してください。`]
      : ["Try again: nothing was used up.", "再試行できます。何も消費されていません。"];
  }
  if (error.fault === "caller") return ["Correct the call; trying again will not help.", "呼び出しを直してください。再試行では解決しません。"];
  if (error.code === "aborted") return ["Nothing. The user knows.", "何もしません。ユーザーは知っています。"];
  if (error.code === "access_denied") return ["Respect it, and offer to log in again.", "意思を尊重し、もう一度ログインできるようにします。"];
  return ["Start a new login. If it happens again, look into it.", "新しくログインしてください。繰り返すようなら、原因を調べてください。"];
}

/** The whole card. Errors of other kinds are bugs of this page, and shown as such. */
export function errorCard(error: unknown): HTMLElement {
  if (!isGrantError(error)) return h("article", { class: "error", "data-code": "bug" }, h("p", { class: "user" }, ["A mistake of this page: ", "このページの不具合です："], String(error)));
  const marks: [string, Child][] = [
    ["retryable", verdict(error.retryable)],
    ["grantMayBeConsumed", verdict(error.grantMayBeConsumed)],
    ["phase", h("code", {}, error.phase)],
    ["about", error.about !== undefined && h("code", {}, error.about)],
    ["status", error.status !== undefined && h("code", {}, String(error.status))],
    ["spec", error.spec !== undefined && specLink(error.spec)],
  ];
  const japanese = IN_JAPANESE[error.code];
  return h("article", { class: "error", "data-code": error.code, "data-fault": error.fault, "aria-label": [`Error ${error.code}`, `エラー ${error.code}`] },
    h("p", { class: "user" }, forUsers(error)),
    h("div", { class: "developer" },
      h("div", { class: "said-by" },
        h("p", { class: "code" }, h("code", {}, error.code), h("span", { class: "badge" }, error.fault)),
        japanese !== undefined && h("p", { class: "message translated" }, said(["", japanese])),
        h("p", { class: "message", lang: "en" }, error.message),
        error.error_description !== undefined && h("p", { class: "message" }, ["The server's words: ", "サーバーの言葉："], h("q", { lang: "en" }, error.error_description)),
        h("dl", { class: "facts" }, ...pair(["whose fault", "原因の所在"], FAULTS[error.fault]), ...pair(["what to do", "次にすること"], next(error)))),
      h("dl", { class: "marks" }, ...marks.filter(([, value]) => value !== false).map(([name, value]) => h("div", {}, ...pair(name, value)))),
      h("details", { class: "fold" }, h("summary", {}, ["error.toJSON(), which may be logged", "error.toJSON()：ログに残してよい内容"]), h("pre", { tabindex: "0", role: "group", "aria-label": ["The error as JSON", "JSON で表したエラー"] }, json(error.toJSON())))));
}

function pair(name: Child, value: Child): HTMLElement[] {
  return [h("dt", {}, name), h("dd", {}, value)];
}

function verdict(yes: boolean): HTMLElement {
  return h("code", { class: yes ? "yes" : "no" }, String(yes));
}
