/**
 * How an answer comes back, told as plain data: `status`, `headers`, `json`, `body` (text or bytes) or `hex` (bytes, by their digits), and what goes wrong on the way.
 *
 *     wait       milliseconds before it comes        pad      grows the body to this many bytes, with spaces
 *     gzip       compressed, and called so           reset    no answer: the connection is reset
 *     cut        the body ends before it is whole    stall    the body never ends
 *     close      no answer: the connection ends      break    the body is cut, and the connection reset
 *     drip       the body comes letter by letter, so many milliseconds apart
 *     chunked    a body without a length is cut, without the end that it should have
 *     flood      the body goes on for so many bytes; with `gzip`, as many once they are unpacked
 *     raw        these bytes on the connection, in place of what HTTP would have
 */
import { once } from "node:events";
import { createGzip, gzipSync } from "node:zlib";

/** What a body begins with that is not to come whole. */
const HALF = '{"access_token":"half';

/** Bytes of a flood that are written at once. */
const WAVE = 64 * 1024;

/** Any page may read everything: nothing here is worth a secret. */
export const CORS = {
  "access-control-allow-origin": "*", "access-control-allow-methods": "GET, POST",
  "access-control-allow-headers": "authorization, content-type, x-trace", "access-control-expose-headers": "*",
};

/** Answers so. Of a flood the promise tells how many bytes were taken. */
export async function play(response, told) {
  if (told.wait) await new Promise((resolve) => setTimeout(resolve, told.wait).unref());
  const { socket } = response;
  if (told.reset) return void socket?.resetAndDestroy();
  if (told.close) return void socket?.destroy();
  if (told.raw) return void socket?.write(told.raw);
  if (told.flood) return flood(response, told);
  if (!told.cut && !told.stall && !told.break && !told.chunked && !told.drip) return send(response, told);
  const whole = told.drip && JSON.stringify(told.json);
  response.writeHead(told.status ?? 200, {
    ...CORS, "content-type": "application/json", ...((told.cut || told.break) && { "content-length": "4096" }), ...(whole && { "content-length": whole.length }), ...told.headers,
  });
  if (whole) return drip(response, whole, told.drip);
  response.write(HALF);
  if (told.cut || told.chunked) setTimeout(() => response.destroy(), 50);
  if (told.break) setTimeout(() => socket?.resetAndDestroy(), 50);
}

function send(response, { status = 200, headers = {}, json, body: text = "", hex, pad, gzip }) {
  let bytes = hex ? Buffer.from(hex, "hex") : Buffer.from(json === undefined ? text : JSON.stringify(json));
  if (pad) bytes = Buffer.concat([bytes, Buffer.alloc(Math.max(0, pad - bytes.length), " ")]);
  if (gzip) bytes = gzipSync(bytes);
  response.writeHead(status, {
    ...CORS, "cache-control": "no-store", "content-type": json === undefined ? "text/html" : "application/json", ...(gzip && { "content-encoding": "gzip" }), ...headers,
  });
  response.end(bytes);
}

async function drip(response, text, milliseconds) {
  for (const letter of text) {
    if (response.destroyed) return;
    response.write(letter);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
  response.end();
}

/** Sends until all is sent or nobody takes it any more. */
async function flood(response, { flood: bytes, gzip, headers }) {
  response.writeHead(200, { ...CORS, "content-type": "application/json", ...(gzip ? { "content-encoding": "gzip" } : { "content-length": bytes }), ...headers });
  const sink = gzip ? createGzip() : response;
  if (gzip) sink.pipe(response);
  const gone = once(response, "close").then(() => "gone");
  const wave = Buffer.alloc(WAVE, " ");
  let taken = 0;
  while (taken < bytes && !response.destroyed) {
    if (!sink.write(wave) && (await Promise.race([once(sink, "drain"), gone])) === "gone") break;
    taken += WAVE;
  }
  if (taken >= bytes) sink.end();
  return taken;
}
