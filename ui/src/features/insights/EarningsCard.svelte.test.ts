import { expect, test } from "vitest";
import { shown } from "../../shared/shown";
import EarningsCard from "./EarningsCard.svelte";
import { earnings } from "./sample";

test("the chart says nothing by itself: its table holds every month, for ears while the chart is shown", () => {
  const { target, find, text } = shown(EarningsCard, {
    earnings: earnings("GBP", 100, 250, 0),
    asTable: false,
  });
  expect(target.querySelector("svg")?.getAttribute("aria-hidden")).toBe("true");
  expect(target.querySelectorAll("rect")).toHaveLength(6);
  expect(find("insights-table").parentElement?.classList.contains("vh")).toBe(true);
  expect(target.querySelectorAll("tbody tr")).toHaveLength(3);
  expect(text(find("insights-table"))).toContain("GBP 250");
});

test("as a table it has no chart", () => {
  const { target, find } = shown(EarningsCard, { earnings: earnings("JPY", 900), asTable: true });
  expect(target.querySelector("svg")).toBeNull();
  expect(find("insights-table").parentElement?.classList.contains("vh")).toBe(false);
});

test("months in which nothing was earned have bars without height", () => {
  const { target } = shown(EarningsCard, { earnings: earnings("GBP", 0, 0), asTable: false });
  expect([...target.querySelectorAll("rect")].every((bar) => Number(bar.getAttribute("height")) === 0)).toBe(
    true,
  );
});
