// How offers fared, in the window: nothing yet, then counts and sums by currency, tables, and the file that is saved.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Expert } from "./harness/expert.mjs";
import { until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { uuid7 } from "./harness/platform.mjs";
import { DANIEL, HELEN } from "./harness/world.mjs";

const TITLE = "Who has to pay for the fence";

let world;
let desk;
let expert;
let daniel;
let helen;

const { step } = testsOf(async (opened) => {
  world = opened;
  desk = world.desk;
  expert = new Expert(desk);
  const customer = await world.customer(HELEN);
  await customer.signUp();
  await customer.ask({ category: "Legal", title: TITLE, text: "My neighbour says that I have to, and soon." });
  daniel = await world.expertsView();
  helen = await world.platform.client(HELEN);
  await desk.start({ url: world.platform.url, ...DANIEL });
  await expert.online();
});

/** Offers as a desk would; gives the offer. */
async function offer(title, amount_minor, currency) {
  const question = await daniel.question(TITLE);
  const terms = {
    kind: "letter_templates",
    title,
    deliverables: ["A letter, ready to send"],
    price: { amount_minor, currency },
    delivery_time: { count: 2, unit: "days" },
    expires_at: null,
    note: "",
    call_slots: [],
  };
  const sent = await daniel.post(`/v1/questions/${question.id}/offers`, { id: uuid7(), terms });
  return sent.offer;
}

/** Does something while the window is drawn in this theme. */
async function inTheme(theme, work) {
  await desk.window.executeAsync((theme, done) => {
    document.documentElement.dataset.theme = theme;
    document.getAnimations().forEach((animation) => animation.finish());
    requestAnimationFrame(() => requestAnimationFrame(() => done()));
  }, theme);
  await work();
  await desk.window.execute(() => delete document.documentElement.dataset.theme);
}

const tables = () =>
  desk.window.execute(() =>
    [...document.querySelectorAll('[data-testid="insights-table"]')].map((table) => table.textContent),
  );

step("before the first offer it says what will be here", async () => {
  await desk.click("rail-insights");
  await desk.see("insights-empty");
  assert.equal((await desk.all("insights-export"))[0].enabled, false);
  await desk.shoot("insights-empty");
});

step("offers are counted together and summed by their currencies", async () => {
  const question = await daniel.question(TITLE);
  await daniel.post(`/v1/questions/${question.id}/lock`, {});
  const message = { id: uuid7(), kind: "answer", text: "The deeds say who." };
  await daniel.post(`/v1/questions/${question.id}/messages`, message);
  const pounds = await offer("=Letter to the neighbour", 14_500, "GBP");
  const yen = await offer("Letter in Japanese", 15_001, "JPY");
  await offer("Second letter", 4_000, "GBP");
  for (const { id } of [pounds, yen]) await helen.post(`/v1/offers/${id}/accept`, { version: 1 });
  await desk.see("insights-sent", "3");
  await desk.see("insights-accepted", "2");
  await until("both currencies are there", async () => (await desk.all("insights-earnings")).length === 2);
  const shown = (await desk.all("insights-earnings")).map(({ text }) => text);
  assert.match(shown[0], /£145\.00/);
  assert.match(shown[0], /£116\.00/);
  assert.match(shown[1], /¥15,001/);
  assert.ok(!shown[1].includes("£"));
  const isWhole = () => desk.window.execute(() => document.documentElement.scrollHeight <= innerHeight);
  assert.ok(await isWhole(), "nothing stands out of the window");
  await desk.shoot("insights-light");
  await inTheme("dark", () => desk.shoot("insights-dark"));
});

step("every chart has a table, for the screen reader always and for the eye by one key", async () => {
  const charts = await desk.window.execute(() => document.querySelectorAll("svg.chart").length);
  const found = await tables();
  assert.equal(found.length, charts);
  assert.ok(charts >= 6, `${charts} charts`);
  assert.ok(found.some((text) => text.includes("£145.00")));
  await desk.keys(["b"]);
  await until("the charts gave way", async () =>
    desk.window.execute(() => document.querySelectorAll("svg.chart").length === 0),
  );
  assert.equal((await tables()).length, charts);
  await desk.shoot("insights-tables");
  await desk.keys(["b"]);
});

step("a period is chosen by its key", async () => {
  await desk.keys(["4"]);
  const isPressed = () =>
    desk.window.execute(
      () => document.querySelector('[data-testid="insights-all"]')?.getAttribute("aria-pressed") === "true",
    );
  await until("all time is chosen", isPressed);
  await desk.see("insights-sent", "3");
});

step("the file says each offer in its own currency and runs no formula", async () => {
  await desk.keys(["x"]);
  const { text } = await desk.see("insights-saved", ".csv");
  const path = text.slice(text.indexOf("/")).trim();
  const lines = readFileSync(path, "utf8").split("\r\n").filter(Boolean);
  assert.equal(lines.length, 4);
  assert.ok(lines.some((line) => line.includes(",'=Letter to the neighbour,") && line.includes(",145.00,116.00,GBP,")), lines.join("\n"));
  assert.ok(lines.some((line) => line.includes(",15001,12001,JPY,")), lines.join("\n"));
  await desk.shoot("insights-saved");
});
