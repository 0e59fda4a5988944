/** The table of faults over the public API, as every runtime must show it; what really happened, the server's books tell. */
import { run as runChapters } from "../runtimes/suite.mjs";
import days from "../runtimes/suite/days.mjs";

const APP = "https://app.example/cb";

/** As `run` of `runtimes/suite.mjs`. */
export const run = (grantkit, facts) => runChapters(grantkit, facts, facts.days ? [days] : [table, polling]);

/** What a row asks of `client`, by the name of the grant or call; each gives the tokens, or what it got. */
const CALLS = {
  refresh: (client, { refreshToken }, call) => client.refresh({ refresh_token: refreshToken, claims: { sub: "ada" } }, {}, call),
  code: (client, { callback, pending }, call) => client.callback(callback, pending, call),
  credentials: (client, _, call) => client.clientCredentials({}, call),
  userinfo: (client, _, call) => client.userinfo({ access_token: "at", token_type: "Bearer", claims: { sub: "ada" } }, call),
  authorize: (client) => client.authorize(),
  introspect: (client, { refreshToken }, call) => client.introspect(refreshToken, {}, call),
  deviceAuthorization: (client, _, call) => client.deviceAuthorization({}, call),
  backchannelAuthentication: (client, _, call) => client.backchannelAuthentication({ login_hint: "ada" }, call),
  revoke: (client, { refreshToken }, call) => client.revoke(refreshToken, {}, call),
};

