/**
 * Applications that need much of npm: their dependencies are installed once into the user's cache, by their lock file, and found there the second time.
 * grantkit itself comes from its tarball, fresh each time.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";

import { npm, pack, run, ROOT } from "./consumer.mjs";

const CACHE = process.env.GRANTKIT_CACHE ?? join(homedir(), ".cache/grantkit");

/** Milliseconds that an installation may take. */
const PATIENCE = 300_000;

/** What is never part of an application's sources. */
const BUILT = new Set(["node_modules", "dist", ".next", ".astro", ".wrangler", "target", "package-lock.json"]);

/** The folder whose `node_modules` has what the list in `folder` (of this repository) names. */
export async function installed(folder) {
  const [list, lock] = await Promise.all(["package.json", "package-lock.json"].map((name) => readFile(join(ROOT, folder, name), "utf8")));
  const key = createHash("sha256").update(`1 ${process.platform} ${process.arch} ${list} ${lock}`).digest("hex").slice(0, 16);
  const home = join(CACHE, "npm", `${basename(folder)}-${key}`);
  if (existsSync(join(home, "node_modules"))) return home;
  const fresh = `${home}.${process.pid}`;
  await mkdir(fresh, { recursive: true });
  await writeFile(join(fresh, "package.json"), JSON.stringify(withoutGrantkit(JSON.parse(list))));
  await writeFile(join(fresh, "package-lock.json"), JSON.stringify(unlocked(JSON.parse(lock))));
  // `install`, not `ci`: programs come as one optional package per platform, and the lock file has only those that its writer's registry offered.
  await npm(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"], fresh, PATIENCE);
  await rename(fresh, home).catch(() => rm(fresh, { recursive: true, force: true })); // another test was quicker
  return home;
}

/**
 * The application in `folder` (of this repository) in a place where it can be built: a copy of its sources, below what `list` names, with grantkit from its
 * tarball. `files` are written beside.
 */
export async function workshop(folder, { list = folder, files = {} } = {}) {
  const home = await installed(list);
  const place = await mkdtemp(join(home, "run-"));
  const names = (await readdir(join(ROOT, folder))).filter((name) => !BUILT.has(name));
  for (const name of names) await cp(join(ROOT, folder, name), join(place, name), { recursive: true });
  const { file } = await pack(place);
  const unpacked = join(place, "node_modules/grantkit");
  await mkdir(unpacked, { recursive: true });
  await run("tar", ["-xzf", file, "-C", unpacked, "--strip-components=1"], place);
  for (const [name, content] of Object.entries(files)) await writeFile(join(place, name), content);
  return { folder: place, home, bin: (path) => join(home, "node_modules", path), remove: () => rm(place, { recursive: true, force: true }) };
}

function withoutGrantkit({ dependencies: { grantkit: _, ...dependencies } = {}, ...rest }) {
  return { ...rest, dependencies };
}

function unlocked({ packages, ...rest }) {
  const kept = Object.entries(packages).filter(([path]) => !path.startsWith("..") && path !== "node_modules/grantkit");
  return { ...rest, packages: Object.fromEntries(kept.map(([path, entry]) => [path, path === "" ? withoutGrantkit(entry) : entry])) };
}
