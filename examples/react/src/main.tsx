import { StrictMode, useState, useSyncExternalStore, type ReactNode } from "react";
import { createRoot } from "react-dom/client";

import { current, logIn, logOut, renew, subscribe, userinfo } from "./session.js";

function App(): ReactNode {
  const state = useSyncExternalStore(subscribe, current);
  switch (state.is) {
    case "starting":
      return <p role="status">One moment…</p>;
    case "out":
      return (
        <main>
          <p role="status">{state.error ? `The login did not work: ${state.error.code}` : "Nobody is logged in."}</p>
          <button onClick={() => void logIn()}>Log in</button>
        </main>
      );
    case "in":
      return (
        <main>
          <p role="status">Logged in as {String(state.tokens.claims?.["name"] ?? state.tokens.claims?.sub)}</p>
          <Userinfo />
          <button onClick={() => void renew()}>Refresh</button>
          <button onClick={() => void logOut()}>Log out</button>
        </main>
      );
  }
}

function Userinfo(): ReactNode {
  const [shown, show] = useState<unknown>();
  return (
    <>
      <button onClick={() => void userinfo().then(show, (error: unknown) => show(String(error)))}>Ask who I am</button>
      {shown !== undefined && <pre>{JSON.stringify(shown, null, 2)}</pre>}
    </>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode><App /></StrictMode>);
