// A tour through every view and dialog of the window, for what has to hold in all of them. Nothing is aimed at by
// coordinates, so that it can be made at every zoom and in every direction of writing.
import { until } from "./program.mjs";

const LONG = "Donaudampfschifffahrtsgesellschaftskapitänspatent";
/** The question the tour writes on; it has what is hard to lay out. */
export const QUESTION = {
  category: "Legal",
  title: `The builder wants another payment before he finishes, and names ${LONG}`,
  text: `We agreed on **£6,800** for a garden wall.\n\n- Half of it is paid.\n- There is no contract.\n\nHis page is https://example.com/${LONG.toLowerCase()} and says nothing.`,
};
const LETTER = { title: `Letter about ${LONG}`, price_minor: 250_000, deliverables: ["A letter, ready to send", LONG.repeat(2)] };
const KEY = { escape: "\uE00C" };

/** Asks and answers as the tour needs it, over the platform's API, on a world with the demo's data. */
export async function prepareTour(world) {
  const customer = await world.customer(world.people.customer);
  await customer.signIn();
  await customer.ask(QUESTION);
  await customer.close();
  const daniel = await world.expertsView();
  return { daniel, offer: await daniel.offerOn(await daniel.question(QUESTION.title), LETTER) };
}

/** Goes through everything and calls `look(name)` wherever it stands. */
export async function tour(desk, look) {
  const rail = (place) => desk.press(`rail-${place}`);
  const shut = async (id) => {
    await desk.keys([KEY.escape]);
    await desk.gone(id);
  };

  await rail("desk");
  await backToQueue(desk);
  await desk.see("queue-row");
  await desk.paste("queue-search", "");
  await look("queue");
  await desk.paste("queue-search", "no question has these words");
  await desk.gone("queue-row");
  await look("queue, nothing found");
  await desk.paste("queue-search", "another payment");
  await desk.see("queue-row", QUESTION.title);
  await desk.press("queue-row", QUESTION.title);
  await desk.see("conversation", QUESTION.title);
  await look("question");
  await desk.press("composer-kind-answer");
  await desk.paste("composer-text", `**He may not.** See ${LONG}.\n\n1. Write to him.\n2. Wait.`);
  await look("writing");
  await desk.press("composer-preview-button");
  await desk.see("composer-preview", "He may not.");
  await look("preview of an answer");
  await desk.press("composer-preview-button");
  await desk.press("composer-phrases");
  await desk.see("phrase");
  await look("saved replies");
  await desk.press("phrase-new");
  await desk.see("phrase-name");
  await look("saving a reply");
  await desk.press("composer-phrases");
  await desk.paste("composer-text", "");

  await offerDialog(desk, look);

  await rail("requests");
  await backToList(desk);
  await desk.press("rc-view-all_open");
  await desk.see("rc-row");
  await look("request centre");
  await desk.choose("rc-filter-currency", "GBP");
  await desk.see("rc-filter-clear");
  await look("request centre, filtered");
  await desk.press("rc-filter-clear");
  await desk.press("rc-select");
  await desk.see("rc-selected");
  await look("request centre, selected");
  await desk.press("rc-select");
  await desk.pressInside("rc-row", LETTER.title, "button");
  await desk.see("offer-view", LETTER.title);
  await look("offer sent");
  await desk.press("offer-withdraw");
  await desk.see("offer-confirm");
  await look("withdrawing asks");
  await desk.keys([KEY.escape]);
  await desk.gone("offer-confirm");
  await desk.press("offer-revise");
  await desk.see("offer-unchanged");
  await look("revision, unchanged");
  await desk.paste("offer-price", "99.00");
  await desk.see("offer-change", "£99.00");
  await look("revision");
  await desk.press("offer-discard");
  await desk.gone("offer-dialog");
  await openFirst(desk, "needs_you", "offer-start");
  await look("offer accepted");
  await desk.press("offer-cancel");
  await desk.see("cancel-reason");
  await look("cancelling");
  await openFirst(desk, "in_progress", "offer-deliver");
  await desk.press("offer-deliver");
  await desk.see("deliver-form");
  await look("delivering");
  await openFirst(desk, "done", "offer-view");
  await look("offer done");

  await rail("insights");
  await desk.see("insights-sent");
  await desk.see("insights-card");
  await look("insights");
  await desk.press("insights-as-table");
  await look("insights as tables");
  await desk.press("insights-as-table");

  await rail("settings");
  await desk.see("settings");
  for (const section of ["accounts", "appearance", "notifications", "window", "sending", "updates", "data", "diagnostics"]) {
    await desk.press(`settings-go-${section}`);
    await look(`settings, ${section}`);
  }
  await desk.press("diagnose");
  await desk.see("diagnostics");
  await look("diagnostics");
  await desk.press("account-add");
  await desk.see("add-account");
  await look("another account");
  await shut("add-account");
  await desk.press("sign-out");
  await desk.see("sign-out-question");
  await look("signing out asks");
  await desk.press("sign-out-cancel");
  await desk.gone("sign-out-question");

  await rail("notices");
  await desk.see("notices");
  await look("notices");
  await desk.press("pause");
  await desk.see("paused");
  await look("notices paused");
  await desk.press("pause");
  await shut("notices");
  await rail("help");
  await desk.see("help");
  await look("help");
  await desk.press("help-send");
  await desk.see("help-problem");
  await look("help refused");
  await desk.press("help-guide");
  await desk.see("guide");
  await look("first steps");
  await desk.press("guide-hide");
  await desk.gone("guide");
  await desk.keys(["Control", "4"]);
  await desk.see("outbox", "Everything has been sent");
  await look("waiting to be sent");
  await shut("outbox");
  await desk.keys(["Control", "k"]);
  await desk.see("palette-action");
  await look("palette");
  await desk.paste("palette-input", "wall");
  await desk.see("palette-hit");
  await look("palette with what was found");
  await desk.paste("palette-input", "no question has these words");
  await desk.gone("palette-hit");
  await look("palette, nothing found");
  await shut("palette");
  await desk.keys(["?"]);
  await desk.see("shortcuts");
  await look("shortcuts");
  await shut("shortcuts");
}

