import { afterEach, expect, test, vi } from "vitest";
import type { OfferView } from "../../bindings";
import { refusal } from "../../host/scripted-desk";
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
  centre.files = [{ id: "file-1", name: LONG, media_type: "application/pdf", size_bytes: 10 }];
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
  centre.files = [{ id: "file-1", name: "letter.pdf", media_type: "application/pdf", size_bytes: 10 }];
  await vi.waitFor(() => expect(all("deliver-remove-file")[0]?.textContent).toContain("letter.pdf"));
  press("deliver-remove-file");
  await vi.waitFor(() => expect(desk.last("attachment_remove")).toMatchObject({ attachment_id: "file-1" }));
  press("Not yet");
  expect(ondone).toHaveBeenCalledOnce();
});
