import { expect, test, vi } from "vitest";
import type { QueueRow as Row, QueueStatus } from "../../bindings";
import { LONG, shown } from "../../shared/shown";
import QueueRow from "./QueueRow.svelte";
import { ROW } from "./sample";

const row = (more: Partial<Row> = {}, isSelected = false, onselect = () => {}) =>
  shown(QueueRow, { row: { ...ROW, ...more }, isSelected, onselect });

test("each status has an icon and words of its own", () => {
  const kinds: QueueStatus[] = [
    { kind: "open" },
    { kind: "locked" },
    { kind: "locked_by_other" },
    { kind: "info_requested" },
    { kind: "new_reply" },
    { kind: "answered" },
    { kind: "confirmed" },
    { kind: "offer", state: "sent" },
    { kind: "offer", state: "declined" },
    { kind: "closed" },
  ];
  const told = kinds.map((status) => {
    const { target, text } = row({ status });
    const found = target.querySelector(".status")!;
    expect(found.querySelector("use")).not.toBeNull();
    return text(found);
  });
  expect(new Set(told).size).toBe(kinds.length);
});

test("the icon of the category is the same whatever the category is called", () => {
  const icon = (category_name: string) =>
    row({ category_name }).target.querySelector(".qrow__cat use")?.getAttribute("href");
  expect(icon("Legal")).toBe(icon("Gardens"));
});

test("unread is told in words, the open question as the present one", () => {
  const unread = row({ is_unread: true }, true);
  expect(unread.text()).toContain("Unread");
  expect(unread.find("queue-row").getAttribute("aria-current")).toBe("true");
  expect(row().find("queue-row").getAttribute("aria-current")).toBeNull();
});

test("a failed send shows before a pending one, and the end of one's own lock instead of the name", () => {
  expect(row({ is_pending: true }).text()).toContain("Sending");
  expect(row({ is_pending: true, is_failed: true }).text()).toContain("Not sent");
  const until = new Date(Date.now() + 30 * 60_000).toISOString();
  const locked = row({ status: { kind: "locked" }, lock_expires_at: until });
  expect(locked.text()).toContain("min");
  expect(locked.text()).not.toContain("Helen M.");
});

test("title and status are read apart, and a long title stands in full", () => {
  const { text, press } = row({ title: LONG });
  expect(text()).toContain(`${LONG}. `);
  press("queue-row");
});

test("pressing it opens its question", () => {
  const onselect = vi.fn();
  row({}, false, onselect).press("queue-row");
  expect(onselect).toHaveBeenCalledOnce();
});
