// Where one can go from everywhere, and what concerns the whole window.
import { tick } from "svelte";
import { t } from "../../i18n";
import type { Shortcut } from "../../shared/shortcuts";
import type { Context } from "./context";

/** From row to row, and to what is looked for. */
export function moveActions({ desk, screen, look }: Context): Shortcut[] {
  const isAtRequests = () => desk.place === "requests";
  const canMove = () => desk.place === "desk" || isAtRequests();
  const step = (by: number) => () =>
    void (isAtRequests() ? desk.openNeighbourOffer(by) : desk.openNeighbour(by));
  return [
    { id: "next", group: "Move", key: "j", name: t("action.next"), can: canMove, run: step(1) },
    { id: "previous", group: "Move", key: "k", name: t("action.previous"), can: canMove, run: step(-1) },
    {
      id: "filter",
      group: "Move",
      key: "/",
      name: t("action.filter"),
      can: canMove,
      run: () => screen.focus(isAtRequests() ? "rc-search" : "queue-search"),
    },
    {
      id: "search",
      group: "Move",
      key: "k",
      mod: true,
      name: t("action.search"),
      run: () => look(""),
    },
  ];
}

/** From place to place, and to the sheets. */
export function placeActions({ desk }: Context): Shortcut[] {
  const { guide } = desk;
  return [
    {
      id: "go-desk",
      group: "Go to",
      key: "1",
      mod: true,
      name: t("action.go_desk"),
      run: () => (desk.place = "desk"),
    },
    {
      id: "go-requests",
      group: "Go to",
      key: "2",
      mod: true,
      name: t("action.go_requests"),
      run: () => (desk.place = "requests"),
    },
    {
      id: "go-insights",
      group: "Go to",
      key: "3",
      mod: true,
      name: t("action.go_insights"),
      run: () => (desk.place = "insights"),
    },
    {
      id: "go-settings",
      group: "Go to",
      key: ",",
      mod: true,
      name: t("action.go_settings"),
      run: () => (desk.place = "settings"),
    },
    {
      id: "outbox",
      group: "Go to",
      key: "4",
      mod: true,
      name: t("action.outbox"),
      run: () => (desk.sheet = "outbox"),
    },
    {
      id: "notices",
      group: "Go to",
      key: "n",
      name: t("action.notices"),
      run: () => (desk.sheet = "notices"),
    },
    { id: "help", group: "Go to", key: "h", name: t("action.help"), run: () => (desk.sheet = "help") },
    {
      id: "shortcuts",
      group: "Go to",
      key: "?",
      name: t("action.shortcuts"),
      run: () => (desk.sheet = "shortcuts"),
    },

    {
      id: "guide",
      group: "Go to",
      key: "g",
      name: t("action.guide"),
      run: () => void guide.open(!guide.view?.is_open),
    },
  ];
}

/** Notices, accounts, appearance, data and updates. */
export function windowActions({ desk, screen }: Context): Shortcut[] {
  const { notices, settings } = desk;
  const lookForUpdates = async () => {
    desk.place = "settings";
    await tick();
    screen.press("settings-go-updates");
    await desk.update.check();
  };
  return [
    {
      id: "mark-notices",
      group: "Desk",
      key: "m",
      name: t("action.mark_notices"),
      can: () => (notices.list?.unread_count ?? 0) > 0,
      run: () => void notices.markRead([]),
    },
    {
      id: "appearance",
      group: "Desk",
      key: "l",
      mod: true,
      shift: true,
      name: t("action.appearance"),
      run: () => void settings.switchAppearance(),
    },
    {
      id: "test-notification",
      group: "Desk",
      key: "n",
      mod: true,
      shift: true,
      name: t("action.test_notification"),
      run: () => {
        desk.place = "settings";
        void notices.sendTest();
      },
    },
    {
      id: "connect",
      group: "Desk",
      key: "y",
      mod: true,
      shift: true,
      name: t("action.connect"),
      run: () => void desk.reconnect(),
    },
    {
      id: "sign-out",
      group: "Desk",
      key: "x",
      mod: true,
      shift: true,
      name: t("action.sign_out"),
      run: () => desk.askToSignOut(),
    },
    {
      id: "add-account",
      group: "Desk",
      key: "a",
      mod: true,
      shift: true,
      name: t("action.add_account"),
      run: () => (desk.sheet = "add-account"),
    },
    {
      id: "switch-account",
      group: "Desk",
      key: "k",
      mod: true,
      shift: true,
      name: t("action.switch_account"),
      can: () => desk.session.others.length > 0,
      run: () => void desk.switchAccount(),
    },
    {
      id: "copy-diagnostics",
      group: "Desk",
      key: "b",
      mod: true,
      shift: true,
      name: t("action.copy_diagnostics"),
      run: () => {
        desk.place = "settings";
        void settings.copyDiagnostics();
      },
    },
    {
      id: "pause-notices",
      group: "Desk",
      key: "u",
      name: t("action.pause_notices"),
      run: () => void notices.pause(),
    },
    {
      id: "export-data",
      group: "Desk",
      key: "s",
      mod: true,
      shift: true,
      name: t("action.export_data"),
      run: () => {
        desk.place = "settings";
        void settings.exportData();
      },
    },
    {
      id: "updates",
      group: "Desk",
      key: "g",
      mod: true,
      shift: true,
      name: t("action.updates"),
      run: () => void lookForUpdates(),
    },
  ];
}
