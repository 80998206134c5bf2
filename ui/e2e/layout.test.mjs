// Every view and dialog at twice the size in a small window, from right to left, and without motion: nothing is cut off
// or out of reach.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Expert } from "./harness/expert.mjs";
import { outOfReach } from "./harness/layout.mjs";
import { until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { prepareTour, tour } from "./harness/tour.mjs";

/** What the key for a larger zoom steps through. */
const ZOOMS = [1.1, 1.25, 1.5, 1.75, 2];

let world;
let desk;

const { scenario } = testsOf(
  async (opened) => {
    world = opened;
    desk = world.desk;
    // What a desktop's own setting for less motion writes.
    const settings = join(world.desktop.env.XDG_CONFIG_HOME, "gtk-3.0");
    mkdirSync(settings, { recursive: true });
    writeFileSync(join(settings, "settings.ini"), "[Settings]\ngtk-enable-animations=0\n");
    await prepareTour(world);
    await world.startDesk();
    await new Expert(desk).online();
    await desk.window.setTimeout({ script: 120_000 });
  },
  { demo: true },
);

/** Makes the tour; fails with all that cannot be read or reached. */
async function all(pictures) {
  const found = [];
  await tour(desk, async (view) => {
    found.push(...(await outOfReach(desk, view)));
    if (pictures) await desk.shoot(`${pictures}-${view.replaceAll(/[ ,]+/g, "-")}`);
  });
  assert.equal(found.length, 0, `\n${[...new Set(found)].join("\n")}`);
}

/** Draws the window in this size, direction and zoom; the zoom is the app's own, in steps of its key. */
async function draw(width, height, dir, zoom = 1) {
  await world.desktop.closeNotifications();
  const [id] = await world.desktop.visibleWindows("Proffer");
  await world.desktop.resizeWindow(id, width, height);
  await desk.window.execute((dir) => (document.documentElement.dir = dir), dir);
  await desk.keys(["Control", "0"]);
  const isWide = (wide) => desk.window.execute((wide) => Math.abs(innerWidth - wide) < 2, wide);
  await until(`the window is ${width} px wide`, () => isWide(width));
  // Each step is kept before the next begins from it.
  for (const step of ZOOMS.filter((one) => one <= zoom)) {
    await desk.keys(["Control", "+"]);
    await until(`it is drawn at ${step} times its size`, () => isWide(width / step));
  }
}

scenario("with less motion wished for, nothing moves", async () => {
  assert.ok(await desk.window.execute(() => matchMedia("(prefers-reduced-motion: reduce)").matches));
  await desk.keys(["?"]);
  await desk.see("shortcuts");
  const moving = await desk.window.execute(() => {
    const timed = [...document.querySelectorAll("*")].filter((one) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(one);
      return animationName !== "none" || scrollBehavior === "smooth" || transitionDuration.split(", ").some((time) => parseFloat(time) > 0);
    });
    return timed.length + document.getAnimations().length;
  });
  assert.equal(moving, 0);
  await desk.keys(["\uE00C"]);
  await desk.gone("shortcuts");
});

scenario("at 1280×800 nothing is cut off or out of reach", async () => {
  await draw(1280, 800, "ltr");
  await all();
});

scenario("at 960×640 nothing is cut off or out of reach", async () => {
  await draw(960, 640, "ltr");
  await all();
});

scenario("from right to left the panes stand the other way round, and nothing is cut off or out of reach", async () => {
  await draw(960, 640, "rtl");
  const [rail, work] = await desk.window.execute(() => [".rail", ".app__main"].map((one) => document.querySelector(one).getBoundingClientRect().left));
  assert.ok(rail > work, `the rail at ${rail}, the work at ${work}`);
  await all("rtl");
});

scenario("at 200% zoom and 960×640 nothing is cut off or out of reach", async () => {
  await draw(960, 640, "ltr", 2);
  await all("zoom");
});

scenario("at 200% zoom, from right to left, nothing is cut off or out of reach either", async () => {
  await draw(960, 640, "rtl", 2);
  await all();
});
