// Words by area and language. A missing key does not compile.
import en_desk from "./en/desk.json";
import en_offer from "./en/offer.json";
import en_search from "./en/search.json";
import en_session from "./en/session.json";

const CATALOGUE = { desk: en_desk, offer: en_offer, search: en_search, session: en_session };

type Area = keyof typeof CATALOGUE;
type Key = { [A in Area]: `${A}.${Extract<keyof (typeof CATALOGUE)[A], string>}` }[Area];

/** A text, with `{name}` filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const [area, name] = key.split(".") as [Area, string];
  const text = (CATALOGUE[area] as Record<string, string>)[name] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, value: string) => String(values[value] ?? whole));
}
