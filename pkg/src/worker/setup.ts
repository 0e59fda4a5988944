/** The options, once: looked at, keys imported, the client made when it is first needed. */

import type { ClientOptions, TokenParameters, Tokens } from "../types.js";
import { Edge } from "../wasm/edge_bg.js";
import { ask, askFor, seconds, settle } from "./ask.js";
import { Client } from "./client.js";
import { MemoryTurns, RemoteTurns, Shared, type Turns, addressOf } from "./turns.js";
import type { CoordinatorNamespace, LogEvent, RateLimit, Route, TokenHandlerOptions } from "./types.js";
import { Vault } from "./vault.js";

/** Milliseconds after which a request that makes something for all is taken to be gone: its exchanges end before. */
const PATIENCE = 30_000;

/** DPoP keys whose client is kept: it knows the server's nonces. */
const CLIENTS = 64;

/** Addresses whose logins are counted. */
const ADDRESSES = 5_000;

/** Answers of the core that are kept. */
const ANSWERS = 32;

/** A mistake in the options, in words. */
export class Misconfigured extends Error {}

/** What the options come to. */
export class Setup<Env = unknown> {
  /** What the session's cookie is called. */
  readonly cookieName: string;
  readonly #edge: Edge;
  readonly #client = new Shared<Client>(PATIENCE);
  readonly #bound = new Map<string, Shared<Client>>();
  readonly #own = new Map<string, Shared<Own>>();
  readonly #known = new Map<string, unknown>();
  readonly #logins = new Map<string, { left: number; at: number }>();

  private constructor(
    readonly options: TokenHandlerOptions<Env>,
    edge: Edge,
    readonly vault: Vault,
    readonly turns: Turns,
    readonly issuer: string,
    readonly routes: readonly (readonly [string, Exclude<Route, string>])[],
    readonly origin: string | undefined,
    readonly rateLimit: RateLimit | undefined,
    private readonly clientOptions: ClientOptions,
  ) {
    this.#edge = edge;
    this.cookieName = this.ask("session_name", {});
  }

  /** @throws Misconfigured */
  static async of<Env>(options: TokenHandlerOptions<Env>, env: Env): Promise<Setup<Env>> {
    const {
      issuer, server: _server, clientId, clientAuth, sessionKeys, routes, base, origin, cookie, sameSite, session, claims, store, coordinator, dpop: _dpop,
      authorization, logout, assets: _assets, errorPath: _errorPath, rateLimit, clientAddress: _address, log: _log, fetch: ownFetch, ...rest
    } = options;
    const of = async <T>(value: T | ((env: Env) => T | Promise<T>) | undefined, name: string): Promise<T | undefined> => {
      try {
        return typeof value === "function" ? await (value as (env: Env) => T | Promise<T>)(env) : value;
      } catch {
        throw new Misconfigured(`${name}: the function that makes it failed. Is the binding or secret that it reads there?`);
      }
    };
    const needed = async (value: TokenHandlerOptions<Env>["issuer"], name: string): Promise<string> => {
      const made = await of<string>(value, name);
      if (typeof made !== "string" || made === "") throw new Misconfigured(`${name}: it is missing. Give a text.`);
      return made;
    };
    const paths = Object.entries((await of(routes, "routes")) ?? {}).map(([path, to]) => [path, typeof to === "string" ? { url: to } : to] as const);
    const keys = await of(sessionKeys, "sessionKeys");
    const ownOrigin = await of(origin, "origin");
    const edge = open({
      sessionKeys: keys, base, origin: ownOrigin, cookie, sameSite, claims, ...session, idTokenHint: logout?.idTokenHint,
      formPost: String(authorization?.response_mode ?? "").startsWith("form_post"), authorization,
      dangerouslyAllowHttp: options.dangerouslyAllowHttp,
      routes: paths.map(([prefix, { url, methods, token, timeout }]) => ({ prefix, target: url, methods, token, timeout })),
    });
    const namespace = await of<CoordinatorNamespace | undefined>(coordinator, "coordinator");
    if (store !== undefined && store !== "sealed" && store !== "durable") throw new Misconfigured('store: it is neither "sealed" nor "durable".');
    if (store === "durable" && namespace === undefined) {
      throw new Misconfigured("coordinator: a durable store needs it. Bind RefreshCoordinator as a Durable Object, and give its namespace.");
    }
    const auth = await of(clientAuth, "clientAuth");
    if (auth === undefined || auth.method === "none") {
      throw new Misconfigured("clientAuth: a token handler is a confidential client. Give secretBasic(), privateKeyJwt() or their like.");
    }
    const clientOptions: ClientOptions = {
      ...rest, clientId: await needed(clientId, "clientId"), clientAuth: auth, api: paths.map(([, { url }]) => url), ...(ownFetch && { fetch: ownFetch }),
    };
    return new Setup(
      options, edge, await Vault.of(keys as readonly string[], edge), namespace ? new RemoteTurns(namespace) : new MemoryTurns(),
      await needed(issuer, "issuer"), paths, ownOrigin, await of(rateLimit, "rateLimit"), clientOptions,
    );
  }

