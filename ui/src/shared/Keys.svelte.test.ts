import { expect, test } from "vitest";
import Keys from "./Keys.svelte";
import { shown } from "./shown";

test("each key is shown, and none is read out within a name", () => {
  const { target } = shown(Keys, { keys: ["Ctrl", "⇧", "O"] });
  expect([...target.querySelectorAll("kbd")].map((key) => key.textContent)).toEqual(["Ctrl", "⇧", "O"]);
  expect(target.firstElementChild?.getAttribute("aria-hidden")).toBe("true");
});

test("without keys nothing stands there", () => {
  expect(shown(Keys, { keys: [] }).text()).toBe("");
});
