import type { ConversationView, OfferView } from "../../bindings";
import type { DeskWindow } from "../desk.svelte";

/** What an action may do to the page itself. */
export interface Screen {
  /** Brings the keyboard to the element of this id. */
  focus(id: string): void;
  /** Presses the element of this id. */
  press(id: string): void;
}

/** What actions are made with. */
export interface Context {
  desk: DeskWindow;
  screen: Screen;
  /** The question looked at. */
  question(): ConversationView | null;
  /** The offer looked at in the Request Centre. */
  offer(): OfferView | null;
  /** Opens the palette with this typed. */
  look(typed: string): void;
}
