/**
 * How it is timed: every peer of a case in one process, in rounds, each round in another order, so that whatever disturbs the machine
 * disturbs all of them. A peer's figure is the median of its rounds.
 */

/** Whether a name begins with one of these words, which commas separate; without words, all do. */
export function chosen(name, words) {
  return !words || words.split(",").some((word) => name.toLowerCase().startsWith(word.toLowerCase()));
}

/** Runs an operation so many times. */
export async function repeat(operation, times) {
  for (let i = 0; i < times; i++) {
    const result = operation();
    if (result instanceof Promise) await result;
  }
}

/** Names in the order of one round. */
export function rotated(names, round) {
  const start = round % names.length;
  return [...names.slice(start), ...names.slice(0, start)];
}

/**
 * Times the peers of a case: `{ name: [microseconds per operation, one for each round] }`. `time(name, times)` runs an
 * operation so many times and tells how many milliseconds that took.
 */
export async function measure(names, time, { rounds, milliseconds }) {
  const times = {}, figures = {};
  for (const name of names) {
    times[name] = await calibrate((count) => time(name, count), milliseconds);
    figures[name] = [];
  }
  for (let round = 0; round < rounds; round++) {
    for (const name of rotated(names, round)) figures[name].push(((await time(name, times[name])) * 1000) / times[name]);
  }
  return figures;
}

/** How many operations fill the time of a round. What is run to find out warms the engine up; looked at twice, because one stall would make all rounds short. */
async function calibrate(time, milliseconds) {
  for (let times = 16; ; times *= 2) {
    if ((await time(times)) < milliseconds / 2) continue;
    const took = await time(times);
    if (took >= milliseconds / 4) return Math.max(1, Math.round((times * milliseconds) / took));
  }
}

/** Times all cases in this process, by its clock. */
export async function measureHere(cases, options) {
  const results = {};
  for (const { name, peers } of cases) {
    const time = async (peer, times) => {
      const began = performance.now();
      await repeat(peers[peer], times);
      return performance.now() - began;
    };
    results[name] = await measure(Object.keys(peers), time, options);
  }
  return results;
}
