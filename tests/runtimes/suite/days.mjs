/**
 * Bad days by the hundred, RFC 9700 §4.14.2: a server that rotates refresh tokens and ends the session when a spent code or token comes back, and a network
 * that loses requests and answers. The caller here goes by `grantMayBeConsumed` alone: it sends a code or a token again only where that is false, and else
 * logs in anew. Each day is told by its number. The server keeps books, and is the judge.
 */

/** Days that are tried where nobody says which. */
const DAYS = [0, 600];
/** What happens on one of them. */
const EVENTS = 4;
const SERVER = { issuer: "https://op.example", authorization_endpoint: "https://op.example/authorize", token_endpoint: "https://op.example/token" };
const APP = "https://app.example/cb";
const JSON_TYPE = { "content-type": "application/json" };
const html = (status, text) => () => new Response(text, { status, headers: { "content-type": "text/html" } });
const lost = () => { throw new TypeError("the connection is gone"); };

/** Numbers that look random and are the same each time: mulberry32. */
function dice(seed) {
  return (sides) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

/** The server: one session at a time. */
function authorizationServer() {
  const books = { code: undefined, good: undefined, count: 0, alive: false, revoked: false, again: 0, requests: 0 };
  const spent = new Set();
  /** Somebody logs in: what was before is forgotten here too. */
  const begin = () => Object.assign(books, { code: `code-${++books.count}`, good: undefined, alive: true, revoked: false }).code;
  const answer = (body) => {
    books.requests++;
    const form = new URLSearchParams(body);
    const sent = form.get("code") ?? form.get("refresh_token");
    if (spent.has(sent)) {
      books.again++;
      books.alive = false;
    }
    if (!books.alive || sent !== (books.good ?? books.code)) return Response.json({ error: "invalid_grant" }, { status: 400 });
    spent.add(sent);
    books.good = `rt-${++books.count}`;
    return Response.json({ access_token: `at-${books.count}`, token_type: "Bearer", expires_in: 60, refresh_token: books.good });
  };
  return { books, begin, answer };
}

/** What stands between the two: some of it lets the request through, and the answer does not say so. */
const FATES = [
  (answer) => answer(), (answer) => answer(), (answer) => answer(), (answer) => answer(),
  (answer) => { answer(); return lost(); },
  (answer) => { answer(); return html(502, "<h1>Bad gateway</h1>")(); },
  (answer) => { answer(); return new Response("", { headers: JSON_TYPE }); },
  (answer) => { answer(); return new Response('{"access_token":"ha', { headers: JSON_TYPE }); },
  (answer) => { answer(); return Response.json({ error: "server_error" }, { status: 500 }); },
  lost,
  html(200, "<h1>Welcome to the hotel</h1>"),
  () => new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } }),
  () => new Response("busy", { status: 429, headers: { "retry-after": "3" } }),
  () => new Response("back soon", { status: 503, headers: { "retry-after": "3" } }),
  () => Response.json({ error: "invalid_client" }, { status: 401 }),
];

export default function (test, { grantkit, facts, holds, same }) {
  const { Client, GrantError } = grantkit;

  /** Lives through one day, and a good hour after it. Tells how it stood in between. */
  async function live(day) {
    const roll = dice(day);
    const { books, begin, answer } = authorizationServer();
    let well = false;
    const fetch = async (_, { body }) => FATES[well ? 0 : roll(FATES.length)](() => answer(body));
    const client = new Client(SERVER, { clientId: "app", redirectUri: APP, fetch });
    /** What the caller holds: a login under way, or a refresh token. */
    let login, token;

    async function go() {
      const had = books.requests;
      const where = () => `day ${day}, ${token ? "a refresh" : "a login"}`;
      try {
        if (!token && !login) {
          const { pending } = await client.authorize();
          login = { pending, callback: `${APP}?code=${begin()}&state=${pending.state}` };
        }
        token = (token ? await client.refresh(token) : await client.callback(login.callback, login.pending)).refresh_token;
        login = undefined;
        same(token, books.good, `${where()}: the token that is kept`);
      } catch (error) {
        if (!(error instanceof GrantError)) throw error;
        holds(error.grantMayBeConsumed || books.requests === had, `${where()}: ${error.code} says that the grant is good, and the server had it`);
        holds(error.code !== "invalid_grant" || books.revoked, `${where()}: nobody ended it`);
        if (error.grantMayBeConsumed) login = token = undefined;
      }
      same(books.again, 0, `${where()}: times that something spent came again`);
    }

    for (let event = 0; event < EVENTS; event++) {
      if (roll(30) === 0) Object.assign(books, { alive: false, revoked: true });
      await go();
    }
    const stood = token ? "refreshable" : login ? "underWay" : "doubtful";
    // Then all is well again: what need not end goes on by itself.
    well = true;
    const revoked = books.revoked && (token || login);
    await go();
    if (revoked) await go();
    holds(token !== undefined && token === books.good, `day ${day}: it does not go on`);
    return stood;
  }

  const [first, end] = facts.days ?? DAYS;
  const title = "whatever is lost on the way, no code and no refresh token is sent after it was spent, and none is dropped";
  test(`${title}: days ${first} to ${end - 1}`, async () => {
    const stood = { refreshable: 0, underWay: 0, doubtful: 0 };
    for (let day = first; day < end; day++) stood[await live(day)]++;
    holds(Object.values(stood).every((count) => count > 0), `every ending was seen: ${JSON.stringify(stood)}`);
  });
}
