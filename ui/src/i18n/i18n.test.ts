import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { LANGUAGES, languageOf, speak, t } from ".";

const ROOT = join(process.cwd(), "ui/src/i18n");
const catalogue = (language: string, area: string) =>
  JSON.parse(readFileSync(join(ROOT, language, area), "utf8")) as Record<string, string>;
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
const areas = readdirSync(join(ROOT, "en"));
const others = LANGUAGES.slice(1);
/** Forms by number are each language's own. */
const isForm = (key: string) => /_(zero|one|two|few|many|other)$/.test(key);

afterEach(() => speak("en"));

test.each(others)(
  "every text there is in English is there in %s, with the same places to fill in",
  (language) => {
    expect(readdirSync(join(ROOT, language))).toEqual(areas);
    for (const area of areas) {
      const [english, other] = [catalogue("en", area), catalogue(language, area)];
      const keys = (words: Record<string, string>) => Object.keys(words).filter((key) => !isForm(key));
      expect(keys(other), area).toEqual(keys(english));
      for (const [key, text] of Object.entries(english)) {
        if (isForm(key)) continue;
        expect(placeholders(other[key] ?? ""), `${area} ${key}`).toEqual(placeholders(text));
        expect(other[key]?.trim(), `${area} ${key}`).not.toBe("");
      }
    }
  },
);

test("one has its own form", () => {
  expect(t("search.questions", { count: 2 })).toBe("2 questions");
  expect(t("search.questions", { count: 1 })).toBe("1 question");
});

test("the first language that there is a catalogue for is taken", () => {
  expect(languageOf(["fr-CH", "es-MX", "en"])).toBe("es");
  expect(languageOf(["fr"])).toBe("en");
  expect(languageOf([])).toBe("en");
});

test("another language is spoken once its words are here", async () => {
  await speak("es");
  expect(document.documentElement.lang).toBe("es");
  expect(t("desk.lock")).toBe("Bloquear");
});
