/** The Chromium of this machine: `CHROMIUM` names it, or it is found where systems have it. */
import { existsSync } from "node:fs";

import { chromium } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable", "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:/Program Files/Google/Chrome/Application/chrome.exe",
];
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Starts it, without a window. */
export function launch() {
  return chromium.launch({ executablePath: executable(), args: ARGS });
}

/** Starts it with a profile in this folder and further arguments. */
export function persist(profile, args) {
  return chromium.launchPersistentContext(profile, { executablePath: executable(), args: [...ARGS, ...args], ignoreDefaultArgs: ["--disable-extensions"] });
}

function executable() {
  const path = process.env.CHROMIUM || PLACES.find((place) => existsSync(place));
  if (!path) throw new Error("Chromium is missing: install it, or name it in CHROMIUM");
  return path;
}
