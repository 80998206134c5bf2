// The Request Centre: filters, several rows by keyboard, acts that ask first, and help from a moderator.
import assert from "node:assert/strict";
import { Expert } from "./harness/expert.mjs";
import { until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { uuid7 } from "./harness/platform.mjs";
import { DANIEL, HELEN } from "./harness/world.mjs";

const TITLE = "Can the shop refuse my return";

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
  await customer.ask({ category: "Legal", title: TITLE, text: "They say that all sales are final, on a sign." });
  daniel = await world.expertsView();
  helen = await world.platform.client(HELEN);
  const question = await daniel.question(TITLE);
  await daniel.post(`/v1/questions/${question.id}/lock`, {});
  const message = { id: uuid7(), kind: "answer", text: "No, they cannot." };
  await daniel.post(`/v1/questions/${question.id}/messages`, message);
  for (const [title, kind, amount_minor, currency] of [
    ["First letter", "letter_templates", 2_500, "GBP"],
    ["Second letter", "letter_templates", 9_000, "GBP"],
    ["Report", "in_depth_research", 15_000, "JPY"],
  ]) {
    const terms = {
      kind,
      title,
      deliverables: ["What was asked for"],
      price: { amount_minor, currency },
      delivery_time: { count: 2, unit: "days" },
      expires_at: null,
      note: "",
      call_slots: [],
    };
    await daniel.post(`/v1/questions/${question.id}/offers`, { id: uuid7(), terms });
  }
  await desk.start({ url: world.platform.url, ...DANIEL });
  await expert.online();
  await desk.click("rail-requests");
});

const rows = async () => (await desk.all("rc-row")).length;
const shows = (count) => until(`${count} offers are listed`, async () => (await rows()) === count);

step("the list is narrowed by kind, state, currency and amount, and whole again by one button", async () => {
  await shows(3);
  await desk.choose("rc-filter-kind", "in_depth_research");
  await shows(1);
  await desk.click("rc-filter-clear");
  await shows(3);
  await desk.choose("rc-filter-currency", "GBP");
  await shows(2);
  await desk.choose("rc-filter-min", "50");
  await shows(1);
  await desk.see("rc-row", "Second letter");
  await desk.shoot("requests-filtered");
  await desk.choose("rc-filter-min", "a lot");
  await until("the field says what is wrong", () =>
    desk.window.execute(() => document.querySelector("#rc-filter-problem")?.textContent?.includes("not an amount")),
  );
  await desk.click("rc-filter-clear");
  await shows(3);
});

step("several rows are selected and marked as read by the keyboard alone", async () => {
  for (const title of ["First letter", "Second letter"]) {
    const [offer] = await daniel.offers(title);
    await helen.post(`/v1/offers/${offer.id}/accept`, { version: 1 });
  }
  const unread = () => desk.window.execute(() => document.querySelectorAll("tr.is-unread").length);
  await until("both are unread", async () => (await unread()) === 2);
  await desk.keys(["j"]);
  await desk.see("offer-view");
  await desk.keys(["x"]);
  await desk.see("rc-selected", "1");
  await desk.keys(["Shift", "ArrowDown"]);
  await desk.see("rc-selected", "2");
  assert.equal(await unread(), 1, "selecting an offer does not open it");
  await desk.shoot("requests-selected");
  await desk.keys(["b"]);
  await desk.gone("rc-selected");
  await until("none is unread", async () => (await unread()) === 0);
});

step("a single key starts nothing: it asks, and Escape takes it back", async () => {
  const state = async () => (await daniel.offers("First letter"))[0].state;
  await expert.openOffer("First letter");
  await desk.keys(["s"]);
  await desk.see("offer-confirm");
  await desk.shoot("requests-start-asks");
  await desk.keys(["Escape"]);
  await desk.gone("offer-confirm");
  assert.equal(await state(), "accepted");
  await desk.keys(["s"]);
  await desk.see("offer-confirm");
  await desk.keys(["Enter"]);
  await desk.see("offer-deliver");
  await until("the platform knows", async () => (await state()) === "in_progress");
});

step("a reminder within a day is refused in words, and a withdrawal asks first", async () => {
  await expert.openOffer("Report");
  const { enabled } = await desk.see("offer-remind");
  assert.equal(enabled, false);
  await desk.see("remind-blocked", "a day after");
  await desk.shoot("requests-open-offer");
  await desk.click("offer-withdraw");
  await desk.see("offer-confirm");
  assert.equal((await daniel.offers("Report"))[0].state, "sent");
  await desk.click("withdraw-yes");
  await until("the platform knows", async () => (await daniel.offers("Report"))[0].state === "withdrawn");
  await desk.gone("offer-confirm");
});

step("a request for help stands in the Request Centre", async () => {
  await desk.keys(["h"]);
  await desk.see("help");
  await desk.type("help-subject", "Please look at this");
  await desk.type("help-text", "The customer asks for something that I may not do.");
  // What is typed is kept, also when the sheet is closed before it is sent.
  await desk.see("help-saved");
  await desk.keys(["Escape"]);
  await desk.gone("help");
  await desk.keys(["h"]);
  await until("the draft is there again", async () => (await desk.value("help-text")).startsWith("The customer asks"));
  assert.equal(await desk.value("help-subject"), "Please look at this");
  await desk.click("help-send");
  await desk.see("help-earlier", "Please look at this");
  await desk.shoot("help-sent");
  await desk.keys(["Escape"]);
  await desk.gone("help");
  await desk.see("support-row", "Please look at this");
});
