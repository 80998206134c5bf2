// The real app beside a community that goes on for hours: does its memory stay flat, and is every acceptance told of?
//
//   npm run soak:app -- [--minutes 120] [--seed 1] [--out docs/app-soak.md]
//
// Customers ask and accept, the expert answers from another desk and works in this window; now and then the platform
// restarts and the page is loaded anew. The record holds the memory each minute, and docs/images/app-soak.svg draws it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { draw } from "./harness/curve.mjs";
import { Expert } from "./harness/expert.mjs";
import { uuid7 } from "./harness/platform.mjs";
import { ROOT, until } from "./harness/program.mjs";
import { World } from "./harness/world.mjs";

const { values: given } = parseArgs({
  options: {
    minutes: { type: "string", default: "120" },
    seed: { type: "string", default: "1" },
    out: { type: "string" },
  },
});
const minutes = Number(given.minutes);
if (!(minutes > 0)) throw new Error(`--minutes ${given.minutes}: give a number above 0`);

const CUSTOMERS = 5;
/** Seconds from the beginning of one round to that of the next. */
const ROUND = 8;
const SAMPLE = 60;
const RELOAD = 15 * 60;
const RESTART = 25 * 60;
/** The last quarter may be larger than the second by so much. */
const GROWTH = 1.1;

/** Numbers below 1 that are the same for the same seed (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const read = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** MiB that the app's processes take, each page counted for its share: {app, web}. */
function memory(desk) {
  const found = { app: 0, web: 0 };
  const apps = desk.apps();
  for (const pid of desk.processes()) {
    const kib = Number(read(`/proc/${pid}/smaps_rollup`).match(/^Pss:\s+(\d+)/m)?.[1] ?? 0);
    if (apps.includes(pid)) found.app += kib / 1024;
    else if (read(`/proc/${pid}/comm`).startsWith("WebKit")) found.web += kib / 1024;
  }
  return found;
}

const median = (numbers) => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;

class Community {
  offers = [];
  round = 0;

  constructor(world, random) {
    Object.assign(this, { world, random });
  }

  async open() {
    const { platform } = this.world;
    const people = Array.from({ length: CUSTOMERS }, (_, number) => ({
      role: "customer",
      name: `Customer ${number + 1}`,
      email: `customer${number + 1}@mail.example`,
      password: "a long walk in march",
    }));
    for (const person of people) await platform.account(person);
    this.customers = [];
    for (const person of people) this.customers.push(await platform.client(person));
    this.expert = await this.world.expertsView();
    const [category] = await this.expert.documents("category");
    this.category = category.id;
  }

  /** A question, its answer, an offer, its acceptance; and what becomes of the offer of a while ago. */
  async happen() {
    this.round += 1;
    const customer = this.customers[Math.floor(this.random() * CUSTOMERS)];
    const title = `Who owns domain number ${this.round}?`;
    const question = { id: uuid7(), category_id: this.category, title, text: "My designer registered it in his own name. ".repeat(8), attachments: [] };
    await customer.post("/v1/questions", question);
    const words = { title: `Letter number ${this.round}.`, price_minor: 5000 + this.round, deliverables: ["A letter", "A reply to his answer"] };
    const offer = await this.expert.offerOn(question, words);
    await customer.post(`/v1/offers/${offer.id}/accept`, { version: 1, call_slot: null });
    this.offers.push({ id: offer.id, title: words.title, customer, question });
    const older = this.offers.at(-6);
    if (older) {
      await this.expert.post(`/v1/offers/${older.id}/start`, {});
      await this.expert.post(`/v1/offers/${older.id}/deliver`, { message: "Here it is.", attachments: [] });
      const reply = { id: uuid7(), kind: "reply", text: "Thank you. One more thing: what if he refuses?" };
      await older.customer.post(`/v1/questions/${older.question.id}/messages`, reply);
      await older.customer.post(`/v1/offers/${older.id}/complete`, {});
    }
    return question;
  }
}

/** What the expert does in the window meanwhile. */
async function work(desk, expert, question, random) {
  await expert.openQuestion(question.title);
  await desk.paste("composer-text", `What I would ask first. ${random()}`);
  await desk.see("composer-saved");
  await desk.press("rail-requests");
  await desk.see("request-centre");
  if (random() < 0.3) {
    await desk.press("rail-insights");
    await desk.see("insights");
  }
}

/** The notices of acceptances that the app lists, by their offers. */
async function listed(desk) {
  const list = await desk.window.executeAsync((done) => {
    window.__TAURI_INTERNALS__.invoke("desk_request", { name: "notice_list", payload: null }).then(done, (error) => done({ error }));
  });
  if (list.error) throw new Error(JSON.stringify(list.error));
  return list.notices.filter((notice) => notice.kind === "offer_accepted").map((notice) => notice.offer_id);
}

