// More than 200 attacks as names, titles, questions, messages, file names and offers: on the customer's and the
// moderator's pages and in the emails in Chromium, with JavaScript on and the pages' own policy switched off, so that it
// is the escaping that is tried; and in the desk's own window.
import assert from "node:assert/strict";
import { Expert } from "./harness/expert.mjs";
import { PAYLOADS, cut, inspect, listen } from "./harness/hostile.mjs";
import { uuid7 } from "./harness/platform.mjs";
import { until } from "./harness/program.mjs";
import { shot } from "./harness/shots.mjs";
import { testsOf } from "./harness/steps.mjs";

/** Its name is an attack as well. */
const MALLORY = {
  role: "customer",
  name: '"><img src=x onerror=alert(1)>',
  email: "mallory@mail.example",
  password: "a quiet hedge in may",
};
const NORA = {
  role: "moderator",
  name: "<svg onload=alert(1)>Nora",
  email: "nora@proffer.example",
  password: "seven loud herons",
  categories: ["Legal"],
};
const TITLE = "All attacks in one conversation";
/** Attacks in one letter. */
const AT_ONCE = 8;

let world;
let question;
let offers;
let files = 0;
const foreign = [];

const { step } = testsOf(async (opened) => {
  world = opened;
  await world.platform.account(MALLORY);
  await world.platform.account(NORA);
});

/** A browser in which a payload that came through would run. */
async function browse(person) {
  const customer = await world.customer(person, { javaScriptEnabled: true, bypassCSP: true });
  await customer.page.addInitScript(listen);
  await customer.context.route("**/*", (route) => {
    const url = route.request().url();
    if (url.startsWith(world.platform.url)) return route.continue();
    foreign.push(url);
    return route.abort();
  });
  return customer;
}

async function harmless(page, what, rules) {
  const { bad, fired } = await page.evaluate(inspect, rules);
  assert.deepEqual({ bad, fired }, { bad: [], fired: [] }, what);
}

step("the corpus is large, and an attack that comes through is seen", async () => {
  assert.ok(PAYLOADS.length >= 200);
  const { page, context } = await browse(MALLORY);
  await page.goto(`${world.platform.url}/sign-in`);
  await harmless(page, "the page as it is");
  await page.evaluate(() => {
    const box = document.createElement("div");
    box.innerHTML = "<img src=x onerror=alert(1)><a href='javascript:alert(2)'>x</a>";
    document.body.append(box);
  });
  await until("it ran", () => page.evaluate(() => window.firedByPayload.length > 0));
  const { bad, fired } = await page.evaluate(inspect, {});
  assert.equal(fired.length, 1);
  assert.ok(bad.length >= 3, `${bad}`);
  await context.close();
});

step("every payload is written, as a customer and an expert can", async () => {
  const mallory = await world.platform.client(MALLORY);
  const daniel = await world.expertsView();
  const categories = daniel.me.categories ?? (await daniel.documents("category"));
  const category = categories.find(({ name }) => name === "Legal").id;
  for (const [place, payload] of PAYLOADS.entries()) {
    const title = cut(`${place} ${payload}`, 140);
    await mallory.post("/v1/questions", { id: uuid7(), category_id: category, title, text: payload, attachments: [] });
  }
  question = uuid7();
  await mallory.post("/v1/questions", { id: question, category_id: category, title: TITLE, text: PAYLOADS.join("\n\n"), attachments: [] });
  await daniel.post(`/v1/questions/${question}/lock`, {});
  for (const payload of PAYLOADS) {
    const id = uuid7();
    const name = `${cut(payload, 90)}.txt`;
    const headers = { authorization: `Bearer ${mallory.token}`, "proffer-protocol": "1" };
    const upload = await fetch(`${world.platform.url}/v1/attachments?id=${id}&name=${encodeURIComponent(name)}`, { method: "POST", headers, body: payload });
    if (upload.ok) files += 1;
    const attachments = upload.ok ? [id] : [];
    await mallory.post(`/v1/questions/${question}/messages`, { id: uuid7(), kind: "reply", text: payload, attachments });
  }
  // Each of these is a letter to the customer.
  for (let from = 0; from < PAYLOADS.length; from += AT_ONCE) {
    const text = PAYLOADS.slice(from, from + AT_ONCE).join("\n\n");
    await daniel.post(`/v1/questions/${question}/messages`, { id: uuid7(), kind: "info_request", text, attachments: [] });
  }
  assert.ok(files >= 200, `${files} files were taken`);
  await daniel.post(`/v1/questions/${question}/messages`, { id: uuid7(), kind: "answer", text: "That is all of them.", attachments: [] });
  offers = [];
  for (let from = 0; from < PAYLOADS.length; from += 20) {
    const some = PAYLOADS.slice(from, from + 20);
    const terms = {
      kind: "document_preparation",
      title: cut(some[0], 75),
      deliverables: some.map((payload) => cut(payload, 190)),
      price: { amount_minor: 4000, currency: "GBP" },
      delivery_time: { count: 2, unit: "days" },
      expires_at: null,
      note: cut(some.at(-1), 290),
      call_slots: [],
    };
    const { offer } = await daniel.post(`/v1/questions/${question}/offers`, { id: uuid7(), terms });
    offers.push(offer.id);
  }
  await mallory.post("/v1/support-requests", { id: uuid7(), subject: cut(PAYLOADS[0], 100), text: PAYLOADS.join("\n\n"), question_id: question });
});

