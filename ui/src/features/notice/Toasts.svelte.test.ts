import { flushSync } from "svelte";
import { expect, test, vi } from "vitest";
import { LONG, shown } from "../../shared/shown";
import { Notices } from "./notices.svelte";
import Toasts from "./Toasts.svelte";

function toasts() {
  const notices = new Notices();
  const onopen = vi.fn();
  return { notices, onopen, ...shown(Toasts, { notices, onopen }) };
}

test("the place for news is there before there are any, so that they are heard", () => {
  const { target, has } = toasts();
  expect(target.querySelector('[role="status"]')?.getAttribute("aria-live")).toBe("polite");
  expect(has("toast")).toBe(false);
});

test("news open what they are about or are put away, and are gone either way", () => {
  const { notices, onopen, all, press, text } = toasts();
  notices.show({ offerId: "a", title: "Helen accepted your offer", body: LONG });
  notices.show({ offerId: "b", title: "Mira accepted your offer", body: "" });
  flushSync();
  expect(all("toast").map((one) => text(one).includes(LONG))).toEqual([true, false]);
  press("Open");
  expect(onopen).toHaveBeenCalledWith("a");
  press("Close");
  expect(all("toast")).toHaveLength(0);
});
