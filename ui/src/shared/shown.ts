// A component on a page of its own, for unit tests; it goes when its test ends.
import { flushSync, mount, unmount, type Component } from "svelte";
import { expect, onTestFinished } from "vitest";

/** A text longer than any pane is wide, without a place to break it. */
export const LONG = "Donaudampfschifffahrtsgesellschaftskapitänspatent".repeat(4);

/** What of a page has no name for a screen reader though it takes the keyboard. */
export function nameless(page: Element, namedAround: string[] = []): string[] {
  return [...page.querySelectorAll("button, a[href], input, select, textarea, dialog, [tabindex='0']")]
    .filter((control) => !namedAround.includes(control.id))
    .filter((control) => {
      const label =
        control.closest("label") ?? (control.id ? page.querySelector(`label[for="${control.id}"]`) : null);
      const by = control.getAttribute("aria-labelledby");
      const named = by ? page.querySelector(`#${by}`)?.textContent : null;
      const name =
        control.getAttribute("aria-label") ??
        named ??
        (control.matches("button, a") ? control.textContent : label?.textContent);
      return !name?.trim();
    })
    .map((control) => control.outerHTML.slice(0, 200));
}

/**
 * Puts a component on the page; everything that takes the keyboard must have a name, but for the ids of `namedAround`:
 * their labels stand in the component around.
 */
export function shown<P extends Record<string, unknown>>(
  component: Component<P>,
  props: P,
  namedAround: string[] = [],
) {
  // jsdom lays nothing out and has no dialogs.
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
    this.open = false;
  };
  Element.prototype.scrollIntoView ??= () => {};
  Element.prototype.scrollTo ??= () => {};
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  const target = document.body.appendChild(document.createElement("div"));
  const made = mount(component, { target, props });
  flushSync();
  expect(nameless(target, namedAround)).toEqual([]);
  onTestFinished(async () => {
    await unmount(made);
    target.remove();
  });
  const all = (id: string) => [...target.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];
  const find = <E extends HTMLElement = HTMLElement>(id: string): E => {
    const [found] = all(id);
    if (!found) throw new Error(`${id} is not there: ${target.innerHTML.slice(0, 400)}`);
    return found as E;
  };
  return {
    target,
    all,
    find,
    /** Whether it is on the page. */
    has: (id: string) => all(id).length > 0,
    /** All its text, in one line. */
    text: (element: Element = target) => (element.textContent ?? "").replace(/\s+/g, " ").trim(),
    /** Presses the button of these words, or of this test id. */
    press(words: string) {
      const buttons = [...target.querySelectorAll<HTMLElement>("button")];
      const found =
        all(words)[0] ??
        buttons.find((button) =>
          (button.getAttribute("aria-label") ?? button.textContent ?? "").trim().startsWith(words),
        );
      if (!found) throw new Error(`no button “${words}”`);
      found.click();
      flushSync();
    },
    /** Writes into a field, or chooses from it. */
    write(id: string, value: string, event: "input" | "change" = "input") {
      const field = find<HTMLInputElement>(id);
      field.value = value;
      field.dispatchEvent(new Event(event, { bubbles: true }));
      flushSync();
    },
    key(element: Element | null | undefined, key: string, more: KeyboardEventInit = {}) {
      element?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
      flushSync();
    },
  };
}
