/** How requests, replies and their parameters look: used by the timeline, the tokens and the errors. */
import { GLOSSARY } from "./glossary.js";
import { spoken, type Text } from "./language.js";
import { h, json, specLink, type Child } from "./ui.js";
import type { Exchange } from "./wire.js";

/** Parameters, one to a row; those of the glossary open to say what they are for. */
export function parameters(values: Record<string, string>): HTMLElement {
  return h("div", { class: "parameters" }, ...Object.entries(values).map(([name, value]) => {
    const facts = [h("code", { class: "name" }, ...breakable(name)), h("code", { class: "value" }, value)];
    const meaning = GLOSSARY[name];
    if (!meaning) return h("div", { class: "parameter" }, ...facts);
    return h("details", { class: "parameter" }, h("summary", { title: meaning[0] }, ...facts), h("p", {}, meaning[0], " ", specLink(meaning[1])));
  }));
}

/** The request's half of an exchange. */
export function request(exchange: Exchange): HTMLElement {
  return h("div", { class: "wire out" },
    h("p", { class: "line" }, h("b", {}, exchange.method), h("code", {}, exchange.url)),
    headers(exchange.requestHeaders),
    exchange.form && parameters(exchange.form));
}

/** The reply's half of an exchange, or why there is none. */
export function response(exchange: Exchange): HTMLElement {
  const time = h("span", { class: "time" }, `${exchange.milliseconds.toFixed(0)} ms`);
  if (exchange.failure) return h("div", { class: "wire in failed" }, h("p", { class: "line" }, h("b", {}, ["no reply", "応答なし"]), h("code", {}, exchange.failure), time));
  const body = typeof exchange.body === "string" ? h("code", {}, exchange.body || spoken(["(empty)", "（空）"])) : json(exchange.body);
  return h("div", { class: "wire in" },
    h("p", { class: "line" }, h("b", {}, String(exchange.status || "redirect")), h("code", {}, exchange.headers?.["content-type"] ?? ""), time),
    headers(exchange.headers ?? {}),
    h("pre", { tabindex: "0", role: "group", "aria-label": ["Response body", "応答の本文"] }, body));
}

/** Request, reply; a long reply folded away under `summary`. */
export function folded(exchange: Exchange, summary: Text): HTMLElement {
  return h("details", { class: "fold" }, h("summary", {}, summary), request(exchange), response(exchange));
}

/** A long name may break where its words end. */
function breakable(name: string): Child[] {
  return name.split(/(?<=_)/).flatMap((word) => [h("wbr"), word]);
}

function headers(values: Record<string, string>): HTMLElement {
  return h("dl", { class: "headers" }, ...Object.entries(values).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}
