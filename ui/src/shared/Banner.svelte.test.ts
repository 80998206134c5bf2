import { expect, test, vi } from "vitest";
import { refusal } from "../host/scripted-desk";
import Banner from "./Banner.svelte";
import { LONG, shown } from "./shown";

test("an error is told at once, in words with a way out, and can be put away", () => {
  const onclose = vi.fn();
  const { find, press, text } = shown(Banner, { error: refusal("offline"), onclose });
  expect(find("error-banner").getAttribute("role")).toBe("alert");
  expect(text()).not.toContain("offline_");
  expect(text().length).toBeGreaterThan(20);
  press("Close");
  expect(onclose).toHaveBeenCalledOnce();
});

test("one that cannot be put away has no button, and a long detail stands in full", () => {
  const { target, text } = shown(Banner, { error: refusal("internal", LONG) });
  expect(target.querySelector("button")).toBeNull();
  expect(text()).toContain(LONG);
});
