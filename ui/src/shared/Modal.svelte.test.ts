import { createRawSnippet } from "svelte";
import { expect, test, vi } from "vitest";
import Modal from "./Modal.svelte";
import { shown } from "./shown";

const inside = (html: string) => createRawSnippet(() => ({ render: () => `<div>${html}</div>` }));

test("it is a dialog with a name, and the keyboard goes to what comes first", () => {
  const { target } = shown(Modal, {
    label: "Notices",
    onclose: () => {},
    children: inside("<button>Close</button><button data-focus-first>Go on</button>"),
  });
  const dialog = target.querySelector("dialog")!;
  expect([dialog.open, dialog.getAttribute("aria-label")]).toEqual([true, "Notices"]);
  expect(document.activeElement?.textContent).toBe("Go on");
});

test("Escape asks its owner to close it, and does not close it by itself", () => {
  const onclose = vi.fn();
  const { target } = shown(Modal, { label: "Large", large: true, onclose, children: inside("") });
  const dialog = target.querySelector("dialog")!;
  expect(dialog.classList.contains("modal--large")).toBe(true);
  const cancel = new Event("cancel", { cancelable: true });
  dialog.dispatchEvent(cancel);
  expect(onclose).toHaveBeenCalledOnce();
  expect(cancel.defaultPrevented).toBe(true);
});
