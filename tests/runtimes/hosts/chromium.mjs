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
  const executablePath = process.env.CHROMIUM || PLACES.find((place) => existsSync(place));
  if (!executablePath) throw new Error("Chromium is missing: install it, or name it in CHROMIUM");
  return chromium.launch({ executablePath, args: ARGS });
}
