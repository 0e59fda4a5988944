/** The token handler: it wires `Request` to `Response`. What a request is, whether it may, and what a session is due, is the core's: `src/session`. */

import { GrantError } from "../errors.js";
import type { TokenParameters, Tokens } from "../types.js";
import { type Problem, Refused, problemOf, refused, seconds } from "./ask.js";
import { Misconfigured, Setup, newKey } from "./setup.js";
import { type Proxy, answerOf, forward } from "./proxy.js";
import { formOf } from "./relay.js";
import { Held, Visit, type Wish } from "./visit.js";
import { randomId } from "./vault.js";
import { type Listed, Shared, type Turns, sessionName, subjectName } from "./turns.js";
import type { Context, SessionView, Sessions, TokenHandler, TokenHandlerOptions } from "./types.js";

/** A login that is under way, as it is sealed. */
interface Login {
  readonly pending: { readonly state: string };
  readonly returnTo: string;
  readonly began: number;
  readonly silent: boolean;
  readonly dpop?: JsonWebKey;
}

/** Options that may be made of the Worker's bindings. */
const FROM_ENV = ["issuer", "clientId", "clientAuth", "sessionKeys", "routes", "origin", "coordinator", "rateLimit"] as const;

/** How long the options may take to be made: they import keys, and may read a secret from somewhere. */
const SETUP_MILLISECONDS = 10_000;

/** A token handler: the backend for a frontend, [OAuth 2.0 for Browser-Based Applications §6.1](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-browser-based-apps#section-6.1). */
export function tokenHandler<Env = unknown>(options: TokenHandlerOptions<Env>): TokenHandler<Env> {
  const alone = new Shared<Setup<Env>>(SETUP_MILLISECONDS);
  const byEnv = new WeakMap<object, Shared<Setup<Env>>>();
  const readsEnv = FROM_ENV.some((name) => typeof options[name] === "function");
  const setup = (env: Env | undefined): Promise<Setup<Env>> => {
    const held = readsEnv && typeof env === "object" && env !== null ? (byEnv.get(env) ?? new Shared<Setup<Env>>(SETUP_MILLISECONDS)) : alone;
    if (held !== alone) byEnv.set(env as object, held);
    return held.get(() => Setup.of(options, env as Env));
  };

  return {
    async fetch(request: Request, env?: Env, context?: Context): Promise<Response> {
      let made: Setup<Env>;
      try {
        made = await setup(env);
      } catch (thrown) {
        return misconfigured(options, thrown);
      }
      return answer(new Visit(made, request, env as Env, context));
    },
    async clientToken(env?: Env, parameters?: TokenParameters): Promise<Tokens> {
      return (await setup(env)).clientToken(parameters);
    },
    async sessions(env?: Env): Promise<Sessions> {
      return sessionsOf(await setup(env));
    },
  };
}

async function answer<Env>(visit: Visit<Env>): Promise<Response> {
  let wish: Wish | undefined;
  try {
    wish = visit.wish();
    switch (wish.wish) {
      case "asset": return await visit.asset();
      case "prefetch": return visit.respond(null, { status: 204 });
      case "login": return await login(visit, wish);
      case "callback": return await callback(visit);
      case "session": return await session(visit);
      case "refresh": return await refresh(visit);
      case "logout": return await logout(visit);
      case "backchannel": return await backchannel(visit);
      case "proxy": return await proxy(visit, wish);
    }
  } catch (thrown) {
    await visit.reconsider();
    return refuse(visit, wish?.wish, thrown);
  }
}

async function login<Env>(visit: Visit<Env>, { returnTo, parameters }: Wish & { wish: "login" }): Promise<Response> {
  const { setup } = visit;
  const { options } = setup;
  const address = options.clientAddress ? options.clientAddress(visit.request) : visit.header("cf-connecting-ip");
  const wait = address ? await setup.mustWait(address) : 0;
  if (wait > 0) throw refused("too_many_logins", wait);

  const dpop = options.dpop ? await newKey() : undefined;
  const client = await visit.timed("server", () => setup.client(dpop));
  const asked = { ...options.authorization, ...parameters, redirect_uri: visit.callbackUrl };
  const { url, pending } = await visit.timed("server", () => client.authorize(asked));
  const underWay: Login = { pending, returnTo, began: seconds(), silent: parameters["prompt"] === "none", ...(dpop && { dpop }) };
  const name = setup.ask("login_name", { state: pending.state });
  const sealed = await setup.vault.seal({ purpose: "login", name, origin: visit.origin }, JSON.stringify(underWay));
  visit.cookies("write_login", { state: pending.state, sealed });
  visit.log("login", "info");
  return visit.redirect(url);
}

