/** How a client proves who it is: RFC 6749 §2.3, RFC 7523 §2.2, RFC 8705 §2. */

import type { ClientAuth } from "./types.js";

/** A public client: an SPA, a native app. */
export const none = (): ClientAuth => ({ method: "none" });

/** HTTP Basic. Not for code that runs in a browser: a secret there is none. */
export const secretBasic = (clientSecret: string): ClientAuth => ({ method: "client_secret_basic", client_secret: clientSecret });

/** In the form. Not for code that runs in a browser: a secret there is none. */
export const secretPost = (clientSecret: string): ClientAuth => ({ method: "client_secret_post", client_secret: clientSecret });

/** A JWT under the secret, by HMAC: the secret itself does not travel. */
export const secretJwt = (clientSecret: string): ClientAuth => ({ method: "client_secret_jwt", client_secret: clientSecret });

/**
 * A JWT under a private key, which may be non-extractable: RSASSA-PKCS1-v1_5, RSA-PSS, ECDSA or Ed25519.
 * @param kid the identifier of its public half in the client's JWKS.
 */
export const privateKeyJwt = (key: CryptoKey, kid?: string): ClientAuth =>
  kid === undefined ? { method: "private_key_jwt", key } : { method: "private_key_jwt", key, kid };

/** Mutual TLS: the connection proves it. The certificate is the runtime's matter; `mtls_endpoint_aliases` are used. */
export const tls = (): ClientAuth => ({ method: "tls_client_auth" });
