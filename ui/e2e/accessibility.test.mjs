// axe-core over every view of the real window and every page of the customer, in light and dark: no violation of
// WCAG 2.2 AA, and no page of the customer that must be scrolled sideways on a phone.
import * as violations from "./harness/axe.mjs";
import { Expert } from "./harness/expert.mjs";
import { linkOf } from "./harness/mail.mjs";
import { until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { DANIEL, HELEN } from "./harness/world.mjs";

const QUESTION = { category: "Legal", title: "May my landlord keep the keys", text: "He has **two** sets.\n\n- Is that right?\n- May I change the lock?" };
const CALL = { kind: "follow_up_call", title: "A call about your keys", deliverables: ["Half an hour on the phone"], price: "30.00" };
const LETTER = { title: "Letter about the keys", price_minor: 4000, deliverables: ["A letter, ready to send"] };

let world;
let desk;
let expert;
let helen;
let platformView;

const { step, scenario } = testsOf(async (opened) => {
  world = opened;
  desk = world.desk;
  expert = new Expert(desk);
  // The look is the browser's to say; axe needs scripts, the pages do not.
  helen = await world.customer(HELEN, { javaScriptEnabled: true });
  platformView = await world.expertsView();
});

const checkWindow = (view) => violations.checkWindow(desk, view);
const checkPage = (view) => violations.checkPage(helen, view);

scenario("the customer's way in", async () => {
  await helen.goto("/sign-in");
  await checkPage("sign in");
  await helen.goto("/sign-up");
  await checkPage("sign up");
  await helen.goto("/new-link");
  await checkPage("new link");
  await helen.goto("/no/such/page");
  await checkPage("nothing here");
});

step("asking, and the list of questions", async () => {
  await helen.signUp();
  await checkPage("no questions yet");
  await helen.goto("/ask");
  await checkPage("ask");
  await helen.page.fill("[name=title]", "Too short");
  await Promise.all([helen.page.waitForNavigation(), helen.page.click('form[action="/ask"] button')]);
  await checkPage("ask refused");
  await helen.ask(QUESTION);
  await checkPage("question");
});

step("the window's sign-in", async () => {
  await desk.start();
  await desk.see("signin");
  await checkWindow("sign in");
  await desk.type("signin-url", world.platform.url);
  await desk.type("signin-email", DANIEL.email);
  await desk.type("signin-password", "not the password");
  await desk.click("signin-submit");
  await desk.see("error-banner");
  await checkWindow("sign in refused");
  await desk.type("signin-password", DANIEL.password);
  await desk.click("signin-submit");
  await expert.online();
});

step("queue and conversation", async () => {
  await desk.see("queue-row", QUESTION.title);
  await desk.see("guide");
  await checkWindow("queue");
  await desk.click("rail-insights");
  await desk.see("insights-empty");
  await checkWindow("insights empty");
  await expert.openQuestion(QUESTION.title);
  await checkWindow("question");
  await expert.lock();
  await desk.type("composer-text", "Who let the flat to you?");
  await checkWindow("writing");
  await expert.send("info_request", "Who let the flat to you?");
  await expert.send("answer", "He may keep one set, for emergencies.", { announcesOffer: true });
  await until("the answer is on the platform", async () => (await platformView.question(QUESTION.title)).state === "answered");
  await checkWindow("answered");
});

step("the offer dialog, empty, with a call's times, refused", async () => {
  await desk.click("offer-button");
  await desk.see("offer-dialog");
  await checkWindow("offer dialog");
  await expert.chooseKind(CALL.kind);
  await desk.click("offer-add-slot");
  await desk.type("offer-price", "12,3x");
  await expert.setDeliverables([""]);
  await desk.choose("offer-expires", "date");
  await desk.choose("offer-expires-at", "2024-02-29T12:00");
  await desk.click("offer-submit");
  await desk.see("offer-problems");
  await checkWindow("offer refused");
  await desk.click("offer-discard");
  await desk.gone("offer-dialog");
});

step("an offer in the Request Centre and on the customer's page, from sent to delivered", async () => {
  await desk.click("rail-requests");
  await checkWindow("request centre empty");
  const { id } = await platformView.offerOn(await platformView.question(QUESTION.title), LETTER);
  await expert.openOffer(LETTER.title);
  await expert.seeOfferState("sent");
  await checkWindow("offer sent");
  await helen.goto(`/offers/${id}`);
  await checkPage("offer");
  await helen.accept();
  await checkPage("offer accepted");
  await helen.goto(`/offers/${id}/receipt`);
  await checkPage("receipt");
  await expert.seeOfferState("accepted");
  await desk.see("toast");
  await checkWindow("offer accepted");
  await expert.startOffer();
  await desk.click("offer-deliver");
  await desk.see("deliver-message");
  await checkWindow("delivering");
  await desk.click("deliver-send");
  await desk.see("deliver-problem");
  await checkWindow("delivery refused");
  await desk.type("deliver-message", "Here is the letter.");
  await desk.click("deliver-send");
  await expert.seeOfferState("delivered");
  await checkWindow("offer delivered");
  await helen.goto(`/offers/${id}`);
  await checkPage("offer delivered");
  await helen.goto("/questions");
  await checkPage("questions");
  await helen.goto(`/questions/${(await platformView.question(QUESTION.title)).id}`);
  await checkPage("question answered");
});

step("an emailed link's page", async () => {
  const link = linkOf(await world.mail.letter(HELEN.email, /has a message for you/), world.platform.url);
  await helen.page.goto(link);
  await checkPage("landing");
});

step("notices, help, shortcuts and settings", async () => {
  await desk.click("rail-notices");
  await desk.see("notices");
  await checkWindow("notices");
  await desk.keys(["Escape"]);
  await desk.gone("notices");
  await desk.click("rail-help");
  await desk.see("help");
  await checkWindow("help");
  await desk.click("help-send");
  await desk.see("help-problem");
  await checkWindow("help refused");
  await desk.keys(["Escape"]);
  await desk.gone("help");
  await desk.keys(["Control", "k"]);
  await desk.see("palette");
  await checkWindow("palette");
  await desk.keys(["Escape"]);
  await desk.gone("palette");
  await desk.keys(["?"]);
  await desk.see("shortcuts");
  await checkWindow("shortcuts");
  await desk.keys(["Escape"]);
  await desk.gone("shortcuts");
  await desk.click("rail-settings");
  await desk.see("settings");
  await checkWindow("settings");
});
