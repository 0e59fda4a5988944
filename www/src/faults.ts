/** Faults to provoke, each on real traffic where that is possible, and each in a few lines that say how. */
import { Client, parseTokenResponse, randomNonce, randomState, type ClientOptions, type Code, type ServerMetadata, type TokenResponse } from "grantkit";

import { errorCard } from "./errors.js";
import type { Session } from "./session.js";
import { silently } from "./silent.js";
import { deviations } from "./steps.js";
import { h, json, the, type Child } from "./ui.js";
import { maskJson } from "./wire.js";

/** What a fault may touch. */
export interface World {
  readonly issuer: string;
  /** An address of this machine where nobody listens. */
  readonly nobody: string;
  readonly options: () => ClientOptions;
  readonly session: () => Session | undefined;
  /** Draws the tokens anew. */
  readonly changed: () => void;
  readonly login: () => Promise<void>;
}

interface Fault {
  readonly id: string;
  readonly title: string;
  /** What happens, in the world. */
  readonly story: string;
  /** How this page makes it happen. */
  readonly how: string;
  /** What is seen of it: the error's code, or a success that is worth a look. */
  readonly expect: Code | "read";
  /** Only while someone is logged in. */
  readonly loggedIn?: true;
  /** What else has happened by now. */
  readonly aftermath?: string;
  readonly run: (world: World, signal: AbortSignal) => Promise<unknown>;
}

const REVOKED = "The server took the replay for a theft and revoked the whole grant. Press Refresh, above, to see it.";

const GROUPS: Record<string, readonly Fault[]> = {
  "Forged and tampered": [
    {
      id: "wrong-state", title: "A forged callback", expect: "state_mismatch",
      story: "Someone sends you a link that would log you into their account.",
      how: "A new login meets a callback with a state that was made elsewhere.",
      run: async (world) => answer(world, () => ({ code: "stolen", state: randomState(), iss: world.issuer })),
    },
    {
      id: "wrong-issuer", title: "A mix-up", expect: "issuer_mismatch",
      story: "A hostile server passes on the code of an honest one.",
      how: "A new login meets a callback with the right state and another server's iss.",
      run: async (world) => answer(world, (state) => ({ code: "stolen", state, iss: "https://login.evil.example" })),
    },
    {
      id: "tampered-id-token", title: "A tampered ID token", expect: "signature_invalid", loggedIn: true,
      story: "Someone on the way to the server alters who you are.",
      how: "A silent login gets real tokens; a fetch wrapper changes one character of the ID token's signature.",
      run: async (world) => {
        const client = await clientOf(world, { fetch: altering((reply) => { reply["id_token"] = flipped(String(reply["id_token"])); }) });
        const { location, pending } = await silently(client);
        return client.callback(location, pending);
      },
    },
    {
      id: "wrong-nonce", title: "Another login's ID token", expect: "nonce_mismatch", loggedIn: true,
      story: "A valid token of an earlier login is played back.",
      how: "A silent login gets real tokens; the nonce that it waits for is another one.",
      run: async (world) => {
        const client = await clientOf(world);
        const { location, pending } = await silently(client);
        return client.callback(location, { ...pending, nonce: randomNonce() });
      },
    },
  ],
  "The server says no": [
    {
      id: "expired-code", title: "An expired code", expect: "invalid_grant",
      story: "You took a long walk between the login and its end.",
      how: "A code that the server does not know any more is sent to it, by a real token request.",
      run: async (world, signal) => answer(world, (state) => ({ code: "nobody-remembers-this-code", state, iss: world.issuer }), {}, signal),
    },
    {
      id: "reused-code", title: "A code, twice", expect: "invalid_grant", loggedIn: true, aftermath: REVOKED,
      story: "Someone read your callback in a log and redeems it again.",
      how: "The callback of this very login is processed a second time.",
      run: async (world, signal) => {
        const { client, spent } = world.session()!;
        return client.callback(spent.location, spent.pending, { signal });
      },
    },
    {
      id: "reused-refresh-token", title: "A refresh token, twice", expect: "invalid_grant", loggedIn: true, aftermath: REVOKED,
      story: "Two tabs refresh with the same token, or a thief comes second.",
      how: "The session is refreshed, then the refresh token from before is sent again.",
      run: async (world, signal) => {
        const session = world.session()!;
        const before = session.tokens.refresh_token!;
        session.tokens = await session.client.refresh(session.tokens, {}, { signal });
        world.changed();
        return session.client.refresh(before, {}, { signal });
      },
    },
    {
      id: "access-denied", title: "Access denied", expect: "access_denied",
      story: "The user looks at the consent page and says no.",
      how: "You go to the server. Press Deny there; the error meets you at the top of this page.",
      run: async (world) => {
        await world.login();
        return new Promise(() => {});
      },
    },
  ],
  "The network": [
    {
      id: "server-down", title: "Server down", expect: "network",
      story: "The authorization server is being restarted.",
      how: "Discovery at a port of this machine where nobody listens.",
      run: async (world, signal) => Client.discover(world.nobody, world.options(), { signal }),
    },
    {
      id: "server-slow", title: "Server slow", expect: "timeout",
      story: "The server takes the request, and thinks.",
      how: "The token request goes to an address that answers after a minute; the call allows 1.5 seconds.",
      run: async (world, signal) => answer(world, honest(world), { token_endpoint: at("slow") }, signal, 1_500),
    },
    {
      id: "aborted", title: "You lose patience", expect: "aborted",
      story: "The user presses Stop, or leaves the view.",
      how: "The same slow address and a long limit. Press Stop when you have had enough.",
      run: async (world, signal) => answer(world, honest(world), { token_endpoint: at("slow") }, signal, 30_000),
    },
    {
      id: "html", title: "HTML instead of JSON", expect: "not_oauth_response",
      story: "A proxy in front of the server answers, with status 200.",
      how: "The token request goes to an address that serves a web page.",
      run: async (world, signal) => answer(world, honest(world), { token_endpoint: at("html") }, signal),
    },
    {
      id: "redirect", title: "A redirect", expect: "redirect_refused",
      story: "The endpoint moved. Following it would carry the code to who knows where.",
      how: "The token request goes to an address that answers 307.",
      run: async (world, signal) => answer(world, honest(world), { token_endpoint: at("redirect") }, signal),
    },
  ],
  "Our own mistakes": [
    {
      id: "insecure-endpoint", title: "An insecure endpoint", expect: "insecure_url",
      story: "A configuration says http where it should say https.",
      how: "The token endpoint is http://login.example.com/token. Nothing is sent.",
      run: async (world, signal) => answer(world, honest(world), { token_endpoint: "http://login.example.com/token" }, signal, undefined, { dangerouslyAllowHttp: false }),
    },
  ],
  "Servers as they are": [
    {
      id: "sloppy", title: "A sloppy reply, read", expect: "read",
      story: "No token_type, a lifetime in quotes, scopes in a list: seen in the wild.",
      how: "parseTokenResponse() is given such a reply. No network.",
      run: async () => parseTokenResponse(SLOPPY),
    },
    {
      id: "sloppy-strict", title: "The same, strict", expect: "deviation_refused",
      story: "You run the server too, and want to know.",
      how: "parseTokenResponse() is given the same reply, with strict: true.",
      run: async () => parseTokenResponse(SLOPPY, { strict: true }),
    },
  ],
};

