/**
 * Where the state of sessions is kept that all requests must agree on: a Durable Object, or without one this isolate's memory. Whose turn it is,
 * and what those who come late are told, is the core's: `src/session/turn.rs`.
 */

import { ask, askFor, refused, seconds } from "./ask.js";
import type { CoordinatorNamespace, CoordinatorState } from "./types.js";

/** What is told or asked of a session. */
export type Message = ({ readonly message: "begin" | "tell"; readonly sealed: string } | { readonly message: "read" | "ask" | "still" | "end" }) & {
  readonly generation?: number;
  readonly why?: string;
  /** Seconds for which the session may last yet. */
  readonly keep?: number;
  /** Do not wait for another's turn to end. */
  readonly hasty?: boolean;
};

/** What the core answers. */
export type Answer =
  | { readonly answer: "lead" | "lost" | "superseded" | "kept" | "unknown" }
  | { readonly answer: "wait"; readonly until: number }
  | { readonly answer: "newer"; readonly generation: number; readonly sealed: string }
  | { readonly answer: "behind"; readonly generation: number }
  | { readonly answer: "ended"; readonly why: string };

/** A session of a subject, as it is listed. */
export interface Listed {
  /** The session's name: random, and no credential. */
  readonly id: string;
  /** When it began, in seconds since 1970. */
  readonly began: number;
}

/** What is told or asked of a subject's, or of a server's session's, sessions. */
type Index = { readonly index: "add"; readonly session: Listed; readonly keep: number } | { readonly index: "list" } | { readonly index: "remove"; readonly id: string };

/** Where sessions meet. */
export interface Turns {
  take(id: string, message: Message): Promise<Answer>;
  /** Absent where nothing outlives an isolate. */
  readonly index?: (name: string, message: Index) => Promise<readonly Listed[]>;
}

interface Outcome {
  readonly answer: Answer;
  readonly entry?: string;
  readonly forgetAt?: number;
}

/** How long to sleep before another's turn is looked at again, in milliseconds. */
const LOOK_AGAIN = 20;

/** Sessions kept in memory: each has a few kilobytes, an isolate has 128 MB. */
const REMEMBERED = 2_000;

/** This isolate's memory. Requests share text alone: an object of one request's must not be touched by another's. */
export class MemoryTurns implements Turns {
  readonly #entries = new Map<string, Outcome>();

  async take(id: string, message: Message): Promise<Answer> {
    for (;;) {
      const outcome = turn(this.#entries.get(id)?.entry, message);
      this.#keep(id, outcome);
      if (outcome.answer.answer !== "wait" || message.hasty) return outcome.answer;
      await sleep(LOOK_AGAIN);
    }
  }

  #keep(id: string, outcome: Outcome): void {
    this.#entries.delete(id);
    if (outcome.entry !== undefined) this.#entries.set(id, outcome);
    for (const [oldest] of this.#entries) {
      if (this.#entries.size <= REMEMBERED) break;
      this.#entries.delete(oldest);
    }
  }
}

/** A Durable Object for each session. */
export class RemoteTurns implements Turns {
  constructor(readonly namespace: CoordinatorNamespace) {}

  take(id: string, message: Message): Promise<Answer> {
    return this.#send(`session:${id}`, message);
  }

  readonly index = (name: string, message: Index): Promise<readonly Listed[]> => this.#send(name, message);

  async #send<T>(name: string, message: object): Promise<T> {
    let response;
    try {
      const stub = this.namespace.get(this.namespace.idFromName(name));
      response = await stub.fetch("https://coordinator/", { method: "POST", body: JSON.stringify(message) });
      if (response.ok) return (await response.json()) as T;
    } catch (cause) {
      throw refused("coordinator_unreachable", 1, cause);
    }
    throw refused("coordinator_unreachable", 1);
  }
}

/**
 * The Durable Object that sessions meet at, one for each session, and one for each subject's list of them. It holds sealed text alone, and no key: nobody
 * who can read its storage can read a token. Bind it, and export it from the Worker's main module.
 */
