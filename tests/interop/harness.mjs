/** What every foreign server needs: a place in the cache, a process with an end, a person with a browser, and refusals told apart. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createWriteStream, existsSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import * as grantkit from "../../pkg/dist/entry/client.inline.js";

export { grantkit };

/** Where a login ends. Nobody listens there: the person's last step is an address, not a page. */
export const REDIRECT_URI = "http://127.0.0.1:9/callback";

/** What a check of a whole login is made of, whichever server vouches. */
export const CHECKS = [
  "state", "pkce", "id_token_issuer", "id_token_audience", "id_token_algorithm", "id_token_signature", "id_token_expiry", "id_token_issued_at", "id_token_nonce",
];

/** Whoever ends this process early ends its servers too, and clears their folders: that is done at its exit. */
for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]]) process.once(signal, () => process.exit(code));

/** A folder of the cache that `make` fills once: a name that exists is complete. */
export async function cached(name, make) {
  const user = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const folder = join(process.env.GRANTKIT_CACHE || join(user, "grantkit"), name);
  if (existsSync(folder)) return folder;
  const fresh = `${folder}.installing`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  await make(fresh);
  await rename(fresh, folder);
  return folder;
}

/** Runs a program to its end; what it printed. */
export async function run(words, { limit = 60_000, input, ...options } = {}) {
  const child = spawn(words[0], words.slice(1), { stdio: ["pipe", "pipe", "pipe"], ...options });
  let printed = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text) => { printed += text; });
  child.stderr.setEncoding("utf8").on("data", (text) => { said += text; });
  child.stdin.on("error", () => {}).end(input);
  const clock = setTimeout(() => child.kill("SIGKILL"), limit);
  const [code, signal] = await new Promise((resolve, reject) => child.once("error", reject).once("close", (...end) => resolve(end)));
  clearTimeout(clock);
  if (code !== 0) throw new Error(`\`${words.join(" ")}\` ended with ${code ?? signal}: ${(said + printed).slice(-2_000)}`);
  return printed;
}

/**
 * Starts a server and waits until `url` is answered. It is no group leader: what ends this process's group ends the server too.
 * `stop` asks it to end, and insists; its log is part of every complaint.
 */
export async function serve(words, { url, limit, log, ...options }) {
  const file = createWriteStream(log);
  await new Promise((resolve, reject) => file.once("open", resolve).once("error", reject));
  const child = spawn(words[0], words.slice(1), { stdio: ["ignore", file, file], ...options });
  const ended = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
  let over = false;
  ended.then(() => { over = true; });
  const atExit = () => child.kill("SIGTERM");
  process.once("exit", atExit);
  const complain = async (what) => new Error(`${words[0]} ${what}: ${(await readFile(log, "utf8")).slice(-3_000)}`);
  async function stop() {
    process.off("exit", atExit);
    child.kill("SIGTERM");
    const insist = setTimeout(() => child.kill("SIGKILL"), 20_000);
    await ended;
    clearTimeout(insist);
    file.close();
  }
  for (const until = Date.now() + limit; ; await pause(100)) {
    if (over) throw await complain("ended at its start");
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return { stop };
    if (Date.now() > until) {
      const complaint = await complain(`did not answer within ${limit / 1000} s`);
      await stop();
      throw complaint;
    }
  }
}

/** Runs `start` with a folder of its own, which goes when the server stops, and also where it never came up. */
export async function inScratch(name, start) {
  const folder = await mkdtemp(join(tmpdir(), `grantkit-${name}-`));
  const clearAtExit = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", clearAtExit);
  const clear = () => {
    process.off("exit", clearAtExit);
    return rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const server = await start(folder);
    return { ...server, stop: () => server.stop().finally(clear) };
  } catch (error) {
    await clear();
    throw error;
  }
}

export const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** The GrantError that `work` ends in; its fields must be these. */
export async function refused(work, fields) {
  const error = await Promise.resolve().then(work).then(
    (value) => assert.fail(`expected ${fields.code}, but it went well: ${JSON.stringify(value)?.slice(0, 300)}`),
    (thrown) => thrown,
  );
  if (!(error instanceof grantkit.GrantError)) throw error;
  const found = Object.fromEntries(Object.keys(fields).map((name) => [name, error[name]]));
  assert.deepEqual(found, fields, JSON.stringify(error));
  return error;
}

