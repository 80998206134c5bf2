import { createRawSnippet } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OfferRow, RequestCentreView } from "../../bindings";
import { LONG, shown } from "../../shared/shown";
import { RequestCentre } from "./request-centre.svelte";
import Page from "./RequestCentre.svelte";
import { centreWith, HELP, OFFER, ROW } from "./sample";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const peek = createRawSnippet(() => ({ render: () => "<aside>an offer</aside>" }));
const groups = (...rows: OfferRow[]): RequestCentreView["groups"] => [
  { kind: "awaiting", count: rows.length, amount_texts: ["£145.00", "¥900"], rows },
];

beforeEach(() => {
  // jsdom lays nothing out: the list is as high as it says here, and so is each of its lines.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(50);
});

async function page(more: Partial<RequestCentreView> = {}, change: Partial<RequestCentre> = {}) {
  const { desk, centre } = await centreWith(more, { request_centre_mark_read: () => ({ marked_count: 1 }) });
  Object.assign(centre, change);
  const [onselect, onquestion] = [vi.fn(), vi.fn()];
  return { desk, centre, onselect, onquestion, ...shown(Page, { centre, onselect, onquestion, peek }) };
}

test("before the list is here nothing says that there is nothing; an empty one says how offers come here", async () => {
  const none = { centre: new RequestCentre(), onselect: () => {}, onquestion: () => {}, peek };
  expect(shown(Page, none).target.querySelector(".empty")).toBeNull();
  const empty = await page();
  const filtered = await page({}, { search: "nothing has this" });
  const said = (one: typeof empty) => one.text(one.target.querySelector(".empty")!);
  expect(said(empty)).not.toBe(said(filtered));
});

test("views are counted and summed, and choosing one asks for it", async () => {
  const { desk, find, press, text } = await page();
  expect(text(find("rc-view-waiting"))).toMatch(/2 ?£145\.00/);
  press("rc-view-done");
  await vi.waitFor(() => expect(desk.last("request_centre_list")).toMatchObject({ view: "done" }));
  expect(find("rc-view-done").getAttribute("aria-pressed")).toBe("true");
});

test("rows say whose they are, how they stand and what comes next; a long title stands in full", async () => {
  const { all, text, onselect, target } = await page({
    groups: groups(
      {
        ...ROW,
        title: LONG,
        is_unread: true,
        next_date: { kind: "due", at: "2026-11-25T10:00:00Z", is_urgent: true },
      },
      { ...ROW, offer_id: "offer-2", is_failed: true },
      { ...ROW, offer_id: "offer-3", is_pending: true, state: null },
      { ...ROW, offer_id: "offer-4", viewed_at: "2026-11-20T10:00:00Z" },
    ),
  });
  expect(all("rc-row").map((row) => row.dataset["state"])).toEqual(["sent", "sent", "queued", "sent"]);
  expect(text(all("rc-row")[0]!)).toContain(LONG);
  const about = all("rc-row").map((row) => text(row.querySelector(".os")!));
  expect(new Set(about).size).toBe(4);
  expect(text(target.querySelector(".grp td.num")!)).toBe("£145.00 + ¥900");
  all("rc-row")[0]?.querySelector<HTMLButtonElement>(".ot")?.click();
  expect(onselect).toHaveBeenCalledWith("offer-1");
});

test("rows are selected one by one or all, counted in words, and marked as read together", async () => {
  const { desk, all, find, press, text, has } = await page({
    groups: groups(ROW, { ...ROW, offer_id: "offer-2" }),
  });
  expect(has("rc-mark-read")).toBe(false);
  all("rc-select")[0]?.click();
  await vi.waitFor(() => expect(text(find("rc-selected"))).toContain("1"));
  expect(find<HTMLInputElement>("rc-select-all").indeterminate).toBe(true);
  find("rc-select-all").click();
  await vi.waitFor(() => expect(text(find("rc-selected"))).toContain("2"));
  press("rc-mark-read");
  await vi.waitFor(() =>
    expect(desk.last("request_centre_mark_read")).toMatchObject({
      offers: { kind: "all_but", offer_ids: [] },
    }),
  );
});

test("the offer that is open is marked, the search asks anew, and requests for help stand below", async () => {
  const { desk, write, target, has } = await page(
    { groups: groups(ROW), support_requests: [HELP] },
    { offer: OFFER },
  );
  expect(target.querySelector(".ot")?.getAttribute("aria-current")).toBe("true");
  expect(has("support-row")).toBe(true);
  write("rc-search", "domain");
  await vi.waitFor(() => expect(desk.last("request_centre_list")).toMatchObject({ search: "domain" }));
});
