/** What a resource says when it refuses a token. */

import { invalidArgument } from "./settle.js";
import type { AuthorizationParameters, Challenge } from "./types.js";
import * as core from "./wasm/client_bg.js";

/**
 * The challenges of a response, or of a `WWW-Authenticate` header; none where it has none, or a malformed one.
 * [RFC 9110 §11.6.1](https://www.rfc-editor.org/rfc/rfc9110.html#section-11.6.1)
 */
export function parseChallenges(response: Response | string): Challenge[] {
  return JSON.parse(core.challenges(challengeOf(response))) as Challenge[];
}

/**
 * What `authorize()` is to ask for when a resource wants the user to authenticate again or more strongly
 * ([RFC 9470 §4](https://www.rfc-editor.org/rfc/rfc9470.html#section-4)), or the token to cover more; `undefined` where no new login helps.
 */
export function stepUp(response: Response | string): AuthorizationParameters | undefined {
  const parameters = core.step_up(challengeOf(response));
  return parameters === "" ? undefined : (JSON.parse(parameters) as AuthorizationParameters);
}

function challengeOf(response: Response | string): string {
  if (typeof response === "string") return response;
  if (!(response instanceof Response)) throw invalidArgument("response", "resource");
  return response.headers.get("www-authenticate") ?? "";
}
