/**
 * The edge under load: one request to an API through the token handler in workerd, beside the same worker by hand, and beside one that only passes the request on.
 * The API is a worker in the same process, and the load comes from another one, over loopback.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { Miniflare } from "miniflare";

import { scriptOf } from "../../tests/runtimes/hosts/workerd.mjs";
import { rotated } from "./measure.mjs";
import { PAGE } from "./page.mjs";
import { amounts, digits, named, picture, spread, table } from "./report.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Each worker with the cookie that it takes. */
const WORKERS = {
  "oauth4webapi + iron-session": { file: "iron.mjs", cookie: "iron" },
  "oauth4webapi + jose": { file: "jose.mjs", cookie: "jose" },
  "grantkit/worker": { file: "grantkit.mjs", cookie: "grantkit" },
  "a proxy without sessions": { file: "bare.mjs", cookie: "grantkit" },
};
const NAMES = Object.keys(WORKERS);
const [BASE] = NAMES;
const BARE = NAMES.at(-1);

const HEADERS = { host: "app.example", ...PAGE };

/** One thing grows at a time; the others stay at 2 KB, 16 connections, one session. */
const SETTINGS = {
  cookie: { title: "A request to an API through the edge, by the size of its session", values: { "0.5 KB": { bytes: 512 }, "1 KB": { bytes: 1024 }, "2 KB": { bytes: 2048 }, "2.8 KB": { bytes: 2800 } } },
  connections: { title: "A request to an API through the edge, by requests at a time", values: { 1: { connections: 1 }, 4: { connections: 4 }, 16: {}, 64: { connections: 64 } } },
  sessions: { title: "A request to an API through the edge, by how many sessions take turns", values: { 1: {}, 100: { sessions: 100 }, "5,000": { sessions: 5000 } } },
};

