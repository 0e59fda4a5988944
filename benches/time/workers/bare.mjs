/** Sends a request on with a token that it has anyway: what a proxy costs that does nothing else. */
const TOKEN = "a".repeat(600);

export default {
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.delete("cookie");
    headers.set("authorization", `Bearer ${TOKEN}`);
    return fetch(`https://api.example/v1/${pathname.slice("/api/".length)}${search}`, { method: request.method, headers, redirect: "manual" });
  },
};
