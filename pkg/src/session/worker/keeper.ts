/**
 * Keeps one session: its tokens, and the one refresh at a time. What is due is the core's to say (`policy.ts`); this file does it, in order.
 *
 * Tabs that share tokens on the device take turns by a Web Lock, which the browser gives back when a tab dies. Whoever has it reads the store again: somebody else
 * may have refreshed meanwhile, or died over it. That a refresh token is in doubt is written down before it is sent.
 *
 * A logout waits for nobody, and a login in memory neither. So what comes over the network is kept only where the session that it was asked for is still there:
 * where no other began and none ended meanwhile (the generation), and on the device also where nobody has put or cleared anything since.
 */

import { Client } from "../../client.js";
import { GrantError, type Phase } from "../../errors.js";
import type { AuthorizationParameters, ClientOptions, Tokens } from "../../types.js";
import type { Arrival, PageCalls, PageNews, Peer, Setup, View, WorkerCalls, WorkerNews } from "../protocol.js";
import { checkDevice, type Held, type Keep, revise, Shelf, worthKeeping } from "./kept.js";
import * as pending from "./pending.js";
import * as policy from "./policy.js";
import { bindingKeys } from "./store.js";

/** A page that this Worker works for. */
export type Page = Peer<PageCalls, PageNews, WorkerCalls, WorkerNews>;

/** What tabs tell each other. No secret: any script of this origin can listen, and say it too. */
type Word = "changed" | "gone";

/** Milliseconds that giving a token back may take while somebody waits to leave. */
const PATIENCE = 2_000;

/** Milliseconds after which a page that should have told of a hidden frame is not there any more: it gives up before. */
const FRAME_PATIENCE = 15_000;

/** Milliseconds that a timer can count. */
const LONGEST = 2 ** 31 - 1;

export class Keeper {
  readonly #setup: Setup;
  readonly #shelf: Shelf;
  readonly #words: BroadcastChannel;
  /** Who is asked last for a frame first. */
  #pages = new Set<Page>();
  #client: Promise<Client> | undefined;
  #held: Held | undefined;
  /** Another one with each session that begins or ends. */
  #generation = 0;
  /** What is known of a session whose tokens could not be had yet. */
  #absent: policy.Policy | undefined;
  #offline = false;
  #error: GrantError | null = null;
  #shown = "";
  #renewing: Promise<void> | undefined;
  #resuming: Promise<void> | undefined;
  readonly #arrived = new Map<string, Awaited<ReturnType<typeof pending.take>>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saved = 0;

  /** @throws GrantError `crypto_unavailable` where the host cannot do what the options ask for; `invalid_argument`. */
  static async open(setup: Setup): Promise<Keeper> {
    policy.due(policy.begin({} as Tokens), setup.terms); // refuses terms that are none
    if (setup.dpop && globalThis.crypto?.subtle === undefined) throw policy.problem("crypto_unavailable", "configuration", "dpop");
    if (setup.device) await checkDevice();
    const keeper = new Keeper(setup);
    if (setup.server) await keeper.client();
    else new Client({ issuer: "https://unknown.invalid" }, keeper.#options()); // refuses options that are none
    await keeper.#read().catch(() => undefined);
    return keeper;
  }

  private constructor(setup: Setup) {
    this.#setup = setup;
    this.#shelf = new Shelf(setup);
    this.#words = new BroadcastChannel(`grantkit ${setup.key}`);
    this.#words.onmessage = ({ data }: MessageEvent<Word>) => void this.#hear(data);
  }

  /** The client, once the server has been asked for its metadata. */
  client(): Promise<Client> {
    if (!this.#client) {
      this.#client = this.#connect();
      this.#client.catch(() => { this.#client = undefined; });
    }
    return this.#client;
  }

  async #connect(): Promise<Client> {
    const { issuer, server, dpop, device, key } = this.#setup;
    const pair = dpop && (device ? await bindingKeys(key) : true);
    const options: ClientOptions = { ...this.#options(), ...(pair && { dpop: pair }) };
    if (server) return new Client(server, options);
    this.#refuseOffline("discovery");
    return Client.discover(issuer ?? "", options);
  }

  #options(): ClientOptions {
    return this.#setup.client;
  }

