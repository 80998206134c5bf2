import type {
  ApiError,
  Appearance,
  DataExported,
  DataView,
  Language,
  NoticeChoice,
  NoticeChoices,
  Settings,
  SettingsView,
} from "../../bindings";
import { asApiError, request } from "../../host";

/** The zooms that the keys step through, in percent. */
const ZOOMS = [80, 90, 100, 110, 125, 150, 175, 200];

/** The settings; appearance takes hold at once. */
export class SettingsState {
  view = $state<SettingsView | null>(null);
  error = $state<ApiError | null>(null);
  diagnostics = $state("");
  /** Whether the diagnostics were put into the clipboard. */
  isCopied = $state(false);
  data = $state<DataView | null>(null);
  exported = $state<DataExported | null>(null);
  isExporting = $state(false);

  /** `reload` begins the page anew. */
  constructor(private readonly reload: () => void = () => location.reload()) {}

  async load() {
    this.view = await request("settings_show");
    apply(this.view.settings.appearance);
  }

  async save(change: Partial<Settings>) {
    if (!this.view) return;
    await this.#take(() => request("settings_save", { ...this.view!.settings, ...change }));
  }

  /** Changes the language; the page is read anew, for words are put into it as it begins. */
  async speak(language: Language) {
    await this.save({ language });
    if (!this.error) this.reload();
  }

  /** Changes what is done with notices of one kind. */
  async choose(kind: keyof NoticeChoices, change: Partial<NoticeChoice>) {
    if (!this.view) return;
    const choices = this.view.settings.notice_choices;
    await this.save({ notice_choices: { ...choices, [kind]: { ...choices[kind], ...change } } });
  }

  async startAtLogin(starts: boolean) {
    await this.#take(() => request("settings_start_at_login", { starts }));
  }

  /** From what is seen now to the other look. */
  async switchAppearance() {
    const theme = document.documentElement.dataset["theme"];
    const isDark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    await this.save({ appearance: isDark ? "light" : "dark" });
  }

  /** To the next larger or smaller zoom; 0 for the usual one. */
  async zoom(by: -1 | 0 | 1) {
    const now = this.view?.settings.zoom_percent ?? 100;
    const next =
      by === 0 ? 100 : by > 0 ? ZOOMS.find((zoom) => zoom > now) : ZOOMS.findLast((zoom) => zoom < now);
    if (next !== undefined && next !== now) await this.save({ zoom_percent: next });
  }

  async diagnose() {
    this.diagnostics = (await request("diagnostics_show")).text;
  }

  /** Puts the diagnostics into the clipboard. */
  async copyDiagnostics() {
    if (this.diagnostics === "") await this.diagnose();
    try {
      await navigator.clipboard.writeText(this.diagnostics);
      this.isCopied = true;
    } catch (error) {
      this.error = asApiError(error);
    }
  }

  async measure() {
    try {
      this.data = await request("data_show");
    } catch (error) {
      this.error = asApiError(error);
    }
  }

  async exportData() {
    this.isExporting = true;
    try {
      this.exported = await request("data_export");
      this.error = null;
    } catch (error) {
      this.error = asApiError(error);
    } finally {
      this.isExporting = false;
    }
  }

  /** Keeps the answer to whether Proffer goes on in the tray, and closes the window. */
  async closeWindow(keepsInTray: boolean | null) {
    if (keepsInTray !== null) await this.save({ keeps_in_tray: keepsInTray });
    await request("window_close");
  }

  async #take(ask: () => Promise<SettingsView>) {
    try {
      this.view = await ask();
      apply(this.view.settings.appearance);
      this.error = null;
    } catch (error) {
      this.error = asApiError(error);
    }
  }
}

/** All the room that the data takes. */
export const totalOf = (data: DataView): number =>
  data.cache_bytes + data.journal_bytes + data.files_bytes + data.other_bytes;

/** `22:00` of minutes since midnight, as a time field takes it. */
export function timeOf(minute: number): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** Minutes since midnight of what a time field holds; nothing if it is empty. */
export function minuteOf(time: string): number | null {
  const found = /^(\d{2}):(\d{2})/.exec(time);
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}

function apply(appearance: Appearance) {
  if (appearance === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = appearance;
}