async function soak(world) {
  const random = randomOf(Number(given.seed));
  const { desk, desktop, platform } = world;
  const community = new Community(world, random);
  await community.open();
  const expert = new Expert(desk);
  await world.startDesk();
  await expert.online();

  const began = Date.now();
  const elapsed = () => (Date.now() - began) / 1000;
  const samples = [];
  const known = new Set();
  const count = { reloads: 0, restarts: 0 };
  let [nextSample, nextReload, nextRestart] = [0, RELOAD, RESTART];
  while (elapsed() < minutes * 60) {
    const roundBegan = Date.now();
    const question = await community.happen();
    const offer = community.offers.at(-1);
    await until(`the app lists the acceptance of ${offer.title}`, async () => (await listed(desk)).includes(offer.id), 60);
    known.add(offer.id);
    await work(desk, expert, question, random);
    await desktop.closeNotifications();
    if (elapsed() >= nextReload) {
      nextReload += RELOAD;
      count.reloads += 1;
      await desk.window.refresh();
      await expert.online();
    }
    if (elapsed() >= nextRestart) {
      nextRestart += RESTART;
      count.restarts += 1;
      await platform.stop();
      await platform.start();
      await expert.online();
    }
    if (elapsed() >= nextSample) {
      nextSample += SAMPLE;
      samples.push({ minute: Math.round(elapsed() / 60), ...memory(desk), offers: community.offers.length });
      const last = samples.at(-1);
      console.log(`minute ${last.minute}: app ${last.app.toFixed(1)} MiB, web ${last.web.toFixed(1)} MiB, ${last.offers} acceptances`);
    }
    await pause(Math.max(0, ROUND * 1000 - (Date.now() - roundBegan)));
  }
  // Its completion is told of by its title too.
  const calls = desktop.notifications().filter(({ summary, body }) => /accepted/i.test(`${summary} ${body}`));
  const raised = new Map(community.offers.map(({ title }) => [title, 0]));
  for (const call of calls) {
    for (const title of raised.keys()) {
      if (`${call.summary}\n${call.body}`.includes(title)) raised.set(title, raised.get(title) + 1);
    }
  }
  const twice = [...raised.values()].filter((times) => times > 1).length;
  const never = [...raised.values()].filter((times) => times === 0).length;
  return { samples, count, acceptances: community.offers.length, listed: known.size, twice, never };
}

function report({ samples, count, acceptances, listed: known, twice, never }) {
  const quarter = (from) => samples.slice(Math.floor((samples.length * from) / 4), Math.ceil((samples.length * (from + 1)) / 4));
  const growth = Object.fromEntries(
    ["app", "web"].map((part) => {
      const [second, last] = [1, 3].map((from) => median(quarter(from).map((sample) => sample[part])));
      return [part, { second, last, ratio: last / second }];
    }),
  );
  const said = ({ second, last, ratio }) => `${second.toFixed(1)} MiB in the second quarter, ${last.toFixed(1)} MiB in the last: ${ratio.toFixed(3)} times`;
  const problems = [];
  if (known !== acceptances) problems.push(`${acceptances - known} acceptances are not in the app's list`);
  if (never > 0) problems.push(`${never} acceptances raised no notification`);
  if (twice > 0) problems.push(`${twice} acceptances raised more than one notification`);
  for (const [part, { ratio }] of Object.entries(growth)) if (ratio > GROWTH) problems.push(`${part}: memory grew ${ratio.toFixed(2)} times`);
  const text = `# The app over hours

Made by \`npm run soak:app -- --minutes ${minutes} --seed ${given.seed}\`; do not edit. The built app in its real window, with a
session bus and a notification daemon, beside a platform on which ${CUSTOMERS} customers ask and accept and the same expert
answers from another desk; the window is worked in all the time.

- Time: ${minutes} minutes, ${new Date().toISOString().slice(0, 10)}
- Acceptances: ${acceptances}; in the app's list ${known}, told on the desktop once ${acceptances - twice - never}, twice ${twice}, never ${never}
- Meanwhile the platform restarted ${count.restarts} times, the page was loaded anew ${count.reloads} times
- The app's own process: ${said(growth.app)}
- WebKit's processes: ${said(growth.web)}
- ${problems.length === 0 ? "Nothing was lost, and the memory is flat." : `Problems: ${problems.join("; ")}.`}

![Memory of the app's processes over the time](images/app-soak.svg)

Proportional set sizes each minute; the dips and rises are the page loaded anew.
`;
  const lines = [
    { name: "the app's own process", points: samples.map(({ minute, app }) => [minute, app]) },
    { name: "WebKit's processes", points: samples.map(({ minute, web }) => [minute, web]) },
  ];
  return { text, problems, picture: draw({ title: "Memory of the app over hours", x: "minutes", y: "MiB", lines }) };
}

const world = await World.open();
let failed = true;
try {
  const { text, problems, picture } = report(await soak(world));
  console.log(text);
  if (given.out) {
    writeFileSync(join(ROOT, given.out), text);
    writeFileSync(join(ROOT, "docs/images/app-soak.svg"), picture);
  }
  if (problems.length > 0) throw new Error(problems.join("; "));
  failed = false;
} catch (error) {
  await world.desktop?.shoot("failed-soak").catch(() => {});
  throw error;
} finally {
  await world.close(failed);
}
