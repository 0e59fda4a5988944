/** One request, with the session that it brought and the cookies that its response will set. */

import { GrantError } from "../errors.js";
import type { Tokens } from "../types.js";
import { type Problem, Refused, problemOf, refused, seconds } from "./ask.js";
import { problemPage } from "./pages.js";
import type { Setup } from "./setup.js";
import { type Answer, sessionName, subjectName } from "./turns.js";
import type { Context, LogEvent } from "./types.js";

/** What a request is for, as the core reads it. */
export type Wish =
  | { readonly wish: "asset" | "prefetch" | "callback" | "session" | "refresh" | "logout" | "backchannel" }
  | { readonly wish: "login"; readonly returnTo: string; readonly parameters: Readonly<Record<string, string>> }
  | { readonly wish: "proxy"; readonly route: number; readonly url: string; readonly websocket: boolean; readonly timeout?: number };

/** What the core makes of a session's state. */
interface Due {
  readonly due: "use" | "refresh" | "wait" | "authorize" | "end";
  readonly refusal?: Problem;
  readonly usable: boolean;
  readonly touch: boolean;
  readonly maxAge: number;
}

/** The tokens of a session. */
type Kept = Pick<Tokens, "access_token" | "token_type" | "refresh_token" | "id_token" | "scope">;

/** A session in the hand: what is sealed, opened. */
export class Held {
  readonly id: string;
  readonly generation: number;
  /** How it stands, for the core alone. */
  readonly policy: object;
  readonly tokens: Kept;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly dpop: JsonWebKey | undefined;

  constructor(readonly record: string) {
    const { id, generation, policy, tokens, claims, dpop } = JSON.parse(record) as Omit<Held, "record">;
    // The name of a session alone, from when it was kept in the store.
    if (policy === undefined) throw refused("session_damaged");
    this.id = id;
    this.generation = generation;
    this.policy = policy;
    this.tokens = tokens;
    this.claims = claims;
    this.dpop = dpop;
  }
}

/** Milliseconds that a refresh may take as a whole: it ends before its turn does, `TURN_SECONDS` in `src/limits.rs`. */
const REFRESH_MILLISECONDS = 25_000;

/** How often a session is looked at anew before a request gives up: a refresh, and another that came in between. */
const TRIES = 4;

/** One request. */
export class Visit<Env = unknown> {
  readonly url: URL;
  readonly origin: string;
  readonly cookieHeader: string;
  /** The newest state of the session that this request knows of. */
  current: Held | undefined;
  readonly #set: string[] = [];
  /** The state that the session's cookie is set to. */
  #written: Held | undefined;
  readonly #took = new Map<string, number>();
  readonly #started = Date.now();

  constructor(readonly setup: Setup<Env>, readonly request: Request, readonly env: Env, readonly context: Context | undefined) {
    this.url = new URL(request.url);
    this.origin = setup.origin ?? this.url.origin;
    this.cookieHeader = request.headers.get("cookie") ?? "";
  }

  /** What the request is for. */
  wish(): Wish {
    // What a query says is between the page and the API: it is not kept.
    const ask = this.url.search === "" ? "known" : "askFor";
    return this.setup[ask]<Wish>("read", {
      origin: this.url.origin, path: this.url.pathname, query: this.url.search.slice(1), method: this.request.method,
      site: this.header("sec-fetch-site"), destination: this.header("sec-fetch-dest"), mode: this.header("sec-fetch-mode"), fromOrigin: this.header("origin"),
      purpose: this.header("sec-purpose") ?? this.header("purpose"), header: this.header("x-csrf") === "1",
      websocket: this.header("upgrade")?.toLowerCase() === "websocket",
    });
  }

  header(name: string): string | undefined {
    return this.request.headers.get(name) ?? undefined;
  }

  /** Where the authorization server sends the browser back to. */
  get callbackUrl(): string {
    return `${this.origin}${this.setup.options.base ?? "/auth"}/callback`;
  }

