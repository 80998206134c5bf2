import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

it("puts only fields that Rust made safe into pages", () => {
  const root = join(process.cwd(), "ui/src");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".svelte"),
  );
  const found = files.flatMap((name) =>
    [...readFileSync(join(root, name), "utf8").matchAll(/\{@html ([^}]*)\}/g)].map((match) => match[1] ?? ""),
  );
  expect(found.length).toBeGreaterThan(3);
  expect(found.filter((expression) => !/^[\w.]+_html$/.test(expression))).toEqual([]);
});
