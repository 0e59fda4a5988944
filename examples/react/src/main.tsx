import { StrictMode, useState, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import type { Session } from "grantkit/session";
import { SessionProvider, useSession } from "grantkit/react";

import { API, session } from "./session.js";

function App(): ReactNode {
  const { status, user, error, session } = useSession();
  if (!session) return <p role="status">{error ? `The session did not come to be: ${error.message}` : "One moment…"}</p>;
  // Nobody waits for these: what goes wrong is in `error`.
  const quietly = (work: Promise<void>): void => void work.catch(() => undefined);
  return (
    <main>
      <p role="status">
        {user ? `Logged in as ${String(user["name"] ?? user.sub)}` : "Nobody is logged in."}
        {status === "offline" && " The server is out of reach."}
        {error && ` It did not work: ${"code" in error ? error.code : error.message}`}
      </p>
      {user ? (
        <>
          <Answer session={session} />
          <button onClick={() => quietly(session.refresh())}>Refresh</button>
          <button onClick={() => quietly(session.logout())}>Log out</button>
        </>
      ) : (
        // Some servers give a refresh token only with a consent.
        <button onClick={() => quietly(session.login({ prompt: "consent", returnTo: "/" }))}>Log in</button>
      )}
    </main>
  );
}

/** Asks the API with the access token, which the Worker adds. */
function Answer({ session }: { readonly session: Session }): ReactNode {
  const [shown, show] = useState<unknown>();
  const ask = async (): Promise<unknown> => (await session.fetch(API)).json();
  return (
    <>
      <button onClick={() => void ask().then(show, (error: unknown) => show(String(error)))}>Ask who I am</button>
      {shown !== undefined && <pre>{JSON.stringify(shown, null, 2)}</pre>}
    </>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode><SessionProvider session={session}><App /></SessionProvider></StrictMode>);