const SLOPPY = {
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ access_token: "an-access-token-from-a-server-of-its-own-mind", expires_in: "3600", scope: ["read", "write"] }),
};

/** Draws the buttons. */
export function draw(world: World): void {
  the("faults").replaceChildren(...Object.entries(GROUPS).map(([title, faults]) =>
    h("section", { class: "group" }, h("h3", {}, title), ...faults.map((fault) => row(fault, world)))));
  loggedIn(world.session() !== undefined);
}

/** Wakes or stills the buttons that need a session. */
export function loggedIn(yes: boolean): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-logged-in]")) {
    button.disabled = !yes;
    button.title = yes ? "" : "Log in first: this one plays with real tokens";
  }
}

function row(fault: Fault, world: World): HTMLElement {
  const result = h("div", { class: "result", "aria-live": "polite" });
  const button = h("button", { type: "button", "data-logged-in": fault.loggedIn ?? false, "aria-describedby": `${fault.id}-how` }, "Provoke");
  let running: AbortController | undefined;
  button.addEventListener("click", async () => {
    if (running) return running.abort();
    running = new AbortController();
    const label = setTimeout(() => { button.textContent = "Stop"; }, 250);
    result.replaceChildren();
    try {
      result.replaceChildren(accepted(await fault.run(world, running.signal)));
    } catch (error) {
      result.replaceChildren(errorCard(error));
    }
    if (fault.aftermath) result.append(h("p", { class: "aside" }, fault.aftermath));
    clearTimeout(label);
    button.textContent = "Again";
    running = undefined;
  });
  return h("div", { class: "fault", id: fault.id, "data-expect": fault.expect },
    h("div", {}, h("h4", {}, fault.title), h("p", {}, fault.story), h("p", { class: "how", id: `${fault.id}-how` }, h("span", {}, "Provoked by: "), fault.how)),
    button,
    result);
}

/** No error: either the server was sloppy and understood, or nobody looked at the signature. */
function accepted(outcome: unknown): Child & Node {
  const { deviations: seen, checks } = outcome as TokenResponse & { checks?: readonly string[] };
  return h("article", { class: "accepted" },
    checks ? h("p", {}, "Accepted: with ", h("code", {}, "idTokenSignature: \"tls\""), " nobody looks at the signature. That is its price.") : h("p", {}, "Read, and each departure named:"),
    deviations(seen),
    !checks && h("pre", { tabindex: "0", "aria-label": "What was read" }, json(maskJson(outcome))));
}

type Callback = Record<string, string>;

/** A callback that the server could have sent. */
const honest = (world: World) => (state: string): Callback => ({ code: "a-code-that-waits", state, iss: world.issuer });

const at = (fault: string): string => `${location.origin}/faults/${fault}`;

/** Begins a login, and answers it with a callback of our own making. */
async function answer(
  world: World, callback: (state: string) => Callback, server: Partial<ServerMetadata> = {}, signal?: AbortSignal, timeout?: number, options: Partial<ClientOptions> = {},
): Promise<unknown> {
  const client = await clientOf(world, options, server);
  const { pending } = await client.authorize();
  const address = `${pending.redirect_uri}?${new URLSearchParams(callback(pending.state))}`;
  return client.callback(address, pending, { ...(signal && { signal }), ...(timeout && { timeout }) });
}

/** A client like that of the session, with something changed. */
async function clientOf(world: World, options: Partial<ClientOptions> = {}, server: Partial<ServerMetadata> = {}): Promise<Client> {
  const { client } = world.session() ?? { client: await Client.discover(world.issuer, world.options()) };
  return new Client({ ...client.server, ...server }, { ...world.options(), ...options });
}

/** A fetch that changes the token endpoint's replies. */
function altering(alter: (reply: Record<string, unknown>) => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (init?.method !== "POST") return response;
    const reply = await response.json();
    alter(reply);
    return Response.json(reply, { status: response.status });
  };
}

/** Another character in the middle of the signature. */
function flipped(token: string): string {
  const at = token.length - 20;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}
