import { expect, test } from "vitest";
import { Selection } from "./selection.svelte";

const over = (...rows: string[]) => new Selection(() => rows);
const chosen = (selection: Selection) => [...selection.ids].sort().join("");

test("a row is selected and given up by the same key", () => {
  const selection = over("a", "b");
  selection.toggle("a");
  expect(chosen(selection)).toBe("a");
  selection.toggle("a");
  expect(chosen(selection)).toBe("");
});

test("a range grows and shrinks from the row where it was begun", () => {
  const selection = over("a", "b", "c", "d");
  expect(selection.extend("b", 1)).toBe("c");
  expect(chosen(selection)).toBe("bc");
  expect(selection.extend("c", 1)).toBe("d");
  expect(chosen(selection)).toBe("bcd");
  expect(selection.extend("d", 1)).toBe("d");
  selection.extend("d", -1);
  selection.extend("c", -1);
  expect(selection.extend("b", -1)).toBe("a");
  expect(chosen(selection)).toBe("ab");
});

test("a range begins at the row that was selected last", () => {
  const selection = over("a", "b", "c");
  selection.toggle("c");
  selection.extend("c", -1);
  expect(chosen(selection)).toBe("bc");
});

test("nothing is selected from a row that is not in the list", () => {
  const selection = over("a");
  expect(selection.extend(null, 1)).toBeNull();
  expect(selection.extend("z", 1)).toBeNull();
  expect(chosen(selection)).toBe("");
});

test("all are selected, and then none", () => {
  const selection = over("a", "b");
  selection.toggle("a");
  selection.toggleAll();
  expect(chosen(selection)).toBe("ab");
  selection.toggleAll();
  expect(chosen(selection)).toBe("");
});

test("what left the list is not selected any more", () => {
  let rows = ["a", "b"];
  const selection = new Selection(() => rows);
  selection.toggleAll();
  rows = ["b", "c"];
  selection.keepOnly();
  expect(chosen(selection)).toBe("b");
});
