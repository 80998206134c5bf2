// A dialog that is open over a scripted desk, and one of its parts on the page; for the tests.
import type { Component } from "svelte";
import type { OfferDialogView } from "../../bindings";
import { ScriptedDesk } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import { OfferDialog } from "./offer-dialog.svelte";
import { viewWith } from "./sample";

/** The moment of all of them. */
export const NOW = Date.parse("2026-11-23T11:08:00Z");

/** Opens a dialog with some of its view otherwise. */
export async function opened(
  more: Partial<OfferDialogView> = {},
  answers: ConstructorParameters<typeof ScriptedDesk>[0] = {},
) {
  const view = viewWith(more);
  const desk = new ScriptedDesk({ offer_dialog_open: () => view, offer_dialog_edit: () => view, ...answers });
  const dialog = new OfferDialog();
  await dialog.open("question-1", null);
  // As after a try to submit: what is wrong is told.
  dialog.showsProblems = view.problems.length > 0;
  return { desk, dialog };
}

/** Shows a part of such a dialog. */
export async function showPart<P extends object>(
  component: Component<P>,
  more: Partial<OfferDialogView> = {},
  props: object = {},
  answers: ConstructorParameters<typeof ScriptedDesk>[0] = {},
) {
  const { desk, dialog } = await opened(more, answers);
  const all = { dialog, view: dialog.view, fields: dialog.fields, now: NOW, ...props };
  return { desk, dialog, ...shown(component as unknown as Component<Record<string, unknown>>, all) };
}
