// Whether all that a view shows can be read and reached, whatever the zoom, the size and the direction of writing.

/**
 * What cannot be read or reached, in words; runs in the page. With a dialog open, only the dialog counts: all else is
 * inert. Scrolls as a person would, and puts everything back.
 */
const OUT_OF_REACH = () => {
  const root = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  const found = new Set();
  const at = (element) =>
    `${element.tagName.toLowerCase()}${element.dataset.testid ? `[${element.dataset.testid}]` : ""}${element.className.baseVal === undefined ? `.${element.className.split(" ").join(".")}` : ""}`;
  /** Whether only a screen reader finds it. */
  const isHidden = (element) => {
    for (let one = element; one; one = one.parentElement) if (getComputedStyle(one).clipPath === "inset(50%)") return true;
    return false;
  };
  const isForEars = (element) => element.closest("[aria-hidden=true], .sprite") !== null || getComputedStyle(element).opacity === "0" || isHidden(element);
  const places = [...document.querySelectorAll("*")].filter((one) => one.scrollTop || one.scrollLeft).map((one) => [one, one.scrollTop, one.scrollLeft]);

  const page = document.scrollingElement;
  if (page.scrollWidth > innerWidth) found.add(`the page is ${page.scrollWidth} px wide in ${innerWidth}`);
  // A list is as wide as its pane: nobody scrolls sideways to read a line.
  for (const box of root.querySelectorAll(".scroll, .sheet")) {
    if (box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX !== "visible") {
      found.add(`${at(box)} scrolls sideways: ${box.scrollWidth} px in ${box.clientWidth}`);
    }
  }

  /** Whether text may be cut with dots here: the whole stands elsewhere. */
  const isShortened = (element) => {
    const { textOverflow, webkitLineClamp } = getComputedStyle(element);
    return textOverflow === "ellipsis" || (webkitLineClamp && webkitLineClamp !== "none");
  };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const element = text.parentElement;
    if (!text.data.trim() || !element.checkVisibility({ visibilityProperty: true }) || isForEars(element)) continue;
    if (element.closest("option, svg, textarea")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const line of range.getClientRects()) {
      if (line.width < 2) continue;
      if (line.left < -1.5 || line.right > innerWidth + 1.5) {
        let shortened = element;
        while (shortened && !isShortened(shortened)) shortened = shortened.parentElement;
        if (!shortened) found.add(`“${text.data.trim().slice(0, 40)}” in ${at(element)} leaves the window: ${Math.round(line.left)} to ${Math.round(line.right)} of ${innerWidth}`);
      }
      for (let box = element; box && box !== document.documentElement; box = box.parentElement) {
        if (isShortened(box)) break;
        const { overflowX, overflowY } = getComputedStyle(box);
        const edge = box.getBoundingClientRect();
        if (overflowX !== "visible" && (line.left < edge.left - 1.5 || line.right > edge.right + 1.5)) {
          if (overflowX === "auto" || overflowX === "scroll") break;
          found.add(`“${text.data.trim().slice(0, 40)}” in ${at(element)} is cut at the side by ${at(box)}`);
        }
        if ((overflowY === "hidden" || overflowY === "clip") && (line.top < edge.top - 2 || line.bottom > edge.bottom + 2)) {
          found.add(`“${text.data.trim().slice(0, 40)}” in ${at(element)} is cut in height by ${at(box)}`);
        }
        if (overflowY === "auto" || overflowY === "scroll") break;
      }
    }
  }

  // An open menu lies over what it belongs to until it is closed by its own button.
  const menu = root.querySelector(".menu__list, .combo__list:not([hidden])") ?? root;
  for (const control of menu.querySelectorAll("button, a[href], input, select, textarea, [tabindex='0']")) {
    if (!control.checkVisibility({ visibilityProperty: true }) || (isHidden(control) && control.tabIndex < 0)) continue;
    if (isHidden(control)) {
      found.add(`${at(control)} takes the keyboard and is not seen`);
      continue;
    }
    control.scrollIntoView({ block: "center", inline: "nearest" });
    const box = control.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if (box.left < -1.5 || box.right > innerWidth + 1.5) {
      found.add(`${at(control)} leaves the window: ${Math.round(box.left)} to ${Math.round(box.right)} of ${innerWidth}`);
      continue;
    }
    // Of what is higher than the window, the part in sight.
    const y = Math.min(Math.max(box.top, 1) + Math.min(box.bottom, innerHeight - 1), 2 * innerHeight) / 2;
    const hit = document.elementFromPoint(box.left + box.width / 2, y);
    const isHit = hit && (control.contains(hit) || hit.contains(control) || hit.closest("label")?.control === control);
    if (!isHit) found.add(`${at(control)} lies under ${hit ? at(hit) : "nothing in sight"}`);
  }

  for (const one of document.querySelectorAll("*")) if (one.scrollTop || one.scrollLeft) Object.assign(one, { scrollTop: 0, scrollLeft: 0 });
  for (const [one, scrollTop, scrollLeft] of places) Object.assign(one, { scrollTop, scrollLeft });
  return [...found];
};

/** What of a view cannot be read or reached, in lines that say where. */
export async function outOfReach(desk, view) {
  const found = await desk.window.execute(OUT_OF_REACH);
  return found.map((words) => `${view}: ${words}`);
}
