/** A login as this page shows it, wherever its tokens live: in the Worker of the browser, or at the edge. */
import type { GrantError, Session, SessionOptions } from "grantkit/session/slim";

import * as browser from "./browser.js";
import * as edge from "./edge.js";
import { loopback } from "./insecure.js";
import type { Text } from "./language.js";
import { meta, own } from "./ui.js";

/** What may be known of a login in a page. */
export interface Known {
  readonly status: "signed_in" | "signed_out" | "offline";
  readonly user: Record<string, unknown> | null;
  readonly scope: string | null;
  readonly expiresAt?: number | undefined;
  readonly error: GrantError | null;
}

/** What a page can do. */
export interface House {
  readonly where: "browser" | "edge";
  /** The API that is asked, and the call as a developer writes it. */
  readonly api: string;
  readonly call: string;
  known(): Known;
  logIn(): Promise<void>;
  ask(): Promise<Response>;
  refresh(): Promise<unknown>;
  logOut(): Promise<void>;
  /** Tells of each change, and of each error. */
  on(tell: (what: "change" | "error") => void): void;
  /** The session of the browser, and with which options it was made. */
  readonly session?: Session;
  readonly options?: SessionOptions & { readonly worker: string };
}

/** Whether this page is served by the edge. */
export const atEdge = (): boolean => meta("edge") === "here";

/** The house that this page is in. */
export async function enter(): Promise<House> {
  return atEdge() ? enterEdge() : enterBrowser();
}

async function enterBrowser(): Promise<House> {
  const api = meta("api");
  const bare = !loopback && location.protocol === "http:";
  const options: SessionOptions & { readonly worker: string } = {
    issuer: meta("issuer"), clientId: meta("client"), redirectUri: own(`callback${meta("suffix")}`),
    silentRedirectUri: own("silent.html"), postLogoutRedirectUri: own(`signed-out${meta("suffix")}`),
    api: meta("nobody") ? [api, own("api/")] : [api], worker: own("worker.js"),
    ...(bare && { dangerouslyAllowHttp: true }),
    ...(globalThis.crypto?.subtle ? {} : { idTokenSignature: "tls" }),
  };
  const session = await browser.open(options);
  return {
    where: "browser", api, call: `session.fetch("${api}")`, session, options,
    known: () => session as Known,
    logIn: () => browser.logIn(session),
    ask: () => browser.ask(session, api),
    refresh: () => session.refresh(),
    logOut: () => browser.logOut(session),
    on(tell) {
      session.on("change", () => tell("change"));
      session.on("error", () => tell("error"));
    },
  };
}

async function enterEdge(): Promise<House> {
  const api = "/api/me";
  let view = await edge.session();
  let tell: (what: "change" | "error") => void = () => {};
  const look = async (): Promise<void> => {
    view = await edge.session();
    tell("change");
  };
  return {
    where: "edge", api, call: `fetch("${api}", { headers: { "x-csrf": "1" } })`,
    known: () => ({
      status: view.authenticated ? "signed_in" : "signed_out", user: view.claims ?? null, scope: view.scope ?? null, expiresAt: view.expiresAt, error: null,
    }),
    logIn: async () => edge.logIn(),
    ask: () => edge.ask(api),
    refresh: async () => {
      await edge.refresh();
      await look();
    },
    logOut: () => edge.logOut(),
    on(listener) { tell = listener; },
  };
}

/** Where tokens are, in words. */
export const WHERE: Record<House["where"], Text> = {
  browser: ["in the Worker of this browser", "このブラウザーの Worker の中"],
  edge: ["at the edge", "エッジ"],
};
