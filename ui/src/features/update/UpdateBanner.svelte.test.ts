import { flushSync } from "svelte";
import { expect, test, vi } from "vitest";
import { shown } from "../../shared/shown";
import { AVAILABLE, viewWith } from "./sample";
import { Update } from "./update.svelte";
import UpdateBanner from "./UpdateBanner.svelte";

function banner(view = AVAILABLE) {
  const update = new Update(() => Promise.resolve(true));
  update.view = view;
  const onshow = vi.fn();
  return { update, onshow, ...shown(UpdateBanner, { update, onshow }) };
}

test("a newer version stands in a line beside the work and leads to what is new", () => {
  const { find, onshow, press } = banner();
  expect(find("update-news").textContent).toContain("0.2.0");
  press("update-news-show");
  expect(onshow).toHaveBeenCalledOnce();
});

test("it is put away until the next one", () => {
  const { update, has, press } = banner();
  press("update-news-close");
  flushSync();
  expect(has("update-news")).toBe(false);
  update.view = { ...AVAILABLE, version: "0.3.0" };
  flushSync();
  expect(has("update-news")).toBe(true);
});

test("nothing stands there while there is nothing to do", () => {
  for (const state of ["unavailable", "up_to_date", "checking", "downloading", "installing"] as const) {
    expect(banner(viewWith({ state, version: "0.2.0" })).has("update-news"), state).toBe(false);
  }
});
