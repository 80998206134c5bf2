import { describe, expect, it, vi } from "vitest";
import { handle, isComposing, keysOf, type Shortcut } from "./shortcuts";

const press = (init: KeyboardEventInit, target: Element = document.body) => {
  const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
  Object.defineProperty(event, "target", { value: target });
  return event;
};

describe("shortcuts", () => {
  it("runs a letter on the page and leaves it alone in a field", () => {
    const run = vi.fn();
    const shortcuts: Shortcut[] = [{ id: "lock", group: "Question", key: "l", name: "Lock", run }];
    expect(handle(press({ key: "l" }), shortcuts)).toBe(true);
    expect(handle(press({ key: "l" }, document.createElement("textarea")), shortcuts)).toBe(false);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("leaves to an input method what it puts a word together with", () => {
    expect(isComposing(press({ key: "Enter", isComposing: true }))).toBe(true);
    expect(isComposing(press({ key: "Enter", which: 229 } as KeyboardEventInit))).toBe(true);
    expect(isComposing(press({ key: "Enter" }))).toBe(false);
  });

  it("tells Ctrl+Shift+O from Ctrl+O", () => {
    const run = vi.fn();
    const shortcuts: Shortcut[] = [
      { id: "offer", group: "Question", key: "o", mod: true, shift: true, name: "Offer", run },
    ];
    expect(handle(press({ key: "O", ctrlKey: true, shiftKey: true }), shortcuts)).toBe(true);
    expect(handle(press({ key: "o", ctrlKey: true }), shortcuts)).toBe(false);
  });

  it("leaves a key alone whose action cannot be taken now, and takes the other that has it", () => {
    const [first, second] = [vi.fn(), vi.fn()];
    const shortcuts: Shortcut[] = [
      { id: "one", group: "Desk", key: "1", name: "One", can: () => false, run: first },
      { id: "two", group: "Desk", key: "1", name: "Two", run: second },
    ];
    expect(handle(press({ key: "1" }), shortcuts)).toBe(true);
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1]);
  });

  it("takes the other keys of an action, as the keyboard makes them", () => {
    const run = vi.fn();
    const zoomIn: Shortcut = {
      id: "zoom-in",
      group: "Desk",
      key: "+",
      mod: true,
      also: [{ key: "+", shift: true }, { key: "=" }],
      name: "Zoom in",
      run,
    };
    for (const init of [{ key: "+" }, { key: "+", shiftKey: true }, { key: "=" }]) {
      expect(handle(press({ ...init, ctrlKey: true }), [zoomIn])).toBe(true);
    }
    expect(handle(press({ key: "=", ctrlKey: true, shiftKey: true }), [zoomIn])).toBe(false);
    expect(handle(press({ key: "=" }), [zoomIn])).toBe(false);
    expect(run).toHaveBeenCalledTimes(3);
  });

  it("shows the keys as people know them", () => {
    expect(keysOf({ key: "Enter", mod: true })).toEqual(["Ctrl", "↵"]);
  });
});
