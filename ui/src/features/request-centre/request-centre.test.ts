import { afterEach, expect, test, vi } from "vitest";
import type { OfferView, RequestCentreView } from "../../bindings";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import { RequestCentre } from "./request-centre.svelte";

const list = (...ids: string[]) =>
  ({ views: [], groups: [{ rows: ids.map((offer_id) => ({ offer_id })) }] }) as unknown as RequestCentreView;

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
  expect(centre.message).toBe("draft of a");
  centre.message = "Here is your letter";
  await centre.refresh();
  expect(centre.message).toBe("Here is your letter");
  await centre.open("b");
  expect(centre.message).toBe("draft of b");
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
  centre.message = "Here is your letter";
  await centre.deliver();
  expect(desk.count("offer_deliver")).toBe(0);
  expect(centre.error?.code).toBe("storage_failed");
  expect(centre.message).toBe("Here is your letter");

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
  expect(centre.rows.map((row) => row.offer_id)).toEqual(["done"]);
});

test("selected offers are marked as read together, and the selection is over", async () => {
  const desk = new ScriptedDesk({
    request_centre_list: () => list("a", "b", "c"),
    request_centre_mark_read: () => ({ marked_count: 2 }),
    offer_show: ({ offer_id }) => offer(offer_id),
  });
  const centre = new RequestCentre();
  await centre.open("a");
  centre.toggleShown();
  expect(centre.extendSelection(1)).toBe("b");
  await centre.markRead();
  expect(desk.last("request_centre_mark_read")).toEqual({ offer_ids: ["a", "b"] });
  expect(centre.selection.ids.size).toBe(0);
  expect(centre.markedCount).toBe(2);
  await centre.markRead();
  expect(desk.count("request_centre_mark_read")).toBe(1);
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
  expect(centre.rows).toHaveLength(1);
  desk.answers.request_centre_list = () => list("a", "b");
  await centre.clearFilter();
  expect(centre.filterError).toBeNull();
  expect(centre.isFiltered).toBe(false);
  expect(centre.rows).toHaveLength(2);
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