/** Every one of `wanted` was checked. */
export function checked(tokens, wanted = CHECKS) {
  for (const check of wanted) assert.ok(tokens.checks.includes(check), `${check} among ${tokens.checks}`);
}

/** `fetch` that keeps what was sent and what came back, for what a token does not tell. */
export function overheard() {
  const log = [];
  const listen = async (input, init) => {
    const request = new Request(input, init);
    const entry = { url: request.url, headers: Object.fromEntries(request.headers), body: await request.clone().text() };
    log.push(entry);
    const response = await fetch(request);
    entry.status = response.status;
    return response;
  };
  return { fetch: listen, log };
}

/** A person with a browser: cookies, and forms filled in with `answers`, by the names of their fields. */
export function person(answers = {}) {
  const cookies = new Map();

  async function ask(url, { headers, ...init } = {}) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", ...init, headers: { ...headers, cookie } });
    for (const line of response.headers.getSetCookie()) keep(cookies, line);
    return response;
  }

  /** Follows redirects and fills in forms until the browser is sent to `home`, or there is none and no form is left; that address. */
  async function visit(address, home = REDIRECT_URI) {
    let url = address;
    let form;
    for (let steps = 0; steps < 20; steps++) {
      const response = await ask(url, form && { method: "POST", body: form, headers: { referer: url } });
      const page = await response.text();
      const location = response.headers.get("location");
      if (location !== null) {
        url = new URL(location, url).href;
        form = undefined;
        if (home !== null && url.startsWith(home)) return url;
        continue;
      }
      const found = formIn(page);
      if (response.ok && !found && home === null) return url;
      if (!response.ok || !found) throw new Error(`the server answered ${response.status} at ${url}: ${page.slice(0, 1_500)}`);
      url = new URL(found.action, url).href;
      form = new URLSearchParams({ ...found.fields, ...pick(answers, found.names) });
    }
    throw new Error(`the login went round in circles at ${url}`);
  }

  return { ask, visit };
}

/** The first form of a page that posts: where to, the fields that it fills in itself, and the names of all. */
function formIn(page) {
  const form = [...page.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].find(([, tag]) => /^post$/i.test(attribute(tag, "method") ?? ""));
  if (!form) return undefined;
  const controls = [...form[2].matchAll(/<(?:input|button)\b([^>]*)>/gs)].map(([, tag]) => tag).filter((tag) => attribute(tag, "name"));
  const fields = controls.filter((tag) => attribute(tag, "type") === "hidden").map((tag) => [attribute(tag, "name"), attribute(tag, "value") ?? ""]);
  return { action: attribute(form[1], "action") ?? "", fields: Object.fromEntries(fields), names: controls.map((tag) => attribute(tag, "name")) };
}

function attribute(tag, name) {
  const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, "i").exec(tag);
  const named = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return found && (found[1] ?? found[2]).replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, number, word) =>
    word ? named[word] ?? whole : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(number)));
}

function pick(answers, names) {
  return Object.fromEntries(Object.entries(answers).filter(([name]) => names.includes(name)));
}

/** Later cookies win; one that has expired goes. Paths do not matter here: each server has one browser, and one realm. */
function keep(cookies, line) {
  const [pair, ...attributes] = line.split(";").map((text) => text.trim());
  const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
  const gone = attributes.some((text) => /^max-age=(0|-)/i.test(text) || (/^expires=/i.test(text) && Date.parse(text.slice(8)) < Date.now()));
  if (value === "" || gone) cookies.delete(name);
  else cookies.set(name, value);
}

/** Lets a server's file be run by itself: `node tests/interop/glewlwyd/server.mjs` fetches it into the cache. */
export function whenRun(module, install) {
  if (module !== pathToFileURL(process.argv[1] ?? "").href) return;
  install((text) => console.log(text)).then((folder) => console.log(folder), (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

