import { expect, test } from "vitest";
import { LONG, shown } from "../../shared/shown";
import Rating from "./Rating.svelte";
import { VIEW } from "./sample";

const rated = (stars: number, comment_html = "") =>
  shown(Rating, {
    rating: { stars, comment_html, rated_at: "2026-11-23T10:20:00Z" },
    customer: VIEW.customer,
  });

test("stars are told in words and drawn as many as were given", () => {
  for (const stars of [1, 5]) {
    const { target, text } = rated(stars);
    expect(target.querySelectorAll(".stars .i")).toHaveLength(stars);
    expect(target.querySelector(".stars")?.getAttribute("aria-hidden")).toBe("true");
    expect(text()).toContain(`${stars} of 5`);
  }
});

test("a comment stands under them, however long; without one nothing does", () => {
  expect(rated(4, `<p>${LONG}</p>`).text()).toContain(LONG);
  expect(rated(4).target.querySelector(".msg__body")?.textContent).toBe("");
});
