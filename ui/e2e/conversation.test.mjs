// What the conversation offers beside writing: steps by one key, preview, pictures, what is unread, what happened.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { Expert } from "./harness/expert.mjs";
import { until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { DANIEL, HELEN } from "./harness/world.mjs";

const FIRST = { category: "Legal", title: "May my landlord keep the keys", text: "He has two sets." };
const SECOND = { category: "Legal", title: "Who pays for the boiler", text: "It drips." };
const OFFER = { kind: "letter_templates", title: "Letter about the keys", deliverables: ["A letter, ready to send"], price: "40.00" };
/** A red square. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAADAAAAAwCAIAAADYYG7QAAAAOklEQVR42u3OMQ0AAAgDsEmZfxVIwwXhaFIBzbSvREhISEhISEhISEhISEhISEhISEhISEhISEjozgLnDACIiVl46wAAAABJRU5ErkJggg==",
  "base64",
);

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

const html = (id) => desk.window.execute((id) => document.querySelector(`[data-testid="${id}"]`)?.innerHTML ?? "", id);

step("the next step is taken from the checklist", async () => {
  await helen.signUp();
  await helen.ask(FIRST);
  await desk.start({ url: world.platform.url, ...DANIEL });
  await expert.online();
  await expert.openQuestion(FIRST.title);
  await desk.click("step-action", "Locked");
  await until("the platform knows", async () => (await platformView.question(FIRST.title)).lock?.holder.name === DANIEL.name);
  await desk.see("extend-button");
});

step("a message is shown as the customer will see it, and written on", async () => {
  await desk.type("composer-text", "He must **give them back**.");
  await desk.click("composer-preview-button");
  await desk.see("composer-preview", "give them back");
  assert.match(await html("composer-preview"), /<strong>give them back<\/strong>/);
  await desk.shoot("conversation-preview");
  await desk.click("composer-preview-button");
  assert.equal(await desk.value("composer-text"), "He must **give them back**.");
});

step("a picture is seen before it is sent and after", async () => {
  const file = world.path("keys.png");
  writeFileSync(file, PNG);
  await desk.attach("composer-attach-input", file);
  await desk.see("draft-file", "keys.png");
  await until("the picture is in its chip", async () => /<img/.test(await html("draft-file")));
  await desk.click("composer-send");
  await desk.see("message", "He must give them back");
  await until("the Answer is on the platform", async () => (await platformView.question(FIRST.title)).state === "answered");
  await desk.click("file-chip", "keys.png");
  await desk.see("picture", "keys.png");
  await desk.shoot("conversation-picture");
  await desk.keys(["Escape"]);
  await desk.gone("picture");
});

step("what came meanwhile stands below a divider", async () => {
  const page = helen.page.url();
  await helen.ask(SECOND);
  await expert.openQuestion(SECOND.title);
  await helen.page.goto(page);
  await helen.reply("He says that he lost one.");
  await desk.see("queue-row", "New reply");
  await expert.openQuestion(FIRST.title);
  await desk.see("unread-divider");
  await desk.see("message", "He says that he lost one.");
  await desk.shoot("conversation-unread");
});

step("what becomes of an offer is told between the messages", async () => {
  await expert.fillOffer(OFFER);
  await expert.submitOffer();
  const offer = await until("the offer is on the platform", async () => (await platformView.offers(OFFER.title))[0]);
  await desk.see("happening", "You sent the offer");
  await helen.goto(`/offers/${offer.id}`);
  await helen.hold();
  await desk.see("happening", "Helen keeps the offer");
  await desk.shoot("conversation-happenings");
});
