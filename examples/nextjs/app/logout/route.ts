import { NextResponse } from "next/server";

import { logOut } from "../../lib/auth";

export async function POST(): Promise<Response> {
  return NextResponse.redirect(await logOut(), 303);
}
