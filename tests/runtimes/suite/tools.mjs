/** What the chapters of the suite work with: comparing, expecting a refusal, and the servers of `servers/stage.mjs`. */

/** Everything a chapter may need. */
export function tools(grantkit, facts) {
  const { GrantError, codeChallenge } = grantkit;
  const ask = async (path, value) => {
    const response = await fetch(facts.stage + path, value === undefined ? {} : { method: "POST", body: JSON.stringify(value) });
    if (!response.ok) throw new Error(`the stage answered ${response.status}: ${await response.text()}`);
    return response.json();
  };

  /** The GrantError that `work` ends in; its fields must be these. */
  async function refused(work, fields) {
    let value;
    try {
      value = await work();
    } catch (error) {
      same(error instanceof GrantError, true, `a GrantError, not ${error?.name}: ${error?.message}`);
      for (const [name, expected] of Object.entries(fields)) same(error[name], expected, `${name} of ${JSON.stringify(error)}`);
      return error;
    }
    throw new Error(`expected ${fields.code}, but it went well: ${JSON.stringify(value)?.slice(0, 300)}`);
  }

  /** A server of the stage: its metadata, what it is sent, and a way to change its answers. */
  async function serverThat(answers = {}) {
    const { id } = await ask("/-/scene", answers);
    const issuer = `${facts.stage}/${id}`;
    return {
      issuer,
      metadata: {
        issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys`,
        end_session_endpoint: `${issuer}/logout`, id_token_signing_alg_values_supported: facts.keys.keys.map((key) => key.alg),
      },
      answers: (changed) => ask(`/-/scene/${id}`, changed),
      log: () => ask(`/-/scene/${id}`),
    };
  }

  /** The vector of RFC 7636: wrong, or thrown, where the module's instance is poisoned. */
  function stillUsable() {
    same(codeChallenge(facts.pkce.code_verifier), facts.pkce.code_challenge, "the module is still usable");
  }

  return {
    grantkit, facts, same, holds, refused, serverThat, stillUsable,
    sign: async (order) => (await ask("/-/sign", order)).token,
    visit: async (url, person) => (await ask("/-/visit", { url, ...person })).callback,
  };
}

/** Compares data, whatever the order of its members. */
export function same(actual, expected, what = "the value") {
  const [a, b] = [canonical(actual), canonical(expected)];
  if (a !== b) throw new Error(`${what}: expected ${shorten(b)}, got ${shorten(a)}`);
}

/** Something that must be true. */
export function holds(truth, what) {
  if (truth !== true) throw new Error(what);
}

function canonical(value) {
  if (value === undefined) return "undefined";
  return JSON.stringify(value, (_, part) =>
    part && typeof part === "object" && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part);
}

function shorten(text) {
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
