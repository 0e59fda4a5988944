/** What was measured, as a table to read and a picture to look at. */

/** The median, the lowest and the highest. */
export function spread(figures) {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, least: sorted[0], most: sorted.at(-1) };
}

/** Three digits are what such a measurement is good for. */
export function digits(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** `2.5x` is two and a half times as fast as the base. */
const ratio = (base, figures) => `${digits(spread(base).median / spread(figures).median)}x`;

/** Whether that peer is we. */
const isUs = (peer) => peer.startsWith("grantkit");

/** A peer's name in a table. */
export const named = (peer) => (isUs(peer) ? `**${peer}**` : peer);

/** One table: a row for each peer, a column for each runtime. `results`: `{ runtime: { peer: [figures] } }`. */
export function table({ title, base, peers, unit }, results) {
  const runtimes = Object.keys(results);
  const cell = (runtime, peer) => {
    const figures = results[runtime][peer];
    if (!figures) return "-";
    const { median, least, most } = spread(figures);
    return `${digits(median)} (${digits(least)}–${digits(most)}), ${ratio(results[runtime][base], figures)}`;
  };
  const head = [`| ${title}, ${unit}, median (least–most), against ${base} | ${runtimes.join(" | ")} |`, `|---|${runtimes.map(() => "---").join("|")}|`];
  const row = (peer) => `| ${named(peer)} | ${runtimes.map((runtime) => cell(runtime, peer)).join(" | ")} |`;
  return [...head, ...peers.map(row)].join("\n");
}

const BAR = 14, GAP = 4, LABEL = 190, WIDTH = 800, SCALE = 550;
const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** One picture: bars for the speed of each peer in each runtime, the base being one; on a scale where each step is a doubling. */
export function picture({ title, base, peers }, results) {
  const speeds = Object.entries(results).map(([runtime, figures]) => ({
    runtime, bars: peers.filter((peer) => figures[peer]).map((peer) => ({ peer, speed: spread(figures[base]).median / spread(figures[peer]).median })),
  }));
  const all = speeds.flatMap(({ bars }) => bars.map(({ speed }) => Math.log2(speed)));
  const [low, high] = [Math.min(-1, Math.floor(Math.min(...all))), Math.max(1, Math.ceil(Math.max(...all)))];
  const x = (speed) => LABEL + ((Math.log2(speed) - low) / (high - low)) * SCALE;
  let y = 76;
  const parts = [];
  for (const { runtime, bars } of speeds) {
    parts.push(`<text x="12" y="${y + 4}" class="h">${escape(runtime)}</text>`);
    y += 14;
    for (const { peer, speed } of bars) {
      const [from, to] = [Math.min(x(1), x(speed)), Math.max(x(1), x(speed))];
      parts.push(`<text x="24" y="${y + 11}">${escape(peer)}</text>`,
        `<rect x="${from.toFixed(1)}" y="${y}" width="${Math.max(1.5, to - from).toFixed(1)}" height="${BAR}" rx="2" class="${isUs(peer) ? "us" : "peer"}"/>`,
        `<text x="${(Math.max(to, x(1)) + 6).toFixed(1)}" y="${y + 11}">${digits(speed)}x</text>`);
      y += BAR + GAP;
    }
    y += 14;
  }
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 2 ** (low + i));
  const grid = ticks.map((tick) => `<line x1="${x(tick)}" x2="${x(tick)}" y1="60" y2="${y - 8}" class="${tick === 1 ? "base" : "grid"}"/><text x="${x(tick)}" y="54" text-anchor="middle" class="t">${tick < 1 ? `1/${1 / tick}` : tick}x</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-label="${escape(title)}">
<style>
svg { background: #fff; color-scheme: light dark; } text { font: 11px system-ui, sans-serif; fill: #333; } .h { font-weight: 600; font-size: 12px; } .t { fill: #777; font-size: 10px; }
.us { fill: #0b7a5b; } .peer { fill: #b8bfca; } .grid { stroke: #eceef2; } .base { stroke: #8a93a3; }
@media (prefers-color-scheme: dark) { svg { background: #14171c; } text { fill: #d5dae2; } .t { fill: #8a93a3; } .peer { fill: #4a5361; } .us { fill: #2fbf93; } .grid { stroke: #232831; } .base { stroke: #6b7585; } }
</style>
<text x="12" y="20" class="h" style="font-size:14px">${escape(title)}</text><text x="12" y="36" class="t">speed against ${escape(base)}; longer to the right is faster</text>
${grid.join("\n")}
${parts.join("\n")}
</svg>
`;
}