  /** Takes a page in. */
  join(page: Page): View {
    this.#pages.add(page);
    return this.view();
  }

  leave(page: Page): void {
    this.#pages.delete(page);
  }

  view(): View {
    const tokens = this.#held?.tokens;
    return {
      state: {
        status: this.#offline ? "offline" : tokens ? "signed_in" : "signed_out",
        user: tokens?.claims ?? null,
        scope: tokens?.scope ?? null,
        ...(tokens?.expires_at !== undefined && { expiresAt: tokens.expires_at }),
      },
      error: this.#error?.toJSON() ?? null,
    };
  }

  // ── A login: leave, come back ──

  async authorize(parameters: AuthorizationParameters, mode: "redirect" | "popup", returnTo: string): Promise<{ url: string; state: string }> {
    const client = await this.client();
    const begun = await client.authorize(parameters);
    await pending.keep(begun.pending.state, { of: this.#setup.key, mode, returnTo }, begun.pending);
    return { url: begun.url, state: begun.pending.state };
  }

  /** What an address is to this session; a login that it ends is taken out of the store at once. `claim`: also one of another window's. */
  async arrive(url: string, claim: boolean): Promise<Arrival> {
    const state = pending.stateOf(url);
    const known = state === undefined ? undefined : await pending.look(state).catch(() => undefined);
    if (state === undefined || known?.of !== this.#setup.key) {
      if (known === undefined && this.#answersHere(url, state)) this.#fail(policy.problem("state_mismatch", "callback", "state"));
      return { kind: "nothing" };
    }
    const { mode, returnTo, spent } = known;
    if (mode === "logout" || spent) return { kind: "past", returnTo };
    if (mode !== "redirect" && !claim) return { kind: "relay", state };
    const login = await pending.take(state);
    if (!login) return { kind: "past", returnTo };
    this.#arrived.set(url, login);
    return { kind: "login", returnTo };
  }

  /** Whether an address is a server's answer for this session, and nobody else's. A code of who knows what may come without a state, an error hardly. */
  #answersHere(url: string, state?: string): boolean {
    const { origin, pathname, searchParams } = new URL(url);
    const issuer = searchParams.get("iss");
    const isAnswer = (state !== undefined && searchParams.has("code")) || searchParams.has("error");
    return isAnswer && `${origin}${pathname}` === withoutQuery(this.#setup.client.redirectUri) && (issuer === null || issuer === this.#setup.issuer);
  }

  /** Finishes the login that arrived. What goes wrong is in the view. */
  async finish(url: string): Promise<View> {
    const login = this.#arrived.get(url);
    const generation = this.#generation;
    this.#arrived.delete(url);
    try {
      if (!login) throw policy.problem("state_mismatch", "callback", "state");
      const tokens = await (await this.client()).callback(url, login.pending);
      await this.#exclusively(() => this.#take(tokens, policy.begin(tokens), generation));
      this.#present("token");
    } catch (error) {
      this.#fail(error);
    }
    return this.view();
  }

  // ── Going on without the user ──

  /** Continues a session whose tokens are not here, where there was one. What goes wrong is in the view. */
  async resume(): Promise<View> {
    if (!this.#held && this.#setup.silent) {
      this.#resuming ??= this.#resume().catch((error: unknown) => this.#fail(error)).finally(() => { this.#resuming = undefined; });
      await this.#resuming;
    }
    return this.view();
  }

  async #resume(): Promise<void> {
    const generation = this.#generation;
    const trace = this.#absent ?? (await this.#shelf.trace().catch(() => undefined));
    if (!trace || generation !== this.#generation) return;
    const { due, seconds, ended } = policy.due(policy.stale(trace), this.#setup.terms);
    if (due === "end") return this.#end(policy.problem("session_ended", "token", ended));
    if (due === "wait" && this.#absent) throw this.#later(seconds);
    await this.#exclusively(async () => {
      if (!this.#held) await this.#silently(trace, generation);
    });
  }

  /** Another authorization in a hidden frame, which asks the user nothing. */
  async #silently(before: policy.Policy, generation = this.#generation): Promise<void> {
    const held = this.#held;
    try {
      this.#refuseOffline("authorization");
      const page = [...this.#pages].at(-1);
      if (!this.#setup.silent || !page) throw policy.problem("login_required", "authorization");
      const redirectUri = this.#setup.silentRedirectUri;
      const client = await this.client();
      // Nothing of it is stored: it ends where it began, in this Worker.
      const begun = await client.authorize({ prompt: "none", redirect_uri: redirectUri });
      const address = await this.#framed(page, { url: begun.url, state: begun.pending.state, redirectUri });
      const tokens = await client.callback(address, begun.pending);
      await this.#take(tokens, policy.begin(tokens, before, held?.tokens.claims?.sub), generation, held);
    } catch (thrown) {
      if (generation !== this.#generation) return;
      const error = thrown instanceof GrantError ? thrown : policy.problem("storage_unavailable", "configuration");
      const { session, failed } = policy.unauthorized(before, error);
      if (failed === "ended") await this.#end(error);
      else {
        this.#lose(error);
        if (held) await this.#write({ ...held, policy: session }, generation, held);
        else this.#absent = session;
      }
      throw error;
    }
  }

  async #framed(page: Page, where: { url: string; state: string; redirectUri: string }): Promise<string> {
    const patience = AbortSignal.timeout(FRAME_PATIENCE);
    try {
      return await page.call("frame", where, [], patience);
    } catch {
      // A tab that does not even say that nothing came may have died without a word: all others are asked before it. Should it live, it is told as they are.
      if (patience.aborted) this.#pages = new Set([page, ...this.#pages]);
      throw policy.problem("timeout", "authorization");
    }
  }

  // ── Tokens, and the one refresh at a time ──

  /** A session whose access token is good. */
  async ready(): Promise<Held> {
    await this.#resuming;
    for (let tries = 0; ; tries++) {
      if (!this.#held && this.#offline) await this.resume();
      const held = this.#present("resource");
      const { due, ended } = policy.due(held.policy, this.#setup.terms);
      // After a refresh the token is used, however short its life.
      if (due === "use" || (tries > 0 && due === "refresh") || tries > 2) return held;
      if (due === "end") await this.#expire(ended);
      else await this.#renew();
    }
  }

  /** The session to use. Where there is none, it could not be continued, it is over, or nobody is signed in. */
  #present(phase: Phase): Held {
    const held = this.#held;
    if (held) return held;
    if (this.#error && (this.#offline || this.#error.code === "session_ended")) throw this.#error;
    throw policy.problem("not_signed_in", phase);
  }

  /** New tokens now. */
  async refresh(): Promise<void> {
    await this.#resuming;
    const lost = !this.#held;
    if (lost && this.#offline) await this.resume();
    const held = this.#present("token");
    if (lost) return; // continuing brought new ones
    const { access_token } = held.tokens;
    await this.#renew(access_token);
    // What is good yet is kept where another could not be had; that is not what was asked for.
    if (this.#present("token").tokens.access_token === access_token && this.#error) throw this.#error;
  }

  /** An API refused the token that was shown; whether there is another now. */
  async refused(shown: Keep, status: number, challenge: string | null): Promise<boolean> {
    const held = this.#held;
    if (!held) return false;
    if (held.tokens.access_token === shown.access_token) {
      const believed = policy.refused(held.policy, status, challenge);
      if (!believed) return false;
      this.#held = { ...held, policy: believed };
      await this.#renew().catch(() => undefined);
    }
    return this.#held !== undefined && this.#held.tokens.access_token !== shown.access_token;
  }

  /** The session was used. Others are told now and then: each write costs. */
  touch(): void {
    const { idle } = this.#setup.terms;
    if (!this.#held || !idle) return;
    const held = { ...this.#held, policy: policy.touched(this.#held.policy) };
    this.#held = held;
    this.#arm();
    if (held.policy.used - this.#saved < idle / 10) return;
    void this.#exclusively(async () => {
      if (this.#held?.revision === held.revision && (await this.#write(this.#held, this.#generation, held))) this.#say("changed");
    }).catch(() => undefined);
  }

  /** An API answered: the network is there. */
  reached(): void {
    if (this.#offline && this.#held && policy.due(this.#held.policy, this.#setup.terms).due === "use") this.#recover();
  }

  /** Does what is due; `not`: an access token that is to be replaced, however good it is. */
  #renew(not?: string): Promise<void> {
    this.#renewing ??= this.#exclusively(() => this.#renewOnce(not)).finally(() => { this.#renewing = undefined; });
    return this.#renewing;
  }

  /** Does what is due, now that nobody else does. */
  async #renewOnce(not?: string): Promise<void> {
    const held = this.#present("token");
    const now = held.tokens.access_token === not ? policy.stale(held.policy) : held.policy;
    const { due, seconds, ended } = policy.due(now, this.#setup.terms);
    switch (due) {
      case "use": return;
      case "refresh": return this.#refresh(held);
      case "authorize": return this.#silently(held.policy);
      case "wait": throw this.#later(seconds);
      case "end": return this.#expire(ended);
    }
  }

  async #refresh(held: Held): Promise<void> {
    const generation = this.#generation;
    const prepared = await this.#prepare(held, generation);
    if (!prepared) return;
    const { client, sent } = prepared;
    let tokens: Tokens;
    try {
      tokens = await client.refresh(held.tokens as unknown as Tokens);
    } catch (error) {
      return this.#failedRefresh({ ...sent, policy: held.policy }, error as GrantError, generation);
    }
    await this.#take(tokens, policy.refreshed(held.policy, tokens, held.tokens.refresh_token ?? ""), generation, sent);
  }

  /** The client to refresh with. From here on nobody knows what became of the token, until the answer is here: whoever finds that written does not send it again. */
  async #prepare(held: Held, generation: number): Promise<{ client: Client; sent: Held } | undefined> {
    try {
      this.#refuseOffline("token");
      const client = await this.client();
      const sent = await this.#write({ ...held, policy: policy.inDoubt(held.policy) }, generation, held);
      return sent && { client, sent };
    } catch (error) {
      if (generation === this.#generation) this.#lose(error);
      throw error;
    }
  }

  async #failedRefresh(held: Held, error: GrantError, generation: number): Promise<void> {
    if (generation !== this.#generation) return;
    const { session, failed } = policy.failed(held.policy, error);
    if (failed === "ended") {
      await this.#end(error);
      throw error;
    }
    if (!(await this.#write({ ...held, policy: session }, generation, held))) return;
    this.#lose(error);
    if (failed === "later") throw error;
    // In doubt: the access token may be good yet, else another authorization settles it.
    if (policy.due(session, this.#setup.terms).due === "authorize") await this.#silently(session);
  }

  /** Tokens came, in place of others or of none. Those that come too late are given back. */
  async #take(tokens: Tokens, session: policy.Policy, generation: number, before?: Held): Promise<void> {
    const kept = worthKeeping(tokens, before?.tokens, this.#setup.idTokenHint);
    if (!(await this.#write({ policy: session, tokens: kept }, generation, before))) return void this.#giveBack(kept);
    this.#offline = false;
    this.#error = null;
    this.#absent = undefined;
    this.#show();
    this.#say("changed");
  }

  // ── The end ──

  /** Forgets the tokens here and in every tab, and gives the refresh token back as far as the server can be reached. */
  async logout(local: boolean, returnTo: string | null): Promise<{ url: string | null }> {
    const held = this.#held;
    const reachable = navigator.onLine !== false;
    await this.#forget(null);
    this.#say("gone");
    if (!reachable) return { url: null };
    const client = await this.client().catch(() => undefined);
    if (!client) return { url: null };
    await Promise.race([this.#giveBack(held?.tokens), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    return { url: local ? null : await this.#farewell(client, held, returnTo) };
  }

  /** Gives a refresh token back, or an access token where there is none. Best effort: a server that cannot be reached forgets them in time. */
  async #giveBack(tokens: Keep | undefined): Promise<void> {
    const { refresh_token, access_token } = tokens ?? {};
    const token = refresh_token ?? access_token;
    const client = await this.client().catch(() => undefined);
    if (token === undefined || client?.server.revocation_endpoint === undefined) return;
    await client.revoke(token, { token_type_hint: refresh_token === undefined ? "access_token" : "refresh_token" }).catch(() => undefined);
  }

  async #farewell(client: Client, held: Held | undefined, returnTo: string | null): Promise<string | null> {
    if (client.server.end_session_endpoint === undefined) return null;
    const { postLogoutRedirectUri, key } = this.#setup;
    const hint = held?.tokens.id_token;
    const state = postLogoutRedirectUri !== undefined && returnTo !== null ? revise() : undefined;
    if (state !== undefined) await pending.keep(state, { of: key, mode: "logout", returnTo: returnTo ?? "" });
    return client.logoutUrl({
      ...(postLogoutRedirectUri !== undefined && { post_logout_redirect_uri: postLogoutRedirectUri }),
      ...(state !== undefined && { state }), ...(hint !== undefined && { id_token_hint: hint }),
    });
  }

  /** The time is over, unless another tab used the session meanwhile. */
  async #expire(ended: policy.Due["ended"]): Promise<void> {
    const trace = await this.#shelf.trace().catch(() => undefined);
    const held = this.#held;
    if (!held) return;
    this.#held = { ...held, policy: policy.touched(held.policy, trace?.used ?? 0) };
    if (policy.due(this.#held.policy, this.#setup.terms).due !== "end") return this.#show();
    const error = policy.problem("session_ended", "token", ended);
    void this.#giveBack(held.tokens);
    await this.#end(error);
    throw error;
  }

  /** It is over. Tabs that have tokens of their own go on with those. */
  async #end(error: GrantError): Promise<void> {
    await this.#forget(error);
    if (this.#setup.device) this.#say("gone");
  }

  async #forget(error: GrantError | null): Promise<void> {
    this.#generation++;
    this.#held = undefined;
    this.#absent = undefined;
    this.#offline = false;
    this.#error = error;
    await this.#shelf.clear().catch(() => undefined);
    this.#show();
  }

  // ── What happens around ──

  /** Somebody looks at a page, or the network is back: what could not be done is tried again, and what is over ends. */
  async wake(online: boolean): Promise<void> {
    if (online && this.#absent) this.#absent = policy.woken(this.#absent);
    if (online && this.#held) this.#held = { ...this.#held, policy: policy.woken(this.#held.policy) };
    const held = this.#held;
    if (!held) return void (this.#offline && (await this.resume()));
    const { due, ended } = policy.due(held.policy, this.#setup.terms);
    if (due === "end") await this.#expire(ended).catch(() => undefined);
    else if (this.#offline && due === "use") this.#recover();
    else if (this.#offline) await this.#renew().catch(() => undefined);
    this.#arm();
  }

  async #hear(word: Word): Promise<void> {
    if (word === "changed" && this.#setup.device) await this.#read();
    else if (word === "changed") await this.#hearUse();
    else if (!this.#setup.device || !(await this.#shelf.read().catch(() => undefined))) this.#hearEnd();
    this.#show();
  }

  /** Another tab has logged out, or noticed that the time is over. What is under way here comes too late. */
  #hearEnd(): void {
    const held = this.#held;
    this.#generation++;
    this.#held = this.#absent = undefined;
    this.#offline = false;
    if (!held) return;
    // In memory mode these tokens were this tab's own: nobody else gives them back.
    if (!this.#setup.device) void this.#giveBack(held.tokens);
    // Whichever tab noticed first that the time is over, each can say so.
    const { due, ended } = policy.due(held.policy, this.#setup.terms);
    if (due === "end") this.#error = policy.problem("session_ended", "token", ended);
  }

  async #hearUse(): Promise<void> {
    const trace = await this.#shelf.trace().catch(() => undefined);
    if (this.#held && trace) this.#held = { ...this.#held, policy: policy.touched(this.#held.policy, trace.used) };
  }

  /** Runs `work` when nobody else in this browser does such, after reading what they left. */
  async #exclusively<T>(work: () => T | Promise<T>): Promise<T> {
    if (!this.#setup.device) return work();
    return navigator.locks.request(`grantkit ${this.#setup.key}`, async () => {
      await this.#read();
      return work();
    });
  }

  /** Takes over what another tab has put on the device. */
  async #read(): Promise<void> {
    if (!this.#setup.device) return;
    const stored = await this.#shelf.read();
    if (stored?.revision === this.#held?.revision) return;
    if (!stored) this.#generation++;
    const used = this.#held?.policy.used ?? 0;
    this.#held = stored && { ...stored, policy: policy.touched(stored.policy, used) };
    this.#offline = false;
    if (stored) this.#error = null;
    this.#show();
  }

  /** Keeps what `before` turned into, or another session, with which a generation begins. Gives nothing where that comes too late. */
  async #write(session: Omit<Held, "revision">, generation: number, before?: Held): Promise<Held | undefined> {
    const held = { ...session, revision: revise() };
    const { device } = this.#setup;
    if (generation !== this.#generation || (device && !(await this.#shelf.write(held, before)))) return undefined;
    if (generation !== this.#generation) {
      await this.#shelf.clear();
      return undefined;
    }
    if (!before) this.#generation++;
    this.#held = held;
    this.#saved = held.policy.used;
    // A page that may store nothing has its session all the same, as long as it lives.
    if (!device) await this.#shelf.write(held, before).catch(() => undefined);
    return held;
  }

  #say(word: Word): void {
    this.#words.postMessage(word);
  }

  /** Nothing is sent where it is known beforehand that it would not arrive. */
  #refuseOffline(phase: Phase): void {
    if (navigator.onLine === false) throw policy.problem("network", phase);
  }

  /** The server is out of reach. That is no logout. */
  #lose(error: unknown): void {
    this.#offline = true;
    this.#fail(error);
  }

  #recover(): void {
    this.#offline = false;
    this.#error = null;
    this.#show();
  }

  #later(seconds: number | undefined): GrantError {
    const last = this.#error ?? policy.problem("network", "token");
    return new GrantError({ ...last.toJSON(), ...(seconds !== undefined && { retryAfter: seconds }) });
  }

  #fail(error: unknown): void {
    this.#error = error instanceof GrantError ? error : policy.problem("storage_unavailable", "configuration");
    this.#show();
  }

  /** Shows the pages how it is, where that is news to them. */
  #show(): void {
    this.#arm();
    const view = this.view();
    const text = JSON.stringify(view);
    if (text === this.#shown) return;
    this.#shown = text;
    for (const page of this.#pages) page.tell("view", view);
  }

  /** The one timer: when the session ends if nobody uses it. */
  #arm(): void {
    clearTimeout(this.#timer);
    const at = this.#held && policy.due(this.#held.policy, this.#setup.terms).ends_at;
    if (at === undefined) return;
    const wait = Math.min(Math.max(at * 1000 - Date.now(), 0), LONGEST);
    this.#timer = setTimeout(() => void this.wake(false), wait);
  }
}

function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
