/** The words of `grantkit/worker`. */

import type { AuthorizationParameters, ClientAuth, ClientOptions, ServerMetadata, TokenParameters, Tokens } from "../types.js";
import type { Problem } from "./ask.js";
import type { Listed } from "./turns.js";

/** A value, or a function that makes it of the Worker's bindings. */
export type OfEnv<T, Env> = T | ((env: Env) => T | Promise<T>);

/** Where a path of this origin leads. */
export type Route =
  | string
  | {
      /** An absolute URL; it ends with a slash where the path does. */
      readonly url: string;
      /** The methods that it takes. Default: all but `TRACE` and `CONNECT`. */
      readonly methods?: readonly string[];
      /** Whose token goes along: the user's (default), the Worker's own (client credentials), or nobody's. */
      readonly token?: "session" | "client" | "none";
      /** Milliseconds that the API has until its answer begins, after which the page gets `upstream_timeout`. Default: none; an upload takes its time, too. */
      readonly timeout?: number;
    };

/** What a token handler is. What is not listed here goes to the {@link ClientOptions} of its client. */
export interface TokenHandlerOptions<Env = unknown>
  extends Omit<ClientOptions, "clientId" | "clientAuth" | "redirectUri" | "api" | "dpop" | "fetch" | "resource"> {
  /** The authorization server. */
  readonly issuer: OfEnv<string, Env>;
  /** Its metadata, where it publishes none. */
  readonly server?: ServerMetadata;
  readonly clientId: OfEnv<string, Env>;
  /** How the handler proves who it is: it can keep a secret, and must have one. */
  readonly clientAuth: OfEnv<ClientAuth, Env>;
  readonly resource?: string | readonly string[];
  /** 32 random bytes each, in base64url. The first seals, all of them open: put a new one in front, take the old one away when sessions have ended. */
  readonly sessionKeys: OfEnv<readonly string[], Env>;
  /** Paths of this origin that lead to APIs, such as `{ "/api/": "https://api.example/" }`. The longest that fits is taken; nothing else gets a token. */
  readonly routes?: OfEnv<Readonly<Record<string, Route>>, Env>;
  /** The path of the endpoints. Default `"/auth"`: `/auth/login`, `/auth/callback`, `/auth/session`, … */
  readonly base?: string;
  /** The origin that browsers see. Default: that of the request. Set it behind a proxy. */
  readonly origin?: OfEnv<string, Env>;
  /** The cookie's name, behind `__Host-Http-`. Default `"session"`. */
  readonly cookie?: string;
  /** Default `"strict"`. `"lax"` also sends the cookie with the first request of somebody who comes from elsewhere. */
  readonly sameSite?: "strict" | "lax";
  /** How long sessions last, in seconds: without use (default a day), and after the login (default a week). */
  readonly session?: { readonly idle?: number; readonly absolute?: number };
  /** The claims to keep and to show to the page, beside `iss`, `sub` and `sid`. Default: all that say something of the user. */
  readonly claims?: readonly string[];
  /** Where tokens are: `"sealed"` in the cookie (default), or `"durable"` in the coordinator, with an opaque cookie. */
  readonly store?: "sealed" | "durable";
  /** The namespace of {@link RefreshCoordinator}. Without it, one refresh at a time is each isolate's alone. */
  readonly coordinator?: OfEnv<CoordinatorNamespace | undefined, Env>;
  /** Bind tokens to a key of each session's own, RFC 9449. */
  readonly dpop?: boolean;
  /** Parameters of every authorization request, such as `{ prompt: "consent" }` or `{ response_mode: "form_post" }`. */
  readonly authorization?: AuthorizationParameters;
  /** What a logout does: where the server sends the user afterwards (a path; registered there as a URL), and whether the ID token is kept to show it. */
  readonly logout?: { readonly returnTo?: string; readonly idTokenHint?: boolean };
  /** Whatever is neither an endpoint nor a route. Default: the binding `ASSETS`, if there is one. */
  readonly assets?: (request: Request, env: Env, context?: Context) => Response | Promise<Response>;
  /** A path of this origin that shows what went wrong with a login: `?error=…&action=…`. Default: a small page. */
  readonly errorPath?: string;
  /** A rate limit of the platform's, asked before each login beside the isolate's own. */
  readonly rateLimit?: OfEnv<RateLimit | undefined, Env>;
  /** Who asks, for rates. Default: `CF-Connecting-IP`, which Cloudflare sets. Give your own behind another proxy. */
  readonly clientAddress?: (request: Request) => string | undefined;
  /** Gets an event for each login, refresh, logout and failure. Default: errors, as JSON, to the console. */
  readonly log?: (event: LogEvent) => void;
  /** The `fetch` for everything: the authorization server, and APIs. */
  readonly fetch?: typeof fetch;
}

/** One thing that happened. No token, code, key or cookie is in it. */
export interface LogEvent {
  readonly event: "login" | "callback" | "refresh" | "logout" | "backchannel_logout" | "refused" | "error";
  readonly level: "info" | "warn" | "error";
  /** Seconds since 1970. */
  readonly time: number;
  /** What went wrong, by its word. */
  readonly code?: string;
  readonly message?: string;
  /** The path, without its query. */
  readonly path?: string;
  /** Milliseconds. */
  readonly took?: number;
}

/** What Workers hand to `fetch` as its third argument, as far as it is used. */
export interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

/** A token handler: a Worker's default export, or the handler of any server that speaks `Request` and `Response`. */
export interface TokenHandler<Env = unknown> {
  /** Answers a request. Needs no receiver. */
  readonly fetch: (request: Request, env?: Env, context?: Context) => Promise<Response>;
  /** The Worker's own token, by the client credentials grant; kept until it nears its end. */
  readonly clientToken: (env?: Env, parameters?: TokenParameters) => Promise<Tokens>;
  /** The sessions of a subject, and their end. Needs the coordinator. */
  readonly sessions: (env?: Env) => Promise<Sessions>;
}

/** The sessions of subjects. */
export interface Sessions {
  list(subject: string): Promise<readonly Listed[]>;
  /** Ends one session of a subject's, or all. A sealed session ends at its next refresh, a durable one at once. */
  revoke(subject: string, id?: string): Promise<void>;
}

/** What the page gets from `/auth/session`. */
export interface SessionView {
  readonly authenticated: boolean;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly scope?: string;
  /** When the access token expires; when the session ends if nobody uses it; when it began: seconds since 1970. */
  readonly expiresAt?: number;
  readonly endsAt?: number;
  readonly loggedInAt?: number;
  /** What is to be done before an API can be asked. */
  readonly action?: Problem["action"];
  /** Why there is no session any more. */
  readonly code?: string;
}

/** A binding that counts for all isolates, as Cloudflare's rate limits do. */
export interface RateLimit {
  limit(options: { readonly key: string }): Promise<{ readonly success: boolean }>;
}

/** A Durable Object namespace, as far as it is used. */
export interface CoordinatorNamespace {
  idFromName(name: string): any;
  get(id: any): { fetch(input: string, init?: { method: string; body: string }): Promise<Response> };
}

/** A Durable Object's state, as far as it is used. */
export interface CoordinatorState {
  readonly storage: {
    get<T>(key: string): Promise<T | undefined>;
    put<T>(key: string, value: T): Promise<void>;
    deleteAll(): Promise<void>;
    setAlarm(time: number): Promise<void>;
  };
}
