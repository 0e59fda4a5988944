/**
 * The lines that matter: a login whose tokens never reach the browser.
 *
 * The edge keeps them; the page has a cookie that no script can read. The
 * header is one that no other site can send.
 */
const headers = { "x-csrf": "1" };

export const session = async (): Promise<View> =>
  (await fetch("/auth/session", { headers })).json(); // claims, never tokens

export const logIn = (): void =>
  location.assign("/auth/login?returnTo=/"); // comes back with a cookie

export const ask = (api: string): Promise<Response> =>
  fetch(api, { headers }); // the edge adds the token

export const refresh = (): Promise<Response> =>
  fetch("/auth/refresh", { method: "POST", headers });

export async function logOut(): Promise<void> {
  const reply = await fetch("/auth/logout", { method: "POST", headers });
  location.assign((await reply.json()).location); // here, and at the server
}

export interface View {
  authenticated: boolean;
  claims?: Record<string, unknown>;
  scope?: string;
  expiresAt?: number;
}
