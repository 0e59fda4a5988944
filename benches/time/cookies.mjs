/** The `Cookie` header of a session, as each worker in `workers` takes it. */
import { cookieOf as grantkit } from "./sessions.mjs";
import { cookieOf as iron } from "./workers/iron.mjs";
import { cookieOf as jose } from "./workers/jose.mjs";

export const COOKIES = { iron, jose, grantkit };
