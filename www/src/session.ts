/** What the page knows while someone is logged in. It lives here, in memory: nothing of it is stored. */
import type { Client, Pending, Tokens } from "grantkit";

export interface Session {
  readonly client: Client;
  tokens: Tokens;
  /** The callback that these tokens came from: spent, and kept to show what happens if it is sent again. */
  readonly spent: { readonly location: string; readonly pending: Pending };
}
