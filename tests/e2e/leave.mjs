/** The end of a visit with Chromium. */

/** Milliseconds that a context may take to close. */
const PATIENCE = 10_000;

/**
 * Closes a context. One that is closed while a page of it goes somewhere may never close, so its pages go to where nothing is first; what hangs all the same
 * ends with its browser.
 */
export async function leave(context) {
  await within(Promise.all(context.pages().map((page) => page.goto("about:blank").catch(() => undefined))));
  await within(context.close());
}

async function within(work) {
  let timer;
  await Promise.race([work, new Promise((resolve) => { timer = setTimeout(resolve, PATIENCE); })]);
  clearTimeout(timer);
}
