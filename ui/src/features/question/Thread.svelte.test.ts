import { expect, test } from "vitest";
import type { ConversationView } from "../../bindings";
import { shown } from "../../shared/shown";
import { whole } from "../../shared/soon-whole.svelte";
import { Conversation } from "./conversation.svelte";
import { MESSAGE, viewWith } from "./sample";
import Thread from "./Thread.svelte";

function thread(more: Partial<ConversationView> = {}, unreadFrom: string | null = null) {
  const view = viewWith(more);
  const conversation = Object.assign(new Conversation(), { view, unreadFrom });
  return shown(Thread, { conversation, view, onshow: () => {} });
}

const reply = {
  ...MESSAGE,
  id: "message-2",
  kind: "reply" as const,
  is_mine: false,
  author_name: "Helen Marsh",
  sent_at: "2026-11-24T09:00:00Z",
};

test("a question without messages stands alone", () => {
  const { target, text, has } = thread();
  expect(target.querySelectorAll("article")).toHaveLength(1);
  expect(text()).toContain("I paid the last invoice.");
  expect([has("message"), has("unread-divider"), has("last-seen")]).toEqual([false, false, false]);
});

test("messages, offers and the rating stand in order, days and the unread are divided", async () => {
  const { target, all } = thread(
    {
      messages: [MESSAGE, reply],
      happenings: [
        {
          id: "event-1",
          kind: "sent",
          by: "expert",
          at: "2026-11-23T11:00:00Z",
          offer_id: "offer-1",
          title: "Letter",
          amount_text: "£65.00",
        },
      ],
      rating: { stars: 5, comment_html: "", rated_at: "2026-11-24T10:00:00Z" },
    },
    "message-2",
  );
  await whole();
  const order = [...target.querySelectorAll("[data-testid]")].map((one) => one.getAttribute("data-testid"));
  const place = (id: string, nth = 0) => order.flatMap((one, at) => (one === id ? [at] : []))[nth] ?? -1;
  expect(place("message")).toBeLessThan(place("happening"));
  expect(place("happening")).toBeLessThan(place("unread-divider"));
  expect(place("unread-divider")).toBeLessThan(place("message", 1));
  expect(place("message", 1)).toBeLessThan(place("rating"));
  expect(all("day-divider").length).toBeGreaterThan(0);
});

test("up to where the customer has looked is marked once", () => {
  const { all } = thread({
    messages: [MESSAGE, { ...MESSAGE, id: "message-3", sent_at: "2026-11-23T12:00:00Z" }],
    customer_viewed_at: "2026-11-23T11:00:00Z",
  });
  expect(all("last-seen")).toHaveLength(1);
  expect(all("last-seen")[0]?.textContent).toContain("Helen");
});

test("a long thread shows its end at once and the rest when that is drawn", async () => {
  const messages = Array.from({ length: 30 }, (_, at) => ({
    ...reply,
    id: `message-${at}`,
    text_html: `<p>${"word ".repeat(100)}</p>`,
  }));
  const { all, text } = thread({ messages });
  expect(all("message").length).toBeLessThan(messages.length);
  expect(all("message").at(-1)?.id).toBe("message-message-29");
  expect(text()).not.toContain("I paid the last invoice.");
  await whole();
  expect(all("message")).toHaveLength(messages.length);
  expect(text()).toContain("I paid the last invoice.");
});