  /** Asks the core. */
  ask(what: string, input: object): string {
    return settle(this.#edge.ask(what, JSON.stringify(input)));
  }

  askFor<T>(what: string, input: object): T {
    return JSON.parse(this.ask(what, input)) as T;
  }

  /** As {@link askFor}, for questions that many requests have in common: the core's answer depends on nothing but its words. */
  known<T>(what: string, input: object): Readonly<T> {
    const question = what + JSON.stringify(input);
    const answer = this.#known.get(question) ?? this.askFor(what, input);
    keep(this.#known, question, answer, ANSWERS);
    return answer as T;
  }

  /** What shows a session's token to a route's API as it is; nothing where that takes the {@link client}. */
  bearer(route: number, url: string, { access_token, token_type }: Pick<Tokens, "access_token" | "token_type">): string | undefined {
    return this.#edge.bearer(route, url, access_token, token_type);
  }

  /** The client; with a key, one whose tokens are bound to it. */
  client(dpop?: JsonWebKey): Promise<Client> {
    const make = async (): Promise<Client> => {
      const options = dpop ? { ...this.clientOptions, dpop: await pairOf(dpop) } : this.clientOptions;
      const { server, timeout } = this.options;
      if (server) return new Client(server, options);
      // Once its metadata is known, no client asks for it again.
      if (dpop) return new Client((await this.client()).server, options);
      return Client.discover(this.issuer, options, timeout === undefined ? undefined : { timeout });
    };
    if (!dpop) return this.#client.get(make);
    const bound = this.#bound.get(dpop.x as string) ?? new Shared<Client>(PATIENCE);
    keep(this.#bound, dpop.x as string, bound, CLIENTS);
    return bound.get(make);
  }

  /** A token of the client's own, kept until it nears its end. */
  async clientToken(parameters: TokenParameters = {}): Promise<Tokens> {
    const name = JSON.stringify(parameters);
    const shared = this.#own.get(name) ?? new Shared<Own>(PATIENCE);
    keep(this.#own, name, shared, CLIENTS);
    const made = await shared.get(async () => ({ tokens: await (await this.client()).clientCredentials(parameters), obtained: seconds() }), isFresh);
    return made.tokens;
  }

  /** An API refused the client's own token: it is fetched anew, unless it is as good as new. */
  forgetClientToken(): void {
    for (const shared of this.#own.values()) shared.forget((own) => isFresh(own, true));
  }

  /** Seconds that a session may last. */
  get absolute(): number {
    return Number(this.ask("absolute", {}));
  }

  /** Seconds to wait before this address may begin a login; 0 where it may. */
  async mustWait(address: string): Promise<number> {
    const key = addressOf(address);
    const { wait, ...bucket } = askFor<{ left: number; at: number; wait?: number }>("admit", { ...this.#logins.get(key), now: seconds() });
    keep(this.#logins, key, bucket, ADDRESSES);
    if (wait !== undefined) return wait;
    const counted = await this.rateLimit?.limit({ key: `login:${key}` });
    return counted && !counted.success ? 60 : 0;
  }

  /** Tells whoever listens. */
  log(event: Omit<LogEvent, "time">): void {
    const whole = { ...event, time: seconds() };
    try {
      if (this.options.log) this.options.log(whole);
      else if (event.level === "error") console.error(JSON.stringify(whole));
    } catch {
      // Whoever listens badly does not keep anybody from what they came for.
    }
  }
}

function open(options: object): Edge {
  try {
    return new Edge(JSON.stringify(options));
  } catch (thrown) {
    if (typeof thrown !== "string") throw thrown;
    const { about, message } = JSON.parse(thrown) as { about?: string; message: string };
    throw new Misconfigured(`${about}: ${message}`);
  }
}

/** A token of the client's own, and when it came. */
interface Own {
  readonly tokens: Tokens;
  readonly obtained: number;
}

function isFresh({ tokens, obtained }: Own, refused = false): boolean {
  return ask("is_fresh", { expiresAt: tokens.expires_at, obtained, refused, now: seconds() }) === "true";
}

/** Keeps the newest few. */
function keep<T>(map: Map<string, T>, name: string, value: T, most: number): void {
  map.delete(name);
  map.set(name, value);
  for (const [oldest] of map) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}

const ES256 = { name: "ECDSA", namedCurve: "P-256" };

/** A private key of a session's own, as it is sealed with it: runtimes at the edge cannot store key objects. */
export async function newKey(): Promise<JsonWebKey> {
  const pair = (await crypto.subtle.generateKey(ES256, true, ["sign", "verify"])) as CryptoKeyPair;
  const { kty, crv, x, y, d } = (await crypto.subtle.exportKey("jwk", pair.privateKey)) as JsonWebKey;
  return { kty, crv, x, y, d } as JsonWebKey;
}

async function pairOf({ d, ...rest }: JsonWebKey): Promise<CryptoKeyPair> {
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey("jwk", { ...rest, d } as JsonWebKey, ES256, false, ["sign"]),
    crypto.subtle.importKey("jwk", rest, ES256, true, ["verify"]),
  ]);
  return { privateKey, publicKey };
}
