import { NextResponse } from "next/server";

import { leave } from "../../lib/auth";

export async function POST(): Promise<Response> {
  return NextResponse.redirect(await leave(), 303);
}
