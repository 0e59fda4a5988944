/** The token handler. */
import { secretBasic, tokenHandler } from "grantkit/worker";

import { KEY } from "../password.mjs";

export default tokenHandler({
  issuer: "https://op.example",
  server: { issuer: "https://op.example", authorization_endpoint: "https://op.example/authorize", token_endpoint: "https://op.example/token" },
  clientId: "edge",
  clientAuth: secretBasic("secret"),
  sessionKeys: [KEY],
  origin: "https://app.example",
  routes: { "/api/": "https://api.example/v1/" },
});
