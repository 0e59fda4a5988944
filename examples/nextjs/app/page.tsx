// A server component: it reads the session and asks the authorization server; the browser sees the result alone.
import type { ReactNode } from "react";

import { tokens, userinfo } from "../lib/auth";
import { Challenge } from "./challenge";

export default async function Page({ searchParams }: { searchParams: Promise<{ error?: string }> }): Promise<ReactNode> {
  const [held, { error }] = await Promise.all([tokens(), searchParams]);
  const user = held && (await userinfo(held));
  return (
    <main>
      <p role="status">{user ? `Logged in as ${String(user["name"] ?? user["sub"])}` : error ? `The login did not work: ${error}` : "Nobody is logged in."}</p>
      <form action={user ? "/logout" : "/login"} method="post"><button>{user ? "Log out" : "Log in"}</button></form>
      <Challenge />
    </main>
  );
}