function table(test, { grantkit, facts, same, holds, refused }) {
  const { Client, GrantError, secretBasic } = grantkit;
  const ask = asker(facts);

  /** A client at a server with this fault, and what the call needs. */
  async function meet(row, name) {
    const scene = await ask("open", { fault: row.id, on: name });
    const options = { clientId: facts.client.id, clientAuth: secretBasic(facts.client.secret), redirectUri: APP, scope: "openid", timeout: row.patience ?? 10_000, par: name === "authorize" };
    if (name === "discover") return { scene, attempt: () => Client.discover(scene.metadata.issuer, options) };
    const client = new Client(scene.metadata, options);
    const needs = { refreshToken: scene.refreshToken };
    if (name === "code") {
      const { url, pending } = await client.authorize();
      Object.assign(needs, { pending, ...await ask("visit", { url }) });
    }
    const call = () => {
      if (!row.abort) return undefined;
      const controller = new AbortController();
      setTimeout(() => controller.abort(), row.abort);
      return { signal: controller.signal };
    };
    return { scene, client, needs, attempt: () => CALLS[name](client, needs, call()) };
  }

  for (const row of facts.rows.filter(({ polls }) => !polls)) {
    for (const name of row.grants) {
      const [code, fault, phase = PHASES[row.phase ?? name] ?? row.phase] = row.sees;
      test(`${row.id}, ${name}: ${code ?? "all goes well"}`, async () => {
        const { scene, client, needs, attempt } = await meet(row, name);
        const books = () => ask(`books/${scene.id}`);
        const asked = async () => (await books()).requests.filter(({ path }) => path === "/token").length;
        const atStake = name === "refresh" || name === "code";
        const kept = !atStake || row.kept === true;

        let tokens;
        if (code === undefined) {
          tokens = await attempt();
          same([...tokens.deviations], row.deviations ?? [], "deviations");
          same({}.polluted, undefined, "no prototype was changed");
        } else {
          const error = await refused(attempt, { code, fault, phase, grantMayBeConsumed: !kept, retryable: row.again === true && kept, ...(row.wait && { retryAfter: row.wait }) });
          if (row.named) same([...error.deviations], row.named, "deviations");
        }

        // What really happened.
        const { grants, requests } = await books();
        const sent = (call) => requests.filter(({ path }) => path === (call === "token" ? "/token" : row.at)).length;
        if (row.at === "/token") same(sent("token"), row.requests ?? 1, "requests at the token endpoint");
        else same([row.repeats ? Math.min(sent(), 1) : sent(), sent("token")], [row.asks ?? 1, 0], `requests, and nothing was spent: ${JSON.stringify(requests)}`);
        same(requests.filter(({ path }) => path === "/elsewhere").length, 0, "nothing goes where a redirect leads");
        if (row.keys) same(requests.filter(({ path }) => path === "/keys").length, row.keys, "times that the keys were fetched");
        if (row.most) {
          const taken = await ended(books);
          holds(taken > 0 && taken < row.most, `${taken} bytes were taken of a body that is not read`);
        }
        if (!atStake) return undefined;
        const grant = grants.find((one) => [one.code, one.refresh, ...one.spent].includes(name === "code" ? new URL(needs.callback).searchParams.get("code") : scene.refreshToken));
        same(grant.spent.length > 0, row.takes, "what the table says of the server");
        holds(row.lie || !row.takes || code === undefined || !kept, "who is told that the grant is as good as before has lost it");
        if (row.lie) return undefined;

        // Nothing was lost: what is as good as before is sent again, and what came is good.
        await ask(`mend/${scene.id}`);
        if (tokens) {
          same(tokens.refresh_token, grant.refresh, "the refresh token that the server knows");
          await client.refresh(tokens);
        } else if (kept && name === "refresh") {
          holds(typeof (await client.refresh(scene.refreshToken)).access_token === "string", "the same refresh token is taken");
        } else if (kept) {
          const back = row.requests === 0 && row.at === "/token" ? await right(needs, scene, grant) : needs.callback;
          holds(typeof (await client.callback(back, needs.pending)).access_token === "string", "the same code is taken");
        }
        same((await books()).grants.map((one) => one.again), grants.map(() => 0), "times that something spent came again");
        return undefined;
      });
    }
  }

  /** How many bytes of its body the server got rid of until it saw that nobody reads on. */
  async function ended(books) {
    for (let tries = 0; tries < 100; tries++) {
      const { taken } = await books();
      if (taken > 0) return taken;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("the body is read on");
  }

  /** The callback as it should have been. */
  async function right({ pending }, { metadata }, { code }) {
    return `${APP}?${new URLSearchParams({ code, state: pending.state, iss: metadata.issuer })}`;
  }
}

/** How each grant that waits for a user begins, and asks. */
const WAITS = {
  device: { begin: CALLS.deviceAuthorization, poll: (client, begun) => client.pollDevice(begun), by: "device_code" },
  ciba: { begin: CALLS.backchannelAuthentication, poll: (client, begun) => client.pollBackchannel(begun), by: "auth_req_id" },
};

/** Waiting for users, all at once: each takes seconds. */
function polling(test, { grantkit, facts, same, holds, refused }) {
  const { Client, secretBasic } = grantkit;
  const ask = asker(facts);
  const rows = facts.rows.filter(({ polls }) => polls);

  async function wait(row, name) {
    const { begin, poll, by } = WAITS[name];
    const scene = await ask("open", { fault: row.id, on: name });
    const client = new Client(scene.metadata, { clientId: facts.client.id, clientAuth: secretBasic(facts.client.secret), scope: "openid", timeout: row.patience ?? 10_000 });
    const begun = await begin(client);
    const [code, fault] = row.sees;
    const tokens = code ? await refused(() => poll(client, begun), { code, fault, phase: "token" }) && undefined : await poll(client, begun);
    const { grants, requests } = await ask(`books/${scene.id}`);
    const asked = requests.filter(({ path }) => path === "/token").map(({ at }) => at);
    same(asked.length, row.polls, "times that was asked");
    if (row.polls > 1) holds(asked[1] - asked[0] > (row.seconds ?? 1) * 1000 - 50, `it asked again after ${asked[1] - asked[0]} ms`);
    same(requests.filter(({ path }) => path === "/elsewhere").length, 0, "nothing goes where a redirect leads");
    const grant = grants.find((one) => one.code === begun[by]);
    same(grant.spent.length > 0, row.takes || code === undefined, "what the table says of the server");
    if (tokens) same(tokens.refresh_token, grant.refresh, "the refresh token that the server knows");
  }

  let waiting;
  const all = rows.flatMap((row) => row.grants.map((name) => ({ row, name })));
  for (const [at, { row, name }] of all.entries()) {
    test(`${row.id}, ${name}: ${row.sees[0] ?? "all goes well"}, asked ${row.polls === 1 ? "once" : "twice"}`, async () => {
      waiting ??= all.map((one) => wait(one.row, one.name).then(() => undefined, (error) => error));
      const error = await waiting[at];
      if (error) throw error;
    });
  }
}

/** Asks the scripted server for something beside the protocol. */
const asker = (facts) => async (path, value = {}) => (await fetch(`${facts.faults}/-/${path}`, { method: "POST", body: JSON.stringify(value) })).json();

/** The phase that an error names, by what was asked. */
const PHASES = { refresh: "token", code: "token", credentials: "token" };
