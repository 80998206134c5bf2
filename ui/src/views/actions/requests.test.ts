import { afterEach, expect, test, vi } from "vitest";
import { actionsOf } from ".";
import type { OfferView, RequestCentreView } from "../../bindings";
import { ScriptedDesk } from "../../host/scripted-desk";
import { isAvailable } from "../../shared/shortcuts";
import { DeskWindow } from "../desk.svelte";

afterEach(() => vi.unstubAllGlobals());

/** The Request Centre with these offers, the first of which is looked at. */
async function requests(...ids: string[]) {
  const rows = ids.map((offer_id) => ({ offer_id }));
  const asked = new ScriptedDesk({
    request_centre_list: ({ selected_ids }) =>
      ({
        views: [],
        groups: [{ kind: "awaiting", count: rows.length, amount_texts: [], rows }],
        selected_ids,
      }) as unknown as RequestCentreView,
    request_centre_mark_read: () => ({ marked_count: 1 }),
    offer_show: ({ offer_id }) =>
      ({
        offer_id,
        actions: [],
        pending: null,
        delivery_draft: { message: "", is_call_outcome: false, attachments: [], saved_at: null },
      }) as unknown as OfferView,
  });
  const desk = new DeskWindow();
  const screen = { focus: vi.fn(), press: vi.fn() };
  await desk.openOffer(ids[0] ?? "");
  const actions = actionsOf(desk, screen);
  const run = (id: string) => {
    const found = actions.find((one) => one.id === id);
    expect(found && isAvailable(found), id).toBe(true);
    found?.run();
  };
  return { asked, desk, screen, run };
}

test("rows are selected by key, which opens none of them, and marked as read together", async () => {
  const { asked, desk, screen, run } = await requests("a", "b", "c");
  run("select");
  run("select-down");
  await vi.waitFor(() => expect(screen.focus).toHaveBeenCalledWith("rc-open-b"));
  expect(desk.centre.offer?.offer_id).toBe("a");
  run("mark-read");
  await vi.waitFor(() =>
    expect(asked.last("request_centre_mark_read")).toEqual({
      offers: { kind: "these", offer_ids: ["a", "b"] },
    }),
  );
});

test("all are selected by key without any of them being asked for", async () => {
  const { asked, run } = await requests("a", "b");
  run("select-all");
  run("mark-read");
  await vi.waitFor(() =>
    expect(asked.last("request_centre_mark_read")).toMatchObject({
      offers: { kind: "all_but", view: "all_open", offer_ids: [] },
    }),
  );
});

test("the next and the previous offer are opened by key", async () => {
  const { desk, run } = await requests("a", "b");
  run("next");
  await vi.waitFor(() => expect(desk.centre.offer?.offer_id).toBe("b"));
  run("previous");
  await vi.waitFor(() => expect(desk.centre.offer?.offer_id).toBe("a"));
});
