/**
 * The load, from a process of its own: it takes jobs from its parent, one after the other, and answers `{ requests, milliseconds, latencies }`, the latencies in
 * milliseconds, sorted. Each connection sends its next request when it has read the whole answer to the last.
 */
import { Agent, request } from "node:http";

process.on("message", (job) => load(job).then((answer) => process.send(answer), (error) => process.send({ error: String(error.message ?? error) })));
process.on("disconnect", () => process.exit(0));

async function load({ url, headers, cookies, connections, milliseconds }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port, pathname: path } = new URL(url);
  const latencies = [];
  let turn = 0;
  const send = () => new Promise((resolve, reject) => {
    const cookie = cookies[turn++ % cookies.length];
    request({ agent, hostname, port, path, headers: { ...headers, cookie } }, (response) => {
      response.resume().on("end", () => (response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`)))).on("error", reject);
    }).on("error", reject).end();
  });
  const began = performance.now();
  const end = began + milliseconds;
  const one = async () => {
    for (let now = began; now < end; ) {
      await send();
      const after = performance.now();
      latencies.push(after - now);
      now = after;
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, one));
    return { requests: latencies.length, milliseconds: performance.now() - began, latencies: latencies.sort((a, b) => a - b) };
  } finally {
    agent.destroy();
  }
}
