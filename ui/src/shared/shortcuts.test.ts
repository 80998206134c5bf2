import { describe, expect, it, vi } from "vitest";
import { handle, keysOf, type Shortcut } from "./shortcuts";

const press = (init: KeyboardEventInit, target: Element = document.body) => {
  const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
  Object.defineProperty(event, "target", { value: target });
  return event;
};

describe("shortcuts", () => {
  it("runs a letter on the page and leaves it alone in a field", () => {
    const run = vi.fn();
    const shortcuts: Shortcut[] = [{ key: "l", name: "Lock", run }];
    expect(handle(press({ key: "l" }), shortcuts)).toBe(true);
    expect(handle(press({ key: "l" }, document.createElement("textarea")), shortcuts)).toBe(false);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("tells Ctrl+Shift+O from Ctrl+O", () => {
    const run = vi.fn();
    const shortcuts: Shortcut[] = [{ key: "o", mod: true, shift: true, name: "Offer", run }];
    expect(handle(press({ key: "O", ctrlKey: true, shiftKey: true }), shortcuts)).toBe(true);
    expect(handle(press({ key: "o", ctrlKey: true }), shortcuts)).toBe(false);
  });

  it("shows the keys as people know them", () => {
    expect(keysOf({ key: "Enter", mod: true })).toEqual(["Ctrl", "↵"]);
  });
});