step("every payload is text on the customer's pages", async () => {
  const mallory = await browse(MALLORY);
  await mallory.signIn();
  for (const path of ["/questions", `/questions/${question}`, "/ask", "/account", ...offers.map((offer) => `/offers/${offer}`)]) {
    await mallory.goto(path);
    await harmless(mallory.page, path);
  }
  await mallory.goto(`/questions/${question}`);
  const text = await mallory.text();
  assert.ok(text.includes("<script>alert(1)</script>"), "it is shown as it was typed");
  await mallory.page.screenshot({ path: shot("71-attacks-on-the-page") });
  // What was typed comes back in forms that are refused, and in addresses.
  for (const payload of PAYLOADS.filter((_, place) => place % 14 === 0)) {
    await mallory.goto(`/sign-in?next=${encodeURIComponent(payload)}`);
    await harmless(mallory.page, `next ${payload}`);
    await mallory.goto(`/l/${encodeURIComponent(payload)}`);
    await harmless(mallory.page, `link ${payload}`);
  }
  const stranger = await browse(MALLORY);
  for (const payload of PAYLOADS.filter((text, place) => place % 22 === 0 && !/[\r\n]/.test(text))) {
    await stranger.goto("/sign-up");
    await stranger.page.fill("[name=name]", payload);
    await stranger.page.fill("[name=email]", "nobody");
    await stranger.page.fill("[name=password]", "short");
    await stranger.page.evaluate(() => document.querySelector('form[action="/sign-up"]').setAttribute("novalidate", ""));
    await Promise.all([stranger.page.waitForNavigation(), stranger.page.click('form[action="/sign-up"] button')]);
    assert.equal(await stranger.page.inputValue("[name=name]"), payload);
    await harmless(stranger.page, `name ${payload}`);
  }
  const nora = await browse(NORA);
  await nora.signIn();
  for (const path of ["/moderate", `/moderate/questions/${question}`, ...offers.slice(0, 4).map((offer) => `/moderate/offers/${offer}`)]) {
    await nora.goto(path);
    await harmless(nora.page, path);
  }
  for (const { context } of [mallory, stranger, nora]) await context.close();
  assert.deepEqual(foreign, [], "nothing from elsewhere was asked for");
});

step("every payload is text in the emails", async () => {
  const expected = Math.ceil(PAYLOADS.length / AT_ONCE) + 1 + offers.length;
  await until(`${expected} letters came`, () => world.mail.to(MALLORY.email, /./).length >= expected, 120);
  const { page, context } = await browse(MALLORY);
  await page.goto(`${world.platform.url}/static/site.css`);
  for (const letter of world.mail.to(MALLORY.email, /./)) {
    assert.ok(!/[\r\n]/.test(letter.subject) && letter.headerTo.length === 1, letter.subject);
    await page.setContent(letter.html);
    const { bad, fired } = await page.evaluate(inspect, { inline: true, styles: true });
    assert.deepEqual({ bad, fired }, { bad: [], fired: [] }, letter.subject);
    const styles = await page.evaluate(() => document.querySelectorAll("style").length);
    assert.ok(styles <= 1, "the letter's own");
  }
  await context.close();
  assert.deepEqual(foreign, [], "nothing from elsewhere was asked for");
});

