/**
 * The lines that matter: leave for the authorization server, come back with tokens.
 *
 * `pending` holds the PKCE code verifier. It waits in sessionStorage, which this
 * tab alone can read, and is taken out once.
 */
import { Client, type ClientOptions, type Pending, type Tokens } from "grantkit";

export async function leave(issuer: string, options: ClientOptions): Promise<string> {
  const client = await Client.discover(issuer, options);
  const { url, pending } = await client.authorize({ prompt: "consent" });
  sessionStorage.setItem("pending", JSON.stringify(pending));
  return url; // for location.assign()
}

export async function comeBack(issuer: string, options: ClientOptions): Promise<Login> {
  const arrived = location.href;
  history.replaceState(null, "", location.pathname); // the code leaves the address bar at once
  const pending: Pending = JSON.parse(sessionStorage.getItem("pending") ?? "null");
  sessionStorage.removeItem("pending");
  const client = await Client.discover(issuer, options);
  return { client, tokens: await client.callback(arrived, pending) };
}

export interface Login {
  client: Client;
  tokens: Tokens;
}
