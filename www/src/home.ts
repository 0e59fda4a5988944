/** The front page: a login as an application would have it, and an attack on it. */
import { AIMS, attempts, type Aim, type Attempt, type Outcome, type Verdict } from "./attack.js";
import { errorCard } from "./errors.js";
import { atEdge, enter, WHERE, type House } from "./house.js";
import { banner } from "./insecure.js";
import { follow, locale, said, spoken, switchLanguage, translateDocument, type Text } from "./language.js";
import { claims } from "./tokens.js";
import { clock, h, json, meta, own, source, the, theme, type Child } from "./ui.js";
import { maskJson } from "./wire.js";

let house: House | undefined;
/** A button may be pressed before the session has started. */
const entered = enter();

// ── The session ──

const STATUS: Record<string, Text> = {
  signed_in: ["signed in", "サインイン中"],
  signed_out: ["signed out", "サインアウト"],
  offline: ["offline: the server is out of reach, the session is kept", "オフライン：サーバーに届きません。セッションは保たれています"],
};

const NOTHING_TO_ATTACK: Text = ["Log in first: without something to protect it is no attack.", "先にログインしてください。守るものがなければ、攻撃にはなりません。"];
const TO_ATTACK: Text = ["You are logged in: there is something to steal.", "ログイン中です。盗む価値のあるものがあります。"];

/** Whether an attack is running: one at a time. */
let attacking = false;

/** What this page knows of the session, which is all that a script in it could know. */
function drawSession(): void {
  const known = house?.known();
  const user = known?.user;
  const isIn = known !== undefined && known.status !== "signed_out";
  document.documentElement.dataset["signedIn"] = String(isIn);
  the("login").hidden = isIn;
  the("session").replaceChildren(
    h("dl", { class: "known" },
      h("div", {}, h("dt", {}, ["Status", "状態"]), h("dd", { id: "status", "data-status": known?.status ?? "signed_out" }, STATUS[known?.status ?? "signed_out"])),
      h("div", {}, h("dt", {}, ["User", "ユーザー"]), h("dd", {}, user ? String(user["name"] ?? user["sub"]) : "–")),
      h("div", {}, h("dt", {}, ["Granted scope", "許可されたスコープ"]), h("dd", {}, h("code", {}, known?.scope ?? "–"))),
      h("div", {}, h("dt", {}, ["Access token", "アクセストークン"]), h("dd", {}, isIn ? WHERE[house!.where] : "–", isIn && h("span", { id: "expiry", class: "expiry" })))),
    h("div", { class: "actions" },
      h("button", { type: "button", id: "ask", disabled: !isIn, click: () => void ask() }, ["Ask the API who I am", "API に「私は誰？」と尋ねる"]),
      h("button", { type: "button", id: "refresh", disabled: !isIn, click: () => void refresh() }, ["Refresh now", "今すぐ更新"]),
      h("button", { type: "button", id: "logout", disabled: !isIn, click: () => void house!.logOut().catch(failed) }, ["Log out", "ログアウト"])),
    user ? claims(user) : h("p", { class: "empty" }, ["Nothing yet. After a login, the claims of the ID token stand here, and that is all that this page gets.", "まだ何もありません。ログインすると、ID トークンのクレームがここに表示されます。このページが受け取るのはそれだけです。"]));
  countdown();
  the<HTMLButtonElement>("attack").disabled = !isIn || attacking;
  if (!attacking && !the("summary").dataset["verdict"]) the("summary").replaceChildren(said(isIn ? TO_ATTACK : NOTHING_TO_ATTACK));
}

function countdown(): void {
  const place = document.getElementById("expiry");
  const at = house?.known().expiresAt;
  if (!place || at === undefined) return;
  const left = at - Date.now() / 1000;
  place.textContent = spoken(left > 0 ? [`, for another ${clock(left)}`, `（あと ${clock(left)}）`] : [", expired: it is renewed when it is needed", "（期限切れ：必要になったときに更新されます）"]);
}

