/** `parseTokenResponse`: a response at hand, judged. RFC 6749 §5. What real servers send is in `quirks.mjs`. */

const OK = { access_token: "a", token_type: "Bearer" };

export default function (test, { grantkit, facts, same, holds, refused }) {
  const { parseTokenResponse } = grantkit;
  const response = (body, status = 200, headers = { "content-type": "application/json" }) =>
    ({ status, headers, body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body) });

  test("a body may be text or bytes, also bytes in the middle of others", () => {
    const bytes = new TextEncoder().encode(`xx${JSON.stringify(OK)}yy`);
    for (const body of [JSON.stringify(OK), bytes.slice(2, -2), bytes.subarray(2, -2)]) same(parseTokenResponse(response(body)), { ...OK, deviations: [] });
  });

  test("a header's name may be in any case", () => {
    same(parseTokenResponse(response(OK, 200, { "Content-TYPE": "application/json" })).deviations, []);
  });

  test("headers as fetch has them are read like those of an object, or refused: a content type is not lost in silence", async () => {
    const headers = new Headers({ "content-type": "application/json" });
    let tokens;
    try {
      tokens = parseTokenResponse(response(OK, 200, headers));
    } catch (error) {
      return same(error.code, "invalid_argument");
    }
    same(tokens.deviations, [], "deviations");
  });

  test("every member that the server sent is handed on, also one with a name that JavaScript uses itself", () => {
    const sent = `{"access_token":"a","token_type":"Bearer","__proto__":{"polluted":true},"constructor":"c","deep":[{"n":1.50}],"text":"\\ud83d\\ude00é\\u0000"}`;
    const tokens = parseTokenResponse(response(sent));
    same([tokens.constructor, tokens.deep, tokens.text], ["c", [{ n: 1.5 }], "😀é\0"]);
    same(Object.getPrototypeOf(tokens) === Object.prototype && {}.polluted === undefined, true, "no prototype was changed");
  });

  test("a refusal is told in the server's own words, RFC 6749 §5.2", async () => {
    const words = { error: "invalid_scope", error_description: "No such scope", error_uri: "https://op.example/e" };
    await refused(() => parseTokenResponse(response(words, 400)), { ...words, code: "invalid_scope", fault: "refusal", phase: "token", status: 400, retryable: false });
    await refused(() => parseTokenResponse(response({ error: "out_of_coffee" }, 400)), { code: "oauth_error", error: "out_of_coffee" });
  });

  test("a server that asks to wait is heard", async () => {
    const error = await refused(() => parseTokenResponse(response("busy", 503, { "Retry-After": "17" })), { code: "not_oauth_response", retryAfter: 17, retryable: true });
    same(error.status, 503);
  });

  test("a broken answer is told apart from one that is not OAuth, and shown", async () => {
    await refused(() => parseTokenResponse(response('{"access_token":"a"')), { code: "malformed_json" });
    await refused(() => parseTokenResponse(response('{"access_token":"a","access_token":"b"}')), { code: "malformed_json" });
    await refused(() => parseTokenResponse(response("<h1>Bad gateway</h1>", 502)), { code: "not_oauth_response", body: "<h1>Bad gateway</h1>" });
    await refused(() => parseTokenResponse(response("")), { code: "not_oauth_response" });
    await refused(() => parseTokenResponse(response(new Uint8Array([0xff, 0xfe, 0x00]))), { fault: "server" });
    await refused(() => parseTokenResponse(response({ token_type: "Bearer" })), { code: "invalid_member", about: "access_token" });
    await refused(() => parseTokenResponse(response({ ...OK, token_type: "mac" })), { code: "unsupported_token_type" });
  });

  test("an error can be logged whole: toJSON() has every field, and is plain data", async () => {
    const error = await refused(() => parseTokenResponse(response({ error: "invalid_grant" }, 400)), { code: "invalid_grant" });
    const log = JSON.parse(JSON.stringify(error));
    holds(error instanceof Error && String(error).startsWith("GrantError: ") && typeof error.stack === "string", "it is an Error");
    same([log.name, log.code, log.message, log.error, log.status], ["GrantError", "invalid_grant", error.message, "invalid_grant", 400]);
  });
}
