/**
 * What crosses the wire: a `fetch` that writes down what it sends and receives.
 *
 * Secrets are masked before anything is kept, so no list, no view and no error report of this page can leak one.
 */

/** One request and, unless it failed, its response. Everything in it is masked. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: Record<string, string>;
  readonly form?: Record<string, string>;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly failure?: string;
  readonly milliseconds: number;
}

/** Names of parameters, members and claims whose values are shown by their ends only. */
const SECRET = new Set([
  "access_token", "refresh_token", "id_token", "id_token_hint", "code", "code_verifier", "client_secret", "assertion",
  "client_assertion", "device_code", "state", "nonce", "authorization", "jti", "sid",
]);

/** `eyJh…zHg · 812 chars`: enough to tell two apart, too little to use. */
export function mask(secret: string): string {
  const ends = secret.length < 20 ? "•••" : `${secret.slice(0, 4)}…${secret.slice(-3)}`;
  return `${ends} · ${secret.length} chars`;
}

/** `value`, masked if `name` says that it is secret, or if it looks like a JWT. */
export function maskNamed(name: string, value: string): string {
  return SECRET.has(name.toLowerCase()) || /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(value) ? mask(value) : value;
}

/** A copy of JSON data with every secret masked. */
export function maskJson(value: unknown, name = ""): unknown {
  if (typeof value === "string") return maskNamed(name, value);
  if (Array.isArray(value)) return value.map((item) => maskJson(item, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskJson(item, key)]));
}

/** Name and masked value of each parameter. */
export function maskParameters(parameters: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...parameters].map(([name, value]) => [name, maskNamed(name, value)]));
}

/** `inner`, which also tells `listener` of each exchange. */
export function recording(inner: typeof fetch, listener: (exchange: Exchange) => void): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const started = performance.now();
    const sent = {
      method: request.method,
      url: request.url,
      requestHeaders: maskJson(Object.fromEntries(request.headers)) as Record<string, string>,
      ...(typeof init?.body === "string" && { form: maskParameters(new URLSearchParams(init.body)) }),
    };
    const took = (): number => performance.now() - started;
    try {
      const response = await inner(input, init);
      const milliseconds = took();
      const text = await response.clone().text();
      listener({ ...sent, status: response.status, headers: Object.fromEntries(response.headers), body: readable(text), milliseconds });
      return response;
    } catch (error) {
      listener({ ...sent, failure: error instanceof Error ? error.name : "failed", milliseconds: took() });
      throw error;
    }
  };
}

function readable(text: string): unknown {
  try {
    return maskJson(JSON.parse(text));
  } catch {
    return text.slice(0, 400);
  }
}
