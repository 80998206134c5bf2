// Shortcuts: every action has one, and the sheet lists them.
import { t, type Key } from "../i18n";

/** Where actions belong together, in the sheet and the palette. */
export type ShortcutGroup = "Move" | "Question" | "Offer" | "Go to" | "Desk";

const GROUP_NAMES: Record<ShortcutGroup, Key> = {
  Move: "action.group_move",
  Question: "action.group_question",
  Offer: "action.group_offer",
  "Go to": "action.group_go_to",
  Desk: "action.group_desk",
};

/** The groups, in the order of the sheet. */
export const GROUPS = Object.keys(GROUP_NAMES) as ShortcutGroup[];

/** What a group is called in the language spoken. */
export const groupName = (group: ShortcutGroup): string => t(GROUP_NAMES[group]);

/** One action: the palette, the shortcuts and the sheet are all made from it. */
export interface Shortcut {
  /** Names it for good. */
  id: string;
  group: ShortcutGroup;
  /** As `KeyboardEvent.key`; letters in small. */
  key: string;
  /** With Ctrl, or ⌘ on a Mac. */
  mod?: boolean;
  shift?: boolean;
  /** Other keys that do the same, not shown; with Ctrl or ⌘ as it is. */
  also?: { key: string; shift?: boolean }[];
  /** What it does, for the sheet. */
  name: string;
  /** Where its key counts; everywhere when not said. */
  place?: "desk" | "requests" | "insights";
  /** Whether it can be taken now; always when not said. */
  can?: () => boolean;
  run: () => void;
}

/** Whether an action can be taken now. */
export const isAvailable = (shortcut: Shortcut): boolean => shortcut.can?.() ?? true;

const IS_MAC = navigator.platform.startsWith("Mac");

/** The keys as they are shown. */
export function keysOf(shortcut: Pick<Shortcut, "key" | "mod" | "shift">): string[] {
  const names: Record<string, string> = {
    Enter: "↵",
    ArrowUp: "↑",
    ArrowDown: "↓",
    Escape: "Esc",
    Backspace: "⌫",
    Delete: "Del",
  };
  return [
    ...(shortcut.mod ? [IS_MAC ? "⌘" : "Ctrl"] : []),
    ...(shortcut.shift ? ["⇧"] : []),
    names[shortcut.key] ?? shortcut.key.toUpperCase(),
  ];
}

/** Whether letters typed now are text, not commands. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}

/** Whether an input method, such as that of Japanese, has the key. WebKit tells of the last one by its code alone. */
export const isComposing = (event: KeyboardEvent): boolean => event.isComposing || event.which === 229;

/** Runs the first shortcut that fits; says whether one did. Inside fields only those with Ctrl or ⌘ run. */
export function handle(event: KeyboardEvent, shortcuts: Shortcut[]): boolean {
  const mod = IS_MAC ? event.metaKey : event.ctrlKey;
  if (event.altKey || (!mod && isTyping(event.target))) return false;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const found = shortcuts.find(
    (shortcut) =>
      (shortcut.mod ?? false) === mod &&
      [shortcut, ...(shortcut.also ?? [])].some(
        (keys) =>
          keys.key === key && ((!mod && key.length === 1) || (keys.shift ?? false) === event.shiftKey),
      ) &&
      isAvailable(shortcut),
  );
  if (!found) return false;
  event.preventDefault();
  found.run();
  return true;
}
