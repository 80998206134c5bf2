import { afterEach, expect, test, vi } from "vitest";
import type { OfferRow, OfferView, RequestCentreView } from "../../bindings";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import { NO_FILTER, RequestCentre } from "./request-centre.svelte";

const rowsOf = (ids: string[]) => ids.map((offer_id) => ({ offer_id }) as OfferRow);
const list = (...ids: string[]) =>
  ({
    views: [],
    groups: [{ kind: "awaiting", count: ids.length, amount_texts: [], rows: rowsOf(ids) }],
    selected_ids: [],
  }) as unknown as RequestCentreView;

/** A desk with so many offers that await their customers. */
const long = (count: number) => {
  const page = (offset: number, limit: number) =>
    rowsOf(
      Array.from(
        { length: Math.max(0, Math.min(limit, count - offset)) },
        (_, index) => `o${offset + index}`,
      ),
    );
  return new ScriptedDesk({
    request_centre_list: ({ limit, selected_ids }) => ({
      ...list(),
      groups: [{ kind: "awaiting", count, amount_texts: [], rows: page(0, limit) }],
      selected_ids,
    }),
    request_centre_page: ({ offset, limit }) => ({ rows: page(offset, limit) }),
    request_centre_mark_read: () => ({ marked_count: 7 }),
    offer_show: ({ offer_id }) => offer(offer_id),
  });
};

/** The offers whose rows are here. */
const here = (centre: RequestCentre) =>
  Array.from({ length: centre.lines.count }, (_, index) => centre.lines.line(index)).flatMap((line) =>
    line?.kind === "row" && line.row ? [line.row.offer_id] : [],
  );

const offer = (offer_id: string, message = "", state = "in_progress") =>
  ({
    offer_id,
    state,
    delivery_draft: { message, is_call_outcome: false, attachments: [] },
  }) as unknown as OfferView;

afterEach(() => vi.unstubAllGlobals());

test("a delivery being written stays when its offer comes anew, and gives way to another offer's", async () => {
  new ScriptedDesk({
    request_centre_list: () => list("a", "b"),
    offer_show: ({ offer_id }) => offer(offer_id, `draft of ${offer_id}`),
  });
  const centre = new RequestCentre();
  await centre.open("a");
  expect(centre.delivery.message).toBe("draft of a");
  centre.delivery.message = "Here is your letter";
  await centre.refresh();
  expect(centre.delivery.message).toBe("Here is your letter");
  await centre.open("b");
  expect(centre.delivery.message).toBe("draft of b");
});

test("a delivery that could not be kept is not sent, and stays", async () => {
  const desk = new ScriptedDesk({
    request_centre_list: () => list("a"),
    offer_show: ({ offer_id }) => offer(offer_id),
    offer_delivery_save: () => {
      throw refusal("storage_failed");
    },
    offer_deliver: () => offer("a", "", "delivered"),
  });
  const centre = new RequestCentre();
  await centre.open("a");
  centre.delivery.message = "Here is your letter";
  await centre.deliver();
  expect(desk.count("offer_deliver")).toBe(0);
  expect(centre.error?.code).toBe("storage_failed");
  expect(centre.delivery.message).toBe("Here is your letter");

  desk.answers.offer_delivery_save = () => null;
  await centre.deliver();
  expect(desk.count("offer_deliver")).toBe(1);
  expect(centre.offer?.state).toBe("delivered");
});

test("a refused act is told and leaves the offer as it was", async () => {
  new ScriptedDesk({
    request_centre_list: () => list("a"),
    offer_show: ({ offer_id }) => offer(offer_id, "", "sent"),
    offer_withdraw: () => {
      throw refusal("offer_state_conflict");
    },
  });
  const centre = new RequestCentre();
  await centre.open("a");
  await centre.withdraw();
  expect(centre.error?.code).toBe("offer_state_conflict");
  expect(centre.offer?.state).toBe("sent");
  expect(centre.isBusy).toBe(false);
});

test("a slow list of an earlier view does not win over a later one", async () => {
  const slow = later<RequestCentreView>();
  new ScriptedDesk({
    request_centre_list: ({ view }) => (view === "all_open" ? slow.promise : list("done")),
  });
  const centre = new RequestCentre();
  const first = centre.load();
  await centre.choose("done");
  slow.give(list("open"));
  await first;
  expect(here(centre)).toEqual(["done"]);
});

test("selected offers are marked as read together, and the selection is over", async () => {
  const desk = new ScriptedDesk({
    request_centre_list: ({ selected_ids }) => ({ ...list("a", "b", "c"), selected_ids }),
    request_centre_mark_read: () => ({ marked_count: 2 }),
    offer_show: ({ offer_id }) => offer(offer_id),
  });
  const centre = new RequestCentre();
  await centre.open("a");
  centre.toggleShown();
  expect(await centre.extendSelection(1)).toBe("b");
  await centre.markRead();
  expect(desk.last("request_centre_mark_read")).toEqual({
    offers: { kind: "these", offer_ids: ["a", "b"] },
  });
  expect(centre.selectedCount).toBe(0);
  expect(centre.markedCount).toBe(2);
  await centre.markRead();
  expect(desk.count("request_centre_mark_read")).toBe(1);
});

