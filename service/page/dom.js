// Creates elements and formats texts and dates. Text of articles only ever becomes text nodes here, never markup.

/** Creates an element; strings among the children become text. `on` holds listeners, the rest are attributes. */
export function make(name, { on = {}, ...attributes } = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  element.append(...children.flat().filter((child) => child != null && child !== false && child !== ""));
  return element;
}

export const find = (id) => document.getElementById(id);

/** Creates an element for text of an article or a question, with the text's own direction. */
export const own = (name, attributes, ...children) => make(name, { dir: "auto", ...attributes }, ...children);

/** A link to another site; null for anything but an http(s) URL. */
export function outward(address, label, attributes = {}) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  return make("a", { ...attributes, href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, label);
}

const DAYS = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

export function day(published) {
  const time = published ? Date.parse(`${published}T00:00:00Z`) : NaN;
  return Number.isNaN(time) ? "" : DAYS.format(time);
}

/** Outlet and day: "The Times of Israel · 5 May 2020". */
export const credit = (source) => `${source.outlet || "Outlet unknown"} · ${day(source.published) || "undated"}`;

export const titled = (source) => source.title || source.id;

export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

const NARROW = /[\ud800-\udfff]/;

/** Maps offsets in code points, as the service counts, to offsets in UTF-16, as JavaScript's strings count. */
export class Places {
  constructor(text) {
    this.text = text;
    this.units = null;
    if (!NARROW.test(text)) return;
    const units = [];
    for (let unit = 0; unit < text.length; unit += text.codePointAt(unit) > 0xffff ? 2 : 1) units.push(unit);
    units.push(text.length);
    this.units = units;
  }

  slice(start, end) {
    if (!this.units) return this.text.slice(start, end);
    const last = this.units.length - 1;
    return this.text.slice(this.units[Math.min(start, last)], this.units[Math.min(end, last)]);
  }

  get length() {
    return this.units ? this.units.length - 1 : this.text.length;
  }
}

/** Announces words to screen readers, even the same words twice. */
export function tell(words) {
  const status = find("told");
  status.textContent = "";
  setTimeout(() => (status.textContent = words), 50);
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export const scrollTo = (element, block = "start") =>
  element.scrollIntoView({ block, behavior: calm() ? "auto" : "smooth" });

/** Draws a problem, with a button to try again. */
export function trouble(problem, again) {
  const wait = problem.retryAfter ? ` The service asks to wait ${counted(problem.retryAfter, "second")}.` : "";
  return make(
    "div",
    { class: "trouble", role: "alert" },
    make("p", {}, make("b", {}, problem.title), " "),
    own("p", {}, problem.detail + wait),
    again && make("button", { type: "button", class: "quiet", on: { click: again } }, "Try again"),
  );
}
