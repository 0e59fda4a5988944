/**
 * A person with a browser, at the authorization server: opens the authorization URL, fills in the forms that come, and ends where the
 * server sends them back to the client. It runs in Node for every runtime, because a page cannot fill in another site's forms.
 */

/** The callback's address. `answer` is the button pressed at the consent page: "allow" or "deny". */
export async function visit(address, { user = "ada.lovelace", answer = "allow" } = {}) {
  const home = new URL(address).searchParams.get("redirect_uri");
  const cookies = new Map();
  let url = address;
  let form;
  for (let steps = 0; steps < 20; steps++) {
    const response = await fetch(url, {
      method: form ? "POST" : "GET",
      body: form,
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      redirect: "manual",
    });
    keep(cookies, response.headers.getSetCookie());
    const location = response.headers.get("location");
    const page = await response.text();
    if (location !== null) {
      url = new URL(location, url).href;
      form = undefined;
      if (url.startsWith(home)) return url;
      continue;
    }
    if (!response.ok) throw new Error(`the server answered ${response.status}: ${page.slice(0, 300)}`);
    url = new URL(action(page), url).href;
    form = new URLSearchParams(page.includes('name="login"') ? { login: user, answer: "go" } : { answer });
  }
  throw new Error("the login went round in circles");
}

function action(page) {
  const found = /<form method="post" action="([^"]+)"/.exec(page);
  if (!found) throw new Error(`no form here: ${page.slice(0, 300)}`);
  return found[1].replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
}

/** Later cookies win; one that has expired goes. Their paths do not matter here: a login has one interaction at a time. */
function keep(cookies, lines) {
  for (const line of lines) {
    const [pair, ...attributes] = line.split(";").map((text) => text.trim());
    const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    const expires = attributes.find((text) => /^expires=/i.test(text));
    if (value === "" || (expires && Date.parse(expires.slice(8)) < Date.now())) cookies.delete(name);
    else cookies.set(name, value);
  }
}
