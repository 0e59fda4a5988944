/**
 * A server that answers as it is told, for what no real server can be made to do: faults, and tokens that are wrong in one place.
 *
 * A test opens a scene, `POST /-/scene`, with an answer for each path, or a list of them, the last of which repeats. The scene's server is
 * `/<id>`; `POST /-/scene/<id>` gives it other answers, `GET /-/scene/<id>` is what it was sent. `POST /-/sign` makes an ID token, and
 * `POST /-/visit` logs a person in at a real server. An answer is told in the words of `servers/play.mjs`.
 */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

import { play } from "../../servers/play.mjs";
import { sign } from "./signer.mjs";
import { visit } from "./visitor.mjs";

/** Starts the stage; `origin` is where it is. */
export async function startStage() {
  const scenes = new Map();
  const server = createServer((request, response) => {
    response.on("error", () => {});
    answer(scenes, request, response).catch((error) => response.headersSent ? response.destroy() : play(response, { status: 500, body: String(error.stack) }));
  });
  // A busy runtime comes back after seconds: a connection that ended meanwhile would be a fault that nobody asked for.
  server.keepAliveTimeout = 120_000;
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

async function answer(scenes, request, response) {
  if (request.method === "OPTIONS") return play(response, { status: 204 });
  const { pathname, search } = new URL(request.url, "http://stage");
  const text = await body(request);
  const [, first, second, third] = pathname.split("/");
  if (first === "-") return play(response, { json: await control(scenes, second, third, request.method, text) });

  // `/<id>/token`; and RFC 8414 puts the well-known part first: `/.well-known/…/<id>`.
  const wellKnown = first === ".well-known";
  const scene = scenes.get(wellKnown ? third : first);
  if (!scene) return play(response, { status: 404, body: "There is no such scene.\n" });
  const path = wellKnown ? pathname.slice(0, -third.length - 1) : pathname.slice(first.length + 1);
  scene.log.push({ method: request.method, path, search, headers: request.headers, body: text });
  await play(response, next(scene.answers, path));
}

async function control(scenes, what, id, method, text) {
  if (what === "sign") return { token: sign(JSON.parse(text)) };
  if (what === "visit") {
    const { url, ...person } = JSON.parse(text);
    return { callback: await visit(url, person) };
  }
  if (method === "GET") return scenes.get(id).log;
  const scene = scenes.get(id) ?? { id: randomBytes(9).toString("hex"), log: [] };
  scene.answers = JSON.parse(text);
  scenes.set(scene.id, scene);
  return { id: scene.id };
}

/** The answer for a path: the next of a list, of which the last stays. */
function next(answers, path) {
  const found = answers[path] ?? { status: 404, body: "Nothing here.\n" };
  if (!Array.isArray(found)) return found;
  return found.length > 1 ? found.shift() : found[0];
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
