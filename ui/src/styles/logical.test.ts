// Styles say start and end, never left and right: what is written from right to left stands the other way round.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const FOLDER = join(process.cwd(), "ui/src/styles");
const PHYSICAL =
  /(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)(?:-\w+)?|left|right|border-(?:top|bottom)-(?:left|right)-radius)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)\b/g;
/** Four values, of which the second is the right one and the fourth the left one. */
const FOUR =
  /(?<![\w-])(?:margin|padding|inset|border-width|border-style)\s*:\s*([^\s;}]+)\s+([^\s;}]+)\s+([^\s;}]+)\s+([^\s;}!]+)\s*[;}]/g;

/** What a stylesheet says of left and right. */
function physical(css: string): string[] {
  const bare = css.replace(/\/\*[\s\S]*?\*\//g, "");
  const unlike = [...bare.matchAll(FOUR)].filter(([, , right, , left]) => right !== left);
  return [...bare.matchAll(PHYSICAL), ...unlike].map(([found]) => found);
}

test.each(readdirSync(FOLDER).filter((name) => name.endsWith(".css")))("%s names no side", (name) => {
  expect(physical(readFileSync(join(FOLDER, name), "utf8"))).toEqual([]);
});

test("sides are found, and what only looks like them is not", () => {
  expect(physical("a { margin-left: 1px; text-align: right } b { left: 0; padding: 0 1px 0 2px; }")).toEqual([
    "margin-left:",
    "text-align: right",
    "left:",
    "padding: 0 1px 0 2px;",
  ]);
  expect(
    physical("a { margin-inline-start: 1px; padding: 0 1px 0 1px; background-position: right 1px center }"),
  ).toEqual([]);
});