async function ask(): Promise<void> {
  const started = performance.now();
  const call = h("p", { class: "line" }, h("b", {}, "→"), h("code", {}, house!.call));
  const added: Text = house!.where === "edge"
    ? ["The edge opens the cookie, and adds the access token.", "エッジが Cookie を開き、アクセストークンを付けます。"]
    : ["The Worker adds the access token.", "Worker がアクセストークンを付けます。"];
  try {
    const reply = await house!.ask();
    const text = await reply.text();
    const milliseconds = Math.round(performance.now() - started);
    report(["The API answered.", "API が答えました。"]);
    the("reply").replaceChildren(
      h("div", { class: "wire out" }, call, h("p", { class: "soft" }, added)),
      h("div", { class: "wire in" },
        h("p", { class: "line" }, h("b", {}, String(reply.status)), h("code", {}, reply.headers.get("content-type") ?? ""), h("span", { class: "time" }, `${milliseconds} ms`)),
        h("pre", { tabindex: "0", role: "group", "aria-label": ["What the API answered", "API の答え"] }, readable(text))));
  } catch (error) {
    the("reply").replaceChildren(errorCard(error));
  }
}

async function refresh(): Promise<void> {
  the<HTMLButtonElement>("refresh").disabled = true;
  try {
    await house!.refresh();
    report(["Refreshed. The old refresh token is spent; this page has seen neither the old nor the new one.", "更新しました。古いリフレッシュトークンは使用済みです。このページは、古いものも新しいものも見ていません。"]);
  } catch (error) {
    the("reply").replaceChildren(errorCard(error));
  }
  drawSession();
  the("refresh").focus();
}

function readable(text: string): HTMLElement {
  try {
    return json(maskJson(JSON.parse(text)));
  } catch {
    return h("code", {}, text.slice(0, 400));
  }
}

/** What the Worker, or the edge, reports: the newest on top. */
function report(text: Text): void {
  const time = new Date();
  const stamp = h("time", { datetime: time.toISOString() });
  follow(stamp, () => { stamp.textContent = time.toLocaleTimeString(locale()); });
  the("reports").prepend(h("li", {}, stamp, h("span", {}, text)));
  while (the("reports").childElementCount > 8) the("reports").lastElementChild!.remove();
}

function changed(what: "change" | "error"): void {
  const { status, error } = house!.known();
  if (what === "change") report([`change: ${STATUS[status]![0]}`, `change：${STATUS[status]![1]}`]);
  else if (error) report([`error: ${error.code}`, `error：${error.code}`]);
  drawSession();
}

// ── The attack ──

const VERDICTS: Record<Verdict, Text> = { held: ["fails", "失敗"], open: ["succeeds", "成功"], leaked: ["leaks", "漏えい"], untried: ["not tried", "試していません"] };

/** The attempts, before they are tried. */
function drawAttack(): void {
  const all = attempts(house!);
  the("attempts").replaceChildren(...(Object.keys(AIMS) as Aim[]).map((aim) => h("section", { class: "group", "data-aim": aim }, h("h3", {}, AIMS[aim]),
    h("ol", {}, ...all.filter((it) => it.aim === aim).map((it) => h("li", { id: `attempt-${it.id}`, class: "attempt", "data-verdict": "none" },
      h("span", { class: "mark-of", "aria-hidden": "true" }),
      h("div", {}, h("h4", {}, it.title), h("p", { class: "how" }, it.how), h("div", { class: "outcome" }))))))));
}

/** Tries them, one after the other. */
async function attack(): Promise<void> {
  attacking = true;
  the<HTMLButtonElement>("attack").disabled = true;
  drawAttack();
  the("summary").replaceChildren(said(["The attack is running …", "攻撃を実行しています…"]));
  const verdicts: Verdict[] = [];
  for (const attempt of attempts(house!)) {
    const outcome = await outcomeOf(attempt);
    verdicts.push(outcome.verdict);
    show(attempt, outcome);
  }
  const [held, open, leaked] = (["held", "open", "leaked"] as const).map((it) => verdicts.filter((one) => one === it).length) as [number, number, number];
  the("summary").dataset["verdict"] = leaked > 0 ? "leaked" : "held";
  the("summary").replaceChildren(said(leaked > 0
    ? [`${leaked} attempts found a leak. That is a bug: please report it.`, `${leaked} 件で漏えいが見つかりました。不具合です。ご報告ください。`]
    : [`No token was found, and none was sent elsewhere: ${held} attempts failed. ${open} things a script can do all the same, and they are said below.`, `トークンは見つからず、よそへ送られてもいません。${held} 件の試みが失敗しました。それでもスクリプトにできることが ${open} 件あり、下に正直に記します。`]));
  attacking = false;
  drawSession();
}

