/** ID tokens: signed by every algorithm with Node's cryptography, verified with this runtime's. OpenID Connect Core §3.1.3.7. */

const APP = "https://app.example/cb";
const SECRET = "a secret of thirty-two characters";

export default function (test, { grantkit, facts, same, holds, refused, serverThat, sign }) {
  const { Client, secretBasic } = grantkit;
  const options = { clientId: "app", redirectUri: APP, scope: "openid" };
  const seconds = () => Math.floor(Date.now() / 1000);
  const paths = async (server) => (await server.log()).map((request) => request.path);

  /** A login whose ID token is signed so; `claims` replaces some of the good ones, and `alter` changes the token. */
  async function login(client, server, { claims, alter = (token) => token, keys = facts.keys, ...order } = {}) {
    const { pending } = await client.authorize();
    const good = { iss: server.issuer, sub: "ada", aud: "app", iat: seconds(), exp: seconds() + 300, nonce: pending.nonce };
    const token = alter(await sign({ accessToken: "at", ...order, claims: { ...good, ...claims } }));
    await server.answers({ "/keys": { json: keys }, "/token": { json: { access_token: "at", token_type: "Bearer", id_token: token } } });
    return client.callback(`${APP}?code=c&state=${pending.state}`, pending);
  }

  const at = async (more) => {
    const server = await serverThat();
    return { server, client: new Client(server.metadata, { ...options, ...more }) };
  };

  for (const { alg } of facts.keys.keys) {
    test(`an ID token signed with ${alg} is verified, and one that was altered is signature_invalid`, async () => {
      const { server, client } = await at();
      const tokens = await login(client, server, { alg });
      same([tokens.claims.sub, tokens.checks.includes("id_token_signature"), tokens.checks.includes("id_token_access_token_hash")], ["ada", true, true]);
      const invalid = { code: "signature_invalid", fault: "server", phase: "id_token", grantMayBeConsumed: true, retryable: false };
      await refused(() => login(client, server, { alg, alter: otherSubject }), invalid);
      await refused(() => login(client, server, { alg, alter: otherSignature }), invalid);
    });
  }

  test("HS256 is verified with the client's secret where it was registered", async () => {
    const { server, client } = await at({ clientAuth: secretBasic(SECRET), idTokenSignedResponseAlg: "HS256" });
    const tokens = await login(client, server, { alg: "HS256", secret: SECRET });
    holds(tokens.checks.includes("id_token_signature"), "the signature was checked");
    same(await paths(server), ["/token"], "no key is fetched for it");
    await refused(() => login(client, server, { alg: "HS256", secret: "another secret" }), { code: "signature_invalid" });
    await refused(() => login(client, server, { alg: "RS256" }), { code: "algorithm_refused" });
  });

  test("HS256 is refused where nobody asked for it: a public key must never be taken for a secret", async () => {
    const { server, client } = await at({ clientAuth: secretBasic(SECRET) });
    await refused(() => login(client, server, { alg: "HS256", secret: SECRET }), { code: "algorithm_refused", phase: "id_token", about: "alg" });
  });

  test("an ID token without a signature, of another algorithm, or with a critical header is refused", async () => {
    const { server, client } = await at({ idTokenSignedResponseAlg: "ES256" });
    await refused(() => login(client, server, { alg: "none" }), { code: "algorithm_refused" });
    await refused(() => login(client, server, { alg: "RS256" }), { code: "algorithm_refused" });
    await refused(() => login(client, server, { alg: "ES256", header: { crit: ["exp"] } }), { code: "unknown_critical_header" });
    await refused(() => login(client, server, { alter: () => "a.b.c.d.e" }), { code: "encrypted_jwt" });
    await refused(() => login(client, server, { alter: () => "no token" }), { code: "malformed_jwt" });
  });

  test("an ID token that speaks of someone, something or some time else is refused by the name of what is wrong", async () => {
    const { server, client } = await at();
    for (const [claims, code, about] of [
      [{ iss: "https://evil.example" }, "issuer_mismatch", "iss"], [{ aud: "another" }, "audience_mismatch", "aud"], [{ aud: ["app", "another"] }, "authorized_party_mismatch", "azp"],
      [{ azp: "another" }, "authorized_party_mismatch", "azp"], [{ exp: seconds() - 60 }, "token_expired", "exp"], [{ iat: seconds() + 600 }, "issued_in_future", "iat"],
      [{ nonce: "another" }, "nonce_mismatch", "nonce"], [{ nonce: undefined }, "nonce_mismatch", "nonce"], [{ sub: undefined }, "invalid_member", "sub"], [{ sub: "" }, "invalid_member", "sub"], [{ sub: 7 }, "invalid_member", "sub"],
    ]) await refused(() => login(client, server, { claims }), { code, about, fault: "server", phase: "id_token", grantMayBeConsumed: true });
    await refused(() => login(client, server, { accessToken: "another" }), { code: "access_token_hash_mismatch", about: "at_hash" });
  });

  test("an ID token that was due and did not come is missed", async () => {
    const { server, client } = await at();
    const { pending } = await client.authorize();
    await server.answers({ "/keys": { json: facts.keys }, "/token": { json: { access_token: "at", token_type: "Bearer" } } });
    await refused(() => client.callback(`${APP}?code=c&state=${pending.state}`, pending), { code: "missing_id_token", grantMayBeConsumed: true });
  });

  test("keys are fetched before the code is spent: a server whose keys cannot be had costs no login", async () => {
    const { server, client } = await at();
    const { pending } = await client.authorize();
    await server.answers({ "/keys": { status: 500, body: "no keys today" }, "/token": { json: {} } });
    await refused(() => client.callback(`${APP}?code=c&state=${pending.state}`, pending), { phase: "jwks", status: 500, grantMayBeConsumed: false, retryable: true });
    same(await paths(server), ["/keys"]);
  });

  test("keys are fetched once for many logins, and once more for a key that is not among them", async () => {
    const { server, client } = await at();
    await login(client, server, { alg: "ES256" });
    await login(client, server, { alg: "RS256" });
    same(await paths(server), ["/keys", "/token", "/token"]);
    const claims = { iat: seconds(), exp: seconds() + 300 }; // by the server's clock, which does not jump
    const tokens = await later(31, () => login(client, server, { alg: "ES256", kid: "next", keys: facts.laterKeys, claims }));
    holds(tokens.checks.includes("id_token_signature"), "verified with the new key");
    same((await paths(server)).slice(3), ["/token", "/keys"]);
  });

  test("a machine whose clock is hours off logs in by the server's", async () => {
    for (const ahead of [7200, -7200]) {
      const { server, client } = await at();
      const claims = { iat: seconds(), exp: seconds() + 300 };
      const old = { iat: seconds() - 7200, exp: seconds() - 3600 };
      const tokens = await later(ahead, () => login(client, server, { alg: "ES256", claims }));
      holds(tokens.checks.includes("id_token_expiry"), "judged all the same");
      holds(Math.abs(client.clockOffset + ahead) < 5, `${client.clockOffset}`);
      await refused(() => later(ahead, () => login(client, server, { alg: "ES256", claims: old })), { code: "token_expired" });
    }
  });

  test("an unknown key is key_not_found, and forged tokens cannot make us hammer the server", async () => {
    const { server, client } = await at();
    for (let i = 0; i < 3; i++) await refused(() => login(client, server, { alg: "ES256", header: { kid: `forged-${i}` } }), { code: "key_not_found", phase: "id_token", about: "kid", grantMayBeConsumed: true });
    same(await paths(server), ["/keys", "/token", "/keys", "/token", "/token"], "one look for a new key, and no more");
  });

  test("TLS vouches for an ID token where that was asked for, and no key is fetched", async () => {
    const { server, client } = await at({ idTokenSignature: "tls" });
    const tokens = await login(client, server, { alg: "RS256" });
    same([tokens.checks.includes("id_token_tls"), tokens.checks.includes("id_token_signature"), await paths(server)], [true, false, ["/token"]]);
    await refused(() => login(client, server, { claims: { nonce: "another" } }), { code: "nonce_mismatch" });
  });

  test("a refreshed ID token must speak of the same person", async () => {
    const { server, client } = await at();
    const tokens = await login(client, server, { alg: "ES256" });
    const claims = { iss: server.issuer, sub: "eve", aud: "app", iat: seconds(), exp: seconds() + 300 };
    await server.answers({ "/keys": { json: facts.keys }, "/token": { json: { access_token: "b", token_type: "Bearer", id_token: await sign({ alg: "ES256", claims }) } } });
    await refused(() => client.refresh({ ...tokens, refresh_token: "r" }), { code: "subject_mismatch", grantMayBeConsumed: true });
  });
}

/** The same token, of someone else. */
function otherSubject(token) {
  const [header, payload, signature] = token.split(".");
  const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  const other = btoa(new TextDecoder().decode(bytes).replace('"sub":"ada"', '"sub":"eve"')).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  return `${header}.${other}.${signature}`;
}

function otherSignature(token) {
  const start = token.lastIndexOf(".") + 1;
  return token.slice(0, start) + (token[start] === "A" ? "B" : "A") + token.slice(start + 1);
}

/** Runs `work` with the clock that many seconds ahead. */
async function later(ahead, work) {
  const now = Date.now;
  Date.now = () => now.call(Date) + ahead * 1000;
  try {
    return await work();
  } finally {
    Date.now = now;
  }
}
