/** `Client.discover`: OpenID Connect Discovery §4, RFC 8414 §3. */

const OIDC = "/.well-known/openid-configuration";
const OAUTH = "/.well-known/oauth-authorization-server";

export default function (test, { grantkit, facts, same, holds, refused, serverThat }) {
  const { Client } = grantkit;
  const options = { clientId: "app" };
  const paths = async (server) => (await server.log()).map((request) => `${request.method} ${request.path}`);

  test("a real server's metadata is found by its issuer, as text or as a URL", async () => {
    for (const issuer of [facts.issuer, new URL(facts.issuer)]) {
      const { server } = await Client.discover(issuer, options);
      same([server.issuer, server.token_endpoint], [facts.issuer, `${facts.issuer}/token`]);
      holds(server.scopes_supported.includes("offline_access"), "members that the library does not use are handed on");
    }
  });

  test("OpenID's place is asked first, and nothing else where it answers", async () => {
    const server = await serverThat();
    await server.answers({ [OIDC]: { json: server.metadata } });
    same((await Client.discover(server.issuer, options)).server, server.metadata);
    same(await paths(server), [`GET ${OIDC}`]);
  });

  test("where OpenID's place has none, the metadata of RFC 8414 is found", async () => {
    const server = await serverThat();
    await server.answers({ [OAUTH]: { json: server.metadata } });
    same((await Client.discover(server.issuer, options)).server, server.metadata);
    same(await paths(server), [`GET ${OIDC}`, `GET ${OAUTH}`]);
  });

  test("a document that speaks for another issuer is issuer_mismatch, even by one slash", async () => {
    const server = await serverThat();
    for (const issuer of ["https://evil.example", `${server.issuer}/`, server.issuer.replace("http://127.0.0.1", "http://localhost")]) {
      await server.answers({ [OIDC]: { json: { ...server.metadata, issuer } } });
      await refused(() => Client.discover(server.issuer, options), { code: "issuer_mismatch", fault: "server", phase: "discovery", about: "issuer" });
    }
  });

  test("another issuer is accepted under a name that says what it is", async () => {
    const server = await serverThat();
    await server.answers({ [OIDC]: { json: { ...server.metadata, issuer: "https://other.example" } } });
    const client = await Client.discover(server.issuer, { ...options, dangerouslySkipIssuerCheck: true });
    same(client.server.issuer, "https://other.example");
  });

  test("a server that is not there is a network failure, and safe to ask again", async () => {
    await refused(() => Client.discover(facts.nobody, options), { code: "network", fault: "transport", phase: "discovery", retryable: true, grantMayBeConsumed: false });
  });

  test("a page instead of metadata is not_oauth_response, and shown", async () => {
    const page = { body: "<!doctype html><title>Welcome</title>" };
    const server = await serverThat({ [OIDC]: page, [OAUTH]: page });
    const error = await refused(() => Client.discover(server.issuer, options), { code: "not_oauth_response", fault: "server", phase: "discovery", status: 200 });
    same(error.body, page.body);
  });

  test("a server that is overloaded is not asked elsewhere", async () => {
    const server = await serverThat({ [OIDC]: { status: 503, headers: { "retry-after": "9" } }, [OAUTH]: { json: {} } });
    await refused(() => Client.discover(server.issuer, options), { phase: "discovery", status: 503, retryAfter: 9, retryable: true });
    same(await paths(server), [`GET ${OIDC}`]);
  });

  test("metadata is not asked for where others could write it, and nothing is sent", async () => {
    let sent = 0;
    const counting = { ...options, fetch: async () => { sent++; throw new Error("sent"); } };
    for (const [issuer, code] of [
      ["http://op.example", "insecure_url"], ["ftp://op.example", "invalid_argument"], ["https://user@op.example", "invalid_argument"],
      ["https://op.example?x=1", "invalid_argument"], ["https://op.example#x", "invalid_argument"], ["not a url", "invalid_argument"], ["", "invalid_argument"],
    ]) await refused(() => Client.discover(issuer, counting), { code, fault: "caller", phase: "discovery", about: "issuer" });
    same(sent, 0);
  });
}
