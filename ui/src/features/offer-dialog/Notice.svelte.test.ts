import { afterEach, expect, test, vi } from "vitest";
import Notice from "./Notice.svelte";
import { showPart } from "./opened";

afterEach(() => vi.unstubAllGlobals());

test("a word that stands for nothing is pointed out beside its field", async () => {
  const { text } = await showPart(Notice, {}, { pointer: "/note" });
  expect(text()).toBe("");
  const notices = [{ pointer: "/note", word: "{client}" }];
  const told = await showPart(Notice, { notices }, { pointer: "/note" });
  expect(told.text()).toBe(
    "{client} will be sent as it stands. Words that are filled in: {customer}, {question}.",
  );
});

test("it is there before it has anything to say, so that it is heard", async () => {
  const { find } = await showPart(Notice, {}, { pointer: "/note" });
  expect(find("notice-note").getAttribute("role")).toBe("status");
});
