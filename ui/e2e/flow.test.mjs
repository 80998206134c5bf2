// The whole flow on real parts: asking, lock, Information Request, Answer, rating, offer, acceptance, notification,
// delivery, completion; each state checked on both sides, each email by recipient, subject and link.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { Expert } from "./harness/expert.mjs";
import { linkOf } from "./harness/mail.mjs";
import { until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { DANIEL, HELEN } from "./harness/world.mjs";

const QUESTION = {
  category: "Legal",
  title: "My agency keeps the domain after I paid the last invoice",
  text: "I paid **£2,400** for a website. The agency will not transfer the domain *marshbakery.example* to me. What can I do?",
};
const INFO_REQUEST = "Who is named as the registrant when you look the domain up, and what does your contract say about ownership?";
const REPLY = "The registrant is the agency itself. The contract does not mention the domain at all.";
const ANSWER =
  "You have a strong position. Because the contract is silent, the domain was registered on your behalf and you may ask for its transfer in writing, with a deadline of 14 days.";
const OFFER = {
  kind: "letter_templates",
  title: "Letter before action and domain transfer pack",
  deliverables: [
    "A letter before action, ready to sign and send",
    "The registry's transfer form, filled in for your domain",
    "A note on what to do if the agency does not answer in 14 days",
  ],
  price: "145.00",
  note: "Your question is answered either way.",
};

let world;
let desk;
let expert;
let helen;
let platformView;
let number;

const { step } = testsOf(async (opened) => {
  world = opened;
  desk = world.desk;
  expert = new Expert(desk);
  helen = await world.customer(HELEN);
  platformView = await world.expertsView();
});

async function offer() {
  const offers = await platformView.offers(OFFER.title);
  assert.equal(offers.length, 1, "one offer of this title");
  return offers[0];
}

step("a customer signs up and asks on the web page", async () => {
  await helen.signUp();
  await helen.ask(QUESTION);
  const question = await platformView.question(QUESTION.title);
  assert.equal(question.state, "open");
  number = question.number;
  assert.match(await helen.text(), new RegExp(`Q-${number} · Waiting for an expert`));
  await helen.shoot("01-customer-asked");
});

step("the expert signs in through the form and finds the question", async () => {
  await desk.start();
  await desk.type("signin-url", world.platform.url);
  await desk.type("signin-email", DANIEL.email);
  await desk.type("signin-password", DANIEL.password);
  await desk.shoot("02-sign-in");
  await desk.click("signin-submit");
  await expert.online();
  await desk.see("queue-row", QUESTION.title);
  await desk.shoot("03-queue");
});

step("the expert locks it, and the platform knows who holds it", async () => {
  await expert.openQuestion(QUESTION.title);
  await expert.lock();
  const question = await platformView.question(QUESTION.title);
  assert.equal(question.lock?.holder.name, DANIEL.name);
  await desk.shoot("04-locked");
});

step("an Information Request reaches the customer by email, and its link opens just this question", async () => {
  await expert.send("info_request", INFO_REQUEST);
  const letter = await world.mail.letter(HELEN.email, /needs to know more/);
  assert.match(letter.subject, /^Daniel Okafor needs to know more: My agency keeps the domain/);
  assert.deepEqual(letter.to, [HELEN.email]);
  assert.match(letter.text, /Who is named as the registrant/);
  assert.equal(letter.autoSubmitted, "auto-generated");
  const link = linkOf(letter, world.platform.url);

  // A mail scanner that fetches the link changes nothing.
  const revision = (await platformView.question(QUESTION.title)).customer_viewed_at;
  const scanned = await fetch(link);
  assert.equal(scanned.status, 200);
  assert.equal((await platformView.question(QUESTION.title)).customer_viewed_at, revision);

  const byLink = await world.customer(HELEN);
  await byLink.openLink(link);
  assert.match(await byLink.text(), /Information request/i);
  await byLink.reply(REPLY);
  await byLink.shoot("05-customer-replied-by-link");
  // The link signs in to this question and to nothing else.
  const listed = await byLink.goto("/questions");
  assert.ok(!(await byLink.text()).includes("Sign out") || listed.status() >= 400 || byLink.page.url().includes("/sign-in"));
  await byLink.close();
});

step("the reply reaches the expert in the desk and by email", async () => {
  await desk.see("message", REPLY.slice(0, 40));
  const letter = await world.mail.letter(DANIEL.email, /replied/);
  assert.match(letter.subject, /^Helen Marsh replied: My agency keeps the domain/);
  assert.match(letter.text, new RegExp(`Q-${number}`));
  await desk.shoot("06-reply-arrived");
});

step("the Answer goes out with its attachment and the announcement of an OPTIONAL offer", async () => {
  const file = world.path("Domain transfer checklist.txt");
  writeFileSync(file, "1. Look the domain up.\n2. Write the letter.\n3. Wait 14 days.\n");
  await expert.send("answer", ANSWER, { file, announcesOffer: true });
  await desk.shoot("07-answer-sent");
  const letter = await world.mail.letter(HELEN.email, /answered your question/);
  assert.match(letter.text, /You have a strong position/);
  assert.match(letter.text, /OPTIONAL/);
  assert.match(letter.text, /Domain transfer checklist\.txt/);
  assert.equal((await platformView.question(QUESTION.title)).state, "answered");

  await helen.page.reload();
  const text = await helen.text();
  assert.match(text, /You have a strong position/);
  assert.match(text, /Domain transfer checklist\.txt/);
  const [download] = await Promise.all([
    helen.page.waitForEvent("download"),
    helen.page.getByRole("link", { name: /Domain transfer checklist\.txt/ }).click(),
  ]);
  assert.equal(download.suggestedFilename(), "Domain transfer checklist.txt");
  await helen.shoot("08-customer-answer");
});

step("the customer rates the answer, and the desk shows it", async () => {
  await helen.rate(5, "Clear and quick, thank you.");
  await desk.see("conversation", "Clear and quick, thank you.");
  assert.equal((await platformView.question(QUESTION.title)).rating.stars, 5);
});

step("the expert makes the offer in the dialog", async () => {
  await expert.fillOffer(OFFER);
  await desk.see("offer-preview", "£145.00");
  await desk.shoot("09-offer-dialog");
  await expert.submitOffer();
  const found = await until("the offer is on the platform", async () => (await platformView.offers(OFFER.title))[0]);
  assert.equal(found.state, "sent");
  assert.equal(found.version, 1);
  assert.deepEqual(found.terms.deliverables, OFFER.deliverables);
  assert.deepEqual(found.terms.price, { amount_minor: 14500, currency: "GBP" });
  assert.equal(found.terms.expires_at ?? null, null, "an offer does not expire unless that was set");
  await desk.shoot("10-offer-sent");
});

step("the customer is emailed, opens the link and sees the whole price", async () => {
  const letter = await world.mail.letter(HELEN.email, /has a message for you/);
  assert.match(letter.subject, /^Daniel Okafor has a message for you about “My agency keeps the domain/);
  assert.match(letter.text, /OPTIONAL Premium Service/);
  assert.match(letter.text, /£145\.00/);
  const link = linkOf(letter, world.platform.url);
  await fetch(link);
  assert.equal((await offer()).viewed_at ?? null, null, "fetching the link is no view");

  const reader = await world.customer(HELEN);
  await reader.openLink(link);
  const text = await reader.text();
  assert.match(text, /Accept for £145\.00/);
  assert.match(text, /OPTIONAL/);
  for (const deliverable of OFFER.deliverables) assert.ok(text.includes(deliverable), deliverable);
  assert.equal((await offer()).state, "sent");
  assert.ok((await offer()).viewed_at, "opening the page is a view");
  await reader.shoot("11-customer-offer");
  helen.byLink = reader;
});

step("the customer accepts, and exactly one native notification says who, what and how much", async () => {
  assert.equal(world.desktop.notifications().length, 0, "nothing was raised before");
  await helen.byLink.accept();
  await until("the notification is on the screen", async () => (await world.desktop.displayed()) === 1);
  assert.equal((await offer()).state, "accepted");
  const raised = world.desktop.notifications();
  assert.equal(raised.length, 1);
  assert.equal(raised[0].summary, "Helen Marsh accepted your offer");
  assert.match(raised[0].body, /Letter before action and domain transfer pack/);
  assert.match(raised[0].body, /£145\.00/);
  assert.match(raised[0].body, new RegExp(`Q-${number}`));
  assert.ok(raised[0].rest.includes("default"), "a click opens the app");
  await world.desktop.shoot("12-notification");
  await helen.byLink.shoot("13-customer-accepted");
  await helen.byLink.close();
});

step("the expert's email and the customer's receipt arrive", async () => {
  const letter = await world.mail.letter(DANIEL.email, /accepted your offer/);
  assert.equal(letter.subject, "Helen Marsh accepted your offer: Letter before action and domain transfer pack, £145.00");
  assert.deepEqual(letter.to, [DANIEL.email]);
  const receipt = await world.mail.letter(HELEN.email, /^Receipt/);
  assert.match(receipt.subject, /£145\.00/);
  linkOf(receipt, world.platform.url);
});

step("a click on the notification brings the window up on that offer", async () => {
  const [id] = await world.desktop.visibleWindows("Proffer");
  assert.ok(id, "the window has a name");
  await world.desktop.hideWindow(id);
  assert.deepEqual(await world.desktop.visibleWindows("Proffer"), []);
  await world.desktop.clickNotification();
  await until("the window is back", async () => (await world.desktop.visibleWindows("Proffer")).length === 1);
  await desk.see("offer-view", OFFER.title);
  await until("the notification is gone", async () => (await world.desktop.displayed()) === 0);
  await world.desktop.shoot("14-opened-by-notification");
});

step("the Request Centre shows it among what needs the expert, and the expert starts and delivers", async () => {
  await desk.click("rc-view-needs_you");
  await expert.openOffer(OFFER.title);
  await desk.see("offer-view", "£145.00");
  await desk.shoot("15-request-centre");
  await expert.startOffer();
  await until("the platform has it in progress", async () => (await offer()).state === "in_progress");
  const file = world.path("Letter before action.txt");
  writeFileSync(file, "Dear Sir or Madam,\n\nTransfer the domain within 14 days.\n");
  await expert.deliver("Here is your letter and the form. Sign the letter on page two.", file);
  await until("the platform has it delivered", async () => (await offer()).state === "delivered");
  await expert.seeOfferState("delivered");
  await desk.shoot("16-delivered");
});

step("the customer sees the delivery and confirms it: completed on both sides", async () => {
  const letter = await world.mail.letter(HELEN.email, /delivered/);
  const reader = await world.customer(HELEN);
  await reader.openLink(linkOf(letter, world.platform.url));
  const text = await reader.text();
  assert.match(text, /Here is your letter and the form/);
  assert.match(text, /Letter before action\.txt/);
  await reader.shoot("17-customer-delivery");
  await reader.complete();
  await reader.shoot("18-customer-completed");
  await reader.close();
  assert.equal((await offer()).state, "completed");
  await expert.openOffer(OFFER.title, "done");
  await expert.seeOfferState("completed");
  await desk.shoot("19-completed");
  const accepted = world.desktop.notifications().filter((call) => /accepted/.test(call.summary));
  assert.equal(accepted.length, 1, "one acceptance, one notification");
});

step("every email went to one of the two, and none twice", async () => {
  const letters = world.mail.letters;
  assert.deepEqual([...new Set(letters.flatMap((letter) => letter.to))].sort(), [DANIEL.email, HELEN.email].sort());
  const ids = letters.map((letter) => letter.messageId);
  assert.equal(new Set(ids).size, ids.length);
});
