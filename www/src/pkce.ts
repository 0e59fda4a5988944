/** A PKCE pair, made in the open: synchronous, without crypto.subtle, and used for nothing. */
import { pkcePair } from "grantkit";

import { h, specLink } from "./ui.js";

/** Browsers blur their clocks, so one pair cannot be timed; the mean of many can. */
const ROUNDS = 200;

export function pkce(panel: HTMLElement): void {
  const verifier = h("code", { class: "value", id: "verifier" });
  const challenge = h("code", { class: "value", id: "challenge" });
  const time = h("strong", { class: "figure", id: "pkce-time" });
  const make = (): void => {
    const started = performance.now();
    let made = pkcePair();
    for (let round = 1; round < ROUNDS; round++) made = pkcePair();
    const each = ((performance.now() - started) * 1000) / ROUNDS;
    verifier.textContent = made.code_verifier;
    challenge.textContent = made.code_challenge;
    time.textContent = `${each < 10 ? each.toFixed(1) : each.toFixed(0)} µs`;
  };
  panel.append(
    h("h2", {}, ["A PKCE pair, live", "PKCE のペアを、その場で"]),
    h("p", {}, globalThis.crypto?.subtle
      ? ["Made here, synchronously: SHA-256 is in the module, so it works where `crypto.subtle` does not exist. On this page it exists, and is not used for this. ", "ここで、同期的に作ります。SHA-256 はモジュールの中にあるので、`crypto.subtle` がない場所でも動きます。このページにはありますが、使っていません。"]
      : ["Made here, synchronously: SHA-256 is in the module, so it works where `crypto.subtle` does not exist, as on this page. ", "ここで、同期的に作ります。SHA-256 はモジュールの中にあるので、このページのように `crypto.subtle` がない場所でも動きます。"],
    specLink("RFC 7636 4")),
    h("dl", { class: "pairs" },
      h("dt", {}, "code_verifier"), h("dd", {}, verifier),
      h("dt", {}, "code_challenge"), h("dd", {}, challenge),
      h("dt", {}, ["time for both", "両方にかかる時間"]), h("dd", {}, time, h("span", { class: "soft" }, [` mean of ${ROUNDS}`, ` ${ROUNDS} 回の平均`]))),
    h("button", { type: "button", click: make }, ["Make another", "もう一組作る"]));
  make();
}
