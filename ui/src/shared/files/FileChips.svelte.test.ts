import { flushSync } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import { LONG, shown } from "../shown";
import FileChips from "./FileChips.svelte";
import { FILE, PHOTO } from "./sample";

afterEach(() => vi.unstubAllGlobals());

const chips = (files = [FILE]) => shown(FileChips, { files, questionId: "question-1" });
const preview = () => ({ media_type: "image/png", content_base64: "AAAA" });

test("without files nothing stands there; a long name stands in full, with its size", () => {
  expect(chips([]).text()).toBe("");
  expect(chips([{ ...FILE, name: LONG }]).text()).toContain(`${LONG} 2`);
});

test("a file is kept at once, and where it went is told", async () => {
  new ScriptedDesk({ attachment_save: () => ({ path: "/home/daniel/Downloads/invoice.pdf" }) });
  const { press, target } = chips();
  press("file-chip");
  await vi.waitFor(() =>
    expect(target.querySelector('[role="status"]')?.textContent).toContain("invoice.pdf"),
  );
});

test("one that cannot be kept says why", async () => {
  new ScriptedDesk({
    attachment_save: () => {
      throw refusal("offline");
    },
  });
  const { press, target } = chips();
  press("file-chip");
  await vi.waitFor(() => expect(target.querySelector('[role="status"]')?.textContent).toMatch(/\w+\. \w+/));
});

test("a picture opens in a dialog of its name, first as being fetched, then itself; closing it goes back", async () => {
  const slow = later<ReturnType<typeof preview>>();
  new ScriptedDesk({ attachment_preview: () => slow.promise });
  const { press, find, has, target } = chips([PHOTO]);
  press("file-chip");
  expect(target.querySelector("dialog")?.getAttribute("aria-label")).toBe("wall.png");
  expect(find("picture").querySelector('[role="status"]')).not.toBeNull();
  slow.give(preview());
  await vi.waitFor(() => expect(find("picture").querySelector("img")?.alt).toBe("wall.png"));
  press("Close");
  flushSync();
  expect(has("picture")).toBe(false);
});
