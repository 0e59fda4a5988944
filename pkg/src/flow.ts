/** Opening a module's core and driving its flows: it converts, waits, and converts. Every judgement is the core's. */

import type { Phase } from "./errors.js";
import { invalidArgument, isObject, look, settle, toJson } from "./settle.js";
import { isKeyPair } from "./sync.js";
import type { CallOptions, ClientOptions } from "./types.js";

/** A flow under way. */
interface Flow {
  go_on(answer?: Uint8Array): Promise<Uint8Array> | undefined;
  end(): string;
}

/** What this file needs of a module's core; each module with a host has one. */
export interface Flows {
  begin(flow: string, input: string, signal?: AbortSignal): Flow;
}

/** Makes a core of `{options, server}` or `{options, discover}`. */
export function open<Core extends Flows>(
  Core: new (input: string, host: object, send?: typeof fetch) => Core,
  input: object,
  options: Partial<Pick<ClientOptions, "fetch" | "clientAuth" | "dpop">>,
): Core {
  const text = toJson(input, "options", "configuration");
  const host = look("options", "configuration", () => {
    const { fetch, clientAuth, dpop } = options;
    if (fetch !== undefined && typeof fetch !== "function") throw invalidArgument("fetch", "configuration");
    const signs = isObject(clientAuth) && clientAuth.method === "private_key_jwt";
    const key = signs ? clientAuth.key : undefined;
    if (signs && !(key instanceof CryptoKey)) throw invalidArgument("clientAuth", "configuration");
    return { fetch, key, pair: isKeyPair(dpop) ? dpop : undefined };
  });
  try {
    const { fetch, ...keys } = host;
    return new Core(text, keys, fetch);
  } catch (thrown) {
    if (typeof thrown === "string") settle(thrown);
    throw thrown;
  }
}

/** Runs a flow to its end. */
export async function run(core: Flows, flow: string, input: object, phase: Phase, call?: CallOptions): Promise<string> {
  const { signal, ...plain } = look("call", phase, (): CallOptions => {
    if (call === undefined) return {};
    if (!isObject(call) || call instanceof AbortSignal) throw invalidArgument("call", phase);
    if (call.signal !== undefined && !(call.signal instanceof AbortSignal)) throw invalidArgument("signal", phase);
    return { ...call };
  });
  return perform(core, flow, toJson({ ...input, call: plain }, "parameters", phase), signal);
}

/** Waits for what a flow waits for, until it is over. */
async function perform(core: Flows, name: string, input: string, signal?: AbortSignal): Promise<string> {
  const flow = core.begin(name, input, signal);
  let asked = flow.go_on();
  while (asked) asked = flow.go_on(await asked.catch(() => undefined));
  return settle(flow.end());
}

/** `new URL("https://op.example")` writes a slash at the end that the issuer does not have. */
export function stripSlash(url: URL): string {
  return url.pathname === "/" && !url.search && !url.hash ? url.origin : url.href;
}
