/**
 * English and Japanese, side by side where they are used: a text is a pair, and whatever shows it follows the switch without a reload,
 * since a reload would cost the page what it holds in memory. Text in backticks is code.
 */

/** The same sentence twice. */
export type Text = readonly [english: string, japanese: string];

const LANGUAGES = ["en", "ja"] as const;
type Language = (typeof LANGUAGES)[number];

let language = preferred();

/** How each node that shows a text is drawn anew. */
const redraw = new WeakMap<Node, (() => void)[]>();
const shown = new Set<WeakRef<Node>>();

/** The text in the language of the moment, for what is drawn again anyway. */
export function spoken([english, japanese]: Text): string {
  return language === "ja" ? japanese : english;
}

/** The language of the moment, as `Intl` wants it. */
export const locale = (): string => language;

/** A node that shows a text, and goes on to. */
export function said(text: Text): Node {
  if (!text.some((it) => it.includes("`"))) {
    const node = new Text();
    follow(node, () => { node.data = spoken(text); });
    return node;
  }
  const span = document.createElement("span");
  span.className = "said";
  follow(span, () => span.replaceChildren(...marked(spoken(text))));
  return span;
}

/** Draws now, and whenever the language is another, for as long as `node` lives. */
export function follow(node: Node, draw: () => void): void {
  const before = redraw.get(node);
  if (before) before.push(draw);
  else {
    redraw.set(node, [draw]);
    shown.add(new WeakRef(node));
  }
  draw();
}

/** Text with its code told apart. */
export function marked(text: string): (Node | string)[] {
  return text.split("`").map((part, at) => {
    if (at % 2 === 0) return part;
    const code = document.createElement("code");
    code.textContent = part;
    return code;
  });
}

/** The words that stand in the document: English as written, Japanese in `data-ja`, that of an attribute in `data-ja-…`. */
export function translateDocument(): void {
  follow(document.documentElement, () => { document.documentElement.lang = language; });
  for (const element of document.querySelectorAll<HTMLElement>("[data-ja]")) {
    const english = [...element.childNodes];
    follow(element, () => element.replaceChildren(...(language === "ja" ? marked(element.dataset["ja"]!) : english)));
  }
  for (const [name, key] of [["aria-label", "jaAriaLabel"], ["content", "jaContent"]] as const) {
    for (const element of document.querySelectorAll<HTMLElement>(`[data-ja-${name}]`)) {
      const english = element.getAttribute(name)!;
      follow(element, () => element.setAttribute(name, spoken([english, element.dataset[key]!])));
    }
  }
}

/** The switch: one button for each language, named in itself. Remembered, since it is no secret. */
export function switchLanguage(place: HTMLElement): void {
  for (const button of place.querySelectorAll<HTMLButtonElement>("button[lang]")) {
    follow(button, () => button.setAttribute("aria-pressed", String(button.lang === language)));
    button.addEventListener("click", () => {
      language = button.lang as Language;
      remember("language", language);
      for (const reference of shown) {
        const node = reference.deref();
        if (node) for (const draw of redraw.get(node) ?? []) draw();
        else shown.delete(reference);
      }
    });
  }
}

/** What the address asks for, what was chosen before, what the browser prefers. */
function preferred(): Language {
  const asked = [new URLSearchParams(location.search).get("lang"), recall("language"), ...navigator.languages];
  const known = asked.map((it) => LANGUAGES.find((one) => it?.toLowerCase().split("-")[0] === one));
  return known.find((it) => it !== undefined) ?? "en";
}

/** A choice that outlives the page, where the browser lets us. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch { /* it is asked again next time */ }
}

/** A choice of before. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
