/** Pages come, ask and go. In a dedicated Worker there is one; a shared one has all tabs. */

import { type PageCalls, type PageNews, Peer, type Setup, type WorkerCalls, type WorkerNews } from "../protocol.js";
import { Bodies, send } from "./fetch.js";
import { Keeper, type Page } from "./keeper.js";
import { revise } from "./kept.js";
import { problem } from "./policy.js";

/** The name of a lock that this Worker has as long as it lives: a page that gets the lock knows that it does not. Nothing where there are no Web Locks. */
const life = new Promise<string | undefined>((resolve) => {
  const name = revise();
  const hold = (): Promise<never> => {
    resolve(name);
    return new Promise<never>(() => undefined);
  };
  (async () => navigator.locks.request(name, hold))().catch(() => resolve(undefined));
});

/** Sessions by their key. */
const sessions = new Map<string, { text: string; keeper: Promise<Keeper> }>();

/** A page that says the same has the same session. One that says something else would lead the tokens of the others elsewhere. */
function join(setup: Setup): Promise<Keeper> {
  const text = JSON.stringify(setup);
  const known = sessions.get(setup.key);
  if (known && known.text !== text) throw problem("invalid_argument", "configuration", "options");
  if (known) return known.keeper;
  const keeper = Keeper.open(setup);
  sessions.set(setup.key, { text, keeper });
  keeper.catch(() => sessions.delete(setup.key));
  return keeper;
}

function attend(port: MessagePort): void {
  const bodies = new Bodies();
  let joined: { setup: Setup; keeper: Keeper } | undefined;
  const at = (): { setup: Setup; keeper: Keeper } => {
    if (!joined) throw problem("not_signed_in", "configuration");
    return joined;
  };
  const page: Page = new Peer<PageCalls, PageNews, WorkerCalls, WorkerNews>(port, {
    async open(setup) {
      joined = { setup, keeper: await join(setup) };
      const name = await life;
      return { view: joined.keeper.join(page), life: name };
    },
    arrive: async ({ url, claim }) => at().keeper.arrive(url, claim),
    finish: async (url) => at().keeper.finish(url),
    resume: async () => at().keeper.resume(),
    authorize: async ({ parameters, returnTo, popup }) => at().keeper.authorize(parameters, popup ? "popup" : "redirect", returnTo),
    refresh: async () => at().keeper.refresh(),
    logout: async ({ local, returnTo }) => at().keeper.logout(local, returnTo),
    fetch: async (request, signal) => send(at().keeper, at().setup, request, bodies, signal),
    pull: async (body) => bodies.pull(body),
    cancel: (body) => bodies.cancel(body),
    wake: ({ online }) => void joined?.keeper.wake(online),
    bye: () => leave(),
  });
  const leave = (): void => {
    joined?.keeper.leave(page);
    bodies.cancelAll();
    page.close(undefined);
  };
  // Where the engine says so, also when a tab dies without a word.
  (port as MessagePort & { onclose?: () => void }).onclose = leave;
}

/** Begins to work: for the page that sends its port, or for each that connects. */
export function serve(scope: { onmessage: unknown; onconnect?: unknown }): void {
  const take = ({ ports }: MessageEvent): void => { if (ports[0]) attend(ports[0]); };
  scope.onmessage = take;
  scope.onconnect = take;
}
