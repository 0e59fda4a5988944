/**
 * Ports for servers that must know their address before they listen, or that come back at the same one.
 *
 * They lie below what systems hand out for outgoing connections and for port 0, so that none is taken by chance between the look and the listening.
 */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** The first port, and the one behind the last: below 32768, where Linux begins to hand out its own; macOS and Windows begin at 49152. */
const [FIRST, END] = [20_000, 32_000];

/** A port where nobody listens. */
export async function freePort() {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(FIRST, END);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port between ${FIRST} and ${END} is free`);
}

function isFree(port) {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
