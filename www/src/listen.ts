/** What a hostile script does next: it puts itself between the page and the platform, and listens while a token is on its way. */

/** All that was heard, as text, while `work` ran. Everything is put back afterwards. */
export async function listenedIn(work: () => Promise<unknown>): Promise<readonly string[]> {
  const heard: string[] = [];
  const hear = (value: unknown): void => {
    if (heard.length > 20_000) return;
    try {
      heard.push(typeof value === "string" ? value : JSON.stringify(value) ?? "");
    } catch { /* it cannot be written down */ }
  };
  const restore: (() => void)[] = [];
  const listeners: Promise<unknown>[] = [];

  /** Puts `spy` in the place of a method; it hears the arguments and what comes back. */
  const tap = (owner: object, name: string): void => {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    const inner = descriptor?.value as ((...words: unknown[]) => unknown) | undefined;
    if (!descriptor || typeof inner !== "function") return;
    Object.defineProperty(owner, name, {
      ...descriptor,
      value(this: unknown, ...words: unknown[]) {
        for (const word of words) hear(word);
        const made = inner.apply(this, words);
        hear(made);
        if (made instanceof Promise) listeners.push(made.then((it) => it instanceof Response ? it.clone().text().then(hear, () => {}) : hear(it), () => {}));
        return made;
      },
    });
    restore.push(() => Object.defineProperty(owner, name, descriptor));
  };
  /** What arrives in messages is read by this getter, by whoever reads it. */
  const data = Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data")!;
  Object.defineProperty(MessageEvent.prototype, "data", { ...data, get(this: MessageEvent) { const value = data.get!.call(this) as unknown; hear(value); return value; } });
  restore.push(() => Object.defineProperty(MessageEvent.prototype, "data", data));

  tap(globalThis, "fetch");
  for (const name of ["json", "text", "arrayBuffer", "clone"]) tap(Response.prototype, name);
  for (const name of ["append", "set", "get"]) tap(Headers.prototype, name);
  for (const name of ["open", "send", "setRequestHeader"]) tap(XMLHttpRequest.prototype, name);
  for (const type of [MessagePort, Worker, BroadcastChannel]) tap(type.prototype, "postMessage");
  tap(JSON, "parse");
  tap(TextDecoder.prototype, "decode");
  tap(ReadableStreamDefaultReader.prototype, "read");
  try {
    await work();
  } finally {
    for (const put of restore) put();
  }
  await Promise.all(listeners);
  return heard;
}
