import { t } from "../../i18n";
import type { Shortcut } from "../../shared/shortcuts";
import type { DeskWindow } from "../desk.svelte";

/** Those that work everywhere, also before anybody is signed in and over a sheet. */
export function zoomActionsOf({ settings }: DeskWindow): Shortcut[] {
  const zoom = (id: string, key: string, name: string, by: -1 | 0 | 1): Shortcut => ({
    id,
    group: "Desk",
    key,
    mod: true,
    name,
    run: () => void settings.zoom(by),
  });
  return [
    // On many keyboards + is typed with shift, and = is the key it lies on.
    { ...zoom("zoom-in", "+", t("action.zoom_in"), 1), also: [{ key: "+", shift: true }, { key: "=" }] },
    { ...zoom("zoom-out", "-", t("action.zoom_out"), -1), also: [{ key: "_", shift: true }] },
    zoom("zoom-reset", "0", t("action.zoom_reset"), 0),
  ];
}
