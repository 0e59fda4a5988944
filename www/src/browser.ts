/**
 * The lines that matter: a login whose tokens this page never sees.
 *
 * They live in a Worker with a module of its own. The page asks it to fetch.
 */
import { createSession, type Session, type SessionOptions } from "grantkit/session/slim";

export const open = (options: SessionOptions): Promise<Session> => createSession({
  scope: "openid profile email offline_access",
  worker: "/worker.js", // one for all tabs; a reload goes on where it was
  ...options, // issuer, clientId, redirectUri, api: where tokens may be sent
});

export const logIn = (session: Session): Promise<void> =>
  session.login({ prompt: "consent", returnTo: "./" }); // leaves, and comes back signed in

export const ask = (session: Session, api: string): Promise<Response> =>
  session.fetch(api); // the Worker adds the token; other addresses get none

export const logOut = (session: Session): Promise<void> =>
  session.logout({ returnTo: "./" }); // here, in every tab, and at the server
