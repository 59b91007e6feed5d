// Shows an article beside the answer, with the cited words highlighted and scrolled into view.

import { Problem, json } from "./api.js";
import { Places, calm, credit, find, make, outward, own, titled, trouble } from "./dom.js";
import { leave_article, read } from "./address.js";

const WIDE = matchMedia("(min-width: 62rem)");

let article = null; // the open one
let opener = null; // the element that had the focus before
let asked = 0; // number of the latest request: older responses are ignored

/** Shows an article with `ranges` highlighted, the one at `at` more strongly. */
export async function show(id, at, ranges) {
  const mine = ++asked;
  open();
  if (article?.id !== id) {
    draw([heading({ id, title: "Opening the article…" }), make("div", { class: "waiting", "aria-hidden": "true" })]);
    try {
      article = await json(`v1/articles/${encodeURIComponent(id)}`);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      article = null;
      if (mine === asked) draw([heading({ id, title: "The article cannot be shown" }), trouble(missing(problem), () => show(id, at, ranges))]);
      return;
    }
    if (mine !== asked) return;
  }
  light(at, ranges);
}

/** Drops the loaded article, after it was removed or changed. */
export const forget = () => (article = null);

export function hide() {
  asked += 1;
  const dialog = find("reader");
  if (!dialog.open) return;
  dialog.close();
  document.body.classList.remove("is-reading");
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  opener = null;
}

const missing = (problem) =>
  problem.status === 404 ? new Problem({ status: 404, title: "It is no longer in the library", detail: "It was removed after the answer was written." }) : problem;

function open() {
  const dialog = find("reader");
  if (dialog.open) return;
  opener = document.activeElement === document.body ? null : document.activeElement;
  document.body.classList.add("is-reading");
  if (WIDE.matches) dialog.show();
  else dialog.showModal();
}

function light(at, ranges) {
  const places = new Places(article.text);
  const lit = ordered(ranges.some((one) => same(one, at)) || !at ? ranges : [...ranges, at]);
  const focused = document.activeElement?.closest("#reader .steps button")?.dataset.step;
  const body = make("div", { class: "body", tabindex: "0", role: "region", "aria-label": "Text of the article" }, drawn(places, lit, at));
  draw([heading(article), steps(lit, at), body]);
  const again = focused && find("reader").querySelector(`[data-step="${focused}"]`);
  (again && !again.disabled ? again : find("reader-title")).focus({ preventScroll: true });
  const mark = body.querySelector("mark.current");
  if (mark) requestAnimationFrame(() => center(body, mark));
}

function center(body, mark) {
  const within = mark.getBoundingClientRect().top - body.getBoundingClientRect().top;
  const room = Math.max(24, (body.clientHeight - mark.getBoundingClientRect().height) / 3);
  body.scrollTo({ top: body.scrollTop + within - room, behavior: calm() ? "auto" : "smooth" });
}

function draw(children) {
  find("reader").replaceChildren(...children.filter(Boolean));
  if (!find("reader").contains(document.activeElement)) find("reader-title").focus({ preventScroll: true });
}

function heading(source) {
  const link = source.url && outward(source.url, "Read it where it was published");
  return make("div", { class: "head" },
    make("div", { class: "about" },
      source.text !== undefined && own("p", { class: "credit" }, credit(source)),
      own("h2", { id: "reader-title", tabindex: "-1" }, titled(source)),
      link && make("p", { class: "outward" }, link)),
    make("button", { type: "button", class: "close", "aria-label": "Close the article", on: { click: leave_article } }, "×"));
}

function steps(lit, at) {
  if (!at || lit.length < 2) return null;
  const here = lit.findIndex((one) => same(one, at));
  const step = (way, label, sign) => {
    const to = lit[here + way];
    return make("button", { type: "button", class: "quiet", "data-step": way, "aria-label": label, disabled: !to,
      on: { click: () => read(article.id, to.start, to.end) } }, sign);
  };
  return make("div", { class: "steps" },
    make("p", {}, `Cited passage ${here + 1} of ${lit.length}`),
    step(-1, "Previous passage", "↑"), step(1, "Next passage", "↓"));
}

/** The article's paragraphs, and the text between them, with highlights as marks. */
function drawn(places, lit, at) {
  const parts = [];
  let reached = 0;
  for (const { start, end, evidence } of [...article.paragraphs, { start: places.length, end: places.length, evidence: true }]) {
    if (places.slice(reached, start).trim()) parts.push(paragraph(places, reached, start, false, lit, at));
    if (end > start) parts.push(paragraph(places, start, end, evidence, lit, at));
    reached = Math.max(reached, end);
  }
  return parts;
}

function paragraph(places, start, end, evidence, lit, at) {
  const parts = [];
  let reached = start;
  for (const one of apart(lit, at)) {
    const from = Math.max(one.start, reached);
    const to = Math.min(one.end, end);
    if (to <= from) continue;
    parts.push(places.slice(reached, from), make("mark", { class: one.current ? "current" : null }, places.slice(from, to)));
    reached = to;
  }
  return own("p", { class: evidence ? null : "aside" }, parts, places.slice(reached, end));
}

/** Splits ranges so that none overlaps the current one, in order. */
function apart(lit, at) {
  const rest = lit.filter((one) => !same(one, at)).flatMap(({ start, end }) =>
    at ? [{ start, end: Math.min(end, at.start) }, { start: Math.max(start, at.end), end }] : [{ start, end }]);
  const whole = at ? [{ ...at, current: true }] : [];
  return ordered([...rest.filter((one) => one.end > one.start), ...whole]);
}

const same = (one, other) => Boolean(other) && one.start === other.start && one.end === other.end;

const ordered = (ranges) =>
  [...new Map(ranges.map((one) => [`${one.start}-${one.end}`, one])).values()].sort((one, other) => one.start - other.start || one.end - other.end);

/** Adds the listeners for keys and for the window's width. */
export function begin() {
  const dialog = find("reader");
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave_article();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.matches(":modal") && leave_article());
  WIDE.addEventListener("change", () => {
    if (!dialog.open) return;
    dialog.close();
    if (WIDE.matches) dialog.show();
    else dialog.showModal();
  });
}

