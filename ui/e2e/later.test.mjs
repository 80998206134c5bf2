// The other ways an offer goes: held and accepted after a restart, declined, and submitted while the platform is away.
import assert from "node:assert/strict";
import { Expert } from "./harness/expert.mjs";
import { linkOf } from "./harness/mail.mjs";
import { until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { HELEN } from "./harness/world.mjs";

let world;
let desk;
let expert;
let helen;
let platformView;

const { scenario } = testsOf(async (opened) => {
  world = opened;
  desk = world.desk;
  expert = new Expert(desk);
  helen = await world.customer(HELEN);
  await helen.signUp();
  platformView = await world.expertsView();
  await world.startDesk();
  await expert.online();
});

/** Asks, locks and answers, so that an offer may be made. */
async function answered(title) {
  await helen.ask({ category: "Legal", title, text: "Please tell me what I can do, and how long I have for it." });
  await expert.openQuestion(title);
  await expert.lock();
  await expert.send("answer", `You can do three things about this. (${title})`);
  await until("the answer is on the platform", async () => (await platformView.question(title)).state === "answered");
}

function terms(title) {
  return { kind: "document_preparation", title, deliverables: ["A draft, ready to sign"], price: "80.00" };
}

/** Makes an offer and gives the customer who opened its emailed link. */
async function offered(question, title) {
  await answered(question);
  await expert.fillOffer(terms(title));
  await expert.submitOffer();
  const letter = await until(`the letter about ${question}`, () =>
    world.mail.to(HELEN.email, /has a message for you/).find((letter) => letter.subject.includes(question)),
  );
  const reader = await world.customer(HELEN);
  await reader.openLink(linkOf(letter, world.platform.url));
  return reader;
}

async function state(title) {
  const offers = await platformView.offers(title);
  assert.ok(offers.length <= 1, "never two of one offer");
  return offers[0]?.state;
}

scenario("an offer that the customer holds can be accepted after the desk was restarted, with one notification", async () => {
  const title = "Lease review with marked changes";
  const reader = await offered("Is my break clause valid", title);
  await reader.hold();
  assert.equal(await state(title), "held");
  assert.match(await reader.text(), /on your list|Accept for £80\.00/);
  await expert.openOffer(title, "waiting");
  await expert.seeOfferState("held");
  await desk.shoot("20-held");

  await desk.stop();
  await desk.start();
  await expert.online();
  assert.equal(world.desktop.notifications().length, 0);
  await helen.goto("/questions");
  assert.ok((await helen.text()).includes(title), "the held offer stays on the customer's list");
  await reader.accept();
  await until("the notification is on the screen", async () => (await world.desktop.displayed()) === 1);
  assert.equal(await state(title), "accepted");
  assert.match(world.desktop.notifications()[0].body, /Lease review with marked changes.*£80\.00/);

  // Another restart tells nothing again.
  await world.desktop.closeNotifications();
  await desk.stop();
  await desk.start();
  await expert.online();
  await expert.openOffer(title, "needs_you");
  await expert.seeOfferState("accepted");
  assert.equal(world.desktop.notifications().length, 1);
  await reader.close();
});

scenario("a customer declines with a reason, and the expert learns it", async () => {
  const title = "Notice letter to the tenant";
  const reader = await offered("How do I give notice", title);
  await reader.decline("I found a template already.");
  assert.equal(await state(title), "declined");
  const letter = await world.mail.letter("daniel@proffer.example", /declined your offer/);
  assert.match(letter.text, /I found a template already\./);
  await expert.openOffer(title, "done");
  await desk.see("offer-view", "I found a template already.");
  await desk.shoot("21-declined");
  await reader.close();
});

scenario("an offer submitted while the platform is away arrives exactly once when it is back", async () => {
  const title = "Small claim form, filled in";
  const question = "Can I claim the repair back";
  await answered(question);
  await world.platform.stop();
  await expert.offline();
  await desk.shoot("22-offline");
  await expert.fillOffer({ ...terms(title), price: "59.50" });
  await desk.shoot("23-offer-dialog-offline");
  await expert.submitOffer();
  await expert.openOffer(title, "waiting");
  await expert.seeOfferState("queued");
  await desk.shoot("24-offer-queued");

  // What waits is listed, and what was never tried can be taken back, changed and sent after all.
  await desk.click("outbox-open");
  await desk.see("outbox-entry", title);
  await desk.shoot("25-outbox");
  await desk.click("outbox-edit", "Take back");
  await desk.see("offer-dialog");
  assert.equal(await desk.value("offer-title"), title);
  await desk.type("offer-price", "95.50");
  await expert.submitOffer();
  await expert.openOffer(title, "waiting");
  await expert.seeOfferState("queued");

  await world.platform.start();
  await expert.online();
  await until("the offer arrived", async () => (await state(title)) === "sent", 60);
  await expert.seeOfferState("sent");
  const letter = await until("the customer's letter", () =>
    world.mail.to(HELEN.email, /has a message for you/).find((letter) => letter.subject.includes(question)),
  );
  assert.match(letter.text, /£95\.50/);
  const offers = await platformView.offers(title);
  assert.equal(offers.length, 1);
  await helen.goto("/questions");
  const listed = (await helen.text()).split(title).length - 1;
  assert.equal(listed, 2, "the customer's list has it once among what can be accepted and once under its question");
  assert.equal(world.mail.to(HELEN.email, /has a message for you/).filter((found) => found.subject.includes(question)).length, 1);
});