/** The tables. */
export async function edge({ folder, nodePaths }, quick) {
  const minted = await minting(folder, nodePaths);
  const edge = await start(folder, nodePaths);
  const loader = fork(join(HERE, "load.mjs"), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  try {
    for (const name of NAMES) await look(edge.urls[name], await minted(WORKERS[name].cookie, 2048, 2), name);
    const rounds = quick ? { count: 2, milliseconds: 200 } : { count: 5, milliseconds: 600 };
    const tables = [];
    let alone;
    for (const [grows, { title, values }] of Object.entries(SETTINGS)) {
      const results = {};
      for (const [value, setting] of Object.entries(values)) {
        const ran = await runs(edge.urls, minted, loader, setting, rounds);
        if (setting.connections === 1) alone = ran;
        results[value] = Object.fromEntries(NAMES.map((name) => [name, ran[name].map(({ requests, milliseconds }) => (milliseconds * 1000) / requests)]));
      }
      const subject = { title, base: BASE, peers: NAMES, unit: "µs a request" };
      tables.push({ name: `edge-${grows}`, text: table(subject, results), svg: picture(subject, results), results });
    }
    return [{ name: "edge-latency", ...latencies(alone) }, ...tables];
  } finally {
    loader.disconnect();
    await edge.close();
  }
}

/** Rounds of load on each worker, in turns. */
async function runs(urls, minted, loader, { bytes = 2048, connections = 16, sessions = 1 }, { count, milliseconds }) {
  const jobs = {}, ran = {};
  for (const name of NAMES) {
    jobs[name] = { url: urls[name], headers: HEADERS, cookies: await minted(WORKERS[name].cookie, bytes, sessions), connections };
    ran[name] = [];
    await send(loader, { ...jobs[name], milliseconds: milliseconds / 2 });
  }
  for (let round = 0; round < count; round++) {
    for (const name of rotated(NAMES, round)) ran[name].push(await send(loader, { ...jobs[name], milliseconds }));
  }
  return ran;
}

async function send(loader, job) {
  loader.send(job);
  const [answer] = await once(loader, "message", { signal: AbortSignal.timeout(job.milliseconds + 30_000) });
  if (answer.error) throw new Error(`under load: ${answer.error}`);
  return answer;
}

/** What the session adds to a request that is alone, to what a proxy takes anyway. */
function latencies(ran) {
  const at = (part) => (name) => spread(ran[name].map(({ latencies }) => latencies[Math.floor((latencies.length - 1) * part)] * 1000)).median;
  const [half, most] = [at(0.5), at(0.99)];
  const rows = NAMES.map((name) => {
    return `| ${named(name)} | ${digits(half(name))} | ${digits(most(name))} | ${name === BARE ? "" : digits(Math.max(0, half(name) - half(BARE)))} |`;
  });
  const title = "A request to an API through the edge, alone, its session 2 KB";
  const each = (of) => Object.fromEntries(NAMES.map((name) => [name, of(name)]));
  const svg = amounts({ title, unit: "µs" }, { "half of them take less": each(half), "99 of 100 take less": each(most) });
  const text = [`| ${title}, µs | half of them take less | 99 of 100 take less | added to ${BARE}, by the halves |`, "|---|---|---|---|", ...rows].join("\n");
  return { text, svg };
}

/** The same work: each lets the session pass, and refuses one that is missing, altered, or sent by another page. */
async function look(url, [cookie], name) {
  const ask = async (headers) => (await fetch(url, { headers: { ...HEADERS, ...headers } })).status;
  const told = await ask({ cookie });
  if (told !== 200) throw new Error(`${name} answers ${told} to its own session`);
  if (name === BARE) return;
  const at = Math.floor(cookie.length / 2);
  const altered = cookie.slice(0, at) + (cookie[at] === "A" ? "B" : "A") + cookie.slice(at + 1);
  const refused = { "no session": {}, "an altered session": { cookie: altered }, "another page": { cookie, "sec-fetch-site": "cross-site" }, "no header of a page": { cookie, "x-csrf": "0" } };
  for (const [what, headers] of Object.entries(refused)) if ((await ask(headers)) < 400) throw new Error(`${name} lets ${what} pass`);
}

/** All workers in one workerd, each at an address of its own. */
async function start(folder, nodePaths) {
  const scripts = {};
  const script = (file) => scriptOf(folder, `export { default } from ${JSON.stringify(join(HERE, "workers", file))};`, { nodePaths, minify: true, legalComments: "none" });
  for (const name of NAMES) scripts[name] = await script(WORKERS[name].file);
  const upstream = await script("upstream.mjs");
  const worker = (name, { script, modules }) => ({
    name, compatibilityDate: "2026-04-01", modules: [{ type: "ESModule", path: "worker.js", contents: script }, ...modules],
  });
  const id = (at) => `worker-${at}`;
  const mf = new Miniflare({
    host: "127.0.0.1", port: 0, cf: false,
    workers: [
      ...NAMES.map((name, at) => ({ ...worker(id(at), scripts[name]), outboundService: "upstream", unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] })),
      worker("upstream", upstream),
    ],
  });
  await mf.ready;
  const urls = {};
  for (const [at, name] of NAMES.entries()) urls[name] = new URL("/api/orders", await mf.unsafeGetDirectURL(id(at))).href;
  return { urls, close: () => mf.dispose() };
}

/** What makes the cookies that each of them takes. */
async function minting(folder, nodePaths) {
  const outfile = join(folder, "minting.mjs");
  const contents = `
    import { COOKIES } from "./cookies.mjs";
    import { sessionOf } from "./sessions.mjs";
    export const mint = (kind, bytes) => COOKIES[kind](sessionOf(bytes));`;
  await build({
    stdin: { contents, resolveDir: HERE }, outfile, bundle: true, format: "esm", target: "es2022", platform: "browser", nodePaths, logLevel: "silent",
  });
  const { mint } = await import(outfile);
  const made = new Map();
  return async (kind, bytes, count) => {
    const cookies = made.get(kind + bytes) ?? [];
    made.set(kind + bytes, cookies);
    while (cookies.length < count) cookies.push(await mint(kind, bytes));
    return cookies.slice(0, count);
  };
}
