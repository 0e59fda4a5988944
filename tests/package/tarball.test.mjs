/** The tarball itself: what is in it, what must not be, and what it weighs. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";

import { transform } from "esbuild";

import { application, ROOT } from "./consumer.mjs";

let app, files, manifest;
before(async () => {
  app = await application();
  files = app.report.files.map((file) => file.path).sort();
  manifest = JSON.parse(read("package.json"));
});
after(() => app?.remove());

const read = (path, encoding = "utf8") => readFileSync(join(app.home, path), encoding);
const scripts = () => files.filter((path) => path.endsWith(".js"));
/** The Worker's script of `grantkit/session`, as a file and as text: a module, and what other files hold too. */
const WORKER = ["dist/session/worker.js", "dist/session/script.js"];
/** The same where the module is plain JavaScript, and the client in one file with it. */
const PLAIN_WORKER = ["dist/session/worker.no-wasm.js", "dist/session/script.no-wasm.js"];
const BUNDLED = [...WORKER, ...PLAIN_WORKER, "dist/entry/client.no-wasm.js"];
const ours = () => scripts().filter((path) => !path.endsWith(".text.js") && !BUNDLED.includes(path));
const modules = () => files.filter((path) => path.endsWith(".wasm"));
/** What wasm-bindgen or esbuild wrote from something else than one file of TypeScript. */
const made = (path) => BUNDLED.includes(path) || path.startsWith("dist/wasm/") || path.startsWith("dist/session/script");

/** The specifiers that a file imports from or exports from. */
const imported = (path) => [...read(path).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g)].map((match) => match[1]);

test("it holds what is listed here and nothing else", () => {
  const pairs = (names) => names.flatMap((name) => [`dist/${name}.js`, `dist/${name}.d.ts`]);
  const expected = [
    "package.json", "README.md", "LICENSE-APACHE", "LICENSE-MIT",
    ...pairs(["auth", "client", "codes", "core", "errors", "index", "instantiate", "providers", "react", "resource", "settle", "sync", "types"]),
    ...pairs(["connect", "errors", "fetch", "protocol", "session", "setup", "types", "windows", "script"].map((name) => `session/${name}`)),
    ...pairs(["entry/session", "entry/session.slim", "entry/session.no-wasm", "entry/client.no-wasm", "session/script.no-wasm", "session/worker"]), "dist/session/worker.no-wasm.js",
    ...pairs(["flow", "resource-server", "entry/resource-server.inline", "entry/resource-server.workerd", "wasm/resource.text", "wasm/resource_bg"]), "dist/wasm/resource.wasm", "dist/wasm/resource.wasm.d.ts",
    ...["client", "core"].flatMap((name) => [
      ...pairs([`entry/${name}.inline`, `entry/${name}.slim`, `entry/${name}.workerd`, `wasm/${name}.text`, `wasm/${name}_bg`]),
      `dist/wasm/${name}.wasm`, `dist/wasm/${name}.wasm.d.ts`,
    ]),
    ...pairs(["entry/worker.inline", "entry/worker.workerd", "wasm/edge.text", "wasm/edge_bg"]), "dist/wasm/edge.wasm", "dist/wasm/edge.wasm.d.ts", "dist/wasm/host.js", ...pairs(["wasm/unpack"]),
    ...pairs(["ask", "base64url", "client", "handler", "index", "pages", "proxy", "relay", "setup", "turns", "types", "vault", "visit"].map((name) => `worker/${name}`)),
  ];
  expected.push(...expected.filter((path) => path.endsWith(".js") && !made(path)).map((path) => `${path}.map`));
  assert.deepEqual({ missing: expected.filter((path) => !files.includes(path)), unexpected: files.filter((path) => !expected.includes(path)) }, { missing: [], unexpected: [] });
});

test("both licences are the repository's", () => {
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) assert.equal(read(name), readFileSync(join(ROOT, name), "utf8"));
});

test("it is no larger than what it holds: the modules, the same as text, and a little JavaScript", () => {
  const size = (path) => statSync(join(app.home, path)).size;
  assert.ok(size("dist/wasm/core.wasm") < 60_000, `core.wasm has ${size("dist/wasm/core.wasm")} bytes`);
  assert.ok(size("dist/wasm/client.wasm") < 150_000, `client.wasm has ${size("dist/wasm/client.wasm")} bytes`);
  const around = ours().reduce((sum, path) => sum + size(path), 0);
  assert.ok(size("dist/wasm/edge.wasm") < 200_000, `edge.wasm has ${size("dist/wasm/edge.wasm")} bytes`);
  assert.ok(around < 190_000, `the JavaScript around them has ${around} bytes`);
  assert.ok(BUNDLED.every((path) => size(path) < 500_000), "each of these holds one module as text");
  assert.ok(app.report.size < 1_500_000, `the tarball has ${app.report.size} bytes`);
});

