import { expect, test } from "vitest";
import Icon from "./Icon.svelte";
import { shown } from "./shown";

const icon = (props: { name: "check" | "left"; small?: boolean; solid?: boolean }) =>
  shown(Icon, props).target.querySelector("svg")!;

test("an icon refers to its drawing and says nothing", () => {
  const svg = icon({ name: "check" });
  expect(svg.querySelector("use")?.getAttribute("href")).toBe("#i-check");
  expect(svg.getAttribute("aria-hidden")).toBe("true");
});

test("it can be small or solid, and turns with the way of reading only where it points", () => {
  expect([...icon({ name: "check", small: true, solid: true }).classList]).toEqual(
    expect.arrayContaining(["i-sm", "i--solid"]),
  );
  expect(icon({ name: "check" }).classList.contains("i--way")).toBe(false);
  expect(icon({ name: "left" }).classList.contains("i--way")).toBe(true);
});
