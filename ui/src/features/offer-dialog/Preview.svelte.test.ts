import { expect, test } from "vitest";
import { LONG, shown } from "../../shared/shown";
import Preview from "./Preview.svelte";
import { viewWith } from "./sample";

test("it shows the page, and the letter by a button that says which is shown", () => {
  const preview = { ...viewWith().preview, expires_text: "Tue 1 Dec 2026, 23:59" };
  const { find, text, press, target } = shown(Preview, { view: viewWith({ preview }) });
  expect(text()).toContain("Open until Tue 1 Dec 2026, 23:59 Asia/Tokyo");
  expect(target.querySelector("article")?.lang).toBe("en");
  press("offer-preview-email");
  expect(find("offer-preview-email").getAttribute("aria-pressed")).toBe("true");
  expect(text()).toContain("Daniel Okafor has a message for you");
});

test("before anything is filled in it stands with what is known; what is for show cannot be pressed", () => {
  const preview = {
    ...viewWith().preview,
    kind_label: "",
    title: "",
    price_text: null,
    deliverables: [],
    note_html: "",
  };
  const { target, find, text } = shown(Preview, { view: viewWith({ preview }) });
  expect(text(find("preview-price"))).toBe("");
  expect(target.querySelector(".ticks")).toBeNull();
  expect(target.querySelectorAll(".offer__acts button")).toHaveLength(0);
});

test("call times say which have passed; long words stand in full", () => {
  const call_slots = [
    { text: "Tue 24 Nov, 20:00", is_past: false },
    { text: "Mon 23 Nov, 09:00", is_past: true },
  ];
  const preview = { ...viewWith().preview, deliverables: [LONG], call_slots };
  const { text } = shown(Preview, { view: viewWith({ preview }) });
  expect(text()).toContain(LONG);
  expect(text()).toContain("Mon 23 Nov, 09:00 (passed)");
});
