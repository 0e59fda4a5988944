/** Pages on plain http: what a browser withholds there, what works all the same, and what then vouches for an ID token. */
import type { Text } from "./language.js";
import { h } from "./ui.js";

/** Whether this page comes from this machine, where http is nobody's wire. */
export const loopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname);

/** Who vouches for an ID token: its signature, or, on request, the connection. The choice outlives the redirect. */
export function witness(): "required" | "tls" {
  if (globalThis.crypto?.subtle) return "required";
  return sessionStorage.getItem("witness") === "required" ? "required" : "tls";
}

/** Says what is missing here, and lets people choose. Empty where nothing is missing. */
export function banner(place: HTMLElement, choices = true): void {
  if (globalThis.crypto?.subtle && (loopback || location.protocol !== "http:")) return;
  place.append(h("section", { class: "insecure", "aria-label": ["This page is not on a secure origin", "このページは安全なオリジンにありません"] },
    h("div", {},
      h("h2", {}, ["crypto.subtle is missing here", "ここには crypto.subtle がありません"]),
      h("p", {}, [
        `${location.origin} is not a secure context, so the browser withholds it. PKCE works all the same: SHA-256 is in the module. A signature cannot be checked, and over plain http everyone on the way can read the tokens. This demo therefore sets \`dangerouslyAllowHttp\`: for a laboratory, never for people.`,
        `${location.origin} は安全なコンテキストではないため、ブラウザーが提供しません。それでも PKCE は動きます。SHA-256 はモジュールの中にあるからです。署名は検証できず、平文の http では、途中の誰もがトークンを読めます。そのため、このデモは \`dangerouslyAllowHttp\` を設定しています。実験のためであり、人のためには決して使わないでください。`,
      ])),
    choices && h("fieldset", {}, h("legend", {}, ["Who vouches for the ID token?", "ID トークンを保証するのは？"]),
      choice("tls", ["The connection", "接続"], [
        "`idTokenSignature: \"tls\"`. OpenID Connect allows it over TLS; here the connection is bare, so in truth nobody vouches.",
        "`idTokenSignature: \"tls\"`。OpenID Connect は TLS の上でこれを認めています。ここでは接続がむき出しなので、実際には誰も保証しません。",
      ]),
      choice("required", ["Its signature", "署名"], ["The default. Here it ends in an error that says why.", "既定。ここでは、理由を述べるエラーで終わります。"]))));
}

function choice(value: "tls" | "required", title: Text, text: Text): HTMLElement {
  const select = (): void => sessionStorage.setItem("witness", value);
  return h("label", {},
    h("input", { type: "radio", name: "witness", value, checked: witness() === value, change: select }),
    h("span", {}, h("b", {}, title), h("small", {}, text)));
}
