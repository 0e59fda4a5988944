/** What the documents say is so: their examples type-check, their table of codes is the core's, their links lead somewhere. The tests that they name are looked for by `cargo xtask test house`. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";

import { ROOT } from "./consumer.mjs";
import { blocks, read } from "./documents.mjs";

const REPOSITORY = "https://github.com/grantkit/grantkit/blob/main/";
const GUIDES = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
const WITH_EXAMPLES = ["README.md", "pkg/README.md", ...GUIDES];
const DOCUMENTS = [...WITH_EXAMPLES, "examples/README.md", "CHANGELOG.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"];
/** Guides that speak of code without showing it, or show it in another language. */
const WITHOUT_EXAMPLES = ["docs/README.md", "docs/ARCHITECTURE.md", "docs/comparison.md", "docs/csp.md", "docs/faults.md", "docs/what-users-suffer.md"];
/** What the guides migrate from: `cargo xtask test package` installs it. */
const PEERS = join(ROOT, "target/xtask/peers");

/** What an example may take from those before it. A block that declares one of these itself means its own. */
const CONTEXT = `
export {};
declare global {
  let client: import("grantkit").Client;
  let tokens: import("grantkit").Tokens;
  let session: import("grantkit/session").Session;
  let handler: import("grantkit/worker").TokenHandler;
}
`;

/** The blocks that are type-checked. Others are run by tests of their own, or are no code of ours. */
const checked = (path) => blocks(path).filter(({ language }) => language === "ts" || language === "js");

/** A block as a file of its own. It is a module, whether or not it imports something. */
function fileOf({ path, line, language }) {
  return `${path.replaceAll(/\W/g, "_")}_${line}.${language === "ts" ? "ts" : "js"}`;
}

/** What the compiler says of files beside an installed package. */
function compile(folder) {
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  return new Promise((done) => {
    execFile(process.execPath, [compiler, "--project", folder, "--pretty", "false"], { cwd: folder }, (error, stdout, stderr) => {
      done({ failed: error !== null, said: `${stdout}${stderr}` });
    });
  });
}

describe("the examples of the documents", { timeout: 120_000 }, () => {
  let folder;
  let outcome;
  const all = WITH_EXAMPLES.flatMap(checked);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "grantkit-snippets-"));
    mkdirSync(join(folder, "node_modules"));
    // Found as its users find it: by name, through `exports`.
    symlinkSync(join(ROOT, "pkg"), join(folder, "node_modules/grantkit"), "junction");
    for (const peer of ["arctic", "oauth4webapi", "oidc-client-ts", "openid-client"]) {
      symlinkSync(join(PEERS, "node_modules", peer), join(folder, "node_modules", peer), "junction");
    }
    mkdirSync(join(folder, "node_modules/@types"));
    symlinkSync(join(ROOT, "node_modules/@types/node"), join(folder, "node_modules/@types/node"), "junction");
    symlinkSync(join(ROOT, "node_modules/@types/react"), join(folder, "node_modules/@types/react"), "junction");
    const compilerOptions = {
      strict: true, noEmit: true, target: "es2022", lib: ["es2022", "dom", "dom.iterable"], module: "esnext", moduleResolution: "bundler",
      moduleDetection: "force", types: ["node"], skipLibCheck: true, preserveSymlinks: false, allowJs: true, checkJs: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["context.d.ts", ...all.map(fileOf), "wrong.ts"] }));
    writeFileSync(join(folder, "context.d.ts"), CONTEXT);
    writeFileSync(join(folder, "wrong.ts"), "import { randomState } from \"grantkit\";\nexport const state: number = randomState();\n");
    for (const block of all) writeFileSync(join(folder, fileOf(block)), block.text);
    outcome = await compile(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("are there, and the package is built", () => {
    for (const path of WITH_EXAMPLES) assert.equal(checked(path).length > 0, !WITHOUT_EXAMPLES.includes(path), `${path} has an example, or is listed as one without`);
    assert.ok(existsSync(join(ROOT, "pkg/dist/entry/client.inline.d.ts")), "pkg/dist is not built: type `cargo xtask build`");
  });

  test("are looked at: an error that was put beside them is found", () => {
    assert.match(outcome.said, /^wrong\.ts\(2,14\): error TS2322/m);
  });

  for (const block of all) {
    test(`${block.path}, line ${block.line}`, () => {
      const name = fileOf(block);
      const errors = outcome.said.split("\n").filter((line) => line.startsWith(`${name}(`)).map((line) => {
        const [, row, rest] = /\((\d+),\d+\): (.*)/.exec(line) ?? [, 0, line];
        return `${block.path}:${block.line + Number(row) - 1}: ${rest}`;
      });
      assert.deepEqual(errors, []);
    });
  }

  test("leave the compiler nothing else to complain of", () => {
    const known = new Set([...all.map(fileOf), "wrong.ts"]);
    const others = outcome.said.split("\n").filter((line) => /error TS/.test(line) && !known.has(line.split("(")[0]));
    assert.deepEqual(others, []);
  });
});

