import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { LANGUAGES, languageOf, speak, t } from ".";

const ROOT = join(process.cwd(), "ui/src/i18n");
const catalogue = (language: string, area: string) =>
  JSON.parse(readFileSync(join(ROOT, language, area), "utf8")) as Record<string, string>;
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
const areas = readdirSync(join(ROOT, "en"));
const others = LANGUAGES.filter((language) => language !== "en");
const FORM = /_(zero|one|two|few|many|other)$/;
/** Forms by number, of a text that counts, are each language's own. */
const isForm = (words: Record<string, string>) => (key: string) =>
  FORM.test(key) && (words[key.replace(FORM, "")]?.includes("{count}") ?? false);

afterEach(() => speak("en"));

test.each(others)(
  "every text there is in English is there in %s, with the same places to fill in",
  (language) => {
    expect(readdirSync(join(ROOT, language))).toEqual(areas);
    for (const area of areas) {
      const [english, other] = [catalogue("en", area), catalogue(language, area)];
      const keys = (words: Record<string, string>) => Object.keys(words).filter((key) => !isForm(words)(key));
      expect(keys(other), area).toEqual(keys(english));
      for (const key of keys(english)) {
        const text = english[key] ?? "";
        expect(placeholders(other[key] ?? ""), `${area} ${key}`).toEqual(placeholders(text));
        expect(other[key]?.trim(), `${area} ${key}`).not.toBe("");
      }
    }
  },
);

test("every folder of words is a language that can be spoken", () => {
  const folders = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual([...LANGUAGES].sort());
});

test.each(others)("a text that counts has all forms of %s, with no other places to fill in", (language) => {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  // The text without a form stands for those of the rest: many things, and what only millions need.
  const needed = forms.filter((form) => form !== "other" && form !== "many");
  for (const area of areas) {
    const [english, other] = [catalogue("en", area), catalogue(language, area)];
    for (const key of Object.keys(other).filter(isForm(other))) {
      expect(forms, `${area} ${key}`).toContain(FORM.exec(key)?.[1]);
      const places = placeholders(other[key.replace(FORM, "")] ?? "");
      for (const place of placeholders(other[key] ?? "")) expect(places, `${area} ${key}`).toContain(place);
    }
    for (const key of Object.keys(english).filter(isForm(english))) {
      for (const form of needed) expect(Object.keys(other), area).toContain(key.replace(FORM, `_${form}`));
    }
  }
});

test("one has its own form", () => {
  expect(t("search.questions", { count: 2 })).toBe("2 questions");
  expect(t("search.questions", { count: 1 })).toBe("1 question");
});

test("the first language that there is a catalogue for is taken", () => {
  expect(languageOf(["fr-CH", "es-MX", "en"])).toBe("es");
  expect(languageOf(["fr"])).toBe("en");
  expect(languageOf([])).toBe("en");
});

test.each([
  ["es", "Bloquear", "2 preguntas", "1 pregunta"],
  ["de", "Sperren", "2 Fragen", "1 Frage"],
  ["ja", "ロック", "質問2件", "質問1件"],
] as const)("%s is spoken once its words are here, in its own forms", async (language, lock, two, one) => {
  await speak(language);
  expect(document.documentElement.lang).toBe(language);
  expect(t("desk.lock")).toBe(lock);
  expect(t("search.questions", { count: 2 })).toBe(two);
  expect(t("search.questions", { count: 1 })).toBe(one);
});

test("a text in one of the other languages is written in it", () => {
  for (const area of areas) {
    for (const [key, text] of Object.entries(catalogue("ja", area))) {
      if (area === "settings.json" && /^(language_|zoom_percent|version)/.test(key)) continue;
      if (area === "offer.json" && key === "count") continue;
      expect(text, `${area} ${key}`).toMatch(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u);
    }
  }
});
