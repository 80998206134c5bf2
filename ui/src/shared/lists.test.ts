import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(process.cwd(), "ui/src");

test("every list says that it is one: WebKit forgets it where no markers are drawn", () => {
  const silent = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".svelte"))
    .flatMap((path) => {
      const lists = readFileSync(join(ROOT, path), "utf8").match(/<[uo]l\b[^>]*>/g) ?? [];
      return lists.filter((list) => !list.includes("role=")).map((list) => `${path}: ${list}`);
    });
  expect(silent).toEqual([]);
});
