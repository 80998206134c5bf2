// axe-core over every view and dialog of the window, over the demo's data, in light and dark.
import assert from "node:assert/strict";
import { violationsInWindow } from "./harness/axe.mjs";
import { Expert } from "./harness/expert.mjs";
import { testsOf } from "./harness/steps.mjs";
import { prepareTour, tour } from "./harness/tour.mjs";

let world;
let desk;

const { step } = testsOf(
  async (opened) => {
    world = opened;
    desk = world.desk;
    await prepareTour(world);
    // Only where a tray is shown, closing the window asks.
    await world.desktop.startTray();
    await world.startDesk();
    await new Expert(desk).online();
  },
  { demo: true },
);

step("no view and no dialog breaks a rule of WCAG 2.2 AA", async () => {
  const found = [];
  const seen = [];
  await tour(desk, async (view) => {
    seen.push(view);
    found.push(...(await violationsInWindow(desk, view, { isShot: false })));
  });
  assert.equal(found.length, 0, `\n${[...new Set(found)].join("\n")}`);
  assert.ok(seen.length >= 45, `${seen.length} views`);
});

step("the question that is asked when the window is closed, the first time, breaks none either", async () => {
  const [id] = await world.desktop.visibleWindows("Proffer");
  await world.desktop.closeWindow(id);
  await desk.see("tray-question");
  const found = await violationsInWindow(desk, "closing asks");
  assert.equal(found.length, 0, `\n${found.join("\n")}`);
  await desk.press("tray-cancel");
  await desk.gone("tray-question");
});