export class RefreshCoordinator {
  readonly #state: CoordinatorState;
  #waiting: (() => void)[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(state: CoordinatorState, _env?: unknown) {
    this.#state = state;
  }

  /** Answers the handler. Nobody else reaches a Durable Object. */
  async fetch(request: Request): Promise<Response> {
    const message = (await request.json()) as Message | Index;
    return Response.json("index" in message ? await this.#oneByOne(() => this.#list(message)) : await this.#take(message));
  }

  /** Forgets what is over. */
  async alarm(): Promise<void> {
    await this.#state.storage.deleteAll();
  }

  async #take(message: Message): Promise<Answer> {
    for (;;) {
      const { answer } = await this.#oneByOne(() => this.#turn(message));
      if (message.message === "tell" || message.message === "end") this.#wake();
      if (answer.answer !== "wait" || message.hasty) return answer;
      await this.#change(answer.until);
    }
  }

  async #list(message: Index): Promise<readonly Listed[]> {
    const { storage } = this.#state;
    const held = (await storage.get<Listed[]>("sessions")) ?? [];
    if (message.index === "list") return held;
    const oldest = message.index === "add" ? seconds() - message.keep : 0;
    const rest = held.filter(({ id, began }) => id !== (message.index === "add" ? message.session.id : message.id) && began >= oldest);
    const sessions = message.index === "add" ? [...rest, message.session] : rest;
    await storage.put("sessions", sessions);
    if (message.index === "add") await storage.setAlarm((seconds() + message.keep) * 1000);
    return sessions;
  }

  async #turn(message: Message): Promise<Outcome> {
    const { storage } = this.#state;
    const outcome = turn(await storage.get<string>("entry"), message);
    // Written down before it is answered: a turn that was given is known of after a crash.
    if (outcome.entry !== undefined && message.message !== "read" && message.message !== "still") {
      await storage.put("entry", outcome.entry);
      await storage.setAlarm((outcome.forgetAt ?? 0) * 1000);
    }
    return outcome;
  }

  /** Between a look at the storage and the change that follows from it, nobody else looks. */
  #oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Until somebody tells something, or so long. */
  #change(until: number): Promise<void> {
    const told = new Promise<void>((resolve) => this.#waiting.push(resolve));
    return Promise.race([told, sleep(Math.max(until * 1000 - Date.now(), LOOK_AGAIN))]);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function turn(entry: string | undefined, message: Message): Outcome {
  return askFor<Outcome>("turn", { ...message, entry, now: seconds() });
}

/** Lets time pass. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Something that all requests of an isolate share and that takes time to make: one makes it, the others look whether it is there. They do not wait for
 * the first one's promise, because a runtime may end the first request with its promises.
 */
export class Shared<T> {
  #value: { readonly made: T } | undefined;
  #failed: { readonly thrown: unknown; readonly at: number } | undefined;
  #begun = 0;

  /** `patience`: milliseconds after which whoever makes it is taken to be gone. */
  constructor(readonly patience: number) {}

  async get(make: () => Promise<T>, isGood: (value: T) => boolean = () => true): Promise<T> {
    const arrived = Date.now();
    let waited = false;
    for (;;) {
      if (this.#value && isGood(this.#value.made)) return this.#value.made;
      if (waited && this.#failed && this.#failed.at >= arrived) throw this.#failed.thrown;
      if (Date.now() - this.#begun >= this.patience) break;
      waited = true;
      await sleep(LOOK_AGAIN);
    }
    this.#begun = Date.now();
    try {
      const made = await make();
      this.#value = { made };
      return made;
    } catch (thrown) {
      this.#failed = { thrown, at: Date.now() };
      throw thrown;
    } finally {
      this.#begun = 0;
    }
  }

  /** Has it made anew, if it is not good. */
  forget(isGood: (value: T) => boolean): void {
    if (this.#value && !isGood(this.#value.made)) this.#value = undefined;
  }
}

/** What counts as one address. */
export function addressOf(text: string): string {
  return ask("address", { address: text });
}

/** Where the sessions of a subject are listed. */
export function subjectName(issuer: string, subject: string): string {
  return `subject:${issuer} ${subject}`;
}

/** Where the sessions of a session at the server are listed. */
export function sessionName(issuer: string, sid: string): string {
  return `sid:${issuer} ${sid}`;
}
