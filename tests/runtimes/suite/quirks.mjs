/**
 * What real servers send (`tests/vectors/quirks.json`): read, with each departure named, or refused where `strict` is on. Each answer is judged twice: at hand by
 * `parseTokenResponse`, and over the wire by a client.
 */

const APP = { clientId: "app" };

/** What a client's tokens say in its own words, whatever the server calls so. */
const OURS = ["expires_at", "claims", "checks"];

export default function (test, { grantkit, facts, same, refused, serverThat }) {
  const { Client, parseTokenResponse } = grantkit;

  for (const { server, status, content_type, www_authenticate, body, hex, interop } of facts.quirks) {
    const headers = { "content-type": content_type, ...(www_authenticate && { "www-authenticate": www_authenticate }) };
    const text = typeof body === "object" ? JSON.stringify(body) : body;
    // What is no text stands there as hexadecimal digits.
    const atHand = { status, headers, body: hex ? Uint8Array.from(hex.match(/../g), (digits) => parseInt(digits, 16)) : text };
    const departs = interop.deviations.length > 0;

    async function isRead(judge, own = []) {
      if (interop.code) {
        const error = await refused(judge, { code: interop.code, status });
        return same(error.deviations ?? [], interop.deviations, "deviations");
      }
      const tokens = await judge();
      for (const [name, value] of Object.entries(interop.tokens)) if (!own.includes(name)) same(tokens[name], value, name);
      same(tokens.deviations, interop.deviations, "deviations");
    }

    async function isStrict(judge) {
      if (!interop.code && !departs) return same((await judge()).deviations, []);
      await refused(judge, { code: interop.code ?? "deviation_refused" });
    }

    test(`what ${server} sends is read, and its departures are named`, () => isRead(() => parseTokenResponse(atHand)));

    const ending = interop.code ?? (departs ? "deviation_refused" : "read");
    test(`what ${server} sends is ${ending} where strict is on`, () => isStrict(() => parseTokenResponse(atHand, { strict: true })));

    // Those ID tokens are no server's: a client would refuse them, as the chapter on ID tokens has it.
    if (!Client || body?.id_token) continue;
    test(`what ${server} sends over the wire is judged in the same way by a client`, async () => {
      const { metadata } = await serverThat({ "/token": { status, headers, body: text, hex } });
      await isRead(() => new Client(metadata, APP).refresh("a-refresh-token"), OURS);
      await isStrict(() => new Client(metadata, { ...APP, strict: true }).refresh("a-refresh-token"));
    });
  }
}
