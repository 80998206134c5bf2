import { expect, test, vi } from "vitest";
import type { Shortcut } from "../../shared/shortcuts";
import { LONG, shown } from "../../shared/shown";
import ShortcutSheet from "./ShortcutSheet.svelte";

const shortcut = (id: string, more: Partial<Shortcut> = {}): Shortcut => ({
  id,
  group: "Move",
  key: id,
  name: `Do ${id}`,
  run: () => {},
  ...more,
});

test("every action stands in its group, with its keys to be read and to be heard", () => {
  const shortcuts = [shortcut("j"), shortcut("o", { group: "Offer", mod: true, shift: true, name: LONG })];
  const { target, text } = shown(ShortcutSheet, { shortcuts, onclose: () => {} });
  expect(target.querySelectorAll(".shortcuts__group")).toHaveLength(5);
  expect(text()).toContain("Do j");
  expect(text()).toContain(LONG);
  expect([...target.querySelectorAll(".vh")].map((keys) => keys.textContent)).toEqual(["J", "Ctrl ⇧ O"]);
});

test("without actions its groups stand empty, and it closes by the button that has the keyboard", () => {
  const onclose = vi.fn();
  const { press, target } = shown(ShortcutSheet, { shortcuts: [], onclose });
  expect(target.querySelectorAll(".shortcuts__group div")).toHaveLength(0);
  expect(document.activeElement?.textContent).toBe("Close");
  press("Close");
  expect(onclose).toHaveBeenCalledOnce();
});
