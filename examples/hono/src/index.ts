/**
 * A login on Cloudflare Workers, with Hono. The tokens are used once, to learn who it is, and forgotten: what stays is a signed cookie with the name. Secrets come by
 * `wrangler secret put`, or in `.dev.vars`: `CLIENT_SECRET`, and `COOKIE_SECRET` of 32 random bytes or more.
 */
import { Client, GrantError, secretBasic, type Pending } from "grantkit";
import { Hono } from "hono";
import { deleteCookie, getSignedCookie, setSignedCookie } from "hono/cookie";
import { html } from "hono/html";

interface Env { ISSUER: string; CLIENT_ID: string; CLIENT_SECRET: string; COOKIE_SECRET: string }

const app = new Hono<{ Bindings: Env }>();
const TEN_MINUTES = 600;
const EIGHT_HOURS = 28_800;

/** Clients by their redirect URI, for the life of the isolate: metadata and keys, nobody's tokens. */
const clients = new Map<string, Promise<Client>>();

/** Opened when the first request is there: nothing may be sent while a Worker loads. */
function open(env: Env, url: string): Promise<Client> {
  const redirectUri = new URL("/callback", url).href;
  let client = clients.get(redirectUri);
  if (!client) {
    client = Client.discover(env.ISSUER, { clientId: env.CLIENT_ID, clientAuth: secretBasic(env.CLIENT_SECRET), redirectUri, scope: "openid profile" });
    client.catch(() => clients.delete(redirectUri)); // a failure is not kept
    clients.set(redirectUri, client);
  }
  return client;
}

/** `__Host-` cookies are for this host alone; on http, which is this machine, browsers refuse them. */
const cookie = (name: string, url: string, maxAge: number) => {
  const secure = url.startsWith("https:");
  return { name: secure ? `__Host-${name}` : name, options: { path: "/", httpOnly: true, secure, sameSite: "Lax", maxAge } as const };
};

app.use(async (context, next) => {
  await next();
  context.header("cache-control", "no-store");
  // A browser applies `form-action` to the redirect that answers a form, too: the login leads to the issuer.
  context.header("content-security-policy", `default-src 'none'; form-action 'self' ${new URL(context.env.ISSUER).origin}; frame-ancestors 'none'`);
});

app.get("/", async (context) => {
  const { name } = cookie("user", context.req.url, 0);
  const user = await getSignedCookie(context, context.env.COOKIE_SECRET, name);
  return context.html(
    user
      ? html`<!doctype html><title>Hello</title><p>Logged in as ${user}.</p><form method="post" action="/logout"><button>Log out</button></form>`
      : html`<!doctype html><title>Hello</title><p>Nobody is logged in.</p><form method="post" action="/login"><button>Log in</button></form>`,
  );
});

app.post("/login", async (context) => {
  const { url, pending } = await (await open(context.env, context.req.url)).authorize();
  // The verifier lies in the browser that it is for, where no script can read it.
  const { name, options } = cookie("pending", context.req.url, TEN_MINUTES);
  await setSignedCookie(context, name, JSON.stringify(pending), context.env.COOKIE_SECRET, options);
  return context.redirect(url, 303);
});

app.get("/callback", async (context) => {
  const pending = cookie("pending", context.req.url, 0);
  const kept = await getSignedCookie(context, context.env.COOKIE_SECRET, pending.name);
  deleteCookie(context, pending.name, pending.options); // it is good for one callback
  if (!kept) return context.html(html`<!doctype html><title>Again</title><p>This login is over. <a href="/">Begin anew</a>.</p>`, 400);
  const tokens = await (await open(context.env, context.req.url)).callback(context.req.raw, JSON.parse(kept) as Pending);
  const user = cookie("user", context.req.url, EIGHT_HOURS);
  await setSignedCookie(context, user.name, String(tokens.claims?.["name"] ?? tokens.claims?.sub), context.env.COOKIE_SECRET, user.options);
  return context.redirect("/", 303);
});

app.post("/logout", (context) => {
  const { name, options } = cookie("user", context.req.url, 0);
  deleteCookie(context, name, options);
  return context.redirect("/", 303);
});

app.onError((error, context) => {
  if (!(error instanceof GrantError)) throw error;
  console.error(JSON.stringify(error)); // secrets are redacted
  const status = error.fault === "transport" || error.fault === "server" ? 502 : 400;
  return context.html(html`<!doctype html><title>No login</title><p>The login did not work (${error.code}). <a href="/">Begin anew</a>.</p>`, status);
});

export default app;
