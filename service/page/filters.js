// The filters: outlets, publication days, the day of the question, and who writes.

import * as catalogue from "./catalogue.js";
import { counted, day, find, make, own } from "./dom.js";

const DAYS = { from: "from", to: "to", as_of: "as-of" };
const MANY = 12; // outlets; with more, a search field is shown

let chosen = new Set();

/** The form's values as fields of a request. */
export function chosen_now() {
  const filters = { outlets: [...chosen] };
  if (find("from").value) filters.published_from = find("from").value;
  if (find("to").value) filters.published_to = find("to").value;
  return {
    filters,
    ...(find("as-of").value && { as_of: find("as-of").value }),
    ...(find("mode").value && { mode: find("mode").value }),
  };
}

/** The first invalid value's message, or an empty string. */
export function fault() {
  for (const id of Object.values(DAYS)) if (find(id).validity.badInput) return "A date is incomplete: choose it again, or clear it.";
  const { from, to } = { from: find("from").value, to: find("to").value };
  return from && to && from > to ? "“Published from” is later than “Published to”." : "";
}

export function write(params) {
  for (const name of ["outlet", "mode", ...Object.keys(DAYS)]) params.delete(name);
  for (const outlet of chosen) params.append("outlet", outlet);
  for (const [name, id] of Object.entries(DAYS)) if (find(id).value) params.set(name, find(id).value);
  if (find("mode").value) params.set("mode", find("mode").value);
}

export function read(params) {
  chosen = new Set(params.getAll("outlet").slice(0, 200));
  for (const [name, id] of Object.entries(DAYS)) find(id).value = /^\d{4}-\d{2}-\d{2}$/.test(params.get(name) || "") ? params.get(name) : "";
  find("mode").value = params.get("mode") === "extractive" ? "extractive" : "";
  if (find("filters").open) draw();
  summarize();
}

/** The filters in words: "2 outlets · from 1 May 2020"; empty where there are none. */
export function in_words({ filters, as_of, mode }) {
  const { outlets, published_from: from, published_to: to } = filters;
  return [
    outlets.length > 2 ? counted(outlets.length, "outlet") : outlets.join(" and "),
    from && to ? `${day(from)} to ${day(to)}` : from ? `from ${day(from)}` : to ? `to ${day(to)}` : "",
    as_of ? `as asked on ${day(as_of)}` : "",
    mode === "extractive" ? "in the articles’ own words" : "",
  ].filter(Boolean).join(" · ");
}

function summarize() {
  const words = in_words(chosen_now());
  find("filters-say").textContent = words ? `Filters: ${words}` : "Filters";
}

async function draw() {
  const known = await catalogue.outlets().catch(() => []);
  const all = [...new Set([...chosen, ...known])].sort((one, other) => one.localeCompare(other));
  const wanted = find("outlet-find").value.trim().toLowerCase();
  find("outlet-find").hidden = all.length <= MANY;
  const shown = all.filter((outlet) => chosen.has(outlet) || outlet.toLowerCase().includes(wanted)).slice(0, 200);
  const chips = shown.map((outlet) => make("label", { class: "chip" },
    make("input", { type: "checkbox", value: outlet, checked: chosen.has(outlet), on: { change: choose } }),
    own("span", {}, outlet)));
  const none = make("p", { class: "hint" }, all.length ? "No outlet has that name." : "No article in the library names its outlet.");
  find("outlets").replaceChildren(...(chips.length ? chips : [none]));
}

function choose({ target }) {
  if (target.checked) chosen.add(target.value);
  else chosen.delete(target.value);
  summarize();
}

export function begin() {
  find("filters").addEventListener("toggle", () => find("filters").open && draw());
  find("outlet-find").addEventListener("input", draw);
  for (const id of [...Object.values(DAYS), "mode"]) find(id).addEventListener("change", summarize);
  find("clear-filters").addEventListener("click", () => {
    read(new URLSearchParams());
    draw();
    find("filters").querySelector("summary").focus();
  });
}

/** Shows the choice of writers, where a language model is configured. */
export const offer_modes = () => (find("mode-field").hidden = false);
