import { createRawSnippet } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OfferRow, RequestCentreView } from "../../bindings";
import { shown } from "../../shared/shown";
import OfferTable from "./OfferTable.svelte";
import { centreWith, OFFER, ROW } from "./sample";

beforeEach(() => {
  // jsdom lays nothing out: the list is as high as it says here, and so is each of its lines.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.spyOn(Element.prototype, "scrollHeight", "get").mockReturnValue(10_000_000);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(50);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const below = createRawSnippet(() => ({ render: () => "<p>requests for help</p>" }));
const rowsFrom = (offset: number, count: number): OfferRow[] =>
  Array.from({ length: count }, (_, index) => ({ ...ROW, offer_id: `offer-${offset + index}` }));

/** The table over so many offers that await their customers, and a few that are to be fulfilled. */
async function table(count: number) {
  const groups: RequestCentreView["groups"] = [
    {
      kind: "to_fulfil",
      count: 2,
      amount_texts: ["£20.00"],
      rows: [
        { ...ROW, offer_id: "a" },
        { ...ROW, offer_id: "b" },
      ],
    },
    { kind: "awaiting", count, amount_texts: ["£145.00", "¥900"], rows: rowsFrom(0, Math.min(60, count)) },
  ];
  const { desk, centre } = await centreWith(
    { groups },
    {
      request_centre_page: ({ offset, limit }) => ({
        rows: rowsFrom(offset, Math.max(0, Math.min(limit, count - offset))),
      }),
    },
  );
  const page = shown(OfferTable, { centre, onselect: vi.fn(), below });
  const scroller = page.target.querySelector<HTMLElement>(".tablewrap")!;
  scroller.style.overflowY = "auto";
  const scrollTo = (top: number) => {
    scroller.scrollTop = top;
    scroller.dispatchEvent(new Event("scroll"));
  };
  await vi.waitFor(() => expect(page.all("rc-row").length).toBeGreaterThan(1));
  return { desk, centre, scroller, scrollTo, ...page };
}
const rowIndex = (row: Element | null | undefined) => Number(row?.getAttribute("aria-rowindex"));

test("groups stand with their counts and sums, and what is below the table below it", async () => {
  const { target, text } = await table(3);
  const groups = [...target.querySelectorAll(".grp")];
  expect(groups.map((group) => text(group.querySelector("th .num")!))).toEqual(["2", "3"]);
  expect(groups.map((group) => text(group.querySelector("td.num")!))).toEqual(["£20.00", "£145.00 + ¥900"]);
  expect(text()).toContain("requests for help");
});

test("of very many offers only those in sight are in the page, and each says which of all it is", async () => {
  const { centre, target, all, scrollTo } = await table(50_000);
  expect(all("rc-row").length).toBeLessThan(40);
  const [whole] = target.querySelectorAll(".otable");
  // The head, two headings, and all offers.
  expect(whole?.getAttribute("aria-rowcount")).toBe("50005");
  expect(all("rc-row").slice(0, 3).map(rowIndex)).toEqual([3, 4, 6]);
  const rest = target.querySelector<HTMLElement>("tbody[aria-hidden] td");
  expect(parseInt(rest?.style.height ?? "")).toBeGreaterThan(2_000_000);

  scrollTo(51 * 40_000);
  await vi.waitFor(() => expect(rowIndex(all("rc-row").at(-1))).toBeGreaterThan(39_000));
  expect(all("rc-row").length).toBeLessThan(40);
  const indexes = all("rc-row").map(rowIndex);
  expect(indexes).toEqual([...indexes].sort((one, other) => one - other));
  expect(centre.lines.rowCount).toBe(50_002);
});

test("the row that has the keyboard stays when it is scrolled out of sight", async () => {
  const { all, scrollTo, target } = await table(50_000);
  const [first] = all("rc-row");
  first?.querySelector<HTMLButtonElement>(".ot")?.focus();
  scrollTo(51 * 40_000);
  await vi.waitFor(() => expect(rowIndex(all("rc-row").at(-1))).toBeGreaterThan(39_000));
  expect(document.activeElement?.closest("tr")).toBe(first);
  expect(all("rc-row")[0]).toBe(first);
  expect(target.querySelectorAll("tr.gap").length).toBeGreaterThan(1);
});

test("the box in the head selects all, says whether some are, and then none", async () => {
  const { centre, all, find, scrollTo } = await table(50_000);
  const box = find<HTMLInputElement>("rc-select-all");
  box.click();
  await vi.waitFor(() => expect(box.checked).toBe(true));
  expect(centre.selectedCount).toBe(50_002);
  scrollTo(51 * 40_000);
  await vi.waitFor(() => expect(rowIndex(all("rc-row").at(-1))).toBeGreaterThan(39_000));
  expect(all("rc-select").every((one) => (one as HTMLInputElement).checked)).toBe(true);
  all("rc-select")[0]?.click();
  await vi.waitFor(() => expect(box.indeterminate).toBe(true));
  expect(centre.selectedCount).toBe(50_001);
});

test("the offer that is shown is marked in the list", async () => {
  const { centre, target } = await table(3);
  centre.offer = { ...OFFER, offer_id: "offer-1" };
  await vi.waitFor(() => expect(target.querySelectorAll(".is-sel")).toHaveLength(1));
  expect(target.querySelector(".is-sel")?.getAttribute("data-offer-id")).toBe("offer-1");
});

test("an empty list says what comes here, or that nothing fits", async () => {
  const { centre } = await centreWith();
  const said = () =>
    shown(OfferTable, { centre, onselect: () => {}, below }).target.querySelector(".empty p + p");
  const empty = said()?.textContent;
  centre.search = "nothing has this";
  expect(empty).toBeTruthy();
  expect(said()?.textContent).not.toBe(empty);
});
