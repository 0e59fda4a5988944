import type { ReactNode } from "react";

export const metadata = { title: "grantkit with Next.js", referrer: "no-referrer" };

export default function Layout({ children }: { children: ReactNode }): ReactNode {
  return <html lang="en"><body>{children}</body></html>;
}
