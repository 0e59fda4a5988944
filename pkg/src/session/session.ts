/** A session in the page: who is signed in, and a link to the Worker that knows more. No field of it holds a token, and no message brings one. */

import { type ErrorReport, GrantError } from "../errors.js";
import { invalidArgument, toJson } from "../settle.js";
import type { AuthorizationParameters } from "../types.js";
import { connect, type Connection, type Link } from "./connect.js";
import { ownError } from "./errors.js";
import { fetchBy } from "./fetch.js";
import type { Arrival, OwnPage, View } from "./protocol.js";
import { here, readOptions, type Read } from "./setup.js";
import type { LoginOptions, LogoutOptions, Session, SessionEvents, SessionOptions, SessionState } from "./types.js";
import { inFrame, inPopup, isSilentFrame, openPopup, relay } from "./windows.js";

/** Where sessions of this page are: a second copy of this file finds them too. */
const REGISTRY = Symbol.for("grantkit.session");

type Registry = Map<string, Promise<Session>>;

/** `createSession()` for a Worker's script. Without one it must be served. */
export function sessionsBy(script = ""): (options: SessionOptions) => Promise<Session> {
  return async (options) => {
    if (typeof window === "undefined") throw ownError("worker_unavailable", "configuration");
    // A page in the frame of a silent login hands its address on, and is done.
    if (isSilentFrame()) return handOver(new URL(location.href).searchParams.get("state") ?? "");
    const read = readOptions(options);
    if (!script && read.worker === undefined) throw invalidArgument("worker", "configuration");
    const sessions = registry();
    const { key } = read.setup;
    const known = sessions.get(key);
    if (known) return known;
    const forget = (): void => { if (sessions.get(key) === made) sessions.delete(key); };
    const made = PageSession.start(script, read, forget);
    sessions.set(key, made);
    made.catch(forget);
    return made;
  };
}

function registry(): Registry {
  const page = globalThis as { [REGISTRY]?: Registry };
  if (!page[REGISTRY]) Object.defineProperty(page, REGISTRY, { value: new Map() });
  return page[REGISTRY] as Registry;
}

