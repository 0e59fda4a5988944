/** Starts the Worker, or finds the one that all tabs share. */

import { ownError } from "./errors.js";
import { type OwnPage, Peer, type PageCalls, type PageNews, type Setup, type View, type WorkerCalls, type WorkerNews } from "./protocol.js";

/** The Worker, as the page speaks to it. */
export type Link = Peer<WorkerCalls, WorkerNews, PageCalls, PageNews>;

/** A link, how the session is, and what ends the Worker. */
export interface Connection {
  readonly link: Link;
  readonly view: View;
  end(): void;
}

/**
 * A script that is served can be shared by all tabs, and then one tab resumes from another without a token leaving the Worker. A script that is carried along is
 * started from a `blob:` URL, which is of one page alone.
 * @throws GrantError `worker_unavailable`, and what the Worker refuses of the options.
 */
export async function connect(script: string, address: string | undefined, setup: Setup, own: OwnPage): Promise<Connection> {
  const shared = address !== undefined && !setup.device && typeof SharedWorker === "function";
  // Tabs that say something else (another version of the page, say) are not to find this one.
  const started = shared ? startShared(address, JSON.stringify(setup)) : startOwn(script, address);
  const link: Link = new Peer<WorkerCalls, WorkerNews, PageCalls, PageNews>(started.port, own);
  const end = (): void => {
    link.tell("bye", null);
    link.close(ownError("aborted", "configuration"));
    started.end();
  };
  try {
    return { link, view: await Promise.race([link.call("open", setup), started.failed]), end };
  } catch (error) {
    end();
    throw error;
  }
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
