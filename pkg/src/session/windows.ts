/**
 * Other windows: the popup of a login, the hidden frame of a silent one, and this page where it is one of them. What such a window brings is its address, and
 * the window that waits for it gets that by a channel of the login's own name: `window.opener` is gone where pages are isolated (COOP). A code that
 * somebody overhears there is worth nothing: its verifier is the Worker's.
 */

import { ownError } from "./errors.js";

/** The name of a silent login's frame, which it keeps on its way. */
const FRAME = "grantkit-silent";

/** Milliseconds: a silent login is quick or it does not come back; a window that hands its address on is heard at once. */
const FRAME_PATIENCE = 10_000;
const RELAY_PATIENCE = 1_000;

/** Milliseconds between two looks at a popup, and how many looks a closed one has to be heard of. */
const GLANCE = 250;
const GLANCES = 6;

const channelOf = (state: string): BroadcastChannel => new BroadcastChannel(`grantkit window ${state}`);

/** Whether this page is the frame of a silent login. */
export const isSilentFrame = (): boolean => window.name === FRAME && window !== window.parent;

/** Hands this page's address to whoever waits for it; tells whether somebody did. */
export function relay(state: string): Promise<boolean> {
  const channel = channelOf(state);
  return new Promise<boolean>((resolve) => {
    channel.onmessage = ({ data }) => { if (data === "heard") resolve(true); };
    channel.postMessage({ url: location.href });
    setTimeout(() => resolve(false), RELAY_PATIENCE);
  }).finally(() => channel.close());
}

/** Waits for the address of a login's window. `stop()` ends it. */
function listen(state: string): { address: Promise<string>; stop(): void } {
  const channel = channelOf(state);
  const address = new Promise<string>((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<{ url?: unknown }>) => {
      if (typeof data?.url !== "string") return;
      channel.postMessage("heard");
      resolve(data.url);
    };
  });
  return { address, stop: () => channel.close() };
}

/** The address that a hidden frame comes back with. */
export async function inFrame(url: string, state: string, redirectUri: string): Promise<string> {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.name = FRAME;
  frame.title = "";
  const { address, stop } = listen(state);
  const loaded = new Promise<string>((resolve, reject) => {
    frame.onload = () => {
      const here = addressOf(frame.contentWindow);
      if (here?.startsWith(redirectUri) && here.includes(encodeURIComponent(state))) resolve(here);
    };
    setTimeout(() => reject(new Error("timeout")), FRAME_PATIENCE);
  });
  try {
    frame.src = url;
    document.documentElement.append(frame);
    return await Promise.race([address, loaded]);
  } finally {
    stop();
    frame.remove();
  }
}

/** A window of its own, opened in the click: afterwards the browser would not let us. */
export function openPopup(): Window {
  const [width, height] = [500, 640];
  const left = Math.max(0, Math.round(screenX + (outerWidth - width) / 2));
  const top = Math.max(0, Math.round(screenY + (outerHeight - height) / 2));
  const popup = window.open("about:blank", "_blank", `popup,width=${width},height=${height},left=${left},top=${top}`);
  if (!popup) throw ownError("popup_blocked", "authorization");
  return popup;
}

/** The address that a popup comes back with. */
export async function inPopup(popup: Window, url: string, state: string): Promise<string> {
  const { address, stop } = listen(state);
  let timer: ReturnType<typeof setInterval> | undefined;
  const closed = new Promise<never>((_, reject) => {
    let glances = 0;
    // A window that is isolated from us looks closed while it is not. It is closed when this page has the focus again, too.
    timer = setInterval(() => {
      glances = popup.closed && document.hasFocus() ? glances + 1 : 0;
      if (glances > GLANCES) reject(ownError("popup_closed", "authorization"));
    }, GLANCE);
  });
  try {
    if (popup.closed) throw ownError("popup_closed", "authorization");
    popup.location.replace(url);
    return await Promise.race([address, closed]);
  } finally {
    clearInterval(timer);
    stop();
    popup.close();
  }
}

/** A window's address, unless it shows a page of another origin. */
function addressOf(window: Window | null): string | undefined {
  try {
    return window?.location.href;
  } catch {
    return undefined;
  }
}
