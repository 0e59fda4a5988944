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

/** A picture of speeds: bars for each peer in each runtime, the base being one; on a scale where each step is a doubling. */
export function picture({ title, base, peers }, results) {
  const groups = Object.entries(results).map(([runtime, figures]) => ({
    name: runtime, bars: peers.filter((peer) => figures[peer]).map((peer) => ({ name: peer, value: spread(figures[base]).median / spread(figures[peer]).median })),
  }));
  const all = groups.flatMap(({ bars }) => bars.map(({ value }) => Math.log2(value)));
  const [low, high] = [Math.min(-1, Math.floor(Math.min(...all))), Math.max(1, Math.ceil(Math.max(...all)))];
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 2 ** (low + i));
  return drawn(groups, {
    title, note: `speed against ${base}; longer to the right is faster`, from: 1, at: (speed) => (Math.log2(speed) - low) / (high - low), show: (speed) => `${digits(speed)}x`,
    ticks: ticks.map((tick) => ({ tick, label: tick < 1 ? `1/${1 / tick}x` : `${tick}x` })),
  });
}

/** A picture of amounts: `{ group: { name: amount } }`, bars from nothing; shorter is better. */
export function amounts({ title, unit }, given) {
  const groups = Object.entries(given).map(([name, bars]) => ({ name, bars: Object.entries(bars).map(([name, value]) => ({ name, value })) }));
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  return drawn(groups, {
    title, note: `${unit}; shorter is better`, from: 0, at: (amount) => (most > 0 ? amount / most : 0), show: digits, ticks: [{ tick: 0, label: "0" }],
  });
}

/** `at` tells where on the scale a value is, from 0 to 1; bars begin at `from`. */
function drawn(groups, { title, note, from, at, show, ticks }) {
  const x = (value) => LABEL + at(value) * SCALE;
  // Where nobody else is in the picture, all of it is ours.
  const beside = groups.some(({ bars }) => bars.some(({ name }) => isUs(name)));
  let y = 76;
  const parts = [];
  for (const { name, bars } of groups) {
    parts.push(`<text x="12" y="${y + 4}" class="h">${escape(name)}</text>`);
    y += 14;
    for (const { name, value } of bars) {
      const [left, right] = [Math.min(x(from), x(value)), Math.max(x(from), x(value))];
      parts.push(`<text x="24" y="${y + 11}">${escape(name)}</text>`,
        `<rect x="${left.toFixed(1)}" y="${y}" width="${Math.max(1.5, right - left).toFixed(1)}" height="${BAR}" rx="2" class="${!beside || isUs(name) ? "us" : "peer"}"/>`,
        `<text x="${(right + 6).toFixed(1)}" y="${y + 11}">${escape(show(value))}</text>`);
      y += BAR + GAP;
    }
    y += 14;
  }
  const grid = ticks.map(({ tick, label }) => `<line x1="${x(tick)}" x2="${x(tick)}" y1="60" y2="${y - 8}" class="${tick === from ? "base" : "grid"}"/><text x="${x(tick)}" y="54" text-anchor="middle" class="t">${label}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-label="${escape(title)}">
<style>
svg { background: #fff; color-scheme: light dark; } text { font: 11px system-ui, sans-serif; fill: #333; } .h { font-weight: 600; font-size: 12px; } .t { fill: #777; font-size: 10px; }
.us { fill: #0b7a5b; } .peer { fill: #b8bfca; } .grid { stroke: #eceef2; } .base { stroke: #8a93a3; }
@media (prefers-color-scheme: dark) { svg { background: #14171c; } text { fill: #d5dae2; } .t { fill: #8a93a3; } .peer { fill: #4a5361; } .us { fill: #2fbf93; } .grid { stroke: #232831; } .base { stroke: #6b7585; } }
</style>
<text x="12" y="20" class="h" style="font-size:14px">${escape(title)}</text><text x="12" y="36" class="t">${escape(note)}</text>
${grid.join("\n")}
${parts.join("\n")}
</svg>
`;
}
