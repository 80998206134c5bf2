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
const ACTIONS = 200;

/** Scrolls an element for so many frames, jumping far now and then; gives the time between frames in ms. Runs in the page. */
const SCROLL = (selector, frames, done) => {
  const list = document.querySelector(selector);
  const times = [];
  let last = performance.now();
  list.scrollTop = 0;
  const frame = (now) => {
    times.push(now - last);
    last = now;
    if (times.length === frames) return done(times);
    // As a wheel does; each hundredth time as the scroll bar does.
    list.scrollTop += times.length % 100 === 0 ? list.scrollHeight / 10 : 40;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
};

/** Adds a list of as many plain rows as are in sight, as high as the real one: what the web view itself needs. */
const ADD_PLAIN = () => {
  const list = document.querySelector(".queue__list");
  const plain = list.cloneNode(true);
  plain.id = "plain";
  const lines = plain.querySelector(".vlist");
  lines.style.height = list.querySelector(".vlist").style.height;
  // Rows all along the way would be a list of all; these stay in sight while the empty height passes by.
  [...lines.children].forEach((line, index) => {
    Object.assign(line.style, { position: "sticky", top: `${index * 40}px`, transform: "none" });
  });
  list.parentNode.append(plain);
  list.style.display = "none";
};

const REMOVE_PLAIN = () => {
  document.getElementById("plain").remove();
  document.querySelector(".queue__list").style.display = "";
};

/** Presses keys one after the other; gives the ms from each press to the frame that shows what it did. Runs in the page. */
const PRESS = (keys, done) => {
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
    if (times.length === keys.length) return done(times);
    const key = keys[times.length];
    const before = shown();
    const pressed = performance.now();
    const frame = () => {
      // In the frame after the one that changed the page, it has been drawn.
      if (shown() === before && performance.now() - pressed < 5000) return requestAnimationFrame(frame);
      requestAnimationFrame(() => {
        times.push(performance.now() - pressed);
        setTimeout(next, 60);
      });
    };
    window.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...key }));
    requestAnimationFrame(frame);
  };
  next();
};

const run = (desk, script, ...given) => desk.window.executeAsync(script, ...given);
const desktop = new Desktop();
const desk = new Desk(desktop, "desk", folder);
try {
  await desktop.start();
  await desk.start({ url, email, password });
  await new Expert(desk).online();
  await desk.see("queue-row");
  await desk.window.setTimeout({ script: 120_000 });
  const lines = await desk.window.execute(() => Number(document.querySelector(".vlist__line").getAttribute("aria-setsize")));

  const frames = await run(desk, SCROLL, ".queue__list", FRAMES);
  await until("the rows are in sight", async () => (await desk.all("queue-row")).length > 5);
  await desk.window.execute(ADD_PLAIN);
  const plainFrames = await run(desk, SCROLL, "#plain", FRAMES);
  await desk.window.execute(REMOVE_PLAIN);

  await desk.click("queue-row");
  await desk.see("conversation");
  const cycle = [{ key: "j" }, { key: "j" }, { key: "j" }, { key: "k" }, { key: "2" }, { key: "1" }, { key: "2", ctrlKey: true }, { key: "1", ctrlKey: true }];
  const keys = Array.from({ length: ACTIONS }, (_, index) => cycle[index % cycle.length]);
  const actions = await run(desk, PRESS, keys);
  console.log(JSON.stringify({ lines, frames, plain_frames: plainFrames, actions }));
} finally {
  await desk.stop();
  await desktop.stop();
}
