import type { ApiError, Appearance, Settings, SettingsView } from "../../bindings";
import { asApiError, request } from "../../host";

/** The settings; appearance takes hold at once. */
export class SettingsState {
  view = $state<SettingsView | null>(null);
  error = $state<ApiError | null>(null);
  diagnostics = $state("");

  async load() {
    this.view = await request("settings_show");
    apply(this.view.settings.appearance);
  }

  async save(change: Partial<Settings>) {
    if (!this.view) return;
    try {
      this.view = await request("settings_save", { ...this.view.settings, ...change });
      apply(this.view.settings.appearance);
      this.error = null;
    } catch (error) {
      this.error = asApiError(error);
    }
  }

  /** From what is seen now to the other look. */
  async switchAppearance() {
    const theme = document.documentElement.dataset["theme"];
    const isDark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    await this.save({ appearance: isDark ? "light" : "dark" });
  }

  async diagnose() {
    this.diagnostics = (await request("diagnostics_show")).text;
  }
}

function apply(appearance: Appearance) {
  if (appearance === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = appearance;
}
