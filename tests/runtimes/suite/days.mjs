/**
 * Bad days by the hundred, RFC 9700 §4.14.2: a server that rotates refresh tokens and ends the session when a spent one comes back, and a network
 * that loses requests and answers. The caller here goes by `grantMayBeConsumed` alone: it sends a token again only where that is false.
 */

const DAYS = 600;
const EVENTS = 4;
const SERVER = { issuer: "https://op.example", token_endpoint: "https://op.example/token" };
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

/** The server, which knows what it was sent. */
function authorizationServer() {
  const state = { good: "rt-0", count: 0, alive: true, replayed: false, requests: 0 };
  const answer = (body) => {
    state.requests++;
    if (!state.alive || new URLSearchParams(body).get("refresh_token") !== state.good) {
      state.replayed = true;
      state.alive = false;
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    }
    state.good = `rt-${++state.count}`;
    return Response.json({ access_token: `at-${state.count}`, token_type: "Bearer", expires_in: 60, refresh_token: state.good });
  };
  return { state, answer };
}

/** What stands between the two: some of it lets the request through, and the answer does not say so. */
const FATES = [
  (answer) => answer(), (answer) => answer(), (answer) => answer(),
  (answer) => { answer(); return lost(); },
  (answer) => { answer(); return html(502, "<h1>Bad gateway</h1>")(); },
  (answer) => { answer(); return new Response("", { headers: { "content-type": "application/json" } }); },
  (answer) => { answer(); return new Response('{"access_token":"ha', { headers: { "content-type": "application/json" } }); },
  lost,
  html(200, "<h1>Welcome to the hotel</h1>"),
  () => new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } }),
  () => new Response("busy", { status: 429, headers: { "retry-after": "3" } }),
  () => new Response("back soon", { status: 503, headers: { "retry-after": "3" } }),
  () => Response.json({ error: "invalid_client" }, { status: 401 }),
];

export default function (test, { grantkit, holds, same }) {
  const { Client, GrantError } = grantkit;

  /** Lives through one day; how often a token was refreshed, and whether its fate is unknown at the end. */
  async function live(day) {
    const roll = dice(day);
    const { state, answer } = authorizationServer();
    const fetch = async (_, { body }) => FATES[roll(FATES.length)](() => answer(body));
    const client = new Client(SERVER, { clientId: "app", fetch });
    let token = state.good;
    let refreshed = 0;
    for (let event = 0; event < EVENTS; event++) {
      const had = state.requests;
      try {
        token = (await client.refresh(token)).refresh_token;
        same(token, state.good, `day ${day}: the token that is kept`);
        refreshed++;
      } catch (error) {
        if (!(error instanceof GrantError)) throw error;
        if (error.grantMayBeConsumed) return { refreshed, doubtful: true };
        holds(state.requests === had, `day ${day}: ${error.code} says that the token is good, and the server had it`);
      }
      holds(!state.replayed, `day ${day}: a spent token was sent`);
    }
    same(token, state.good, `day ${day}: no token was lost`);
    return { refreshed, doubtful: false };
  }

  test("whatever is lost on the way, no refresh token is sent after it was spent, and none is dropped", async () => {
    const ends = { refreshed: 0, doubtful: 0, well: 0 };
    for (let day = 0; day < DAYS; day++) {
      const { refreshed, doubtful } = await live(day);
      ends.refreshed += refreshed;
      ends[doubtful ? "doubtful" : "well"]++;
    }
    holds(ends.refreshed > 0 && ends.doubtful > 0 && ends.well > 0, `every ending was seen: ${JSON.stringify(ends)}`);
  });
}
