// What a screen reader is told of the window, read from the accessibility bus: names and roles of all that matters, and
// that what happens is announced.
import assert from "node:assert/strict";
import { Expert } from "./harness/expert.mjs";
import { until } from "./harness/program.mjs";
import { testsOf } from "./harness/steps.mjs";
import { prepareTour, QUESTION } from "./harness/tour.mjs";

let world;
let desk;
let reader;

const { step } = testsOf(
  async (opened) => {
    world = opened;
    desk = world.desk;
    reader = await world.desktop.startScreenReader();
    await prepareTour(world);
    await world.startDesk();
    await new Expert(desk).online();
    await desk.see("queue-row", QUESTION.title);
  },
  { demo: true },
);

/** The parts of a tree, each with the parts it lies in. */
function* parts(node, within = []) {
  yield { ...node, name: node.name.replaceAll(/\s+/g, " "), within };
  for (const child of node.children) yield* parts(child, [...within, node]);
}

const inWindow = async () => {
  const tree = await reader.tree();
  const window = [...parts(tree)].find((part) => part.role === "document web" && part.name === "Proffer");
  return window ? [...parts(window)] : [];
};

/** Waits until there is a part of this role whose name holds this text; within a part of the name `within` if given. */
const told = (role, name, within) =>
  until(`a ${role} “${name}” is told`, async () =>
    (await inWindow()).find(
      (part) =>
        part.role === role &&
        (part.name.includes(name) || (part.name === "" && part.text.includes(name))) &&
        (!within || part.within.some((outer) => outer.name === within)),
    ),
  );

/** What takes the keyboard and has no name. */
const nameless = async () =>
  (await inWindow())
    .filter((part) => part.states.includes("focusable") && part.name.trim() === "" && !["document web", "paragraph", "section"].includes(part.role))
    .map((part) => `${part.role} in ${part.within.map(({ role, name }) => name || role).join(" › ")}`);

/** Waits until this was announced politely or at once. */
const announced = (what, text) =>
  until(`${what} is announced`, () =>
    reader.events().find((event) => event.live !== "" && [event.text, event.child?.text, event.name].some((said) => said?.includes(text))),
  );

step("the window's parts have their roles and names", async () => {
  await told("landmark", "Main");
  const desk = await told("push button", "Desk", "Main");
  assert.ok(desk.within.some(({ role }) => role === "list"), "the places are a list");
  await told("push button", "Request Centre", "Main");
  await told("landmark", "Queue");
  await told("heading", "Queue", "Queue");
  await told("entry", "Search questions", "Queue");
  const all = await told("toggle button", "All", "Queue");
  assert.ok(all.states.includes("pressed") || all.states.includes("checked"), all.states.join());
  const row = await told("push button", QUESTION.title, "Queue");
  assert.ok(row.within.some(({ role }) => role === "list"), "questions are a list");
  assert.match(row.name, /^Legal · Q-\d+ .*patent ?\. ?Awaiting customer/);
  await told("landmark", "Conversation");
  assert.deepEqual(await nameless(), []);
});

step("a conversation is read in order, each message with who wrote it", async () => {
  await desk.press("queue-row", QUESTION.title);
  await desk.see("conversation", QUESTION.title);
  await told("heading", QUESTION.title, "Conversation");
  const found = await inWindow();
  const place = (text) => found.findIndex((part) => part.name.includes(text) || part.text.includes(text));
  assert.ok(place("garden wall") > 0 && place("three steps") > place("garden wall"));
  await told("entry", "Your Answer", "Conversation");
  await told("push button", "Offer Premium Service");
  await told("list item", "Locked");
  assert.deepEqual(await nameless(), []);
});

step("the offer dialog is a dialog with a name, and its fields have theirs", async () => {
  await desk.press("offer-button");
  await desk.see("offer-dialog");
  await told("dialog", "Offer Premium Service");
  for (const name of ["Title", "Price", "Note to Helen"]) await told("entry", name, "Offer Premium Service");
  await told("combo box", "Start from a template", "Offer Premium Service");
  await told("radio button", "Letter templates", "Offer Premium Service");
  await told("push button", "Submit Offer", "Offer Premium Service");
  assert.deepEqual(await nameless(), []);
  await desk.press("offer-submit");
  await announced("what is missing", "Choose what kind");
  await desk.press("offer-discard");
  await desk.gone("offer-dialog");
});

step("the Request Centre is a table with headings, insights have tables behind their charts, settings their switches", async () => {
  await desk.press("rail-requests");
  await desk.see("rc-row");
  await told("column header", "Customer");
  await told("check box", "Select");
  assert.deepEqual(await nameless(), []);
  await desk.press("rail-insights");
  await desk.see("insights-card");
  await told("table", "Earnings by month");
  await told("row header", "Letter templates");
  assert.deepEqual(await nameless(), []);
  await desk.press("rail-settings");
  await desk.see("settings");
  await told("check box", "Show notifications on the desktop");
  await told("combo box", "Language");
  assert.deepEqual(await nameless(), []);
});

step("what happens is announced: a pause, an accepted offer, work without the platform", async () => {
  await desk.press("rail-notices");
  await desk.see("notices");
  await desk.press("pause");
  await announced("the pause", "Notifications are paused");
  await desk.press("pause");
  await desk.keys(["\uE00C"]);
  await desk.gone("notices");
  const customer = await world.platform.client(world.people.customer);
  const daniel = await world.expertsView();
  const [offer] = (await daniel.documents("offer")).map((one) => one.offer).filter((one) => one.terms.title.startsWith("Letter about"));
  await customer.post(`/v1/offers/${offer.id}/accept`, { version: 1 });
  await desk.see("toast");
  await announced("the acceptance", "accepted your offer");
  await world.platform.stop();
  await new Expert(desk).offline();
  await announced("that the platform is away", "Offline");
});
