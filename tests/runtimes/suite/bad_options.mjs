/** Bad options, one by one: what is of the wrong type is refused when the client is made, because an option that is not heard protects nobody. */
import { ABSENT, TEXTS } from "./bad_values.mjs";
import { besiege } from "./besiege.mjs";

const SERVER = { issuer: "https://op.example", authorization_endpoint: "https://op.example/a", token_endpoint: "https://op.example/token" };

/** Every option, and the bad values that are right for it. */
const OPTIONS = {
  clientId: TEXTS,
  clientAuth: ABSENT,
  redirectUri: [...ABSENT, ...TEXTS, "empty text"],
  scope: [...ABSENT, ...TEXTS, "empty text"],
  resource: [...ABSENT, ...TEXTS, "empty text", "an empty list", "a list of words"],
  strict: [...ABSENT, "true"],
  basicEncoding: ABSENT,
  leeway: [...ABSENT, "0", "1.5"],
  timeout: [...ABSENT, "1.5"],
  fetch: ["undefined", "null", "a function", "a proxy that throws"],
  idTokenSignature: ABSENT,
  idTokenSignedResponseAlg: ABSENT,
  dangerouslyAllowHttp: [...ABSENT, "true"],
  dangerouslySkipIssuerCheck: [...ABSENT, "true"],
};

export default function (test, { grantkit, same, stillUsable, refused }) {
  const { Client, buildTokenRequest } = grantkit;
  const good = { clientId: "app", redirectUri: "https://app.example/cb" };
  const makers = {
    "new Client": (options) => new Client(SERVER, options),
    "Client.discover": (options) => Client.discover(SERVER.issuer, options),
    buildTokenRequest: (options) => buildTokenRequest(SERVER, options, { grant_type: "client_credentials" }),
  };

  for (const [maker, make] of Object.entries(makers)) {
    for (const [option, fine] of Object.entries(OPTIONS)) {
      if (maker === "buildTokenRequest" && ["fetch", "timeout"].includes(option)) continue; // it sends nothing
      test(`a bad ${option} given to ${maker} is a GrantError, sends nothing and harms nothing`, async () => {
        await besiege(grantkit, (value) => make({ ...good, [option]: value }), fine).finally(stillUsable);
      });
    }
  }

  test("a number that is out of range is refused by the name of its option", async () => {
    for (const [option, values] of Object.entries({ leeway: [301, -1, 1e300], timeout: [0, 2 ** 31, 2 ** 53, 0.5] })) {
      for (const value of values) await refused(() => new Client(SERVER, { ...good, [option]: value }), { code: "invalid_argument", fault: "caller", phase: "configuration", about: option });
    }
    for (const timeout of [1, 2 ** 31 - 1]) same(new Client(SERVER, { ...good, timeout }).server, SERVER);
    for (const leeway of [0, 300]) same(new Client(SERVER, { ...good, leeway }).server, SERVER);
  });
}
