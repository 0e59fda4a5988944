/** Starts the Worker, or finds the one that all tabs share. */

import type { GrantError } from "../errors.js";
import { ownError } from "./errors.js";
import { type OwnPage, Peer, type PageCalls, type PageNews, type Setup, type View, type WorkerCalls, type WorkerNews } from "./protocol.js";

/** The Worker, as the page speaks to it. */
export type Link = Peer<WorkerCalls, WorkerNews, PageCalls, PageNews>;

/** A link, how the session is once it is open, and what ends the Worker, or this page's part in it; `reason` is told to whoever waits for an answer. */
export interface Connection {
  readonly link: Link;
  readonly opened: Promise<View>;
  end(reason?: GrantError): void;
}

/**
 * A script that is served can be shared by all tabs, and then one tab resumes from another without a token leaving the Worker. A script that is carried along is
 * started from a `blob:` URL, which is of one page alone. `died` is called where a shared Worker is gone, as it is with the tab that started it when that crashes.
 * @throws GrantError `worker_unavailable`, and what the Worker refuses of the options.
 */
export function connect(script: string, address: string | undefined, setup: Setup, own: OwnPage, died: () => void): Connection {
  const shared = address !== undefined && !setup.device && typeof SharedWorker === "function";
  // Tabs that say something else (another version of the page, say) are not to find this one.
  const started = shared ? startShared(address, JSON.stringify(setup)) : startOwn(script, address);
  const link: Link = new Peer<WorkerCalls, WorkerNews, PageCalls, PageNews>(started.port, own);
  const over = new AbortController();
  const end = (reason = ownError("aborted", "configuration")): void => {
    over.abort();
    link.tell("bye", null);
    link.close(reason);
    started.end();
  };
  const opened = Promise.race([link.call("open", setup), started.failed]).then(({ view, life }) => {
    watch(link, over);
    if (shared && life !== undefined) navigator.locks.request(life, over, died).catch(() => undefined);
    return view;
  });
  opened.catch(() => end());
  return { link, opened, end };
}

/** Tells the Worker when somebody looks at the page, when the network is back, and when the page goes. */
function watch(link: Link, over: AbortController): void {
  const wake = (online: boolean): void => link.tell("wake", { online });
  addEventListener("online", () => wake(true), over);
  addEventListener("pageshow", () => wake(false), over);
  addEventListener("pagehide", (event) => { if (!event.persisted) link.tell("bye", null); }, over);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) wake(false); }, over);
}

interface Started {
  readonly port: MessagePort;
  /** Never fulfilled. */
  readonly failed: Promise<never>;
  end(): void;
}

function startShared(address: string, name: string): Started {
  const worker = start(() => new SharedWorker(address, { name }));
  return { port: worker.port, failed: failureOf(worker), end: () => undefined };
}

function startOwn(script: string, address: string | undefined): Started {
  const url = address ?? URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = start(() => new Worker(url));
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(null, [port2]);
  return { port: port1, failed: failureOf(worker), end: () => worker.terminate() };
}

function start<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw ownError("worker_unavailable", "configuration", cause);
  }
}

function failureOf(worker: AbstractWorker): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    worker.onerror = (event) => reject(ownError("worker_unavailable", "configuration", event instanceof ErrorEvent ? event.message : undefined));
  });
  failed.catch(() => undefined);
  return failed;
}