async function callback<Env>(visit: Visit<Env>): Promise<Response> {
  const { setup } = visit;
  const response = visit.request.method === "POST" ? `?${await formOf(visit.request)}` : visit.url.search;
  const underWay = await loginOf(visit, response);
  let tokens: Tokens;
  try {
    const client = await setup.client(underWay.dpop);
    tokens = await visit.timed("token", () => client.callback(response, underWay.pending as never));
  } catch (thrown) {
    if (underWay.silent && thrown instanceof GrantError && setup.ask("is_silent_no", { code: thrown.code }) === "true") {
      visit.log("callback", "info", { code: thrown.code });
      const back = new URL(underWay.returnTo, visit.origin);
      back.searchParams.set("login_error", thrown.code);
      return visit.redirect(back.href);
    }
    throw thrown;
  }
  await visit.replaceSession();
  const id = randomId();
  const held = new Held(setup.ask("begin", { id, tokens, dpop: underWay.dpop, now: seconds() }));
  await visit.begin(held);
  visit.log("callback", "info");
  return visit.redirect(new URL(underWay.returnTo, visit.origin).href);
}

/** The login that a response belongs to. Its cookie is good for one response, whatever comes of it. */
async function loginOf<Env>(visit: Visit<Env>, response: string): Promise<Login> {
  const { setup } = visit;
  const state = setup.ask("state_of", { response });
  const name = setup.ask("login_name", { state });
  const sealed = setup.ask("login_cookie", { state, cookies: visit.cookieHeader });
  if (sealed === "") throw refused("callback_unknown");
  visit.cookies("delete_login", { state });
  let underWay: Login;
  try {
    underWay = JSON.parse((await setup.vault.open({ purpose: "login", name, origin: visit.origin }, sealed)).text) as Login;
  } catch (cause) {
    throw refused("callback_unknown", undefined, cause);
  }
  const over = setup.ask("login_is_over", { began: underWay.began, now: seconds() }) === "true";
  if (underWay.pending.state !== state || over) throw refused("callback_unknown");
  return underWay;
}

async function session<Env>(visit: Visit<Env>): Promise<Response> {
  return visit.json(await viewOf(visit, async () => visit.session()));
}

async function refresh<Env>(visit: Visit<Env>): Promise<Response> {
  const view = await viewOf(visit, async () => {
    const held = await visit.session();
    return held && visit.refused(held);
  });
  if (!view.authenticated) throw refused("not_logged_in");
  return visit.json(view);
}

/** What the page may see of its session, once that is as good as it can be. */
async function viewOf<Env>(visit: Visit<Env>, find: () => Promise<Held | undefined>): Promise<SessionView> {
  let held: Held | undefined;
  try {
    held = await find();
    if (held === undefined) return { authenticated: false };
    held = await visit.ready(held);
  } catch (thrown) {
    const { code, status, action } = problemOf(thrown);
    if (!(thrown instanceof Refused) || status === 500) throw thrown;
    held = visit.current ?? held;
    if (action === "login" || held === undefined) return { authenticated: false, code, action };
    return { ...visit.setup.askFor<SessionView>("view", { record: held.record, now: seconds() }), action, code };
  }
  return visit.setup.askFor<SessionView>("view", { record: held.record, now: seconds() });
}

async function logout<Env>(visit: Visit<Env>): Promise<Response> {
  const { setup } = visit;
  const { logout: terms } = setup.options;
  const held = await visit.newest();
  const { id_token: hint } = held?.tokens ?? {};
  if (held) {
    try {
      await visit.end(held, "logout");
    } finally {
      // Also where it cannot be ended here yet: then the cookie stays, for the page to ask again.
      await visit.timed("server", () => visit.revoke(held));
    }
  }
  visit.cookies("delete_session", {});
  visit.cookies("delete_logins", {});
  visit.log("logout", "info");
  const back = terms?.returnTo === undefined ? undefined : new URL(terms.returnTo, visit.origin).href;
  const parameters = { ...(hint !== undefined && { id_token_hint: hint }), ...(back !== undefined && { post_logout_redirect_uri: back }) };
  try {
    return visit.json({ location: (await setup.client()).logoutUrl(parameters) });
  } catch (thrown) {
    // A server without a logout of its own, or one that is away: the session here is over all the same.
    if (!(thrown instanceof GrantError)) throw thrown;
    visit.log("logout", "warn", problemOf(thrown));
    return visit.json({ location: back ?? "/", code: thrown.code });
  }
}

/** Whatever is wrong with a logout, the server is told 400: Back-Channel Logout 1.0 §2.8. */
async function backchannel<Env>(visit: Visit<Env>): Promise<Response> {
  const { index } = visit.setup.turns;
  if (!index) throw refused("not_configured");
  try {
    await logoutOfServer(visit, index);
  } catch (thrown) {
    throw new Refused({ ...problemOf(thrown), status: 400 }, { cause: thrown });
  }
  visit.log("backchannel_logout", "info");
  return visit.respond(null, { status: 200 });
}

