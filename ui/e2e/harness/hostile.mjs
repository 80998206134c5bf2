// Attacks, and how it is seen that none of them came through: by what runs and loads, and by what the page is made of.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./program.mjs";

/** Every payload of the corpus, the same that the tests of the domain use. */
export const PAYLOADS = JSON.parse(readFileSync(join(ROOT, "crates/domain/tests/hostile/xss.json"), "utf8")).flatMap(
  ({ payloads }) => payloads,
);

/** The payload, no longer than a field takes. */
export const cut = (text, length) => [...text].slice(0, length).join("").trim();

/** Notes what a payload would do if it ran. Runs in the page before anything of it does. */
export function listen() {
  window.firedByPayload = [];
  for (const name of ["alert", "confirm", "prompt", "msgbox"]) {
    window[name] = (...args) => window.firedByPayload.push(`${name} ${args}`);
  }
}

/**
 * What in this page could run, load or lead astray, and what did run. Runs in the page. `rules` say what the page has of
 * its own: inline styles, `<style>` elements, data pictures.
 */
export function inspect(rules = {}) {
  const bad = [];
  const here = new URL(document.baseURI);
  const own = (url) => url.origin === here.origin && url.protocol === here.protocol;
  const forbidden = new Set(
    "iframe frame frameset object embed applet base portal template noscript marquee bgsound isindex keygen plaintext xmp listing math animate set foreignobject video audio source track picture".split(" "),
  );
  for (const element of document.querySelectorAll("*")) {
    const name = element.localName.toLowerCase();
    const what = element.outerHTML.slice(0, 120);
    if (forbidden.has(name) || name.includes("-") || name.includes(":")) bad.push(`element ${what}`);
    if (name === "script" && !(element.src && own(new URL(element.src)) && !element.textContent)) bad.push(`script ${what}`);
    if (name === "style" && !rules.styles) bad.push(`style ${what}`);
    if (name === "img" && !rules.pictures) bad.push(`picture ${what}`);
    if (name === "link" && element.rel !== "stylesheet" && element.rel !== "icon" && element.rel !== "modulepreload") bad.push(`link ${what}`);
    if (name === "meta" && /refresh|cookie/i.test(element.httpEquiv)) bad.push(`meta ${what}`);
    for (const { name: attribute, value } of element.attributes) {
      const key = attribute.toLowerCase();
      if (key.startsWith("on") || key === "srcdoc" || key === "formaction" || key === "ping" || key === "background") {
        bad.push(`attribute ${key} of ${what}`);
      }
      if (key === "style" && !rules.inline) bad.push(`attribute style of ${what}`);
      if (!["href", "xlink:href", "src", "srcset", "action", "poster", "data"].includes(key) || value.startsWith("#")) continue;
      let url;
      try {
        url = new URL(value, here);
      } catch {
        bad.push(`an address that is none in ${what}`);
        continue;
      }
      const leads = name === "a" && ["http:", "https:", "mailto:"].includes(url.protocol);
      const isPicture = name === "img" && rules.pictures && url.protocol === "data:";
      if (!own(url) && !leads && !isPicture) bad.push(`address ${value} of ${what}`);
    }
  }
  return { bad, fired: window.firedByPayload ?? [] };
}
