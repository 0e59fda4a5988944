/** A backend for a frontend: the browser holds one cookie, the edge holds the tokens. */
import { type CoordinatorNamespace, RefreshCoordinator, secretBasic, tokenHandler } from "grantkit/worker";

interface Env {
  readonly ISSUER: string;
  readonly CLIENT_ID: string;
  readonly CLIENT_SECRET: string;
  /** One key, or several with a space between: the first seals, all of them open. */
  readonly SESSION_KEYS: string;
  readonly SESSIONS: CoordinatorNamespace;
}

export { RefreshCoordinator };
export default tokenHandler<Env>({
  issuer: (env) => env.ISSUER,
  clientId: (env) => env.CLIENT_ID,
  clientAuth: (env) => secretBasic(env.CLIENT_SECRET),
  scope: "openid offline_access profile email",
  authorization: { prompt: "consent" }, // many servers issue a refresh token with consent alone
  sessionKeys: (env) => env.SESSION_KEYS.split(" "),
  coordinator: (env) => env.SESSIONS,
  // The one API that every server has: who the user is.
  routes: (env) => ({ "/api/me": { url: `${env.ISSUER}/me`, methods: ["GET"] } }),
  logout: { returnTo: "/" },
});