async function logoutOfServer<Env>({ setup, request }: Visit<Env>, index: NonNullable<Turns["index"]>): Promise<void> {
  const token = new URLSearchParams(await formOf(request)).get("logout_token") ?? "";
  const { sub, sid, iat } = await (await setup.client()).validateLogoutToken(token);
  const name = sid !== undefined ? sessionName(setup.issuer, sid) : subjectName(setup.issuer, sub as string);
  for (const { id, began } of await index(name, { index: "list" })) {
    if (setup.ask("is_ended", { began, iat }) === "true") await setup.turns.take(id, { message: "end", why: "backchannel", keep: setup.absolute });
  }
}

async function proxy<Env>(visit: Visit<Env>, wish: Proxy): Promise<Response> {
  const response = await reach(visit, wish);
  await visit.reconsider();
  return answerOf(visit, wish, response);
}

/** What the API answers, with the token that its route takes. */
async function reach<Env>(visit: Visit<Env>, wish: Proxy): Promise<Response> {
  const [, { token = "session" }] = visit.setup.routes[wish.route] as Setup["routes"][number];
  if (token === "none") return forward(visit, wish);
  if (token === "client") {
    const response = await forward(visit, wish, await visit.timed("token", () => visit.setup.clientToken()));
    if (response.status === 401) visit.setup.forgetClientToken();
    return response;
  }
  const found = await visit.session();
  if (found === undefined) throw refused("not_logged_in");
  let held = await visit.ready(found);
  let response = await forward(visit, wish, held.tokens, held.dpop);
  const renewed = visit.refused(held, response);
  if (renewed !== held) {
    try {
      held = await visit.ready(renewed);
      if (visit.request.body === null) {
        await response.body?.cancel();
        response = await forward(visit, wish, held.tokens, held.dpop);
      }
    } catch (thrown) {
      // The API's own refusal says more than that no better token was to be had.
      visit.log("refresh", "warn", problemOf(thrown));
    }
  }
  return response;
}

function refuse<Env>(visit: Visit<Env>, wish: Wish["wish"] | undefined, thrown: unknown): Response {
  const problem = problemOf(thrown);
  const { code, status, action, retryAfter } = problem;
  const broken = status >= 500 && action !== "wait";
  const own = thrown instanceof Refused || thrown instanceof GrantError;
  visit.log(broken ? "error" : "refused", broken ? "error" : "warn", own ? problem : { code, message: String((thrown as Error)?.message ?? thrown) });
  if (code === "session_damaged" || code === "session_ended") visit.cookies("delete_session", {});
  const headers: Record<string, string> = {};
  if (retryAfter !== undefined) headers["retry-after"] = String(retryAfter);
  if (code === "method_not_allowed") headers["allow"] = problem.about === "routes" ? "GET, HEAD, POST, PUT, PATCH, DELETE" : (problem.about ?? "GET");
  if (wish === "login" || wish === "callback") return visit.page(problem, headers);
  if (wish === "backchannel" && status === 400) return visit.json({ error: action === "wait" ? "server_error" : "invalid_request", error_description: code }, { status });
  return visit.json(problem, { status, headers: { ...headers, "content-type": "application/problem+json" } });
}

async function sessionsOf<Env>(setup: Setup<Env>): Promise<Sessions> {
  const { index } = setup.turns;
  if (!index) throw new Misconfigured("coordinator: sessions are listed by it. Bind RefreshCoordinator as a Durable Object, and give its namespace.");
  const list = (subject: string): Promise<readonly Listed[]> => index(subjectName(setup.issuer, subject), { index: "list" });
  return {
    list,
    async revoke(subject, id) {
      for (const listed of await list(subject)) {
        if (id !== undefined && listed.id !== id) continue;
        await setup.turns.take(listed.id, { message: "end", why: "revoked", keep: setup.absolute });
        await index(subjectName(setup.issuer, subject), { index: "remove", id: listed.id });
      }
    },
  };
}

/** The operator reads why; whoever asked reads that it is not their fault. */
function misconfigured<Env>(options: TokenHandlerOptions<Env>, thrown: unknown): Response {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const event = { event: "error", level: "error", time: seconds(), code: "misconfigured", message } as const;
  try {
    if (options.log) options.log(event);
    else console.error(JSON.stringify(event));
  } catch {
    // As in Setup.log().
  }
  const problem: Problem = refused("misconfigured").problem;
  return Response.json(problem, { status: problem.status, headers: { "content-type": "application/problem+json", "cache-control": "no-store" } });
}

