/** How a client proves who it is, RFC 6749 §2.3. */

import type { ClientAuth } from "./types.js";

/** A public client: an SPA, a native app. */
export const none = (): ClientAuth => ({ method: "none" });

/** HTTP Basic. Not for code that runs in a browser: a secret there is none. */
export const secretBasic = (clientSecret: string): ClientAuth => ({ method: "client_secret_basic", client_secret: clientSecret });

/** In the form. Not for code that runs in a browser: a secret there is none. */
export const secretPost = (clientSecret: string): ClientAuth => ({ method: "client_secret_post", client_secret: clientSecret });
