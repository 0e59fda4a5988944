/** What the user sees at the authorization server: to log in, to consent, to log out. No script, no image, one style. */

const SCOPES = {
  openid: "to know who you are",
  profile: "your name",
  email: "your e-mail address",
  offline_access: "to stay logged in while you are away (a refresh token)",
  api: "to call the API in your name",
};

/** Asks who you are. */
export function loginPage(action, params) {
  return page("Who are you?", `
    <p>Any name will do. This server runs on your own machine, and asks for no password.</p>
    <form method="post" action="${escape(action)}">
      <label for="login">User name</label>
      <input id="login" name="login" value="${escape(params.login_hint ?? "ada.lovelace")}" autocomplete="username" autocapitalize="none" spellcheck="false" autofocus required>
      <div class="answers"><button name="answer" value="go">Continue</button><button class="quiet" name="answer" value="deny" formnovalidate>Cancel</button></div>
    </form>`);
}

/** Asks what the page may have. */
export function consentPage(action, user, scopes) {
  const wishes = scopes.map((scope) => `<li><code>${escape(scope)}</code><span>${escape(SCOPES[scope] ?? "")}</span></li>`).join("");
  return page("May this page in?", `
    <p><b>The grantkit demo</b> asks, for <b>${escape(user)}</b>:</p>
    <ul>${wishes}</ul>
    <form method="post" action="${escape(action)}">
      <div class="answers"><button name="answer" value="allow" autofocus>Allow</button><button class="quiet" name="answer" value="deny">Deny</button></div>
    </form>`);
}

/** Asks whether to end the server's own session; `form` is oidc-provider's, with its token against forgery. */
export function logoutPage(form) {
  return page("Log out here too?", `
    <p>The page has forgotten its tokens. This server still knows you: the next login would not ask for your name.</p>
    ${form}
    <div class="answers"><button form="op.logoutForm" name="logout" value="yes" autofocus>Log out</button><button class="quiet" form="op.logoutForm">Stay</button></div>`);
}

/** Where a logout ends that named no page to return to. */
export function signedOutPage() {
  return page("You are logged out", "<p>This server has forgotten you.</p>");
}

/** Where a request ends that cannot be answered at the client: a redirect there could serve an attacker. */
export function errorPage(out) {
  const facts = Object.entries(out).map(([name, value]) => `<li><code>${escape(name)}</code><span>${escape(String(value))}</span></li>`).join("");
  return page("This request cannot be answered", `<ul>${facts}</ul>`);
}

function page(title, content) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · authorization server</title>
<style>${STYLE}</style>
<main><header><svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><path d="M9 1.2 15.5 4v4.6c0 4-2.7 6.9-6.5 8.2-3.8-1.3-6.5-4.2-6.5-8.2V4z" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/></svg>authorization server</header>
<h1>${title}</h1>${content}</main></html>`;
}

function escape(text) {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

const STYLE = `
:root{color-scheme:light dark;--paper:light-dark(#f1efe9,#131516);--card:light-dark(#fffefb,#1b1e1f);--ink:light-dark(#1c1d1f,#eceae4);--soft:light-dark(#5d6063,#a3a6a6);--line:light-dark(#dedacf,#303436);--seal:light-dark(#8a5a13,#e0b469);--on:light-dark(#fffefb,#17150f)}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--paper);color:var(--ink);font:16px/1.55 ui-sans-serif,system-ui,sans-serif}
main{width:100%;max-width:26rem;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:30px 32px 32px;box-shadow:0 12px 40px -20px rgb(0 0 0/.25)}
header{display:flex;gap:8px;align-items:center;color:var(--seal);font-size:13px;letter-spacing:.02em}h1{font-size:1.6rem;line-height:1.2;letter-spacing:-.02em;font-weight:650;margin:18px 0 8px}p{margin:0 0 18px;color:var(--soft)}p b{color:var(--ink);font-weight:600}
label{display:block;font-size:14px;font-weight:550;margin-bottom:6px}input{width:100%;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:7px;padding:10px 12px}
ul{list-style:none;margin:0 0 22px;padding:0;border-top:1px solid var(--line)}li{display:grid;grid-template-columns:8.5rem 1fr;gap:12px;padding:9px 0;border-bottom:1px solid var(--line);font-size:14.5px}li span{color:var(--soft);overflow-wrap:anywhere}code{font:13px/1.7 ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace}
.answers{display:flex;gap:10px;margin-top:20px}button{flex:1;font:inherit;font-weight:600;padding:10px 14px;border-radius:7px;border:1px solid var(--seal);background:var(--seal);color:var(--on);cursor:pointer}.quiet{background:none;color:var(--ink);border-color:var(--line);font-weight:500}button:hover{filter:brightness(1.07)}:focus-visible{outline:3px solid color-mix(in srgb,var(--seal) 55%,transparent);outline-offset:2px}`;
