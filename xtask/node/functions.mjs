// What a WebAssembly module is made of: the size of each section and function, from the sections and the names in it.

/** A cursor over bytes. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  /** An unsigned LEB128 number. */
  number() {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }
  text() {
    const length = this.number();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }
  /** So many items. */
  list(item) {
    return Array.from({ length: this.number() }, () => item(this));
  }
}

const SECTIONS = ["custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data", "data count", "tag"];

const limits = (reader) => {
  const flags = reader.number();
  reader.number();
  if (flags & 1) reader.number();
};

/** Whether an import is a function; reads past what it says of its type. */
function isFunction(reader) {
  reader.text();
  reader.text();
  const kind = reader.number();
  if (kind === 0) reader.number();
  if (kind === 1) reader.at += 1;
  if (kind === 1 || kind === 2) limits(reader);
  if (kind === 3) reader.at += 2;
  return kind === 0;
}

/** The length of a function's body; reads past it. */
function body(reader) {
  const length = reader.number();
  reader.at += length;
  return length;
}

/** `{sections: {name: bytes}, functions: [{name, bytes}]}`, the largest function first. */
export function dissect(module) {
  const reader = new Reader(module, 8);
  const sections = {};
  const names = new Map();
  let imported = 0;
  let bodies = [];
  while (reader.at < module.length) {
    const section = SECTIONS[reader.number()];
    const end = reader.number() + reader.at;
    sections[section] = (sections[section] ?? 0) + end - reader.at;
    if (section === "import") imported = reader.list(isFunction).filter(Boolean).length;
    if (section === "code") bodies = reader.list(body);
    if (section === "custom" && reader.text() === "name") readNames(reader, end, names);
    reader.at = end;
  }
  const functions = bodies.map((bytes, index) => ({ name: plain(names.get(index + imported) ?? `function ${index + imported}`), bytes }));
  return { sections, functions: functions.sort((a, b) => b.bytes - a.bytes) };
}

function readNames(reader, end, names) {
  while (reader.at < end) {
    const kind = reader.number();
    const stop = reader.number() + reader.at;
    if (kind === 1) reader.list(() => names.set(reader.number(), reader.text()));
    reader.at = stop;
  }
}

/** Without the hashes of the compiler's. */
const plain = (name) => name.replace(/::h[0-9a-f]{16}$/, "").replace(/\[[0-9a-f]{16}\]/g, "");
