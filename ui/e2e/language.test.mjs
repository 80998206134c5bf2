// The app in its languages: what is chosen is spoken at once, and again after the next start.
import assert from "node:assert/strict";
import { Expert } from "./harness/expert.mjs";
import { outOfReach } from "./harness/layout.mjs";
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

/** Each view with what is on the screen once it is there. */
const VIEWS = { "rail-desk": "lock-button", "rail-requests": "request-centre", "rail-insights": "insights", "rail-settings": "settings" };

for (const [language, tag, lock] of [
  ["spanish", "es", "Bloquear"],
  ["german", "de", "sperren"],
  ["japanese", "ja", "ロック"],
]) {
  step(`the desk speaks ${language} as soon as it is chosen, and nothing is cut off or out of reach`, async () => {
    await desk.click("rail-settings");
    await desk.choose("language", language);
    await until("the page begins anew", async () => (await spoken()) === tag);
    await desk.click("rail-desk");
    await desk.click("queue-row", "May my landlord");
    const cut = [];
    for (const [place, shown] of Object.entries(VIEWS)) {
      await desk.click(place);
      await desk.see(shown);
      cut.push(...(await outOfReach(desk, place)));
      await desk.shoot(`language-${tag}-${shown}`);
    }
    assert.deepEqual(cut, []);
  });

  step(`a command is found by its name in ${language}`, async () => {
    await desk.click("rail-desk");
    await desk.see("lock-button");
    await desk.keys(["Control", "k"]);
    await desk.paste("palette-input", `> ${lock}`);
    await desk.see("palette-action", lock);
    await desk.shoot(`language-${tag}-palette`);
    await desk.keys(["Escape"]);
    await desk.gone("palette");
    await desk.keys(["?"]);
    await desk.see("shortcuts");
    await desk.shoot(`language-${tag}-shortcuts`);
    await desk.keys(["Escape"]);
    await desk.gone("shortcuts");
  });
}

step("the language is kept", async () => {
  await desk.stop();
  await world.startDesk();
  await desk.see("queue-row");
  assert.equal(await spoken(), "ja");
});