async function outcomeOf(attempt: Attempt): Promise<Outcome> {
  try {
    return await attempt.run();
  } catch (error) {
    const name = error instanceof Error ? error.message : String(error);
    return { verdict: "leaked", said: ["The attempt itself broke, so it proves nothing.", "試み自体が壊れたため、何も証明しません。"], evidence: [["error", name]] };
  }
}

function show({ id }: Attempt, { verdict, said: text, evidence = [] }: Outcome): void {
  const place = the(`attempt-${id}`);
  place.dataset["verdict"] = verdict;
  const rows = h("dl", { class: "rows" }, ...evidence.flatMap(([name, value]) => [h("dt", {}, h("code", {}, name)), h("dd", {}, h("code", {}, value))]));
  const more: Child = evidence.length > 3
    ? h("details", { class: "fold" }, h("summary", {}, [`All ${evidence.length} of them`, `${evidence.length} 件すべて`]), rows)
    : evidence.length > 0 && rows;
  place.querySelector(".outcome")!.replaceChildren(h("p", {}, h("b", { class: "verdict-of" }, VERDICTS[verdict]), h("span", {}, text)), ...(more ? [more] : []));
}

// ── The page ──

function failed(error: unknown): void {
  the("outcome").replaceChildren(errorCard(error));
}

function notice(text: Text, kind = ""): void {
  the("notice").className = `notice ${kind}`;
  the("notice").replaceChildren(said(text));
}

async function logIn(): Promise<void> {
  the("outcome").replaceChildren();
  the<HTMLButtonElement>("login").disabled = true;
  try {
    sessionStorage.setItem("leaving", "to log in");
    await (await entered).logIn();
  } catch (error) {
    failed(error);
  }
  the<HTMLButtonElement>("login").disabled = false;
}

/** Where the tokens live, and where the other place is. */
function drawSwitch(): void {
  const links = { browser: the<HTMLAnchorElement>("in-browser"), edge: the<HTMLAnchorElement>("at-edge") };
  const here = atEdge() ? "edge" : "browser";
  const there = meta(atEdge() ? "browser" : "edge");
  links[here].setAttribute("aria-current", "true");
  links[here].href = own("");
  const other = links[here === "edge" ? "browser" : "edge"];
  if (there) other.href = there;
  else {
    other.setAttribute("aria-disabled", "true");
    other.setAttribute("aria-describedby", "no-edge");
    the("no-edge").hidden = false;
  }
  document.documentElement.dataset["where"] = here;
}

async function open(): Promise<void> {
  translateDocument();
  switchLanguage(the("language"));
  theme(the<HTMLButtonElement>("theme"));
  drawSwitch();
  drawSession();
  the("login").addEventListener("click", () => void logIn());
  the("attack").addEventListener("click", () => void attack());
  setInterval(countdown, 1_000);
  void fetch(own(atEdge() ? "edge.ts" : "browser.ts")).then((file) => file.text()).then((text) => the("source").replaceChildren(source(text)));
  if (!atEdge()) banner(the("banner"), false);

  const cameFromLogout = location.pathname.includes("signed-out");
  const cameFromLogin = sessionStorage.getItem("leaving") !== null;
  sessionStorage.removeItem("leaving");
  try {
    house = await entered;
  } catch (error) {
    the<HTMLButtonElement>("login").disabled = true;
    return failed(error);
  }
  house.on(changed);
  drawAttack();
  drawSession();
  const { status, user, error } = house.known();
  if (location.href !== own("") && !location.hash) history.replaceState(null, "", own(""));
  if (error && error.code !== "login_required") failed(error);
  const name = String(user?.["name"] ?? user?.["sub"] ?? "–");
  if (status === "signed_in" && cameFromLogin) notice([`Logged in as ${name}. No token reached this page.`, `${name} としてログインしました。このページにトークンは届いていません。`], "good");
  else if (status === "signed_in") notice([`Welcome back, ${name}: the session went on without a word.`, `おかえりなさい、${name} さん。セッションはそのまま続いています。`], "good");
  else if (cameFromLogout) notice(["You are logged out: here, in every tab, and at the server, if you asked it to.", "ログアウトしました。ここでも、すべてのタブでも、そして選んだ場合はサーバーでも。"]);
  report(["Ready.", "準備ができました。"]);
}

void open();
