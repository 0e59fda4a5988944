/**
 * A session in React: who is signed in, wherever a component asks. It adds nothing of its own: the session does, and this file listens.
 * A binding to another framework is as short.
 * @module grantkit/react
 */
import { createContext, createElement, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { GrantError } from "./errors.js";
import type { Session, SessionState } from "./session/types.js";

/** What {@link useSession} gives. `loading` until the session is known; `failed` where it could not be made: `error` says why. */
export interface SessionView {
  readonly status: SessionState["status"] | "loading" | "failed";
  readonly user: SessionState["user"];
  /** What went wrong last; also what kept the session from coming to be. */
  readonly error: GrantError | Error | null;
  readonly session: Session | undefined;
}

/** Where the session is. Left out: a server component, which has none. */
interface ProviderProps {
  /** What `createSession(…)` gave, or a function that calls it: in the browser alone, and again without harm. */
  readonly session: Promise<Session> | (() => Promise<Session>);
  readonly children?: ReactNode;
}

interface Loaded {
  readonly session?: Session;
  readonly error?: Error;
}

const Context = createContext<Loaded | undefined>(undefined);

/** Makes a session known to all components below. */
export function SessionProvider({ session, children }: ProviderProps): ReactNode {
  const [loaded, setLoaded] = useState<Loaded>({});
  useEffect(() => {
    let here = true;
    const tell = (now: Loaded): void => { if (here) setLoaded(now); };
    (typeof session === "function" ? session() : session).then((made) => tell({ session: made }), (error: Error) => tell({ error }));
    return () => { here = false; };
    // A function is another with each rendering, and means the same.
  }, [typeof session === "function" ? "function" : session]);
  return createElement(Context.Provider, { value: loaded }, children);
}

/** The session, and how it is now: the component is rendered again when that changes. */
export function useSession(): SessionView {
  const loaded = useContext(Context);
  if (!loaded) throw new Error("useSession() needs a <SessionProvider> above it");
  const { session, error = null } = loaded;
  const listen = useMemo(() => (changed: () => void) => session?.on("change", changed) ?? (() => undefined), [session]);
  const now = useSyncExternalStore(listen, () => JSON.stringify(session ?? null), () => "null");
  return useMemo(
    () => ({ status: session?.status ?? (error ? "failed" : "loading"), user: session?.user ?? null, error: session?.error ?? error, session }),
    [session, error, now],
  );
}
