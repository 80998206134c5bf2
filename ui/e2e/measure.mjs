// Measures the real window over a desk's data: `npm run bench` starts it. Prints one line of JSON.
//
//   node ui/e2e/measure.mjs DATA_FOLDER PLATFORM_URL EMAIL PASSWORD
//
// Everything is timed inside the page, so that the driver's own time does not count.
import { Desk } from "./harness/desk.mjs";
import { Desktop } from "./harness/desktop.mjs";
import { Expert } from "./harness/expert.mjs";
import { until } from "./harness/program.mjs";

const [folder, url, email, password] = process.argv.slice(2);
const FRAMES = 600;
const FRAMES_AT_ONCE = 100;
const ROUNDS = 20;
const OFFERS = 5;
const PLAIN_ROWS = 2_000;

/** Scrolls an element for so many frames, at first far; gives the time between frames in ms. Runs in the page. */
const SCROLL = (selector, frames, done) => {
  const list = document.querySelector(selector);
  const times = [];
  let last;
  const frame = (now) => {
    if (last !== undefined) times.push(now - last);
    last = now;
    if (times.length === frames) return done(times);
    // As the scroll bar does, and then as a wheel does.
    list.scrollTop += times.length === 0 ? list.scrollHeight / 10 : 40;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
};

/** Scrolls an element from its top, in as many parts as the driver has the patience for. */
async function scroll(selector) {
  await desk.window.execute((selector) => (document.querySelector(selector).scrollTop = 0), selector);
  const times = [];
  while (times.length < FRAMES) times.push(...(await run(desk, SCROLL, selector, FRAMES_AT_ONCE)));
  return times;
}

/** Adds a list of rows that never change and are all there: what the web view itself needs to scroll such rows. */
const ADD_PLAIN = (count) => {
  const list = document.querySelector(".queue__list");
  const plain = list.cloneNode(true);
  plain.id = "plain";
  const lines = plain.querySelector(".vlist");
  const rows = [...lines.children].filter((line) => line.querySelector(".qrow"));
  lines.replaceChildren();
  lines.style.height = "auto";
  for (let index = 0; index < count; index += 1) {
    const line = rows[index % rows.length].cloneNode(true);
    Object.assign(line.style, { position: "static", transform: "none" });
    lines.append(line);
  }
  list.parentNode.append(plain);
  list.style.display = "none";
};

const REMOVE_PLAIN = () => {
  document.getElementById("plain").remove();
  document.querySelector(".queue__list").style.display = "";
};

/** Takes acts one after the other, each a key or a click; gives the ms from each to the frame that shows what it did. Runs in the page. */
const ACT = (acts, done) => {
  const times = [];
  const shown = () =>
    [
      document.querySelector('[data-testid="conversation"]')?.dataset.questionId,
      document.querySelector('.qrow[aria-current="true"]')?.dataset.questionId,
      document.querySelector('[data-testid^="queue-filter"][aria-pressed="true"]')?.dataset.testid,
      document.querySelector('[data-testid="palette"]') !== null,
      document.querySelector('[data-testid="request-centre"]') !== null,
    ].join();
  const next = () => {
    if (times.length === acts.length) return done(times);
    const { click, ...key } = acts[times.length];
    const target = click && document.querySelector(click);
    if (click && !target) return done(`${click} is not there`);
    const before = shown();
    const pressed = performance.now();
    const frame = () => {
      // In the frame after the one that changed the page, it has been drawn.
      if (shown() === before) {
        if (performance.now() - pressed > 5000) return done(`nothing came of ${JSON.stringify(acts[times.length])}`);
        return requestAnimationFrame(frame);
      }
      requestAnimationFrame(() => {
        times.push(performance.now() - pressed);
        setTimeout(next, 60);
      });
    };
    if (target) target.click();
    else window.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...key }));
    requestAnimationFrame(frame);
  };
  next();
};

const run = (desk, script, ...given) => desk.window.executeAsync(script, ...given);
const desktop = new Desktop();
const desk = new Desk(desktop, "desk", folder);
const expert = new Expert(desk);

const offeredOn = [];

