import { expect, test, vi } from "vitest";
import { LONG, shown } from "../shared/shown";
import Rail from "./Rail.svelte";

const daniel = {
  name: "Daniel Okafor",
  initials: "DO",
  email: "daniel@proffer.example",
  categories: ["Legal"],
};
const rail = (more = {}) =>
  shown(Rail, {
    place: "desk" as const,
    needsYou: 0,
    unread: 0,
    expert: daniel,
    ongo: vi.fn(),
    onnotices: vi.fn(),
    onhelp: vi.fn(),
    ...more,
  });

test("each place leads there, and the present one is told", () => {
  const ongo = vi.fn();
  const { find, press } = rail({ place: "requests", ongo });
  expect(find("rail-requests").getAttribute("aria-current")).toBe("page");
  expect(find("rail-desk").getAttribute("aria-current")).toBeNull();
  for (const place of ["desk", "requests", "insights", "settings"]) press(`rail-${place}`);
  expect(ongo.mock.calls.flat()).toEqual(["desk", "requests", "insights", "settings"]);
});

test("what waits is counted in words as well, and nothing is counted where nothing waits", () => {
  const some = rail({ needsYou: 3, unread: 120 });
  expect(some.text(some.find("rail-requests"))).toMatch(/, ?3 ?need you/);
  expect(some.text(some.find("rail-notices"))).toMatch(/120 ?unread/);
  expect(rail().target.querySelector(".rail__badge")).toBeNull();
});

test("notices and help are asked for", () => {
  const [onnotices, onhelp] = [vi.fn(), vi.fn()];
  const { press } = rail({ onnotices, onhelp });
  press("rail-notices");
  press("rail-help");
  expect([onnotices.mock.calls.length, onhelp.mock.calls.length]).toEqual([1, 1]);
});

test("settings name whose they are, however long the name, and stand there before it is known", () => {
  const long = rail({ expert: { ...daniel, name: LONG } });
  expect(long.text(long.find("rail-settings"))).toContain(LONG);
  expect(rail({ expert: null }).has("rail-settings")).toBe(true);
});
