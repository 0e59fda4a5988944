/** Reads the options of a session. What an option of the client means is the core's to judge; here stands what the page must know. */

import { invalidArgument, isObject, look, toJson } from "../settle.js";
import type { Setup } from "./protocol.js";
import type { SessionOptions } from "./types.js";

/** The options in their places, and where the Worker's script is. */
export interface Read {
  readonly setup: Setup;
  readonly worker: string | undefined;
}

/** What a page's client is not: it keeps no secret, and its requests are sent by the Worker. */
const NOT_HERE = ["clientAuth", "fetch", "signedIntrospection", "dangerouslySkipSubjectCheck"];

/** @throws GrantError `invalid_argument`, which names the option. */
export function readOptions(options: SessionOptions): Read {
  return look("options", "configuration", () => {
    if (!isObject(options)) throw invalidArgument("options", "configuration");
    const {
      issuer, server, redirectUri, dpop = false, persistence = "memory", idle, absolute, silent = true, silentRedirectUri = redirectUri, worker,
      postLogoutRedirectUri, dangerouslySendIdTokenHint = false, ...client
    } = options as unknown as SessionOptions;
    const foreign = NOT_HERE.find((name) => name in client);
    if (foreign) throw invalidArgument(foreign, "configuration");
    for (const [name, value] of Object.entries({ dpop, silent, dangerouslySendIdTokenHint })) {
      if (typeof value !== "boolean") throw invalidArgument(name, "configuration");
    }
    if (persistence !== "memory" && persistence !== "device") throw invalidArgument("persistence", "configuration");
    if ((issuer === undefined) === (server === undefined)) throw invalidArgument(server === undefined ? "issuer" : "server", "configuration");
    const setup: Setup = {
      key: "",
      ...(issuer === undefined ? { server: server as NonNullable<typeof server> } : { issuer: issuerOf(issuer) }),
      client: { ...client, redirectUri: address("redirectUri", redirectUri) },
      terms: { idle, absolute },
      dpop, silent, device: persistence === "device",
      silentRedirectUri: address("silentRedirectUri", silentRedirectUri),
      postLogoutRedirectUri: postLogoutRedirectUri === undefined ? undefined : address("postLogoutRedirectUri", postLogoutRedirectUri),
      idTokenHint: dangerouslySendIdTokenHint,
    };
    const key = [setup.issuer ?? setup.server?.issuer, client.clientId, setup.client.redirectUri].join(" ");
    const plain = JSON.parse(toJson({ ...setup, key }, "options", "configuration")) as Setup;
    return { setup: plain, worker: worker === undefined ? undefined : address("worker", worker) };
  });
}

/** An address as text, absolute. */
function address(name: string, value: string | URL): string {
  return look(name, "configuration", () => {
    if (typeof value !== "string" && !(value instanceof URL)) throw invalidArgument(name, "configuration");
    return new URL(value, location.href).href;
  });
}

/** `new URL("https://op.example")` writes a slash at the end that the issuer does not have. */
function issuerOf(issuer: string | URL): string {
  if (typeof issuer === "string") return issuer;
  if (!(issuer instanceof URL)) throw invalidArgument("issuer", "configuration");
  return issuer.pathname === "/" && !issuer.search && !issuer.hash ? issuer.origin : issuer.href;
}

/** An address of this origin, for a page to be at. */
export function here(name: string, value: string | URL): string {
  return look(name, "authorization", () => {
    const url = new URL(value, location.href);
    if (url.origin !== location.origin) throw invalidArgument(name, "authorization");
    return url.href;
  });
}
