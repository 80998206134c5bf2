import { expect, test } from "vitest";
import { LONG, shown } from "../../shared/shown";
import Marked from "./Marked.svelte";

const marked = (text: string, highlights: { start: number; end: number }[] = []) =>
  shown(Marked, { text: { text, highlights } });

test("what was found is marked, the rest stands around it", () => {
  const { target, text } = marked("the spare key", [{ start: 10, end: 13 }]);
  expect([...target.querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual(["key"]);
  expect(text()).toBe("the spare key");
});

test("nothing found marks nothing, and markup in a text stays text", () => {
  const { target, text } = marked("<b>bold</b>");
  expect(target.querySelector("mark, b")).toBeNull();
  expect(text()).toBe("<b>bold</b>");
  expect(marked(LONG, [{ start: 0, end: LONG.length }]).text()).toBe(LONG);
});
