/** Elements and small habits of the page: text only, never markup, so nothing that a server sends can become code. */

import { follow, recall, remember, said, spoken, type Text } from "./language.js";

export type Child = Node | string | Text | false | undefined;
type Attributes = Record<string, string | boolean | Text | ((event: Event) => void)>;

/** An element: `h("p", { class: "soft" }, "text")`. Functions listen, `true` is a bare attribute, `false` is none; pairs speak both languages. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (isText(value)) follow(element, () => element.setAttribute(name, spoken(value)));
    else if (value !== false) element.setAttribute(name, value === true ? "" : value as string);
  }
  element.append(...nodes(children));
  return element;
}

/** What is to be shown of a list of children. */
export function nodes(children: readonly Child[]): (Node | string)[] {
  return children.filter((child) => child !== undefined && child !== false).map((child) => isText(child) ? said(child) : child);
}

function isText(value: unknown): value is Text {
  return Array.isArray(value);
}

/** The element with this id; the page is ours, so it is there. */
export function the<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** A link to the clause that `spec` names, as "RFC 6749 5.2" or "OIDC Core 3.1.3.7"; plain text for others. */
export function specLink(spec: string): Node {
  const [, document, rfc, clause] = /^(RFC (\d+)|OIDC Core)(?: §?([\d.]+))?$/.exec(spec) ?? [];
  if (!document) return new Text(spec);
  const page = rfc ? `https://www.rfc-editor.org/rfc/rfc${rfc}.html` : "https://openid.net/specs/openid-connect-core-1_0.html";
  const href = rfc && clause ? `${page}#section-${clause}` : page;
  return h("a", { href, rel: "noreferrer", target: "_blank" }, clause ? `${document} §${clause}` : document);
}

/** JSON with its names, strings and numbers told apart by class. */
export function json(value: unknown): HTMLElement {
  const grammar = /("(?:[^"\\]|\\.)*"(?=:))|("(?:[^"\\]|\\.)*")|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|true|false|null/gi;
  return painted(JSON.stringify(value, null, 2), grammar, ["name", "string", "number"]);
}

/** TypeScript with comments, strings and keywords told apart by class. */
export function source(text: string): HTMLElement {
  const grammar = /(\/\*[^]*?\*\/|\/\/.*)|("[^"\n]*")|\b(?:import|export|from|async|function|const|return|await|type)\b/g;
  return painted(text, grammar, ["comment", "string", "keyword"]);
}

/** Each match in the class of its group: the first, the second, neither. */
function painted(text: string, grammar: RegExp, [first, second, other]: [string, string, string]): HTMLElement {
  const code = h("code");
  let end = 0;
  for (const match of text.matchAll(grammar)) {
    code.append(text.slice(end, match.index), h("span", { class: match[1] ? first : match[2] ? second : other }, match[0]));
    end = match.index + match[0].length;
  }
  code.append(text.slice(end));
  return code;
}

/** The switch between the device's colours, light and dark; remembered, since it is no secret. */
export function theme(button: HTMLButtonElement): void {
  const order: Record<string, Text> = { auto: ["Theme: auto", "テーマ：自動"], light: ["Theme: light", "テーマ：ライト"], dark: ["Theme: dark", "テーマ：ダーク"] };
  const names = Object.keys(order);
  let choice = names.find((it) => it === recall("theme")) ?? "auto";
  const show = (): void => {
    if (choice === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = choice;
    button.textContent = spoken(order[choice]!);
  };
  follow(button, show);
  button.addEventListener("click", () => {
    choice = names[(names.indexOf(choice) + 1) % names.length]!;
    remember("theme", choice);
    show();
  });
}

/** What the page's server or build says of the world: an address, or "" where there is none. */
export function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)!.content;
}

/** An address of this page's own folder. */
export function own(path: string): string {
  return new URL(meta("root") + path, location.origin).href;
}

/** "1:05" for 65 seconds. */
export function clock(seconds: number): string {
  const left = Math.max(0, Math.round(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}
