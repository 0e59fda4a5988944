/** What was aimed for before it was measured, beside what was measured: each as the speed against a peer, or as a figure. */
import { digits, spread } from "./report.mjs";

/** For each runtime the target and what would be better still. */
const SPEEDS = [
  { what: "PKCE pair", name: "pkce", peer: "oauth4webapi", bars: { Node: [20, 25], workerd: [3.5, 4.8], Bun: [3, 4], Chromium: [3, 5], Firefox: [12, 20] } },
  { what: "Token request until `fetch`, same input checks", name: "token-request", peer: "oauth4webapi", bars: { Node: [1.3, 1.8], workerd: [1.3, 1.8] } },
  { what: "Token response with the ID token's claims, as part of a refresh", name: "refresh-claims", peer: "oauth4webapi", bars: { Node: [1, 1.15], workerd: [1, 1.15] } },
  { what: "… its signature verified, key cached", name: "refresh-signature", peer: "oauth4webapi", bars: { Node: [1, 1.15], workerd: [1, 1.15] } },
  { what: "DPoP proof, as part of a request", name: "dpop", peer: "dpop", bars: { Node: [1.6, 1.9], workerd: [1, 1.4] } },
  { what: "2 KB sealed", name: "seal", peer: "iron-session", bars: { workerd: [7, 8.8] } },
  { what: "2 KB opened", name: "open", peer: "iron-session", bars: { workerd: [12, 14] } },
  { what: "Cold process to the first PKCE pair", name: "cold-start", peer: "oauth4webapi", bars: { Node: [1 / 0.9, 1 / 0.7] } },
];

/** Milliseconds, at most. */
const FIGURES = [{ what: "Compile and instantiate", name: "instantiation", bars: { "client.wasm": [0.4, 0.3], "core.wasm": [0.4, 0.3] } }];

/** Every target beside what was measured, as far as it was. */
export function judged(tables) {
  const results = Object.fromEntries(tables.map(({ name, results }) => [name, results ?? {}]));
  const rows = [];
  const row = (what, where, measured, [target, better], meets, unit) => {
    const verdict = meets(better) ? "yes, and the better one" : meets(target) ? "yes" : "**no**";
    rows.push(`| ${what} | ${where} | ${digits(target)}${unit} | ${digits(better)}${unit} | ${digits(measured)}${unit} | ${verdict} |`);
  };
  for (const { what, name, peer, bars } of SPEEDS) {
    for (const [runtime, bar] of Object.entries(bars)) {
      const figures = results[name]?.[runtime];
      if (!figures?.grantkit) continue;
      const speed = spread(figures[peer]).median / spread(figures.grantkit).median;
      row(what, `${runtime}, against ${peer}`, speed, bar, (wanted) => speed >= wanted, "x");
    }
  }
  for (const { what, name, bars } of FIGURES) {
    for (const [column, bar] of Object.entries(bars)) {
      const figures = results[name]?.Node?.[column];
      if (!figures) continue;
      const { median } = spread(figures);
      row(what, `Node, ${column}`, median, bar, (wanted) => median <= wanted, " ms");
    }
  }
  const held = results.memory?.Node;
  if (held) {
    const flat = Object.values(held).every(({ flat }) => flat);
    rows.push(`| Memory over many operations | Node | flat | flat | ${flat ? "flat" : "it grows"} | ${flat ? "yes" : "**no**"} |`);
  }
  if (rows.length === 0) return "No target is about what was measured.";
  return ["| Target | where | at least, or in ms at most | better | measured | met |", "|---|---|---|---|---|---|", ...rows].join("\n");
}