step("every payload is text in the desk's window", async () => {
  await world.startDesk();
  const { desk } = world;
  const expert = new Expert(desk);
  await expert.online();
  await desk.window.execute(listen);
  await expert.openQuestion(TITLE);
  await until("all messages are there", async () => (await desk.all("message")).length > PAYLOADS.length, 60);
  const look = async (what) => {
    const { bad, fired } = await desk.window.execute(inspect, { inline: true, styles: true, pictures: true });
    assert.deepEqual({ bad, fired }, { bad: [], fired: [] }, what);
  };
  await look("the conversation");
  const text = await desk.window.execute(() => document.querySelector('[data-testid="thread"]').textContent);
  for (const payload of ["<script>alert(1)</script>", "<svg/onload=alert(1)>", "{@html"]) assert.ok(text.includes(payload), payload);
  await desk.shoot("72-attacks-in-the-window");
  // The queue draws what is in sight: all of it, from the top to the end.
  const scroll = (top) =>
    desk.window.execute((top) => {
      let list = document.querySelector('[data-testid="queue-row"]');
      while (list.scrollHeight <= list.clientHeight && list.parentElement) list = list.parentElement;
      list.scrollTop = top;
      return { height: list.scrollHeight, step: list.clientHeight };
    }, top);
  const rows = await scroll(0);
  assert.ok(rows.height > rows.step, "more rows than are in sight");
  for (let top = 0; top < rows.height; top += rows.step) {
    await scroll(top);
    await look(`the queue at ${top}`);
  }
  await desk.click("rail-requests");
  await desk.see("rc-row");
  await look("the Request Centre");
});

step("the window can ask for nothing but the desk", async () => {
  const { desk } = world;
  const ask = (name, args) =>
    desk.window.executeAsync(
      (name, args, done) => {
        window.__TAURI_INTERNALS__.invoke(name, args).then(
          (answer) => done({ answer }),
          (why) => done({ refused: typeof why === "string" ? why : JSON.stringify(why) }),
        );
      },
      name,
      args,
    );
  const allowed = await ask("desk_request", { name: "session_show", payload: null });
  assert.equal(allowed.answer?.state, "signed_in", JSON.stringify(allowed));
  const unknown = await ask("desk_request", { name: "no_such_request", payload: null });
  assert.equal(JSON.parse(unknown.refused).code, "malformed_request");
  for (const [name, args] of [
    ["plugin:event|emit", { event: "desk_event", payload: {} }],
    ["plugin:event|emit_to", { target: { kind: "Any" }, event: "desk_event" }],
    ["plugin:window|create", { options: { label: "other" } }],
    ["plugin:window|set_title", { value: "x" }],
    ["plugin:webview|create_webview_window", { options: { label: "other", url: "https://evil.example" } }],
    ["plugin:path|resolve_directory", { directory: 1 }],
    ["plugin:app|version", {}],
    ["plugin:menu|new", { kind: "Menu" }],
    ["plugin:tray|new", {}],
    ["plugin:autostart|enable", {}],
    ["plugin:updater|check", {}],
    ["plugin:shell|open", { path: "/bin/sh" }],
    ["plugin:fs|read_file", { path: "/etc/passwd" }],
    ["no_such_command", {}],
  ]) {
    const { answer, refused } = await ask(name, args);
    assert.equal(answer, undefined, name);
    assert.match(refused, /not allowed|not found|plugin/i, `${name}: ${refused}`);
  }
});

step("the window's policy holds: no script but its own, no request from elsewhere", async () => {
  const { desk } = world;
  const outcome = await desk.window.executeAsync((url, done) => {
    const found = { ran: [] };
    window.markByScript = () => found.ran.push("script");
    const add = (html) => document.body.append(document.createRange().createContextualFragment(html));
    add("<script>window.markByScript()</script>");
    add('<script src="data:text/javascript,window.markByScript()"></script>');
    add(`<script src="${URL.createObjectURL(new Blob(["window.markByScript()"], { type: "text/javascript" }))}"></script>`);
    add('<b onclick="window.markByScript()" id="clicked-by-test">x</b>');
    document.getElementById("clicked-by-test").click();
    for (const run of [() => eval("1"), () => new Function("return 1")(), () => setTimeout("window.markByScript()", 0)]) {
      try {
        if (run() === 1) found.ran.push(String(run));
      } catch {
        // As it should.
      }
    }
    const loaded = (name) => () => found.ran.push(name);
    const frame = document.createElement("iframe");
    frame.src = "javascript:parent.markByScript()";
    document.body.append(frame);
    fetch(`${url}/healthz`)
      .then(loaded("request"), () => {})
      .then(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
      .then(() => done(found));
  }, world.platform.url);
  assert.deepEqual(outcome.ran, []);
  const prototype = await desk.window.execute(() => Object.isFrozen(Object.prototype));
  assert.equal(prototype, true);
});
