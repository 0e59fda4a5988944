/** A command line that logs in on another device (RFC 8628), keeps the login in a file, and refreshes it. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

import { Client, GrantError } from "grantkit";

const { ISSUER = "http://127.0.0.1:4000", CLIENT_ID = "device", LOGIN = join(homedir(), ".config/grantkit-device-cli.json") } = process.env;
const SECONDS_BEFORE_EXPIRY = 30;

const client = await Client.discover(ISSUER, { clientId: CLIENT_ID, scope: "openid profile offline_access" });
const end = new AbortController();
process.once("SIGINT", () => end.abort());

try {
  const tokens = await current();
  const { sub, name = sub } = await client.userinfo(tokens);
  console.log(`You are ${name}.`);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

/** The kept login, refreshed where it is old, or a new one. */
async function current() {
  const kept = await readFile(LOGIN, "utf8").then(JSON.parse, () => undefined);
  if (!kept) return keep(await logIn());
  if ((kept.expires_at ?? Infinity) - Date.now() / 1000 > SECONDS_BEFORE_EXPIRY) return kept;
  try {
    return await keep(await client.refresh(kept));
  } catch (error) {
    // Spent, or perhaps spent: it is not sent again. What passes is for the user to try later.
    if (error instanceof GrantError && (error.grantMayBeConsumed || error.code === "missing_refresh_token")) return keep(await logIn());
    throw error;
  }
}

async function logIn() {
  for (;;) {
    const device = await client.deviceAuthorization();
    console.log(`Open ${device.verification_uri} on any device and type ${device.user_code}`);
    if (device.verification_uri_complete) console.log(`or open ${device.verification_uri_complete}`);
    try {
      return await client.pollDevice(device, { signal: end.signal });
    } catch (error) {
      if (!(error instanceof GrantError) || error.code !== "expired_token") throw error;
      console.log("That code is too old. Here is another one.");
    }
  }
}

/** Whole or not at all, for this user alone. */
async function keep(tokens) {
  await mkdir(dirname(LOGIN), { recursive: true });
  await writeFile(`${LOGIN}.new`, JSON.stringify(tokens), { mode: 0o600 });
  await rename(`${LOGIN}.new`, LOGIN);
  return tokens;
}

function explain(error) {
  if (!(error instanceof GrantError)) return error;
  if (error.code === "access_denied") return "You said no.";
  if (error.code === "aborted") return "Stopped.";
  return `${error.message} (${error.code})`;
}
