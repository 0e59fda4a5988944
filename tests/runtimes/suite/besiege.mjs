/**
 * Passes every bad value to one argument. Each call must end in a GrantError with nothing sent; where a value is right after all
 * (`fine`), it may also go well. Afterwards the module must still be usable.
 */
import { badValues } from "./bad_values.mjs";

/** Milliseconds after which a promise has forgotten us; the besieged call has no server to wait for. */
const PATIENCE = 2_000;
const NEVER = "never settles";

/** `call(value)` for each bad value; throws a list of everything that was not as it should be. */
export async function besiege(grantkit, call, fine = []) {
  const wrong = new Map();
  const { fetch } = globalThis;
  let sent = 0;
  globalThis.fetch = async () => { sent++; throw new TypeError("nothing is to be sent"); };
  try {
    for (const [name, value] of Object.entries(badValues())) {
      sent = 0;
      const complaint = await attack(grantkit.GrantError, () => call(value), fine.includes(name), () => sent);
      if (complaint) wrong.set(complaint, [...(wrong.get(complaint) ?? []), name]);
      if (wrong.get(NEVER)?.length > 2) break;
    }
  } finally {
    globalThis.fetch = fetch;
  }
  if (wrong.size > 0) throw new Error([...wrong].map(([complaint, names]) => `${complaint}: ${names.join(", ")}`).join("; "));
}

async function attack(GrantError, call, fine, sent) {
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(() => resolve(NEVER), PATIENCE); });
  const complaint = await Promise.race([late, judge(GrantError, call, fine, sent)]);
  clearTimeout(timer);
  return complaint;
}

async function judge(GrantError, call, fine, sent) {
  try {
    await call();
  } catch (error) {
    if (!isGrantError(GrantError, error)) return `throws ${nameOf(error)}`;
    return !fine && sent() > 0 ? `is sent, then ${error.code}` : undefined;
  }
  return fine ? undefined : "is accepted in silence";
}

function isGrantError(GrantError, error) {
  return error instanceof GrantError && /^[a-z_]+$/.test(error.code) && ["caller", "server", "refusal", "transport"].includes(error.fault) &&
    typeof error.message === "string" && error.message !== "" && JSON.parse(JSON.stringify(error)).code === error.code;
}

function nameOf(error) {
  return error instanceof Error ? `${error.name}: ${error.message.slice(0, 80)}` : `a ${typeof error}`;
}
