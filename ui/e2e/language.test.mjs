// The app in its languages: what is chosen is spoken at once, and again after the next start.
import assert from "node:assert/strict";
import { Expert } from "./harness/expert.mjs";
import { until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { HELEN } from "./harness/world.mjs";

let world;
let desk;

const { step } = testsOf(async (opened) => {
  world = opened;
  desk = world.desk;
  const helen = await world.customer(HELEN);
  await helen.signUp();
  await helen.ask({ category: "Legal", title: "May my landlord keep the keys", text: "He has two sets." });
  await world.startDesk();
  await new Expert(desk).online();
});

const spoken = () => desk.window.execute(() => document.documentElement.lang);

step("the desk speaks another language as soon as it is chosen", async () => {
  await desk.click("rail-settings");
  await desk.choose("language", "spanish");
  await until("the page begins anew", async () => (await spoken()) === "es");
  await desk.click("rail-desk");
  await desk.click("queue-row", "May my landlord");
  await desk.see("lock-button", "Bloquear");
  // What is as wide as another language's words must not push anything out of the window.
  assert.equal(await desk.window.execute(() => document.documentElement.scrollWidth <= window.innerWidth), true);
  await desk.shoot("language-es");
});

step("the language is kept", async () => {
  await desk.stop();
  await world.startDesk();
  await desk.see("queue-row");
  assert.equal(await spoken(), "es");
});
