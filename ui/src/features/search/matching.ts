import type { SearchText } from "../../bindings";
import { groupName, type Shortcut } from "../../shared/shortcuts";

/** The actions whose name has a word that begins with each of the words typed, best first. */
export function matching(actions: Shortcut[], typed: string): Shortcut[] {
  const wanted = split(typed);
  if (wanted.length === 0) return actions;
  const rank = (action: Shortcut) => (action.name.toLowerCase().startsWith(wanted[0] ?? "") ? 0 : 1);
  return actions
    .filter((action) => {
      const words = split(`${action.name} ${groupName(action.group)}`);
      return wanted.every((start) =>
        words.some((word) => (UNSPACED.test(start) ? word.includes(start) : word.startsWith(start))),
      );
    })
    .sort((one, other) => rank(one) - rank(other));
}

/** Scripts that put no space between words: where one begins cannot be seen. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

const split = (text: string) => text.toLowerCase().split(/\s+/).filter(Boolean);

/** A piece of a text, and whether it was looked for. */
export interface Piece {
  text: string;
  isMarked: boolean;
}

/** A text cut where its highlights begin and end. */
export function pieces({ text, highlights }: SearchText): Piece[] {
  const cut: Piece[] = [];
  let at = 0;
  for (const { start, end } of highlights) {
    if (start > at) cut.push({ text: text.slice(at, start), isMarked: false });
    if (end > Math.max(start, at)) cut.push({ text: text.slice(Math.max(start, at), end), isMarked: true });
    at = Math.max(at, end);
  }
  if (at < text.length) cut.push({ text: text.slice(at), isMarked: false });
  return cut;
}