/** Offers something on the next question that the expert has answered, from a template by keys alone; gives the seconds. */
async function offerByKeyboard() {
  await desk.press("queue-filter-mine");
  await desk.window.execute(() => (document.querySelector(".queue__list").scrollTop = 0));
  const id = await until("a question is answered and has no offer", () =>
    desk.window.execute((done) => {
      const rows = [...document.querySelectorAll(".qrow")].filter((row) => row.textContent.includes("Answer confirmed"));
      const row = rows.find((one) => !done.includes(one.dataset.questionId));
      row?.click();
      return row?.dataset.questionId;
    }, offeredOn),
  );
  offeredOn.push(id);
  await until("it is open", () =>
    desk.window.execute((id) => document.querySelector(`[data-testid="conversation"][data-question-id="${id}"]`) !== null, id),
  );
  await desk.window.execute(() => document.activeElement?.blur());
  const began = performance.now();
  await desk.keys(["Control", "Shift", "o"]);
  await focused("offer-template");
  for (const letter of "letter") await desk.keys([letter]);
  await desk.see("offer-template-option");
  await desk.keys(["\uE007"]);
  await focused("offer-price");
  await desk.keys(["Control", "a"]);
  for (const digit of "120") await desk.keys([digit]);
  await desk.keys(["Control", "\uE007"]);
  await desk.gone("offer-dialog");
  const seconds = (performance.now() - began) / 1000;
  await desk.see("question-offer");
  return seconds;
}

const focused = (id) => until(`the keyboard is at ${id}`, () => desk.window.execute((id) => document.activeElement?.id === id, id));
try {
  await desktop.start();
  await desk.start({ url, email, password });
  await expert.online();
  await desk.see("queue-row");
  await desk.window.setTimeout({ script: 120_000 });
  const lines = await desk.window.execute(() => Number(document.querySelector(".vlist__line").getAttribute("aria-setsize")));

  const frames = await scroll(".queue__list");
  await until("the rows are in sight", async () => (await desk.all("queue-row")).length > 5);
  await desk.window.execute(ADD_PLAIN, PLAIN_ROWS);
  const plainFrames = await scroll("#plain");
  await desk.window.execute(REMOVE_PLAIN);

  await desk.click("queue-row");
  await desk.see("conversation");
  // Each leads to something else than what is shown, or there would be nothing to wait for.
  const cycle = [
    { key: "j" },
    { key: "j" },
    { key: "j" },
    { key: "k" },
    { key: "2" },
    { key: "1" },
    { key: "2", ctrlKey: true },
    { key: "1", ctrlKey: true },
    { click: '.qrow:not([aria-current="true"])' },
    { click: '[data-testid="queue-filter-waiting"]' },
    { click: '[data-testid="queue-filter-all"]' },
    { key: "k", ctrlKey: true },
    { click: '[data-testid="palette"] .palette__top button' },
    { click: '[data-testid="rail-requests"]' },
    { click: '[data-testid="rail-desk"]' },
  ];
  const actions = [];
  const slowest = cycle.map((act) => ({ act: Object.values(act).join(" "), times: [] }));
  // One after the other: the driver waits a minute for an answer and no longer.
  for (let round = 0; round < ROUNDS; round += 1) {
    const times = await run(desk, ACT, cycle);
    if (typeof times === "string") throw new Error(times);
    actions.push(...times);
    times.forEach((time, place) => slowest[place].times.push(time));
  }
  for (const { act, times } of slowest) {
    const sorted = times.toSorted((one, other) => one - other);
    console.error(`    ${act}: ${[0.5, 0.9, 1].map((share) => Math.round(sorted[Math.ceil(share * times.length) - 1])).join(" / ")} ms`);
  }
  const offers = [];
  for (let round = 0; round < OFFERS; round += 1) offers.push(await offerByKeyboard());
  for (const [what, times] of Object.entries({ list: frames, plain: plainFrames })) {
    const sorted = times.toSorted((one, other) => one - other);
    console.error(`    frames of the ${what}: ${[0.1, 0.5, 0.9, 1].map((share) => Math.round(sorted[Math.ceil(share * times.length) - 1])).join(" / ")} ms`);
  }
  console.log(JSON.stringify({ lines, frames, plain_frames: plainFrames, actions, offers }));
} catch (error) {
  await desk.shoot("failed-measure").catch(() => {});
  throw error;
} finally {
  await desk.stop();
  await desktop.stop();
}
