/**
 * Three engines behind one small face: tabs that go somewhere and run a function. Chromium by its own protocol, the others by WebDriver. They take any certificate:
 * nobody vouches for one of this machine's.
 */
import { spawn } from "node:child_process";

import { chromium } from "playwright-core";

import { leave } from "../e2e/leave.mjs";
import { freePort } from "../servers/ports.mjs";

/** Milliseconds: what takes longer is broken, also on a busy machine. */
export const PATIENCE = 30_000;

const CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** A browser; `visitor()` is somebody who was never here. */
export async function launchChromium() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: CHROMIUM });
  return {
    name: "Chromium",
    async visitor() {
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      context.setDefaultTimeout(PATIENCE);
      return {
        context,
        async tab() {
          const page = await context.newPage();
          return {
            page,
            goto: (url) => page.goto(url, { waitUntil: "load" }),
            run: (work, ...words) => page.evaluate(`(${work})(...${JSON.stringify(words)})`),
            url: async () => page.url(),
            close: () => page.close(),
          };
        },
        close: () => leave(context),
      };
    },
    close: () => browser.close(),
  };
}

/** Firefox by geckodriver. */
const launchFirefox = () => launchByDriver("Firefox", process.env.GECKODRIVER, ["--port"], {
  "moz:firefoxOptions": { binary: process.env.FIREFOX || "/usr/bin/firefox-esr", args: ["-headless"] },
});

/** WebKitGTK by its own driver, which wants a screen. */
const launchWebKit = () => launchByDriver("WebKit", process.env.WEBKITDRIVER || "/usr/bin/WebKitWebDriver", ["--port="], {
  "webkitgtk:browserOptions": { binary: process.env.MINIBROWSER || "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser", args: ["--automation"] },
});

/** The engines beside Chromium, by name. Only Linux has a WebKit for them. */
export const OTHERS = { Firefox: launchFirefox, ...(process.platform === "linux" && { WebKit: launchWebKit }) };

async function launchByDriver(name, program, [option], wishes) {
  const port = await freePort();
  const words = option.endsWith("=") ? [option + port] : [option, String(port)];
  const [command, ...rest] = name === "WebKit" ? ["xvfb-run", "--auto-servernum", program, ...words] : [program, ...words];
  // A group of its own, so that the screen and the browser end with the driver.
  const grouped = process.platform !== "win32";
  const driver = spawn(command, rest, { stdio: "ignore", detached: grouped, env: { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" } });
  const end = () => { try { process.kill(grouped ? -driver.pid : driver.pid, "SIGTERM"); } catch { /* it has ended */ } };
  process.once("exit", end);
  try {
    const base = `http://127.0.0.1:${port}`;
    await until(`${program} listens`, () => fetch(`${base}/status`).then((response) => response.ok, () => false));
    const { sessionId } = await ask(`${base}/session`, { capabilities: { alwaysMatch: { acceptInsecureCerts: true, ...wishes } } });
    const session = `${base}/session/${sessionId}`;
    await ask(`${session}/timeouts`, { script: PATIENCE, pageLoad: PATIENCE });
    const close = async () => {
      await fetch(session, { method: "DELETE" }).catch(() => {});
      end();
    };
    return { name, visitor: async () => visitorOf(session), close };
  } catch (error) {
    end();
    throw error;
  }
}

/** Tabs take turns at the driver's one eye. */
function visitorOf(session) {
  let first = true;
  let turn = Promise.resolve();
  const at = (handle, work) => {
    const done = turn.then(() => ask(`${session}/window`, { handle })).then(work);
    turn = done.catch(() => {});
    return done;
  };
  const tabs = [];
  return {
    async tab() {
      const handle = first ? await ask(`${session}/window`) : (await ask(`${session}/window/new`, { type: "tab" })).handle;
      first = false;
      const tab = {
        goto: (url) => at(handle, () => ask(`${session}/url`, { url })),
        run: (work, ...words) => at(handle, () => ask(`${session}/execute/async`, { script: RUN(work), args: [words] })).then(({ value, error }) => {
          if (error) throw new Error(error);
          return value;
        }),
        url: () => at(handle, () => ask(`${session}/url`)),
        close: () => at(handle, () => fetch(`${session}/window`, { method: "DELETE" })),
      };
      tabs.push(tab);
      return tab;
    },
    async close() {
      for (const tab of tabs.slice(1)) await tab.close();
      first = false;
      if (tabs[0]) await tabs[0].goto("about:blank").catch(() => {});
    },
  };
}

/** No `eval` in it: the server's pages forbid that. */
const RUN = (work) => `
const [words, done] = arguments;
Promise.resolve().then(() => (${work})(...words)).then((value) => done({ value }), (error) => done({ error: String(error && error.stack || error) }));
`;

async function ask(url, body) {
  const response = await fetch(url, body && { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${url.replace(/.*session\/[^/]*/, "")}: ${value.error}: ${value.message}`);
  return value;
}

/** Waits for something to become true. */
export async function until(what, look, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`it did not come to pass that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
