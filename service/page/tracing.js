// The view that traces an excerpt. The address bar holds the excerpt.

import * as answers from "./answers.js";
import { Problem, json } from "./api.js";
import { counted, credit, find, make, outward, own, tell, trouble } from "./dom.js";
import { go, read } from "./address.js";
import { merged } from "./diff.js";

const LONGEST = 10_000;
const KINDS = {
  exact: ["Exactly", "Identical to what was published."],
  near: ["Nearly", "The same words, with other punctuation, spelling or gaps marked by an ellipsis."],
  edited: ["Edited", "Words were altered."],
};

let traced = null; // the excerpt shown
let matches = [];
let asked = 0;

export async function show(excerpt) {
  if (excerpt === traced) return;
  traced = excerpt;
  const mine = ++asked;
  find("excerpt").value = excerpt;
  const place = find("traced");
  if (!excerpt) {
    place.replaceChildren();
    return;
  }
  place.replaceChildren(make("p", { class: "progress" }, "Looking through the articles…"));
  tell("Looking through the articles.");
  try {
    const found = await json("v1/trace", { method: "POST", body: { excerpt } });
    const near = found.matches.length ? [] : await closest(excerpt);
    if (mine !== asked) return;
    matches = found.matches;
    place.replaceChildren(...(matches.length ? results(excerpt) : nothing(near)));
    tell(place.querySelector("h2").textContent);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (mine !== asked) return;
    traced = null;
    place.replaceChildren(trouble(problem, () => show(excerpt)));
  }
}

/** The ranges of an article that match the excerpt. */
export const found_in = (id) => matches.filter((one) => one.article.id === id).map(({ start, end }) => ({ start, end }));

const closest = async (excerpt) => {
  const query = [...excerpt].slice(0, 2000).join("");
  return (await json("v1/search", { method: "POST", body: { query, k: 3 } })).passages;
};

function results(excerpt) {
  return [
    make("h2", {}, `Found in ${counted(new Set(matches.map((one) => one.article.id)).size, "article")}`),
    ...matches.map((one) => match(excerpt, one)),
  ];
}

function nothing(near) {
  return [
    make("h2", {}, "In none of the articles"),
    make("p", { class: "lead" }, "No article of this library has enough of its words together. It may still have been published elsewhere."),
    answers.closest(near, "Closest in meaning, but not a match"),
  ].filter(Boolean);
}

function match(excerpt, { article, start, end, quote, kind, edits, link }) {
  const [name, meaning] = KINDS[kind];
  return make("article", { class: `match ${kind}` },
    make("p", { class: "verdict" }, make("b", {}, name), ` ${meaning}`),
    own("p", { class: "credit" }, credit(article)),
    make("h3", {}, answers.headline(article, { start, end })),
    edits.length ? compared(excerpt, quote) : own("blockquote", {}, quote),
    edits.length > 0 && listed(edits),
    make("div", { class: "tools" },
      make("button", { type: "button", class: "quiet", on: { click: () => read(article.id, start, end) } }, "Read it in the article"),
      link && outward(link, "Read it where it was published")));
}

/** The published words; those that the excerpt left out are struck through, those it added are marked. */
function compared(excerpt, quote) {
  const parts = merged(excerpt, quote);
  if (!parts) return own("blockquote", {}, quote);
  const spaced = parts.flatMap(([kind, words], index) => [
    kind ? make(kind, {}, words.trimEnd()) : words.trimEnd(), // the space is not part of the edit
    index < parts.length - 1 && " "]);
  return own("blockquote", { class: "compared" }, spaced);
}

function listed(edits) {
  const cell = (words, none) => (words ? own("td", {}, words) : make("td", { class: "none" }, none));
  return make("div", { class: "scroll" },
    make("table", {},
      make("caption", {}, counted(edits.length, "edit")),
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "The excerpt says"), make("th", { scope: "col" }, "The article says"))),
      make("tbody", {}, edits.map((edit) => make("tr", {}, cell(edit.excerpt, "left out"), cell(edit.article, "nothing here"))))));
}

function submit() {
  const excerpt = find("excerpt").value.trim();
  if (!excerpt) {
    find("excerpt").focus();
    tell("Paste an excerpt first.");
    return;
  }
  if ([...excerpt].length > LONGEST) {
    find("traced").replaceChildren(trouble(new Problem({ status: 413, detail: "At most 10,000 characters can be traced: paste a sentence or a paragraph." })));
    traced = null;
    return;
  }
  if (excerpt === traced) traced = null;
  go((params) => {
    for (const name of ["read", "at"]) params.delete(name);
    params.set("trace", excerpt);
  });
}

export function begin() {
  find("tracer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  find("excerpt").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
}
