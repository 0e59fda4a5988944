/** A fresh code without leaving the page: `prompt=none` in a hidden frame, for a user whom the server still knows. */
import type { Client, Pending } from "grantkit";

import { own } from "./ui.js";

/** Where such a login comes back: an empty page of ours, whose address this page may read. */
const LANDING = "silent.html";

export async function silently(client: Client): Promise<{ location: string; pending: Pending }> {
  const { url, pending } = await client.authorize({ prompt: "none", scope: "openid profile email", redirect_uri: own(LANDING) });
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = "Silent login";
  document.body.append(frame);
  try {
    return { location: await landing(frame, url), pending };
  } finally {
    frame.remove();
  }
}

function landing(frame: HTMLIFrameElement, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("the silent login did not come back")), 5_000);
    frame.addEventListener("load", () => {
      const address = here(frame);
      if (!address?.startsWith(own(LANDING))) return;
      clearTimeout(late);
      resolve(address);
    });
    frame.src = url;
  });
}

/** The frame's address, unless it shows a page of another origin. */
function here(frame: HTMLIFrameElement): string | undefined {
  try {
    return frame.contentWindow?.location.href;
  } catch {
    return undefined;
  }
}