describe("the documents", () => {
  test("sort every code by its fault, as the core does", () => {
    const rows = [...read("src/error.rs").matchAll(/^ {4}(?:@sends )?\w+ "(\w+)" (Caller|Server|Refusal|Transport) "/gm)];
    const core = {};
    for (const [, code, fault] of rows) (core[fault.toLowerCase()] ??= []).push(code);
    assert.ok(rows.length > 50, "the table of src/error.rs is read");
    const written = {};
    for (const [, fault, codes] of read("pkg/README.md").matchAll(/^\| `(caller|server|refusal|transport)` \|[^|]*\|([^|]*)\|$/gm)) {
      written[fault] = [...codes.matchAll(/`(\w+)`/g)].map((match) => match[1]);
    }
    assert.deepEqual(written, core);
  });

  test("explain every code, one by one, in the core's own words", () => {
    const rows = [...read("src/error.rs").matchAll(/^ {4}(?:@sends )?\w+ "(\w+)" (Caller|Server|Refusal|Transport) "([^"]*)"\n\s+"((?:[^"\\]|\\.)*)"$/gm)];
    const core = {};
    for (const [, code, fault, spec, message] of rows) (core[fault] ??= []).push([code, message.replaceAll("\\", "") + (spec && ` (${spec})`)]);
    assert.ok(rows.length > 50, "the table of src/error.rs is read");
    const written = {};
    for (const section of read("docs/errors.md").split("\n### ").slice(1)) {
      const fault = section.split(":")[0];
      for (const [, code, says, next] of section.matchAll(/^\| `(\w+)` \| (.+?) \| (.+) \|$/gm)) {
        (written[fault] ??= []).push([code, says]);
        assert.ok(next.length > 5, `${code}: what is to be done`);
      }
    }
    assert.deepEqual(written, core);
  });

  test("explain every refusal of a token handler, one by one, in the core's own words", () => {
    const rows = [...read("src/session/refusal.rs").matchAll(/^ {4}\w+ "(\w+)" (\d+) (\w+)\n\s+"((?:[^"\\]|\\.)*)"$/gm)];
    const core = rows.map(([, code, status, action, message]) => [code, status, action.replace(/(?<=.)[A-Z]/g, "_$&").toLowerCase(), message]);
    assert.ok(core.length > 20, "the table of src/session/refusal.rs is read");
    const cells = (path, columns) => [...read(path).matchAll(new RegExp(`^\\| \`(\\w+)\` \\| (\\d{3}) \\| \`(\\w+)\` \\|${columns}$`, "gm"))].map((match) => match.slice(1));
    assert.deepEqual(cells("docs/edge.md", " (.*) \\|"), core);
    assert.deepEqual(cells("pkg/README.md", ""), core.map((row) => row.slice(0, 3)));
  });

  test("sort every preset by how its metadata is had", () => {
    const exported = [...read("pkg/src/providers.ts").matchAll(/^export const (\w+)(?:: | = \(.*\): )(Discoverable|Described) /gm)];
    const table = /^\| (`.*) \| (`.*) \|$/m.exec(read("docs/providers.md"));
    const written = Object.fromEntries(["Discoverable", "Described"].map((kind, column) => [kind, [...table[column + 1].matchAll(/`(\w+)/g)].map((match) => match[1])]));
    const core = { Discoverable: [], Described: [] };
    for (const [, name, kind] of exported) core[kind].push(name);
    assert.ok(exported.length > 20, "pkg/src/providers.ts is read");
    assert.deepEqual(written, core);
  });

  test("name every deviation once", () => {
    const core = [...read("src/quirk/deviation.rs").matchAll(/^ +\w+ = "(\w+)",$/gm)].map((match) => match[1]);
    const section = read("pkg/README.md").split("\n## Deviations")[1].split("\n## ")[0];
    const written = [...section.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
    assert.ok(core.length > 10, "src/quirk/deviation.rs is read");
    assert.deepEqual(written, core);
  });

  test("name every option that weakens something, and no other", () => {
    const core = [...read("src/js/convert.rs").matchAll(/^ +"(dangerously\w+)",$/gm), ...read("pkg/src/session/types.ts").matchAll(/^ {2}readonly (dangerously\w+)\?/gm)].map((match) => match[1]);
    const written = [...read(".github/SECURITY.md").matchAll(/^\| `(dangerously\w+)` \|/gm)].map((match) => match[1]);
    assert.ok(core.length > 0, "src/js/convert.rs is read");
    assert.deepEqual(written.sort(), core.sort());
  });

  for (const path of DOCUMENTS) {
    test(`${path} leads to places that exist`, () => {
      const text = read(path);
      const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1].replace(REPOSITORY, `${ROOT}/`)).filter((link) => {
        if (/^\w+:\/\//.test(link)) return false;
        const [file, anchor] = link.split("#");
        const target = file ? resolve(join(ROOT, dirname(path)), file) : join(ROOT, path);
        return !existsSync(target) || (anchor && !anchors(readFileSync(target, "utf8")).has(anchor));
      });
      assert.deepEqual(broken, []);
    });
  }
});

/** The anchors that GitHub gives a document's headings. */
function anchors(text) {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map((match) => match[1]);
  return new Set(headings.map((heading) => heading.toLowerCase().replaceAll(/[^\w\- ]/g, "").replaceAll(" ", "-")));
}
