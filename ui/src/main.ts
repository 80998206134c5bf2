import { mount } from "svelte";
import type { Language as Choice } from "./bindings";
import { asApiError, request } from "./host";
import { languageOf, speak, type Language } from "./i18n";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/components.css";
import "./styles/desk.css";
import "./styles/dialog.css";
import "./styles/request-centre.css";
import "./styles/insights.css";
import "./styles/lines.css";
import "./styles/thread.css";
import "./styles/app.css";
import "./styles/outbox.css";
import "./styles/settings.css";
import "./styles/responsive.css";

const CHOSEN: Record<Exclude<Choice, "system">, Language> = {
  english: "en",
  german: "de",
  spanish: "es",
  japanese: "ja",
};

async function start(target: HTMLElement) {
  try {
    const { settings } = await request("settings_show");
    const chosen = settings.language;
    await speak(chosen === "system" ? languageOf(navigator.languages) : CHOSEN[chosen]);
  } catch (error) {
    // The desk opens in English, and says itself what is wrong.
    console.warn(asApiError(error).code);
  }
  // Only now: words are put into tables as the modules are read.
  const { default: App } = await import("./App.svelte");
  mount(App, { target });
}

const target = document.getElementById("app");
if (target) void start(target);
