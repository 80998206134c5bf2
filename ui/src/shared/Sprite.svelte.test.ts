import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shown } from "./shown";
import Sprite from "./Sprite.svelte";

test("every icon that can be asked for is drawn once, and no other", () => {
  const { target } = shown(Sprite, {});
  const drawn = [...target.querySelectorAll("symbol")].map((symbol) => symbol.id.replace(/^i-/, ""));
  const named = readFileSync(join(process.cwd(), "ui/src/shared/icon-names.ts"), "utf8");
  expect([...drawn].sort()).toEqual([...named.matchAll(/\| "([^"]+)"/g)].map(([, name]) => name).sort());
  expect(target.querySelector("svg")?.getAttribute("aria-hidden")).toBe("true");
});
