/** The login of this page. Its tokens are in a Worker, out of reach of every script of the page: components get claims, and answers to requests. */
import { createSession } from "grantkit/session";

const ISSUER: string = import.meta.env["ISSUER"] ?? "http://127.0.0.1:4000";

/** What takes the access token. It goes there and nowhere else. */
export const API: string = import.meta.env["API"] ?? `${ISSUER}/me`;

/**
 * Made when this module is loaded, not in an effect: the page at `/callback` is this one too, and its address is to be read before a router looks at it.
 */
export const session = createSession({
  issuer: ISSUER,
  clientId: import.meta.env["CLIENT_ID"] ?? "react",
  redirectUri: `${location.origin}/callback`,
  postLogoutRedirectUri: `${location.origin}/`,
  scope: "openid profile offline_access",
  api: [API],
});
