// Settings in the real window: what is set takes hold and is kept; accounts; own data; the first steps of a newcomer.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Expert } from "./harness/expert.mjs";
import { until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { DANIEL, HELEN } from "./harness/world.mjs";

const MIRA = { role: "expert", name: "Mira Lindqvist", email: "mira@proffer.example", password: "nine calm otters", categories: ["Legal"] };

let world;
let desk;
let expert;
let helen;

const { step } = testsOf(async (opened) => {
  world = opened;
  desk = world.desk;
  expert = new Expert(desk);
  await world.platform.account(MIRA);
  helen = await world.customer(HELEN);
  await helen.signUp();
  await helen.ask({ category: "Legal", title: "May I sublet my flat", text: "My landlord says nothing about it in writing. May I?" });
  await world.startDesk();
  await expert.online();
});

const stateOf = async (id) => (await desk.all(id))[0]?.state;
const guide = (step) => until(`the step ${step} is ticked`, async () => (await stateOf(`guide-${step}`)) === "done");

async function settings() {
  await desk.click("rail-settings");
  await desk.see("settings");
}

/** How much larger the page is drawn than the window's pixels would have it. */
const drawnAt = () => desk.window.execute(() => Math.round((window.outerWidth / window.innerWidth) * 100));

step("a newcomer is led from a locked question to a sent offer, each step ticked when it is done", async () => {
  await desk.see("guide", "Lock a question");
  await desk.shoot("60-first-steps");
  await expert.openQuestion("May I sublet my flat");
  await expert.lock();
  await guide("locked");
  await expert.send("answer", "You may, if you ask first and get no answer within a month.");
  await guide("answered");
  await desk.see("guide", "Submit the offer");
  await expert.fillOffer({
    kind: "letter_templates",
    title: "Letter to the landlord",
    deliverables: ["A letter, ready to sign"],
    price: "45.00",
  });
  await expert.submitOffer();
  await guide("offered");
  // All is done: the strip goes by itself.
  await desk.gone("guide");
  await desk.click("rail-help");
  await desk.click("help-guide");
  await desk.see("guide");
  await desk.click("guide-hide");
  await desk.gone("guide");
});

step("settings have their sections, and the side list leads to each", async () => {
  await settings();
  for (const section of ["notifications", "data", "diagnostics", "accounts"]) {
    await desk.click(`settings-go-${section}`);
    await until(`${section} has the keyboard`, () =>
      desk.window.execute((id) => document.activeElement?.id === id, `settings-${section}`),
    );
  }
  await desk.shoot("61-settings");
});

step("zoom is changed by button and key, drawn, and kept over a restart", async () => {
  const usual = await drawnAt();
  await desk.click("zoom-in");
  await desk.see("zoom", "110");
  await until("the page is drawn larger", async () => (await drawnAt()) > usual);
  await desk.keys(["Control", "+"]);
  await desk.see("zoom", "125");
  await desk.keys(["Control", "-"]);
  await desk.see("zoom", "110");
  await desk.stop();
  await desk.start();
  await expert.online();
  await until("the page is drawn larger after the restart", async () => (await drawnAt()) > usual);
  // The driver clicks where things would be without zoom: first back to it.
  await desk.keys(["Control", "0"]);
  await until("the page is drawn as at first", async () => (await drawnAt()) === usual);
  await settings();
  await desk.see("zoom", "100");
});

step("the app is put among what starts at login, and taken off again", async () => {
  const autostart = join(world.desktop.env.HOME, ".config/autostart");
  const entries = () => (existsSync(autostart) ? readdirSync(autostart) : []);
  await desk.click("start-at-login");
  const [entry] = await until("an entry is there", () => entries().length === 1 && entries());
  assert.match(readFileSync(join(autostart, entry), "utf8"), /Exec=.*proffer --background/);
  await until("the box is ticked", async () => (await desk.all("start-at-login"))[0].checked);
  await desk.click("start-at-login");
  await until("the entry is gone", () => entries().length === 0);
});

step("where no tray is shown, the setting says why and closing the window ends the app", async () => {
  await desk.see("tray-hint", "no tray icon");
  const [box] = await desk.all("keep-in-tray");
  assert.equal(box.enabled, false);
});

step("own data is exported into files without a password", async () => {
  await desk.see("data-size", "Takes");
  // Until then the offer is in the outbox.
  await desk.see("outbox-state", "Every draft is kept");
  await desk.click("export");
  const shown = await desk.see("exported", "files are in");
  const folder = shown.text.trim().replace(/^.* files are in /s, "");
  const names = readdirSync(folder);
  for (const name of ["account.json", "drafts.json", "offers.json", "notices.json", "settings.json"]) assert.ok(names.includes(name), name);
  const offers = JSON.parse(readFileSync(join(folder, "offers.json"), "utf8"));
  assert.equal(offers[0].offer.terms.title, "Letter to the landlord");
  for (const name of names.filter((name) => name.endsWith(".json"))) {
    assert.ok(!readFileSync(join(folder, name), "utf8").includes(DANIEL.password), name);
  }
});

step("a second account is added, and both are switched between without a password", async () => {
  await desk.click("account-add");
  await desk.see("add-account");
  await desk.type("signin-email", MIRA.email);
  await desk.type("signin-password", MIRA.password);
  await desk.click("signin-submit");
  await desk.gone("add-account");
  await expert.online();
  await settings();
  await desk.see("account", MIRA.name);
  await until("it is the present one", async () => (await desk.all("account")).some((one) => one.state === "current" && one.text.includes(MIRA.name)));
  await desk.shoot("62-accounts");
  await desk.click("account-switch");
  await until("the first one is the present one", async () => (await desk.all("account")).some((one) => one.state === "current" && one.text.includes(DANIEL.name)));
  await expert.online();
});

step("signing out asks first, and another account can be gone on with", async () => {
  await settings();
  await desk.click("sign-out");
  await desk.see("sign-out-question", DANIEL.name);
  await desk.shoot("63-sign-out");
  await desk.click("sign-out-cancel");
  await desk.gone("sign-out-question");
  await desk.click("sign-out");
  await desk.click("sign-out-confirm");
  await desk.see("signin");
  await desk.click("account-switch", MIRA.name);
  await expert.online();
  await desk.see("app");
});
