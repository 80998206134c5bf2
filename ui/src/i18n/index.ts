// Words by area and language. A missing key does not compile.
import en_action from "./en/action.json";
import en_desk from "./en/desk.json";
import en_error from "./en/error.json";
import en_guide from "./en/guide.json";
import en_insights from "./en/insights.json";
import en_kind from "./en/kind.json";
import en_notice from "./en/notice.json";
import en_offer from "./en/offer.json";
import en_outbox from "./en/outbox.json";
import en_requests from "./en/requests.json";
import en_search from "./en/search.json";
import en_session from "./en/session.json";
import en_settings from "./en/settings.json";
import en_status from "./en/status.json";
import en_support from "./en/support.json";
import en_thread from "./en/thread.json";
import en_update from "./en/update.json";

const CATALOGUE = {
  action: en_action,
  desk: en_desk,
  error: en_error,
  guide: en_guide,
  insights: en_insights,
  kind: en_kind,
  notice: en_notice,
  offer: en_offer,
  outbox: en_outbox,
  requests: en_requests,
  search: en_search,
  session: en_session,
  settings: en_settings,
  status: en_status,
  support: en_support,
  thread: en_thread,
  update: en_update,
};

type Area = keyof typeof CATALOGUE;
type Words = Record<string, string>;
export type Key = { [A in Area]: `${A}.${Extract<keyof (typeof CATALOGUE)[A], string>}` }[Area];

/** The languages that have a whole catalogue. */
export const LANGUAGES = ["en", "de", "es", "ja"] as const;
export type Language = (typeof LANGUAGES)[number];

const OTHERS = import.meta.glob<Words>(["./de/*.json", "./es/*.json", "./ja/*.json"], { import: "default" });

let language: Language = "en";
let spoken: Record<string, Words> = CATALOGUE;
let plural = new Intl.PluralRules("en");

/** The first of the wanted languages that there is a catalogue for; English otherwise. */
export function languageOf(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const known = LANGUAGES.find((one) => tag.toLowerCase().split("-")[0] === one);
    if (known) return known;
  }
  return "en";
}

/** Speaks a language from now on; before anything is shown, for what is on the screen stays as it is. */
export async function speak(wanted: Language) {
  const found: Record<string, Words> = { ...CATALOGUE };
  for (const area of Object.keys(CATALOGUE)) {
    const load = OTHERS[`./${wanted}/${area}.json`];
    if (load) found[area] = { ...found[area], ...(await load()) };
  }
  language = wanted;
  spoken = found;
  plural = new Intl.PluralRules(wanted);
  document.documentElement.lang = wanted;
}

/** The language spoken. */
export function spokenLanguage(): Language {
  return language;
}

/** By what dates and numbers are written: the language spoken, in the reader's own region where it is spoken there. */
export function locale(): string {
  return navigator.languages.find((tag) => tag.toLowerCase().split("-")[0] === language) ?? language;
}

/** A text, with `{name}` filled in. One with a `count` has a form of its own for one, under its name and `_one`. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const [area, name] = key.split(".") as [Area, string];
  const words = spoken[area] ?? {};
  const form = typeof values.count === "number" ? words[`${name}_${plural.select(values.count)}`] : undefined;
  const text = form ?? words[name] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, value: string) => String(values[value] ?? whole));
}