test("of a long list only what is in sight is fetched, and stays when the list comes anew", async () => {
  const desk = long(50_000);
  const centre = new RequestCentre();
  await centre.load();
  expect(centre.lines.rowCount).toBe(50_000);
  expect(here(centre)).toHaveLength(60);
  await centre.lines.show(30_001, 30_015);
  await centre.lines.show(30_002, 30_010);
  expect(desk.count("request_centre_page")).toBe(1);
  await centre.load();
  expect(centre.lines.line(30_001)).toMatchObject({ row: { offer_id: "o30000" } });
  expect(here(centre)).toHaveLength(120);
});

test("the next offer is fetched when it is not here, and the one looked at is known wherever the list is", async () => {
  long(500);
  const centre = new RequestCentre();
  await centre.load();
  await centre.open("o59");
  expect(await centre.neighbour(1)).toBe("o60");
  await centre.open("o60");
  await centre.lines.show(400, 420);
  await centre.refresh();
  expect(await centre.neighbour(1)).toBe("o61");
  expect(await centre.neighbour(-1)).toBe("o59");
});

test("a range is selected over rows that are not here yet", async () => {
  const desk = long(500);
  const centre = new RequestCentre();
  await centre.load();
  await centre.open("o58");
  centre.toggleShown();
  for (const next of ["o59", "o60", "o61"]) expect(await centre.extendSelection(1)).toBe(next);
  await centre.markRead();
  expect(desk.last("request_centre_mark_read")).toEqual({
    offers: { kind: "these", offer_ids: ["o58", "o59", "o60", "o61"] },
  });
});

test("all but some of a long list are marked without their ids, and only of what was shown", async () => {
  const desk = long(50_000);
  const centre = new RequestCentre();
  await centre.load();
  centre.toggleAll();
  expect(centre.selectedCount).toBe(50_000);
  centre.selection.toggle("o7");
  expect(centre.selectedCount).toBe(49_999);
  await centre.markRead();
  expect(desk.last("request_centre_mark_read")).toEqual({
    offers: { kind: "all_but", view: "all_open", search: "", filter: NO_FILTER, offer_ids: ["o7"] },
  });
  centre.toggleAll();
  await centre.choose("done");
  expect(centre.selectedCount).toBe(0);
});

test("what the list does not show any more is not selected any more", async () => {
  const desk = new ScriptedDesk({
    request_centre_list: ({ selected_ids }) => ({ ...list("a", "b"), selected_ids }),
  });
  const centre = new RequestCentre();
  await centre.load();
  centre.selection.toggle("a");
  centre.selection.toggle("b");
  desk.answers.request_centre_list = () => ({ ...list("b"), selected_ids: ["b"] });
  await centre.narrow({ kind: "other" });
  expect(desk.last("request_centre_list")).toMatchObject({ selected_ids: ["a", "b"] });
  expect(centre.selection.has("a")).toBe(false);
  expect(centre.selectedCount).toBe(1);
});

test("a filter that cannot be read is told and leaves the list as it was", async () => {
  const problem = { pointer: "/filter/min_text", code: "malformed" as const, message: "no amount" };
  const desk = new ScriptedDesk({ request_centre_list: () => list("a") });
  const centre = new RequestCentre();
  await centre.narrow({ currency: "GBP" });
  expect(centre.isFiltered).toBe(true);
  desk.answers.request_centre_list = () => {
    throw refusal("invalid_fields", "", [problem]);
  };
  await centre.narrow({ min_text: "a lot" });
  expect(centre.filterError?.fields).toEqual([problem]);
  expect(here(centre)).toEqual(["a"]);
  desk.answers.request_centre_list = () => list("a", "b");
  await centre.clearFilter();
  expect(centre.filterError).toBeNull();
  expect(centre.isFiltered).toBe(false);
  expect(here(centre)).toEqual(["a", "b"]);
});

test.each([
  ["start", "offer_start"],
  ["withdraw", "offer_withdraw"],
  ["remind", "offer_remind"],
] as const)("what was asked about as %s is done once it is confirmed", async (asks, name) => {
  const desk = new ScriptedDesk({
    request_centre_list: () => list("a"),
    offer_show: ({ offer_id }) => offer(offer_id),
    [name]: () => offer("a"),
  });
  const centre = new RequestCentre();
  await centre.open("a");
  await centre.confirm();
  expect(desk.count(name)).toBe(0);
  centre.asks = asks;
  await centre.confirm();
  expect(desk.last(name)).toEqual({ offer_id: "a" });
  expect(centre.asks).toBeNull();
});