  /** The session that the request brought. @throws Refused where it brought something else, or the session is over. */
  async session(): Promise<Held | undefined> {
    const { setup, origin } = this;
    const opened = await setup.vault.session({ purpose: "session", name: setup.cookieName, origin }, this.cookieHeader);
    if (opened === undefined) return undefined;
    const { text, old } = opened;
    let held: Held;
    if (setup.options.store === "durable") {
      const { id } = JSON.parse(text) as { id: string };
      held = await this.#newer(id, await setup.turns.take(id, { message: "read" }));
    } else {
      held = new Held(text);
    }
    this.current = held;
    if (old) await this.#write(held);
    return held;
  }

  /** The session that the request brought, as new as it is known anywhere; none where it is over. @throws Refused where nobody can say. */
  async newest(): Promise<Held | undefined> {
    const { turns, options } = this.setup;
    try {
      const held = await this.session();
      if (held === undefined || options.store === "durable") return held;
      const answer = await turns.take(held.id, { message: "read" }).catch(() => undefined);
      if (answer === undefined || answer.answer === "unknown") return held;
      const newer = await this.#newer(held.id, answer);
      return newer.generation > held.generation ? newer : held;
    } catch (thrown) {
      const { code } = problemOf(thrown);
      if (code === "session_damaged" || code === "session_ended" || code === "session_superseded") return undefined;
      throw thrown;
    }
  }

  /** The same session with tokens that can be used. @throws Refused with what is due instead. */
  async ready(found: Held): Promise<Held> {
    let held = found;
    for (let tries = 0; tries < TRIES; tries++) {
      const due = this.#due(held);
      if (due.due === "use" && !due.touch) return held;
      if (due.refusal) {
        if (due.due === "end") await this.end(held, "ended").catch(() => undefined);
        throw new Refused(due.refusal);
      }
      const work = due.due === "refresh" ? () => this.#refresh(held) : async () => this.setup.ask("touched", { record: held.record, now: seconds() });
      const next = await this.#advance(held, work, due.usable);
      if (next === held) return held;
      held = next;
    }
    throw refused("refresh_unavailable", 1);
  }

  /** The same session, its access token refused by an API (or, without a response, by the page); itself where that means nothing. */
  refused(held: Held, response?: Response): Held {
    if (response && response.status !== 401) return held;
    const told = response && { status: response.status, challenge: response.headers.get("www-authenticate") };
    const record = this.setup.ask("refused_token", { record: held.record, now: seconds(), ...told });
    return record === "" ? held : new Held(record);
  }

