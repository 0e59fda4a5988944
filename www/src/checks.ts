/** Each check that grantkit makes on the way to tokens, and what it protects from. */
import type { Check, Deviation } from "grantkit";

interface Explained {
  readonly title: string;
  readonly protects: string;
  readonly spec: string;
}

export const CHECKS: Record<Check, Explained> = {
  state: { title: "state", protects: "The callback answers the login that this tab began: nobody can slip in a link that logs you into their account.", spec: "RFC 6749 10.12" },
  issuer_parameter: { title: "iss in the callback", protects: "The code comes from the server that was asked: it is not carried from an honest server to a hostile one (mix-up).", spec: "RFC 9207 2.4" },
  pkce: { title: "PKCE", protects: "Who redeems the code is who began the login: a code stolen from a URL or a log is worthless.", spec: "RFC 7636 4.5" },
  dpop_binding: { title: "DPoP", protects: "The tokens are bound to a key that this browser never gives out: stolen, they are worth nothing elsewhere.", spec: "RFC 9449 5" },
  id_token_signature: { title: "signature", protects: "The ID token is by the issuer's own key: not a byte was altered on the way.", spec: "OIDC Core 3.1.3.7" },
  id_token_tls: { title: "connection as witness", protects: "No signature was checked; the connection to the token endpoint vouches instead. On plain http, nothing does.", spec: "OIDC Core 3.1.3.7" },
  id_token_algorithm: { title: "alg", protects: "The algorithm is the one agreed on: no “none”, no public key abused as a shared secret.", spec: "RFC 8725 3.1" },
  id_token_issuer: { title: "iss in the ID token", protects: "It speaks for the issuer that was asked, to the letter, not for one with a similar name.", spec: "OIDC Core 3.1.3.7" },
  id_token_audience: { title: "aud", protects: "It was made for this client: a token that another application received cannot log anyone in here.", spec: "OIDC Core 3.1.3.7" },
  id_token_authorized_party: { title: "azp", protects: "Where several clients are addressed, this one is the party it was issued to.", spec: "OIDC Core 3.1.3.7" },
  id_token_expiry: { title: "exp", protects: "It is still valid: an old token from a backup or a log is refused.", spec: "OIDC Core 3.1.3.7" },
  id_token_issued_at: { title: "iat", protects: "It is not from the future, so clocks agree and its lifetime means something.", spec: "OIDC Core 3.1.3.7" },
  id_token_nonce: { title: "nonce", protects: "It belongs to this login: a token from an earlier one, or an injected code, is refused.", spec: "OIDC Core 3.1.3.7" },
  id_token_auth_time: { title: "auth_time", protects: "The user was really there as recently as max_age asks.", spec: "OIDC Core 3.1.3.7" },
  id_token_access_token_hash: { title: "at_hash", protects: "The access token is the one the ID token came with: neither was swapped.", spec: "OIDC Core 3.1.3.8" },
  id_token_subject: { title: "sub", protects: "After the refresh it is still the same user.", spec: "OIDC Core 12.2" },
};

export const DEVIATIONS: Record<Deviation, string> = {
  byte_order_mark: "The body began with a byte order mark.",
  content_type: "The Content-Type was not application/json.",
  error_shape: "The error did not have the shape of RFC 6749 §5.2.",
  error_status: "The error came with a status other than 400 or 401.",
  expires_in_type: "expires_in was not a number; its digits were read.",
  form_encoded: "The body was form-encoded instead of JSON.",
  missing_token_type: "token_type was missing; Bearer was assumed.",
  nested_response: "The tokens stood inside another object.",
  scope_separator: "Scopes were separated by something other than spaces.",
  scope_type: "scope was a list; it was joined with spaces.",
  success_status: "The success came with a status other than 200.",
  token_type_alias: "token_type was another word for Bearer.",
};
