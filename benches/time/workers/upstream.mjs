/** Stands for the API behind each of the others, in the same process: whatever differs between them is theirs. */
const ORDERS = JSON.stringify({ orders: Array.from({ length: 12 }, (_, at) => ({ id: `order-${at}`, total: 100 + at, currency: "EUR", paid: at % 2 === 0 })) });

export default {
  async fetch(request) {
    const token = request.headers.get("authorization");
    if (token === null || !/^Bearer [\w-]{32,}$/.test(token) || request.headers.has("cookie")) return new Response("no", { status: 401 });
    return new Response(ORDERS, { headers: { "content-type": "application/json" } });
  },
};
