import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(process.cwd(), "ui/src");

test("every component has its test beside it", () => {
  const components = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".svelte"),
  );
  expect(components.length).toBeGreaterThan(50);
  expect(components.filter((path) => !existsSync(join(ROOT, `${path}.test.ts`)))).toEqual([]);
});