  /** A session begins. */
  async begin(held: Held): Promise<void> {
    const { turns, issuer, options } = this.setup;
    const keep = this.#due(held).maxAge;
    if (options.store === "durable") await turns.take(held.id, { message: "begin", sealed: await this.#stored(held), keep });
    if (turns.index) {
      const { sub, sid } = held.claims as { sub?: string; sid?: string };
      const entry = { index: "add", session: { id: held.id, began: seconds() }, keep: this.setup.absolute } as const;
      if (sub !== undefined) await turns.index(subjectName(issuer, sub), entry);
      if (sid !== undefined) await turns.index(sessionName(issuer, sid), entry);
    }
    await this.#write(held);
  }

  /** The session that the browser had before is over: a login begins a new one, and never goes on with what was there. */
  async replaceSession(): Promise<void> {
    const held = await this.session().catch(() => undefined);
    if (held) await this.end(held, "replaced").catch(() => undefined);
  }

  /** The session is over, wherever it is known. */
  async end(held: Held, why: string): Promise<void> {
    const { turns, issuer } = this.setup;
    await turns.take(held.id, { message: "end", why, keep: this.#due(held).maxAge });
    const { sub, sid } = held.claims as { sub?: string; sid?: string };
    if (sub !== undefined) await turns.index?.(subjectName(issuer, sub), { index: "remove", id: held.id });
    if (sid !== undefined) await turns.index?.(sessionName(issuer, sid), { index: "remove", id: held.id });
  }

  /** Gives the tokens back, as far as the server takes them. A server that does not answer does not keep anybody logged in here. */
  async revoke({ tokens, dpop }: Held): Promise<void> {
    try {
      const client = await this.setup.client(dpop);
      const { refresh_token: refreshToken, access_token: accessToken } = tokens;
      if (refreshToken !== undefined) await client.revoke(refreshToken, { token_type_hint: "refresh_token" }, { timeout: 3000 });
      await client.revoke(accessToken, { token_type_hint: "access_token" }, { timeout: 3000 });
    } catch (thrown) {
      this.log("logout", "warn", problemOf(thrown));
    }
  }

  /**
   * An API may take its time, and the session go on meanwhile: where it ended, or another request took it further, this one's response sets no cookie for it. Else a
   * slow answer would undo a logout.
   */
  async reconsider(): Promise<void> {
    const held = this.#written;
    if (held === undefined) return;
    const answer = await this.setup.turns.take(held.id, { message: "still", generation: held.generation }).catch(() => undefined);
    if (answer !== undefined && answer.answer !== "kept") this.#unset();
  }

  /** Sets cookies that the core writes. */
  cookies(what: string, input: object): void {
    this.#set.push(...this.setup.askFor<{ cookies: string[] }>(what, { ...input, cookies: this.cookieHeader }).cookies);
  }

  /** Does something and counts the time. */
  async timed<T>(name: string, work: () => Promise<T>): Promise<T> {
    const started = Date.now();
    try {
      return await work();
    } finally {
      this.#took.set(name, (this.#took.get(name) ?? 0) + Date.now() - started);
    }
  }

  log(event: LogEvent["event"], level: LogEvent["level"], more: { code?: string; message?: string } = {}): void {
    const { code, message } = more;
    this.setup.log({ event, level, path: this.url.pathname, took: Date.now() - this.#started, ...(code && { code }), ...(message && { message }) });
  }

  /** What is neither an endpoint nor a route. */
  async asset(): Promise<Response> {
    const { assets } = this.setup.options;
    if (assets) return assets(this.request, this.env, this.context);
    const bound = (this.env as { ASSETS?: { fetch(request: Request): Promise<Response> } } | undefined)?.ASSETS;
    if (bound && typeof bound.fetch === "function") return bound.fetch(this.request);
    throw refused("not_found");
  }

  respond(body: BodyInit | null, init: { status: number; headers?: HeadersInit }): Response {
    return this.dressed(new Response(body, init));
  }

  /** A response of ours, with the cookies, and with what keeps it out of caches. */
  dressed(response: Response): Response {
    const { headers } = response;
    if (!headers.has("cache-control") || this.#set.length > 0) headers.set("cache-control", "no-store");
    if (!/(^|,)\s*(cookie|\*)\s*(,|$)/i.test(headers.get("vary") ?? "")) headers.append("vary", "Cookie");
    for (const cookie of this.#set) headers.append("set-cookie", cookie);
    const total = Date.now() - this.#started;
    const own = total - [...this.#took.values()].reduce((sum, took) => sum + took, 0);
    headers.append("server-timing", [...this.#took, ["handler", Math.max(own, 0)] as const].map(([name, took]) => `${name};dur=${took}`).join(", "));
    return response;
  }

  json(value: unknown, init: { status?: number; headers?: Record<string, string> } = {}): Response {
    const headers = { "content-type": "application/json", "x-content-type-options": "nosniff", ...init.headers };
    return this.respond(JSON.stringify(value), { status: init.status ?? 200, headers });
  }

  redirect(location: string): Response {
    return this.respond(null, { status: 302, headers: { location, "referrer-policy": "no-referrer" } });
  }

  /** For somebody who navigated here: a page of words, or the application's own. */
  page(problem: Problem, headers: Record<string, string>): Response {
    const { errorPath, base = "/auth" } = this.setup.options;
    if (errorPath !== undefined) {
      const url = new URL(errorPath, this.origin);
      url.searchParams.set("error", problem.code);
      url.searchParams.set("action", problem.action);
      return this.redirect(url.href);
    }
    return this.respond(problemPage(problem, `${base}/login`), {
      status: problem.status,
      headers: {
        ...headers, "content-type": "text/html; charset=utf-8", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      },
    });
  }

  #due(held: Held): Due {
    return this.setup.askFor<Due>("due", { policy: held.policy, now: seconds() });
  }

  /** The next generation of a session: made here if it is our turn, else by whoever has it. */
  async #advance(held: Held, work: () => Promise<string>, usable: boolean): Promise<Held> {
    const { turns } = this.setup;
    const { id, generation } = held;
    let answer: Answer;
    try {
      answer = await this.timed("turn", () => turns.take(id, { message: "ask", generation, keep: this.#due(held).maxAge, hasty: usable }));
    } catch (thrown) {
      if (usable) return held;
      throw thrown;
    }
    switch (answer.answer) {
      case "wait": return held;
      case "lead": {
        const made = this.timed("token", async () => this.#tell(await work()));
        this.context?.waitUntil(made.catch(() => undefined));
        return made;
      }
      case "lost": return this.#tell(this.setup.ask("lost", { record: held.record }));
      default: {
        const newer = await this.#newer(id, answer);
        await this.#write(newer);
        return newer;
      }
    }
  }

  /** Spends the refresh token, once. What comes of it is the next generation, also where nothing came of it. */
  async #refresh(held: Held): Promise<string> {
    const { setup } = this;
    const { record, tokens, claims, dpop } = held;
    try {
      const client = await setup.client(dpop);
      const whose = typeof claims["sub"] === "string" ? { claims } : {};
      const fresh = await client.refresh({ ...tokens, ...whose } as unknown as Tokens, undefined, { signal: AbortSignal.timeout(REFRESH_MILLISECONDS) });
      this.log("refresh", "info");
      return setup.ask("refreshed", { record, tokens: fresh, now: seconds() });
    } catch (thrown) {
      const problem = problemOf(thrown);
      this.log("refresh", "warn", problem);
      const report = thrown instanceof GrantError ? thrown.toJSON() : {};
      const next = setup.askFor<{ record: string; failed: string }>("failed", { record, report, now: seconds() });
      if (next.failed !== "refused") return next.record;
      await this.end(held, "refused");
      throw refused("session_ended", undefined, thrown);
    }
  }

  /** Lets everybody know the next generation. */
  async #tell(record: string): Promise<Held> {
    let held = new Held(record);
    const { turns } = this.setup;
    for (;;) {
      const answer = await turns.take(held.id, { message: "tell", generation: held.generation, sealed: await this.#stored(held), keep: this.#due(held).maxAge });
      if (answer.answer === "behind") {
        held = new Held(this.setup.ask("at", { record: held.record, generation: answer.generation + 1 }));
        continue;
      }
      if (answer.answer !== "kept") {
        // It ended while its tokens were on their way: nobody else knows of them.
        await this.revoke(held);
        throw refused("session_ended");
      }
      await this.#write(held);
      return held;
    }
  }

  async #newer(id: string, answer: Answer): Promise<Held> {
    if (answer.answer === "superseded") throw refused("session_superseded");
    if (answer.answer !== "newer") throw refused("session_ended");
    const { text } = await this.setup.vault.open({ purpose: "stored", name: id, origin: this.origin }, answer.sealed);
    return new Held(text);
  }

  #stored(held: Held): Promise<string> {
    return this.setup.vault.seal({ purpose: "stored", name: held.id, origin: this.origin }, held.record);
  }

  /** The cookie of a session: all of it, or its name alone. */
  async #write(held: Held): Promise<void> {
    const { setup, origin } = this;
    this.current = held;
    this.#unset();
    this.#written = held;
    const name = setup.cookieName;
    const text = setup.options.store === "durable" ? JSON.stringify({ id: held.id }) : held.record;
    const sealed = await setup.vault.seal({ purpose: "session", name, origin }, text);
    this.cookies("write_session", { sealed, maxAge: this.#due(held).maxAge });
  }

  /** The session's cookie is not set. */
  #unset(): void {
    const { cookieName } = this.setup;
    const others = this.#set.filter((cookie) => !cookie.startsWith(`${cookieName}=`) && !cookie.startsWith(`${cookieName}.`));
    this.#set.splice(0, this.#set.length, ...others);
    this.#written = undefined;
  }
}
