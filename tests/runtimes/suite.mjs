/**
 * The public API of grantkit, as every runtime must show it. It names no runtime and imports nothing of one: `run()` takes the package as it
 * was imported, and the facts of `servers/world.mjs`, and answers with one result for each sentence.
 */
import authorization from "./suite/authorization.mjs";
import badInput from "./suite/bad_input.mjs";
import badOptions from "./suite/bad_options.mjs";
import days from "./suite/days.mjs";
import discovery from "./suite/discovery.mjs";
import faults from "./suite/faults.mjs";
import fetching from "./suite/fetch.mjs";
import idToken from "./suite/id_token.mjs";
import login from "./suite/login.mjs";
import pkce from "./suite/pkce.mjs";
import quirks from "./suite/quirks.mjs";
import secrets from "./suite/secrets.mjs";
import tokenRequest from "./suite/token_request.mjs";
import tokenResponse from "./suite/token_response.mjs";
import { tools } from "./suite/tools.mjs";

const WITHOUT_NETWORK = [pkce, tokenRequest, tokenResponse, quirks];
const CHAPTERS = [...WITHOUT_NETWORK, discovery, authorization, login, idToken, faults, days, fetching, secrets, badInput, badOptions];

/** Milliseconds that one sentence may take: what hangs has failed, and the others still run. */
const PATIENCE = 20_000;

/** Runs every sentence, one after the other: `[{ name, ok, error? }]`. */
export async function run(grantkit, facts, chapters = grantkit.Client ? CHAPTERS : WITHOUT_NETWORK) {
  const tests = [];
  const test = (name, body) => tests.push({ name, body });
  for (const chapter of chapters) chapter(test, tools(grantkit, facts));
  const results = [];
  for (const { name, body } of tests) results.push(await judge(name, body));
  return results;
}

async function judge(name, body) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`no end after ${PATIENCE} ms`)), PATIENCE); });
  try {
    await Promise.race([Promise.resolve().then(body), late]);
    return { name, ok: true };
  } catch (error) {
    return { name, ok: false, error: describe(error) };
  } finally {
    clearTimeout(timer);
  }
}

function describe(error) {
  if (error?.name === "GrantError") return `GrantError ${JSON.stringify(error)}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : `something was thrown: ${typeof error}`;
}