/** What the page's own address means for the session. */
async function arrive(link: Link, session: PageSession): Promise<void> {
  const url = location.href;
  let arrival: Arrival = /[?#&](code|error|response|state)=/.test(url) ? await link.call("arrive", { url, claim: false }) : { kind: "nothing" };
  if (arrival.kind === "relay") {
    if (await relay(arrival.state)) return leave();
    // Nobody waits any more: the login is this window's then.
    arrival = await link.call("arrive", { url, claim: true });
  }
  if (arrival.kind === "login" || arrival.kind === "past") clean(arrival.returnTo);
  session.see(arrival.kind === "login" ? await link.call("finish", url) : await link.call("resume", null));
}

/** The code leaves the address bar, and the page is where the user wanted to be. */
function clean(returnTo: string): void {
  const target = returnTo === "" ? new URL(location.pathname, location.href) : new URL(returnTo, location.href);
  if (target.origin === location.origin) history.replaceState(history.state, "", target.href);
}

async function handOver(state: string): Promise<never> {
  await relay(state);
  return forever();
}

/** This window is done. */
function leave(): Promise<never> {
  window.close();
  return forever();
}

const forever = (): Promise<never> => new Promise<never>(() => undefined);

/** How often a page looks whether a popup has finished a login by itself, and how many milliseconds apart. */
const LOOKS = 10;
const LOOK_AGAIN = 500;

class PageSession implements Session {
  readonly #connect: () => Connection;
  readonly #forget: () => void;
  readonly #listeners: { readonly [Name in keyof SessionEvents]: Set<(detail: SessionEvents[Name]) => void> } = { change: new Set(), error: new Set() };
  #opened: Promise<Link> | undefined;
  #end: Connection["end"] = () => undefined;
  #state: SessionState = { status: "signed_out", user: null, scope: null };
  #error: GrantError | null = null;

  static async start(script: string, read: Read, forget: () => void): Promise<Session> {
    const session = new PageSession(script, read, forget);
    session.#opened = session.#open();
    await arrive(await session.#opened, session);
    return session;
  }

  private constructor(script: string, { setup, worker }: Read, forget: () => void) {
    const own: OwnPage = { frame: ({ url, state, redirectUri }) => inFrame(url, state, redirectUri), view: (news) => this.see(news) };
    this.#connect = () => connect(script, worker, setup, own, () => this.#reopen());
    this.#forget = forget;
    this.fetch = this.fetch.bind(this);
  }

  async #open(): Promise<Link> {
    const { link, opened, end } = this.#connect();
    this.#end = end;
    this.see(await opened);
    return link;
  }

  /** The Worker. Where it died, the one that some tab has started since, or that this one starts. */
  #link(): Promise<Link> {
    if (!this.#opened) {
      this.#opened = this.#open().then(async (link) => {
        this.see(await link.call("resume", null));
        return link;
      });
      this.#opened.catch(() => { this.#opened = undefined; });
    }
    return this.#opened;
  }

  #reopen(): void {
    this.#end(ownError("worker_unavailable", "configuration"));
    this.#opened = undefined;
    this.#link().catch((error: GrantError) => this.see({ state: this.#state, error: error.toJSON() }));
  }

  get status(): SessionState["status"] { return this.#state.status; }
  get user(): SessionState["user"] { return this.#state.user; }
  get scope(): string | null { return this.#state.scope; }
  get expiresAt(): number { return this.#state.expiresAt as number; }
  get error(): GrantError | null { return this.#error; }

  async login(options: LoginOptions = {}): Promise<void> {
    const { returnTo, popup = false, ...parameters } = options;
    const target = here("returnTo", returnTo ?? location.href);
    const plain = JSON.parse(toJson(parameters, "options", "authorization")) as AuthorizationParameters;
    const begin = async (): Promise<{ url: string; state: string }> => (await this.#link()).call("authorize", { parameters: plain, returnTo: target, popup });
    if (!popup) {
      const { url } = await begin();
      location.assign(url);
      return forever();
    }
    const opened = openPopup();
    try {
      const { url, state } = await begin();
      const address = await inPopup(opened, url, state);
      const link = await this.#link();
      const { kind } = await link.call("arrive", { url: address, claim: true });
      const ours = kind === "login";
      // A popup that this page was too busy to answer has finished the login by itself.
      let view = ours ? await link.call("finish", address) : await link.call("resume", null);
      // It may be at it yet, and is left open meanwhile.
      for (let looks = 0; !ours && looks < LOOKS && view.state.status === "signed_out"; looks++) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
        view = await link.call("resume", null);
      }
      this.see(view);
      if (ours && view.error) throw new GrantError(view.error);
      if (view.state.status === "signed_out") throw ownError("popup_closed", "authorization");
    } finally {
      opened.close();
    }
  }

  async logout({ returnTo, local = false }: LogoutOptions = {}): Promise<void> {
    const target = returnTo === undefined ? null : here("returnTo", returnTo);
    const { url } = await (await this.#link()).call("logout", { local, returnTo: target });
    if (url === null) return;
    location.assign(url);
    return forever();
  }

  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    return fetchBy(this.#link(), input, init);
  }

  async refresh(): Promise<void> {
    await (await this.#link()).call("refresh", null);
  }

  on<Name extends keyof SessionEvents>(event: Name, listener: (detail: SessionEvents[Name]) => void): () => void {
    const listeners = this.#listeners[event];
    listeners.add(listener);
    return () => { listeners.delete(listener); };
  }

  close(): void {
    this.#forget();
    this.#end();
  }

  toJSON(): ReturnType<Session["toJSON"]> {
    return { ...this.#state, error: this.#error?.toJSON() ?? null };
  }

  /** Takes the Worker's view over. @internal */
  see({ state, error }: View): void {
    const before = JSON.stringify(this);
    const isNews = error !== null && JSON.stringify(error) !== JSON.stringify(this.#error);
    this.#state = state;
    if (isNews || error === null) this.#error = errorOf(error);
    if (JSON.stringify(this) === before) return;
    this.#tell("change", this);
    if (isNews && this.#error) this.#tell("error", this.#error);
  }

  /** A listener that throws keeps the news from no other, and from nobody who called. */
  #tell<Name extends keyof SessionEvents>(event: Name, detail: SessionEvents[Name]): void {
    for (const listener of this.#listeners[event]) {
      try {
        listener(detail);
      } catch (error) {
        reportError(error);
      }
    }
  }
}

function errorOf(report: ErrorReport | null): GrantError | null {
  return report && new GrantError(report);
}