test("the module as text is the module", async () => {
  const { bytesOf } = await import(pathToFileURL(join(app.home, "dist/instantiate.js")).href);
  for (const name of ["client", "core", "edge", "resource"]) {
    const [, text] = /^export default "([^"$<\\`]+)";\n$/.exec(read(`dist/wasm/${name}.text.js`));
    assert.match(text, /^[ -~]+$/, "ASCII that nothing escapes");
    assert.ok(Buffer.from(bytesOf(text)).equals(read(`dist/wasm/${name}.wasm`, null)), name);
  }
});

test("the Worker's script is one classic script, the same as a file and as text", () => {
  for (const [file, text] of [WORKER, PLAIN_WORKER].map((pair) => pair.map((path) => read(path)))) {
    assert.equal(JSON.parse(text.replace(/^export default |;\n$/g, "")), file);
    assert.doesNotThrow(() => new Script(file));
    assert.doesNotMatch(file, /\bimport\s*\(|\beval\s*\(|\bnew Function\b|sourceMappingURL/);
  }
});

test("nothing in it names a place on the machine that built it", () => {
  const places = [ROOT, homedir(), tmpdir(), "/root/", "/home/", "/Users/", "/usr/", "C:\\"].filter((place) => place.length > 1);
  for (const path of files) {
    const content = read(path, "latin1");
    for (const place of places) assert.ok(!content.includes(place), `${path} names ${place}`);
  }
});

test("the modules hold no tables of Unicode, no calendar, and no panic's words or source file", () => {
  for (const path of modules()) {
    const content = read(path, "latin1");
    for (const word of ["idna", "chrono", "panicked at", "/root/", "/home/", ".rs:", "registry"]) assert.ok(!content.includes(word), `${path} holds "${word}"`);
  }
});

test("the modules import from their JavaScript alone, and export no name of a source file", () => {
  for (const path of modules()) {
    const module = new WebAssembly.Module(read(path, null));
    const from = new Set(WebAssembly.Module.imports(module).map((entry) => entry.module));
    assert.deepEqual([...from], [`./${path.split("/").pop().replace(".wasm", "_bg.js")}`]);
    assert.deepEqual(WebAssembly.Module.customSections(module, "name"), [], "no name section");
    assert.deepEqual(WebAssembly.Module.customSections(module, "producers"), [], "no producers section");
  }
});

test("it depends on no other package", () => {
  for (const kind of ["dependencies", "optionalDependencies", "bundledDependencies"]) assert.equal(manifest[kind], undefined, kind);
  // Those who use the binding have React.
  assert.deepEqual([Object.keys(manifest.peerDependencies), manifest.peerDependenciesMeta], [["react"], { react: { optional: true } }]);
  for (const path of [...scripts(), ...files.filter((name) => name.endsWith(".d.ts"))]) {
    const own = imported(path).filter((specifier) => specifier !== "react" || !path.startsWith("dist/react."));
    for (const specifier of own) assert.match(specifier, /^\.\.?\//, `${path} imports ${specifier}`);
  }
});

test("every import names a file that is there, with its ending", () => {
  for (const path of [...ours(), ...files.filter((name) => name.endsWith(".d.ts"))]) {
    for (const specifier of imported(path).filter((name) => name !== "react")) assert.ok(files.includes(normalize(join(dirname(path), specifier)).replaceAll("\\", "/")), `${path} imports ${specifier}`);
  }
});

test("every target of exports is there; types come first and workerd before default", () => {
  const targets = (value) => typeof value === "string" ? [value] : Object.values(value).flatMap(targets);
  for (const target of [manifest.types, ...targets(manifest.exports)]) assert.ok(files.includes(target.replace("./", "")), target);
  for (const [path, conditions] of Object.entries(manifest.exports)) {
    if (typeof conditions === "string") continue;
    const names = Object.keys(conditions);
    assert.equal(names[0], "types", path);
    assert.equal(names.at(-1), "default", path);
    assert.ok(names.every((name) => ["types", "workerd", "default"].includes(name)), `${path} has ${names}`);
  }
});

test("no script asks where it runs, or needs what one runtime alone has", () => {
  for (const path of ours()) {
    const source = read(path);
    for (const pattern of [/\bprocess\b/, /\bimport\.meta\b/, /\brequire\s*\(/, /\b__dirname\b/, /\bBuffer\b/, /\beval\s*\(/, /\bnew Function\b/, /["']node:/]) {
      assert.doesNotMatch(source, pattern, path);
    }
  }
});

test("no script believes what the headers of a proxy say", () => {
  for (const path of ours()) assert.doesNotMatch(read(path), /\bforwarded\b|x-real-ip|x-original-/i, path);
});

test("no script awaits at its top level", async () => {
  for (const path of ours()) await assert.doesNotReject(transform(read(path), { format: "iife", logLevel: "silent" }), path);
});

test("each entry is a few lines, in the sources and as shipped", () => {
  for (const name of ["worker.inline", "worker.workerd", ...["client", "core"].flatMap((module) => ["inline", "slim", "workerd"].map((kind) => `${module}.${kind}`))]) {
    const shipped = read(`dist/entry/${name}.js`).trim().split("\n").length;
    const source = readFileSync(join(ROOT, `pkg/src/entry/${name}.ts`), "utf8").trim().split("\n").length;
    assert.ok(shipped <= 12 && source <= 12, `${name}: ${shipped} lines shipped, ${source} in the source`);
  }
});

test("each script that is made of one file has a map with that file in it, and no other speaks of maps", () => {
  for (const path of scripts()) {
    const [code, named] = read(path).trimEnd().split("//# sourceMappingURL=");
    if (made(path)) {
      assert.doesNotMatch(read(path), /sourceMappingURL/, path);
      continue;
    }
    assert.equal(named, `${path.split("/").pop()}.map`, path);
    const { sources, sourcesContent, mappings } = JSON.parse(read(`${path}.map`));
    if (code === "") continue; // a file of types
    // The token handler's client is the client of `grantkit`, over another module.
    const source = path.replace(/^dist\/(worker\/(?=client))?/, "pkg/src/").replace(/js$/, "ts");
    assert.deepEqual(sources.map((name) => normalize(join("pkg", dirname(path), name)).replaceAll("\\", "/")), [source]);
    assert.deepEqual(sourcesContent, [readFileSync(join(ROOT, source), "utf8")]);
    assert.ok(mappings.length > 10, path);
  }
});
