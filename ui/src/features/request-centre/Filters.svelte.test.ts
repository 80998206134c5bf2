import { afterEach, expect, test, vi } from "vitest";
import { refusal } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import Filters from "./Filters.svelte";
import { RequestCentre } from "./request-centre.svelte";
import { centreWith } from "./sample";

afterEach(() => vi.unstubAllGlobals());

test("before the list is here there is nothing to choose", () => {
  expect(shown(Filters, { centre: new RequestCentre() }).text()).toBe("");
});

test("each filter narrows the list; amounts only with a currency, and go with it", async () => {
  const { desk, centre } = await centreWith();
  const { write, has } = shown(Filters, { centre });
  for (const [id, name, value] of [
    ["rc-filter-kind", "kind", "letter_templates"],
    ["rc-filter-state", "state", "accepted"],
    ["rc-filter-category", "category_id", "category-1"],
    ["rc-filter-age", "age", "week"],
    ["rc-filter-currency", "currency", "GBP"],
  ] as const) {
    write(id, value, "change");
    await vi.waitFor(() =>
      expect(desk.last("request_centre_list")).toMatchObject({ filter: { [name]: value } }),
    );
  }
  expect(has("rc-filter-min")).toBe(true);
  write("rc-filter-min", "50", "change");
  await vi.waitFor(() => expect(centre.filter.min_text).toBe("50"));
  write("rc-filter-currency", "", "change");
  await vi.waitFor(() => expect([centre.filter.currency, centre.filter.min_text]).toEqual([null, ""]));
  expect(has("rc-filter-min")).toBe(false);
});

test("what is wrong with an amount stands beside it; one button makes the list whole again", async () => {
  const { desk, centre } = await centreWith();
  const { write, press, target, has, find } = shown(Filters, { centre });
  expect(has("rc-filter-clear")).toBe(false);
  write("rc-filter-currency", "GBP", "change");
  await vi.waitFor(() => expect(has("rc-filter-clear")).toBe(true));
  const answer = desk.answers.request_centre_list;
  desk.answers.request_centre_list = () => {
    throw refusal("invalid_fields", "", [
      { pointer: "/filter/min_text", code: "malformed", message: "Digits only." },
    ]);
  };
  write("rc-filter-min", "x", "change");
  await vi.waitFor(() => expect(target.querySelector('[role="alert"]')?.textContent).toBe("Digits only."));
  expect(find("rc-filter-min").getAttribute("aria-invalid")).toBe("true");
  if (answer) desk.answers.request_centre_list = answer;
  press("rc-filter-clear");
  await vi.waitFor(() => expect(has("rc-filter-clear")).toBe(false));
});
