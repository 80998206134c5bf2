// axe-core in the window and in pages: no violation of WCAG 2.2 AA, in light and dark.
import assert from "node:assert/strict";
import axe from "axe-core";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** What breaks the rules in the document as it stands; runs in the page. */
const RUN = (tags) =>
  window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) })),
  );

/** No colour is caught half-way; runs in the page. */
const STILL = () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; }");
  document.adoptedStyleSheets = [sheet];
};

/** What axe found, in lines that say where and what. */
function told(view, violations) {
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${view}: ${violation.id}: ${node.target.join(" ")}: ${node.failureSummary.replaceAll(/\s+/g, " ")}`),
  );
}

/** What is wrong with what the window shows, in both looks, in words; a picture of each unless told not to. */
export async function violationsInWindow(desk, view, { isShot = true } = {}) {
  const found = [];
  // On a busy machine a look at a long page takes its time.
  await desk.window.setTimeout({ script: 120_000 });
  const hasAxe = await desk.window.execute(() => "axe" in window);
  if (!hasAxe) await desk.window.execute(axe.source);
  await desk.window.execute(STILL);
  for (const theme of ["light", "dark"]) {
    await desk.window.execute((theme) => (document.documentElement.dataset.theme = theme), theme);
    found.push(...told(`${view}, ${theme}`, await desk.window.execute(RUN, TAGS)));
    if (isShot) await desk.shoot(`a11y-${view.replaceAll(/[ ,]+/g, "-")}-${theme}`);
  }
  await desk.window.execute(() => delete document.documentElement.dataset.theme);
  return found;
}

/** Fails unless what the window shows keeps the rules in both looks. */
export async function checkWindow(desk, view) {
  const found = await violationsInWindow(desk, view);
  assert.equal(found.length, 0, `\n${found.join("\n")}`);
}

/** What sticks out to the right of a phone's screen, with how far; runs in the page. */
const BEYOND = () => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .map((element) => ({ element, right: element.getBoundingClientRect().right }))
    .filter(({ right }) => right > width + 0.5)
    .map(({ element, right }) => `${element.tagName.toLowerCase()}.${element.className} ends at ${Math.round(right)} of ${width}`);
};

/** The same for a page in the customer's browser, which must also fit a phone without being scrolled sideways. */
export async function checkPage(customer, view) {
  const found = [];
  await customer.page.evaluate(axe.source);
  await customer.page.evaluate(STILL);
  for (const colorScheme of ["light", "dark"]) {
    await customer.page.emulateMedia({ colorScheme });
    found.push(...told(`${view}, ${colorScheme}`, await customer.page.evaluate(RUN, TAGS)));
    await customer.shoot(`a11y-page-${view.replaceAll(" ", "-")}-${colorScheme}`);
  }
  const size = customer.page.viewportSize();
  for (const width of [320, 390]) {
    await customer.page.setViewportSize({ width, height: 700 });
    found.push(...(await customer.page.evaluate(BEYOND)).map((words) => `${view}, ${width} px: ${words}`));
    await customer.shoot(`phone-${width}-${view.replaceAll(" ", "-")}`);
  }
  await customer.page.setViewportSize(size);
  assert.equal(found.length, 0, `\n${found.join("\n")}`);
}
