/** Each check that grantkit makes on the way to tokens, and what it protects from. */
import type { Check, Deviation } from "grantkit";

import type { Text } from "./language.js";

interface Explained {
  readonly title: Text;
  readonly protects: Text;
  readonly spec: string;
}

/** A name of the specification is itself in every language. */
const same = (name: string): Text => [name, name];

export const CHECKS: Record<Check, Explained> = {
  state: {
    title: same("state"), spec: "RFC 6749 10.12",
    protects: ["The callback answers the login that this tab began: nobody can slip in a link that logs you into their account.", "コールバックは、このタブが始めたログインへの答えです。他人のアカウントにログインさせるリンクを紛れ込ませることはできません。"],
  },
  issuer_parameter: {
    title: ["iss in the callback", "コールバックの iss"], spec: "RFC 9207 2.4",
    protects: ["The code comes from the server that was asked: it is not carried from an honest server to a hostile one (mix-up).", "認可コードは、問い合わせたサーバーから来ています。正しいサーバーの認可コードが、悪意あるサーバーへ渡ることはありません（mix-up 攻撃）。"],
  },
  pkce: {
    title: same("PKCE"), spec: "RFC 7636 4.5",
    protects: ["Who redeems the code is who began the login: a code stolen from a URL or a log is worthless.", "認可コードを引き換えるのは、ログインを始めた本人です。URL やログから盗んだ認可コードには価値がありません。"],
  },
  dpop_binding: {
    title: same("DPoP"), spec: "RFC 9449 5",
    protects: ["The tokens are bound to a key that this browser never gives out: stolen, they are worth nothing elsewhere.", "トークンは、このブラウザーから決して出ない鍵に結び付いています。盗んでも、よそでは使えません。"],
  },
  id_token_signature: {
    title: ["signature", "署名"], spec: "OIDC Core 3.1.3.7",
    protects: ["The ID token is by the issuer's own key: not a byte was altered on the way.", "ID トークンは発行者自身の鍵で署名されています。途中で 1 バイトも変わっていません。"],
  },
  id_token_tls: {
    title: ["connection as witness", "接続を証人とする"], spec: "OIDC Core 3.1.3.7",
    protects: ["No signature was checked; the connection to the token endpoint vouches instead. On plain http, nothing does.", "署名は検証していません。代わりに、トークンエンドポイントへの接続を信用します。平文の http では、保証するものが何もありません。"],
  },
  id_token_algorithm: {
    title: same("alg"), spec: "RFC 8725 3.1",
    protects: ["The algorithm is the one agreed on: no “none”, no public key abused as a shared secret.", "取り決めたアルゴリズムです。「none」でも、公開鍵を共有秘密として悪用したものでもありません。"],
  },
  id_token_issuer: {
    title: ["iss in the ID token", "ID トークンの iss"], spec: "OIDC Core 3.1.3.7",
    protects: ["It speaks for the issuer that was asked, to the letter, not for one with a similar name.", "問い合わせた発行者と、一字一句同じです。よく似た名前の別の発行者ではありません。"],
  },
  id_token_audience: {
    title: same("aud"), spec: "OIDC Core 3.1.3.7",
    protects: ["It was made for this client: a token that another application received cannot log anyone in here.", "このクライアントのために発行されました。別のアプリが受け取ったトークンで、ここにログインすることはできません。"],
  },
  id_token_authorized_party: {
    title: same("azp"), spec: "OIDC Core 3.1.3.7",
    protects: ["Where several clients are addressed, this one is the party it was issued to.", "宛先が複数あるとき、発行を受けた当事者はこのクライアントです。"],
  },
  id_token_expiry: {
    title: same("exp"), spec: "OIDC Core 3.1.3.7",
    protects: ["It is still valid: an old token from a backup or a log is refused.", "まだ有効です。バックアップやログから出てきた古いトークンは拒否します。"],
  },
  id_token_issued_at: {
    title: same("iat"), spec: "OIDC Core 3.1.3.7",
    protects: ["It is not from the future, so clocks agree and its lifetime means something.", "未来の日時ではありません。時計が合っているので、有効期限に意味があります。"],
  },
  id_token_nonce: {
    title: same("nonce"), spec: "OIDC Core 3.1.3.7",
    protects: ["It belongs to this login: a token from an earlier one, or an injected code, is refused.", "このログインのものです。以前のログインのトークンや、差し込まれた認可コードは拒否します。"],
  },
  id_token_auth_time: {
    title: same("auth_time"), spec: "OIDC Core 3.1.3.7",
    protects: ["The user was really there as recently as max_age asks.", "max_age が求める時間内に、ユーザーが実際に認証しています。"],
  },
  id_token_access_token_hash: {
    title: same("at_hash"), spec: "OIDC Core 3.1.3.8",
    protects: ["The access token is the one the ID token came with: neither was swapped.", "アクセストークンは、この ID トークンと一緒に発行されたものです。どちらもすり替えられていません。"],
  },
  id_token_subject: {
    title: same("sub"), spec: "OIDC Core 12.2",
    protects: ["After the refresh it is still the same user.", "更新の後も、同じユーザーです。"],
  },
};

export const DEVIATIONS: Record<Deviation, Text> = {
  byte_order_mark: ["The body began with a byte order mark.", "本文がバイト順マーク（BOM）で始まっていました。"],
  content_type: ["The Content-Type was not application/json.", "Content-Type が application/json ではありませんでした。"],
  error_shape: ["The error did not have the shape of RFC 6749 §5.2.", "エラーが RFC 6749 §5.2 の形ではありませんでした。"],
  error_status: ["The error came with a status other than 400 or 401.", "エラーのステータスが 400 でも 401 でもありませんでした。"],
  expires_in_type: ["expires_in was not a number; its digits were read.", "expires_in が数値ではなかったので、数字として読み取りました。"],
  form_encoded: ["The body was form-encoded instead of JSON.", "本文が JSON ではなく、フォーム形式でした。"],
  missing_token_type: ["token_type was missing; Bearer was assumed.", "token_type がなかったので、Bearer とみなしました。"],
  nested_response: ["The tokens stood inside another object.", "トークンが別のオブジェクトの中にありました。"],
  scope_separator: ["Scopes were separated by something other than spaces.", "スコープの区切りが空白ではありませんでした。"],
  scope_type: ["scope was a list; it was joined with spaces.", "scope が配列だったので、空白でつなぎました。"],
  success_status: ["The success came with a status other than 200.", "成功のステータスが 200 ではありませんでした。"],
  token_type_alias: ["token_type was another word for Bearer.", "token_type が Bearer の別名でした。"],
};
