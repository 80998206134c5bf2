import { expect, test } from "vitest";
import { Selection } from "./selection.svelte";

/** The row beside another of these. */
const among =
  (...rows: string[]) =>
  (id: string, step: number) => {
    const at = rows.indexOf(id);
    return Promise.resolve(at < 0 ? null : (rows[Math.min(Math.max(at + step, 0), rows.length - 1)] ?? null));
  };
const chosen = (selection: Selection, ...rows: string[]) => rows.filter((id) => selection.has(id)).join("");

test("a row is selected and given up by the same key", () => {
  const selection = new Selection();
  selection.toggle("a");
  expect(chosen(selection, "a", "b")).toBe("a");
  selection.toggle("a");
  expect(chosen(selection, "a", "b")).toBe("");
});

test("a range grows and shrinks from the row where it was begun", async () => {
  const rows = ["a", "b", "c", "d"];
  const beside = among(...rows);
  const selection = new Selection();
  expect(await selection.extend("b", 1, beside)).toBe("c");
  expect(chosen(selection, ...rows)).toBe("bc");
  expect(await selection.extend("c", 1, beside)).toBe("d");
  expect(chosen(selection, ...rows)).toBe("bcd");
  expect(await selection.extend("d", 1, beside)).toBe("d");
  await selection.extend("d", -1, beside);
  await selection.extend("c", -1, beside);
  expect(selection.end).toBe("b");
  expect(await selection.extend("b", -1, beside)).toBe("a");
  expect(chosen(selection, ...rows)).toBe("ab");
});

test("a range begins at the row that was selected last", async () => {
  const selection = new Selection();
  selection.toggle("c");
  await selection.extend("c", -1, among("a", "b", "c"));
  expect(chosen(selection, "a", "b", "c")).toBe("bc");
});

test("nothing is selected from a row that is not in the list", async () => {
  const selection = new Selection();
  expect(await selection.extend(null, 1, among("a"))).toBeNull();
  expect(await selection.extend("z", 1, among("a"))).toBeNull();
  expect(selection.count(1)).toBe(0);
});

test("all are selected, also those that are not here, but for those given up; and then none", () => {
  const selection = new Selection();
  selection.toggle("a");
  selection.toggleAll(50_000);
  expect(selection.count(50_000)).toBe(50_000);
  expect(selection.has("far away")).toBe(true);
  selection.toggle("a");
  expect(selection.has("a")).toBe(false);
  expect(selection.count(50_000)).toBe(49_999);
  selection.toggle("a");
  selection.toggleAll(50_000);
  expect(selection.count(50_000)).toBe(0);
});

test("what left the list is not selected any more, and what was chosen meanwhile is", () => {
  const selection = new Selection();
  selection.toggle("a");
  selection.toggle("b");
  selection.toggle("c");
  selection.keepOnly(["a", "b"], ["b"]);
  expect(chosen(selection, "a", "b", "c")).toBe("bc");
  expect(selection.end).toBe("c");
  selection.keepOnly(["b", "c"], ["b"]);
  expect(selection.end).toBeNull();
});
