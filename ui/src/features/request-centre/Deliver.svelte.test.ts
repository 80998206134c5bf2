import { afterEach, expect, test, vi } from "vitest";
import type { OfferView } from "../../bindings";
import { later, refusal } from "../../host/scripted-desk";
import { PHOTO } from "../../shared/files/sample";
import { LONG, shown } from "../../shared/shown";
import Deliver from "./Deliver.svelte";
import { centreWith, OFFER } from "./sample";

afterEach(() => vi.unstubAllGlobals());

async function delivering(more: Partial<OfferView> = {}, answers = {}) {
  const { desk, centre } = await centreWith(
    {},
    {
      offer_delivery_save: () => OFFER.delivery_draft,
      offer_deliver: () => ({ ...OFFER, state: "delivered" }),
      ...answers,
    },
  );
  centre.offer = { ...OFFER, ...more };
  const ondone = vi.fn();
  return { desk, centre, ondone, ...shown(Deliver, { centre, ondone }) };
}
const submit = (target: Element) =>
  target.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));

test("only a call can have an outcome, for which other words stand", async () => {
  expect((await delivering()).target.querySelector('input[type="checkbox"]')).toBeNull();
  const { target } = await delivering({
    chosen_call_slot: { starts_at: "2026-11-25T10:00:00Z", minutes: 30 },
  });
  const label = () => target.querySelector('label[for="deliver-message"]')?.textContent;
  const before = label();
  target.querySelector<HTMLInputElement>('input[type="checkbox"]')?.click();
  await vi.waitFor(() => expect(label()).not.toBe(before));
});

test("what is written is kept when the field is left, and sent with its files", async () => {
  const { desk, centre, find, write, target, ondone, all, text } = await delivering();
  centre.delivery.files = [{ id: "file-1", name: LONG, media_type: "application/pdf", size_bytes: 10 }];
  await vi.waitFor(() => expect(all("deliver-file")).toHaveLength(1));
  expect(text(find("deliver-file"))).toContain(LONG);
  write("deliver-message", "Here it is.");
  find("deliver-message").dispatchEvent(new Event("blur"));
  await vi.waitFor(() => expect(desk.last("offer_delivery_save")).toMatchObject({ message: "Here it is." }));
  submit(target);
  await vi.waitFor(() => expect(ondone).toHaveBeenCalledOnce());
});

test("what is refused stands beside its field, and the form stays", async () => {
  const { target, ondone } = await delivering(
    {},
    {
      offer_deliver: () => {
        throw refusal("invalid_fields", "", [
          { pointer: "/message", code: "missing", message: "Write a message." },
        ]);
      },
    },
  );
  submit(target);
  await vi.waitFor(() =>
    expect(target.querySelector(".field__problem")?.textContent).toBe("Write a message."),
  );
  expect(ondone).not.toHaveBeenCalled();
});

test("a file is taken off by the button that names it, and not yet puts the form away", async () => {
  const { desk, centre, press, ondone, all } = await delivering({}, { attachment_remove: () => null });
  centre.delivery.files = [
    { id: "file-1", name: "letter.pdf", media_type: "application/pdf", size_bytes: 10 },
  ];
  await vi.waitFor(() => expect(all("deliver-remove-file")[0]?.textContent).toContain("letter.pdf"));
  press("deliver-remove-file");
  await vi.waitFor(() => expect(desk.last("attachment_remove")).toMatchObject({ attachment_id: "file-1" }));
  press("Not yet");
  expect(ondone).toHaveBeenCalledOnce();
});

test("a picture that is handed over is seen before it is", async () => {
  const { desk, centre, find } = await delivering(
    {},
    { attachment_preview: () => ({ media_type: "image/png", content_base64: "AAAA" }) },
  );
  centre.delivery.files = [PHOTO];
  await vi.waitFor(() => expect(find("deliver-file").querySelector("img")).not.toBeNull());
  expect(desk.last("attachment_preview")).toEqual({ question_id: "question-1", attachment_id: PHOTO.id });
});

test("what is typed is kept at a pause, and that is told", async () => {
  vi.useFakeTimers();
  const saved_at = "2026-11-25T09:00:00Z";
  const { desk, write, has } = await delivering(
    {},
    { offer_delivery_save: () => ({ ...OFFER.delivery_draft, saved_at }) },
  );
  write("deliver-message", "Here");
  write("deliver-message", "Here it is");
  await vi.advanceTimersByTimeAsync(1_000);
  vi.useRealTimers();
  await vi.waitFor(() => expect(has("deliver-saved")).toBe(true));
  expect(desk.count("offer_delivery_save")).toBe(1);
  expect(desk.last("offer_delivery_save")).toMatchObject({ message: "Here it is" });
});

test("a file is added by dropping and by pasting it, and shows how far it has come", async () => {
  const slow = later<unknown>();
  let asked = 0;
  const { desk, target, find, all } = await delivering(
    {},
    {
      attachment_add: ({ name }: { name: string }) => {
        asked += 1;
        const added = { id: `file-${asked}`, name, media_type: "text/plain", size_bytes: 3 };
        return asked === 1 ? slow.promise.then(() => added) : added;
      },
    },
  );
  const carried = (name: string) => ({ files: [new File(["abc"], name)] });
  const drop = new Event("drop", { bubbles: true, cancelable: true });
  Object.assign(drop, { dataTransfer: carried("dropped.txt") });
  target.querySelector("form")?.dispatchEvent(drop);
  await vi.waitFor(() =>
    expect(target.querySelector("progress")?.getAttribute("aria-label")).toBe("dropped.txt"),
  );
  slow.give(null);
  await vi.waitFor(() => expect(all("deliver-file")).toHaveLength(1));
  const paste = new Event("paste", { bubbles: true, cancelable: true });
  Object.assign(paste, { clipboardData: carried("pasted.png") });
  find("deliver-message").dispatchEvent(paste);
  await vi.waitFor(() => expect(all("deliver-file")).toHaveLength(2));
  expect(paste.defaultPrevented).toBe(true);
  expect(desk.count("attachment_add")).toBe(2);
});
