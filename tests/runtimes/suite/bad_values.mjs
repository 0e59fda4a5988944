/** Values that nobody should pass and somebody will, by what they are called. */

/** Anything that is no argument for anything. */
export function badValues() {
  const cyclic = { a: {} };
  cyclic.a.b = cyclic;
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  return {
    "undefined": undefined,
    "null": null,
    "true": true,
    "0": 0,
    "-1": -1,
    "1.5": 1.5,
    "NaN": NaN,
    "Infinity": Infinity,
    "a BigInt": 10n,
    "empty text": "",
    "a blank": " ",
    "a word": "word",
    "a lone surrogate": "\ud800",
    "a megabyte": "x".repeat(1 << 20),
    "a symbol": Symbol("bad"),
    "a function": function bad() {},
    "an empty list": [],
    "a list of numbers": [1],
    "a list of words": ["word"],
    "an empty object": {},
    "a cyclic object": cyclic,
    "an object with a BigInt": { scope: 10n },
    "an object with a symbol": { scope: Symbol("bad") },
    "an object with a number": { method: 5, scope: { deep: 1 } },
    "an object whose getter throws": { get scope() { throw new Error("a getter"); } },
    "an object whose toJSON throws": { toJSON() { throw new Error("a toJSON"); } },
    "an object whose toString throws": { toString() { throw new Error("a toString"); }, [Symbol.toPrimitive]() { throw new Error("a toPrimitive"); } },
    "an object ten thousand deep": deep(10_000),
    "a proxy that throws": hostile(),
    "a revoked proxy": revoked,
  };
}

/** Throws whatever it is asked, but `then`: a promise may look whether it is one itself. */
function hostile() {
  const refuse = () => { throw new Error("a trap"); };
  return new Proxy(function target() {}, {
    get: (_, name) => name === "then" ? undefined : refuse(),
    has: refuse, ownKeys: refuse, getPrototypeOf: refuse, getOwnPropertyDescriptor: refuse, apply: refuse, construct: refuse, set: refuse,
  });
}

function deep(levels) {
  let value = {};
  for (let i = 0; i < levels; i++) value = { scope: value };
  return value;
}

/** What JSON cannot say and a type cannot forgive; each target adds what is right for it. */
export const TEXTS = ["a blank", "a word", "a lone surrogate", "a megabyte"];
export const NUMBERS = ["0", "-1", "1.5"];
export const ABSENT = ["undefined", "null"];
