/** What the tests of examples share: an authorization server for them, programs that run until they are told to end, and a person with a browser. */
import { spawn } from "node:child_process";

import { launch } from "../runtimes/hosts/chromium.mjs";
import { startProvider } from "../servers/oidc-provider.mjs";

export { answerServer } from "../e2e/harness.mjs";
export { freePort } from "../servers/ports.mjs";

/** Milliseconds until a program says what is waited for. */
const PATIENCE = 120_000;

/** Milliseconds that a program has to end by itself once it was asked to. */
const GRACE = 5_000;

/** The server, with one client in oidc-provider's words. */
export function providerWith({ client, ...options }) {
  const whole = { token_endpoint_auth_method: "none", grant_types: ["authorization_code", "refresh_token"], response_types: ["code"], ...client };
  return startProvider({ redirectUris: ["https://app.example/callback"], clients: [whole], ...options });
}

/** Starts a program in a process group of its own. `says(pattern)` waits for what it prints; `end()` ends it with all that it started. */
export function start(command, words, cwd, env = {}) {
  const grouped = process.platform !== "win32";
  const child = spawn(command, words, {
    cwd, detached: grouped, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1", CI: "1", NODE_OPTIONS: "", NODE_TEST_CONTEXT: undefined, ...env },
  });
  let printed = "", over;
  const looking = new Set();
  const look = () => looking.forEach((one) => one());
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { printed += chunk; look(); });
  const ended = new Promise((resolve) => {
    const end = (how) => { over = how; resolve(how); look(); };
    child.on("close", (code, signal) => end(signal ?? code));
    child.on("error", (error) => end(error.message));
  });
  const signal = (name) => { try { process.kill(grouped ? -child.pid : child.pid, name); } catch { /* it ended by itself */ } };
  return {
    ended,
    printed: () => printed,
    says: (pattern, patience = PATIENCE) => new Promise((resolve, reject) => {
      const settle = (act) => { clearTimeout(timer); looking.delete(one); act(); };
      const fail = (why) => settle(() => reject(new Error(`${command} ${words.join(" ")} ${why}: ${printed.slice(-3_000)}`)));
      const one = () => {
        const match = pattern.exec(printed);
        if (match) settle(() => resolve(match));
        else if (over !== undefined) fail(`ended with ${over}`);
      };
      const timer = setTimeout(() => fail(`did not say ${pattern} in time`), patience);
      looking.add(one);
      one();
    }),
    async end() {
      if (over !== undefined) return;
      signal("SIGTERM");
      const timer = setTimeout(() => signal("SIGKILL"), GRACE);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** A browser with one page, which `work` uses. What the page said is part of an error. */
export async function browse(work) {
  const browser = await launch();
  const page = await browser.newPage();
  page.setDefaultTimeout(30_000);
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(`uncaught: ${error.message}`));
  try {
    return await work(page);
  } catch (error) {
    error.message += `\nat ${page.url()}; the page said: ${said.slice(-10).join("; ")}`;
    throw error;
  } finally {
    await browser.close();
  }
}
