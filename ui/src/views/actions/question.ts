// What is done with the question that is open.
import type { MessageKind } from "../../bindings";
import { ofCustomer } from "../../features/search/search.svelte";
import { t } from "../../i18n";
import type { Shortcut } from "../../shared/shortcuts";
import type { Context } from "./context";

export function questionActions({ desk, screen, question, look }: Context): Shortcut[] {
  const { conversation } = desk;
  const hasQuestion = () => question() !== null;
  const isMine = () => question()?.lock.state === "mine";
  const canLock = () => {
    const view = question();
    return (
      view !== null && view.state !== "closed" && view.lock.state !== "mine" && view.lock.state !== "other"
    );
  };
  const write = (kind: MessageKind) => () => {
    conversation.kind = kind;
    conversation.typed();
    screen.focus("composer-text");
  };
  return [
    {
      id: "lock",
      group: "Question",
      key: "l",
      name: t("action.lock"),
      can: canLock,
      run: () => void conversation.lock(),
    },
    {
      id: "extend",
      group: "Question",
      key: "e",
      name: t("action.extend"),
      can: isMine,
      run: () => void conversation.extend(),
    },
    {
      id: "release",
      group: "Question",
      key: "r",
      place: "desk",
      name: t("action.release"),
      can: isMine,
      run: () => void conversation.release(),
    },
    {
      id: "answer",
      group: "Question",
      key: "a",
      name: t("action.answer"),
      can: hasQuestion,
      run: write("answer"),
    },
    {
      id: "info-request",
      group: "Question",
      key: "i",
      name: t("action.info_request"),
      can: hasQuestion,
      run: write("info_request"),
    },
    {
      id: "ask-confirmation",
      group: "Question",
      key: "w",
      place: "desk",
      name: t("action.ask_confirmation"),
      can: hasQuestion,
      run: () => {
        conversation.askConfirmation();
        screen.focus("composer-text");
      },
    },
    {
      id: "attach",
      group: "Question",
      key: "f",
      name: t("action.attach"),
      can: hasQuestion,
      run: () => screen.press("composer-attach"),
    },
    {
      id: "phrases",
      group: "Question",
      key: "p",
      name: t("action.phrases"),
      can: hasQuestion,
      run: () => screen.press("composer-phrases"),
    },
    {
      id: "preview",
      group: "Question",
      key: "m",
      mod: true,
      shift: true,
      place: "desk",
      name: t("action.preview"),
      can: hasQuestion,
      run: () => void conversation.preview(),
    },
    {
      id: "send",
      group: "Question",
      key: "Enter",
      mod: true,
      name: t("action.send"),
      can: () => question()?.may_write ?? false,
      run: () => void conversation.send(),
    },
    {
      id: "announce-offer",
      group: "Question",
      key: "b",
      place: "desk",
      name: t("action.announce_offer"),
      can: () => hasQuestion() && conversation.kind === "answer",
      run: () => {
        conversation.announcesOffer = !conversation.announcesOffer;
        conversation.typed();
      },
    },
    {
      id: "of-customer",
      group: "Question",
      key: "c",
      place: "desk",
      name: t("action.of_customer"),
      can: hasQuestion,
      run: () => look(ofCustomer(question()?.customer.name ?? "")),
    },
    {
      id: "offer",
      group: "Offer",
      key: "o",
      mod: true,
      shift: true,
      name: t("action.offer"),
      can: () => conversation.view !== null && conversation.view.checklist.blocker !== "lock_first",
      run: () => void desk.offer(),
    },
    {
      id: "show-offer",
      group: "Offer",
      key: "o",
      place: "desk",
      name: t("action.show_offer"),
      can: () => (question()?.offers.length ?? 0) > 0,
      run: () => {
        const id = question()?.offers[0]?.offer_id;
        if (id) void desk.openOffer(id);
      },
    },
  ];
}
