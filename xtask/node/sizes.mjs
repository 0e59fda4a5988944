// The short table, printed after each build.
import { entries, modules } from "./entries.mjs";
import { table } from "./weigh.mjs";

console.log(table([...modules(), ...(await entries())]));
