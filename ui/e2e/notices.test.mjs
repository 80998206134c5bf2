// Notices in the real window, with a real notification daemon and a tray: what is raised, its buttons, the pause, the tray.
import assert from "node:assert/strict";
import { Expert } from "./harness/expert.mjs";
import { until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { HELEN } from "./harness/world.mjs";

let world;
let desk;
let expert;
let helen;
let platformView;
let tray;

const { step } = testsOf(async (opened) => {
  world = opened;
  desk = world.desk;
  expert = new Expert(desk);
  helen = await world.customer(HELEN);
  await helen.signUp();
  platformView = await world.expertsView();
  tray = await world.desktop.startTray();
  await world.startDesk();
  await expert.online();
});

/** Asks, and has an offer made on it as from another desk of the expert. */
async function offered(title) {
  await helen.ask({ category: "Legal", title, text: `${title}? I would like to know what I can do about it.` });
  const question = await platformView.question(title);
  return platformView.offerOn(question, { title: `Letter: ${title}`, price_minor: 4000, deliverables: ["A letter"] });
}

async function accept(offer) {
  await helen.goto(`/offers/${offer.id}`);
  await helen.accept();
}

const stateOf = async (offer) => (await platformView.offers(`Letter: ${offer.question}`))[0]?.state;
const raised = () => world.desktop.notifications();
const untilRaised = (count) => until(`${count} notifications were raised`, () => raised().length >= count);

async function noticeSettings() {
  // Toasts of what was accepted before lie over the list of sections.
  await desk.window.execute(() => document.querySelectorAll(".toast__close").forEach((close) => close.click()));
  await desk.click("rail-settings");
  await desk.click("settings-go-notifications");
}

step("an acceptance is raised with Start and Open, and Start begins the work without the window", async () => {
  const offer = await offered("Can I return a used car");
  await accept(offer);
  await untilRaised(1);
  const [notification] = raised();
  assert.equal(notification.summary, "Helen Marsh accepted your offer");
  assert.ok(notification.rest.includes("start") && notification.rest.includes("Start"), JSON.stringify(notification.rest));
  for (const hint of ["category", "urgency", "sound-name"]) assert.ok(notification.rest.includes(hint), hint);
  await until("the notification is on the screen", async () => (await world.desktop.displayed()) === 1);
  await world.desktop.pressNotificationButton("Start");
  await until("the work has begun", async () => (await stateOf({ question: "Can I return a used car" })) === "in_progress");
  await world.desktop.closeNotifications();
});

step("the tray shows how many are unread, and its menu leads to the Request Centre", async () => {
  await until("the icon is in the tray", () => tray.item());
  const offer = await offered("Is my deposit protected");
  await accept(offer);
  await untilRaised(2);
  await until("the menu counts it", async () => /[1-9]\d* unread notice/.test(await tray.menu()));
  await tray.press("Request Centre");
  await desk.see("request-centre");
  await world.desktop.closeNotifications();
});

step("what the pause holds back is told in one when it ends", async () => {
  const before = raised().length;
  await tray.press("Pause notifications for an hour");
  await desk.click("rail-notices");
  await desk.see("paused");
  const offers = [await offered("Do I have to pay the fine"), await offered("Who owns the fence")];
  for (const offer of offers) await accept(offer);
  await until("both wait", async () => (await desk.all("notice")).filter((notice) => notice.state === "held").length === 2);
  await desk.shoot("70-notices-held");
  assert.equal(raised().length, before);
  await desk.click("pause");
  await untilRaised(before + 1);
  assert.equal(raised().at(-1).summary, "2 offers were accepted");
  await desk.keys(["Escape"]);
  await world.desktop.closeNotifications();
});

step("a notification says only what its owner wants", async () => {
  await noticeSettings();
  await desk.click("detail-event");
  const before = raised().length;
  await accept(await offered("Can I keep the dog"));
  await untilRaised(before + 1);
  assert.deepEqual([raised().at(-1).summary, raised().at(-1).body], ["An offer was accepted", ""]);
  await desk.click("detail-full");
  await desk.shoot("71-notice-settings");
  await world.desktop.closeNotifications();
});

step("nothing is raised about the offer that is being looked at", async () => {
  const before = raised().length;
  const offer = await offered("May I film my neighbour");
  await expert.openOffer("Letter: May I film my neighbour", "waiting");
  await until("the window has the keyboard", () => desk.window.execute(() => document.hasFocus()));
  await accept(offer);
  await expert.seeOfferState("accepted");
  await desk.click("rail-notices");
  await until("the notice is there, as read", async () => {
    const [newest] = await desk.all("notice");
    return newest?.text.includes("May I film my neighbour") && newest.state === "read";
  });
  assert.equal(raised().length, before);
  await desk.keys(["Escape"]);
});

step("a test notification says what keeps others back", async () => {
  await noticeSettings();
  await desk.click("send-test");
  await desk.see("test-result", "The system took it");
  await desk.click("pause");
  await desk.see("paused");
  await desk.click("send-test");
  await desk.see("test-result", "paused for now");
  await desk.click("pause");
  await desk.gone("paused");
});

step("the tray brings the window back, and ends the app", async () => {
  const [id] = await world.desktop.visibleWindows("Proffer");
  await world.desktop.hideWindow(id);
  await until("the window is gone", async () => (await world.desktop.visibleWindows("Proffer")).length === 0);
  await tray.press("Open Proffer");
  await until("the window is back", async () => (await world.desktop.visibleWindows("Proffer")).length === 1);
  await tray.press("Quit");
  await until("the app has ended", () => desk.apps().length === 0);
});
