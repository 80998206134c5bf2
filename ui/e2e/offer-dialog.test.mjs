// The offer dialog by the keyboard alone: from the conversation to a sent offer with a template, timed; own templates;
// the draft that is kept; what a revision changes.
import assert from "node:assert/strict";
import { Expert } from "./harness/expert.mjs";
import { until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { DANIEL, HELEN } from "./harness/world.mjs";

const FIRST = { category: "Legal", title: "My agency keeps the domain", text: "I paid the last invoice." };
const SECOND = { category: "Legal", title: "The domain again", text: "Now for the shop." };
const OFFER = {
  kind: "letter_templates",
  title: "Transfer pack for {customer}",
  deliverables: ["A letter about {question}", "The registry's form"],
  price: "145.00",
  note: "{customer}, take your time.",
};
const TEMPLATE = "Domain pack";
const LIMIT_S = 20;
/** The keys as WebDriver names them. */
const KEY = { escape: "\uE00C", tab: "\uE004", enter: "\uE007", up: "\uE013" };

let world;
let desk;
let expert;
let helen;
let platformView;

const { step } = testsOf(async (opened) => {
  world = opened;
  desk = world.desk;
  expert = new Expert(desk);
  helen = await world.customer(HELEN);
  platformView = await world.expertsView();
});

/** Where the keyboard is: the id or test id of the element. */
const focus = () =>
  desk.window.execute(() => document.activeElement?.id || document.activeElement?.dataset.testid || document.activeElement?.tagName);

const focused = (id) => until(`the keyboard is at ${id}`, async () => (await focus()) === id);

/** Types as a person does, into whatever has the keyboard. */
const write = async (text) => {
  for (const key of text) await desk.keys([key]);
};

const answer = async (question) => {
  await expert.openQuestion(question.title);
  await expert.lock();
  await expert.send("answer", "Ask the registrar in writing.");
  await until("the answer is on the platform", async () => (await platformView.question(question.title)).state === "answered");
};

step("an offer is kept as a template of one's own, with its placeholders", async () => {
  await helen.signUp();
  await helen.ask(FIRST);
  await desk.start({ url: world.platform.url, ...DANIEL });
  await expert.online();
  await answer(FIRST);
  await expert.fillOffer(OFFER);
  await desk.see("preview-price", "£145.00");
  await desk.see("offer-preview", "Transfer pack for Helen");
  await desk.see("offer-preview", `A letter about ${FIRST.title}`);
  await desk.click("offer-templates-own");
  await desk.type("offer-template-name", TEMPLATE);
  await desk.click("offer-template-save");
  await desk.see("offer-template-done", TEMPLATE);
  await desk.shoot("offer-own-templates");
  await desk.click("offer-templates-own");
});

step("a word in braces that stands for nothing is pointed out beside its field", async () => {
  await desk.type("offer-note", "Dear {client}");
  await desk.see("notice-note", "{client} will be sent as it stands");
  await desk.shoot("offer-unknown-word");
  await desk.type("offer-note", OFFER.note);
  await desk.gone("notice-note");
});

step("Escape closes and keeps what was typed, and the keyboard goes back to where it was", async () => {
  await desk.keys([KEY.escape]);
  await desk.gone("offer-dialog");
  await focused("offer-button");
  await desk.click("offer-button");
  await desk.see("offer-dialog");
  assert.equal(await desk.value("offer-title"), OFFER.title);
  await expert.submitOffer();
  await until("the offer is on the platform", async () => (await platformView.offers("Transfer pack for Helen")).length === 1);
});

step(`with a template, an offer is sent in under ${LIMIT_S} seconds with the keyboard alone`, async () => {
  await helen.ask(SECOND);
  await answer(SECOND);
  const began = performance.now();
  await desk.keys(["Control", "Shift", "o"]);
  await desk.see("offer-dialog");
  await focused("offer-template");
  await write("domain p");
  await desk.see("offer-template-option", TEMPLATE);
  await desk.keys([KEY.enter]);
  await focused("offer-price");
  assert.equal(await desk.value("offer-note"), "Helen, take your time.");
  await desk.keys(["Control", "a"]);
  await write("120");
  await desk.keys(["Control", KEY.enter]);
  await desk.gone("offer-dialog");
  const seconds = (performance.now() - began) / 1000;
  console.log(JSON.stringify({ offer_by_keyboard_s: Number(seconds.toFixed(2)) }));
  assert.ok(seconds < LIMIT_S, `${seconds} s`);
  const sent = await until("both offers are on the platform", async () => {
    const offers = await platformView.offers("Transfer pack for Helen");
    return offers.length === 2 && offers;
  });
  const second = sent.find((offer) => offer.terms.price.amount_minor === 12_000);
  assert.deepEqual(second.terms.deliverables, [`A letter about ${SECOND.title}`, OFFER.deliverables[1]]);
});

step("every control of the dialog is reached by Tab and has a name", async () => {
  await desk.keys(["Control", "Shift", "o"]);
  await desk.see("offer-dialog");
  await focused("offer-template");
  const wanted = await desk.window.execute(() => {
    const dialog = document.querySelector("dialog");
    const controls = [...dialog.querySelectorAll("button:enabled, input, select, textarea")];
    // Of radio buttons, one takes the keyboard for all.
    return controls.filter((one) => one.type !== "radio").length;
  });
  const reached = new Map();
  for (let press = 0; press < wanted * 2 + 10; press += 1) {
    const [mark, name, isControl] = await desk.window.execute(() => {
      const one = document.activeElement;
      const controls = [...document.querySelectorAll("dialog *")];
      const label = one.labels?.[0]?.textContent ?? "";
      const isControl = one.matches("button, input, select, textarea") && one.type !== "radio";
      return [controls.indexOf(one), (one.getAttribute("aria-label") ?? (one.textContent.trim() || label)).trim(), isControl];
    });
    if (isControl && mark >= 0) reached.set(mark, name);
    await desk.keys([KEY.tab]);
  }
  assert.equal(reached.size, wanted, [...reached.values()].join("; "));
  for (const name of reached.values()) assert.notEqual(name, "");
  await desk.keys([KEY.escape]);
  await desk.gone("offer-dialog");
});

step("a revision says what it changes, and cannot be sent while it changes nothing", async () => {
  await expert.openOffer("Transfer pack for Helen");
  await desk.click("offer-revise");
  await desk.see("offer-unchanged", "Nothing differs from version 1 yet.");
  assert.equal((await desk.see("offer-submit")).enabled, false);
  await desk.type("offer-price", "99.00");
  const change = await desk.see("offer-change", "£99.00");
  assert.match(change.text, /Price\s+Changed/);
  await desk.shoot("offer-revision");
  await expert.submitOffer();
  await until("the new version is on the platform", async () =>
    (await platformView.offers("Transfer pack for Helen")).some((offer) => offer.version === 2),
  );
});