/** The dialog, empty, filled, refused, with own templates, and both previews. */
async function offerDialog(desk, look) {
  await desk.press("offer-button");
  await desk.see("offer-dialog");
  await look("offer dialog");
  await desk.paste("offer-template", "let");
  await desk.see("offer-template-option");
  await look("offer dialog, choosing a template");
  await desk.keys([KEY.escape]);
  await desk.press("offer-kind-follow_up_call");
  await until("the kind's template is in the fields", async () => (await desk.value("offer-title")) !== "");
  await desk.press("offer-add-slot");
  await desk.choose("offer-expires", "date");
  await desk.choose("offer-expires-at", "2124-02-29T12:00");
  await desk.paste("offer-note", `{client}, this is ${LONG}`);
  await desk.see("notice-note");
  await look("offer dialog, a call");
  await desk.press("offer-preview-email");
  await look("offer dialog, the letter");
  await desk.press("offer-templates-own");
  await desk.see("offer-own-templates");
  await desk.paste("offer-template-name", `Mine, ${LONG}`.slice(0, 40));
  await desk.press("offer-template-save");
  await desk.see("offer-own-template");
  await look("offer dialog, own templates");
  await desk.press("offer-template-delete");
  await desk.see("offer-template-really");
  await look("offer dialog, deleting a template asks");
  await desk.press("offer-template-really");
  await desk.gone("offer-own-template");
  await desk.press("offer-templates-own");
  await desk.paste("offer-price", "12,3x");
  await desk.press("offer-submit");
  await desk.see("offer-problems");
  await look("offer dialog, refused");
  await desk.press("offer-discard");
  await desk.gone("offer-dialog");
}

/** Opens the first offer of a view of the Request Centre on which this can be seen. */
async function openFirst(desk, view, wanted) {
  await desk.press("rail-requests");
  await backToList(desk);
  await desk.press(`rc-view-${view}`);
  await desk.see("rc-row");
  const rows = (await desk.all("rc-row")).length;
  for (let place = 0; place < rows; place += 1) {
    await backToList(desk);
    await desk.see("rc-row");
    const id = await desk.window.execute((place) => {
      const row = document.querySelectorAll('[data-testid="rc-row"]')[place];
      row.querySelector(".ot").click();
      return row.dataset.offerId;
    }, place);
    await until("the offer is open", () =>
      desk.window.execute((id) => document.querySelector('[data-testid="offer-view"]')?.dataset.offerId === id, id),
    );
    if ((await desk.all(wanted)).length > 0) return;
  }
  throw new Error(`no offer among ${view} has ${wanted}`);
}

/** Where there is room for one pane only, goes back to the list beside it. */
const back = (pane) => (desk) =>
  desk.window.execute((pane) => {
    const link = document.querySelector(`[data-testid="${pane}"] .backlink`);
    if (link?.checkVisibility()) link.click();
  }, pane);
const backToList = back("offer-view");
const backToQueue = back("conversation");
