import { afterEach, expect, test, vi } from "vitest";
import Kinds from "./Kinds.svelte";
import { showPart } from "./opened";
import { viewWith } from "./sample";

afterEach(() => vi.unstubAllGlobals());

test("one kind is chosen, and choosing another asks for its template", async () => {
  const { desk, find } = await showPart(Kinds, {}, {}, { offer_dialog_choose_kind: () => viewWith() });
  expect(find<HTMLInputElement>("offer-kind-letter_templates").checked).toBe(true);
  find("offer-kind-follow_up_call").click();
  await vi.waitFor(() =>
    expect(desk.last("offer_dialog_choose_kind")).toMatchObject({ kind: "follow_up_call" }),
  );
});

test("a kind that must wait says why, and where none is chosen that is told", async () => {
  const kinds = viewWith().kinds.map((choice) => ({ ...choice, blocker: "answer_first" as const }));
  const problem = { pointer: "/kind", code: "missing" as const, message: "Choose a kind." };
  const { text, find } = await showPart(Kinds, {
    kinds,
    fields: { ...viewWith().fields, kind: null },
    problems: [problem],
  });
  expect(text()).toContain("after the Answer");
  expect(find("problem-kind").textContent).toBe("Choose a kind.");
});
