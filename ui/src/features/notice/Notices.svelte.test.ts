import { afterEach, expect, test, vi } from "vitest";
import type { NoticeList, NoticeView } from "../../bindings";
import { ScriptedDesk } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import { Notices } from "./notices.svelte";
import Sheet from "./Notices.svelte";

afterEach(() => vi.unstubAllGlobals());

const notice: NoticeView = {
  id: "notice-1",
  kind: "offer_accepted",
  title: "Helen Marsh accepted your offer",
  body: LONG,
  at: "2026-11-23T10:00:00Z",
  is_read: false,
  raise_error: null,
  is_held: false,
  offer_id: "offer-1",
  question_id: null,
};

function sheet(notices: NoticeView[] | null, paused_until: string | null = null) {
  const list: NoticeList | null = notices && { notices, unread_count: 1, paused_until };
  const desk = new ScriptedDesk({ notice_mark_read: () => list, notice_pause: () => list });
  const state = new Notices();
  state.list = list;
  const [onclose, onopen] = [vi.fn(), vi.fn()];
  return { desk, onclose, onopen, ...shown(Sheet, { notices: state, onclose, onopen }) };
}

test("before the list is here nothing says that there is nothing; an empty one says what will be here", () => {
  expect(sheet(null).target.querySelector(".empty")).toBeNull();
  expect(sheet([]).target.querySelector(".empty")?.textContent).toContain("Nothing yet");
});

test("read, unread and held are told apart; what could not be shown says why; a long text stands in full", () => {
  const { all, text } = sheet([
    notice,
    { ...notice, id: "2", is_read: true, raise_error: "The service is away" },
    { ...notice, id: "3", is_held: true },
  ]);
  expect(all("notice").map((one) => one.dataset["state"])).toEqual(["unread", "read", "held"]);
  expect(text(all("notice")[0]!)).toContain(LONG);
  expect(text(all("notice")[1]!)).toContain("The service is away");
  expect(text(all("notice")[2]!)).toContain("quiet time");
});

test("a notice opens what it is about; all are marked as read by one button", async () => {
  const { desk, onopen, press } = sheet([notice]);
  press("notice");
  expect(onopen).toHaveBeenCalledWith(notice);
  press("Mark all");
  await vi.waitFor(() => expect(desk.last("notice_mark_read")).toEqual({ ids: [] }));
});

test("a pause is begun by its button, told while it lasts, and ended", async () => {
  const going = sheet([]);
  going.press("pause");
  await vi.waitFor(() => expect(going.desk.last("notice_pause")).toEqual({ minutes: 60 }));
  const paused = sheet([], "2026-11-23T12:00:00Z");
  expect(paused.find("paused").getAttribute("role")).toBe("status");
  paused.press("pause");
  await vi.waitFor(() => expect(paused.desk.last("notice_pause")).toEqual({ minutes: 0 }));
});
