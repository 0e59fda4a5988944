import { NextResponse } from "next/server";

import { comeBack } from "../../lib/auth";

export async function GET(request: Request): Promise<Response> {
  return new NextResponse(null, { status: 303, headers: { location: await comeBack(request), "cache-control": "no-store", "referrer-policy": "no-referrer" } });
}
