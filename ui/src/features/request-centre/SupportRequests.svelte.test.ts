import { afterEach, expect, test, vi } from "vitest";
import type { SupportRequestView } from "../../bindings";
import { refusal } from "../../host/scripted-desk";
import { LONG, shown } from "../../shared/shown";
import { centreWith, HELP } from "./sample";
import SupportRequests from "./SupportRequests.svelte";

afterEach(() => vi.unstubAllGlobals());

async function list(support_requests: SupportRequestView[]) {
  const { desk, centre } = await centreWith(
    { support_requests },
    {
      outbox_retry: () => ({ commands: [] }),
      outbox_discard: () => ({ commands: [] }),
    },
  );
  const onquestion = vi.fn();
  return { desk, onquestion, ...shown(SupportRequests, { centre, onquestion }) };
}

test("without requests nothing stands there", async () => {
  expect((await list([])).text()).toBe("");
});

test("each says how it stands: waiting to be sent, asked, answered with the reply, refused", async () => {
  const pending = {
    command_id: "command-1",
    kind: "support_request" as const,
    error: refusal("offline"),
    is_editable: true,
  };
  const { all, text, find } = await list([
    { ...HELP, id: "1", state: null },
    { ...HELP, id: "2", subject: LONG },
    { ...HELP, id: "3", state: "answered", reply_html: "<p>Done.</p>", replied_at: "2026-11-21T10:00:00Z" },
    { ...HELP, id: "4", state: null, pending },
  ]);
  expect(all("support-row").map((row) => row.dataset["state"])).toEqual([
    "queued",
    "open",
    "answered",
    "refused",
  ]);
  expect(text(all("support-row")[1]!)).toContain(LONG);
  expect(text(find("support-reply"))).toContain("Done.");
});

test("it leads to its question, and a refused one is sent again or thrown away", async () => {
  const pending = {
    command_id: "command-1",
    kind: "support_request" as const,
    error: refusal("offline"),
    is_editable: true,
  };
  const { desk, onquestion, target } = await list([{ ...HELP, state: null, pending }]);
  target.querySelector<HTMLButtonElement>(".linkbtn")?.click();
  expect(onquestion).toHaveBeenCalledWith("question-1");
  const [retry, discard] = target.querySelectorAll<HTMLButtonElement>(".peek__row button");
  retry?.click();
  await vi.waitFor(() => expect(desk.last("outbox_retry")).toEqual({ command_id: "command-1" }));
  discard?.click();
  await vi.waitFor(() => expect(desk.last("outbox_discard")).toEqual({ command_id: "command-1" }));
});
