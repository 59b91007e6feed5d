// Draws an answer: statements with their markers, disagreements, sources.

import { marker } from "./cards.js";
import { counted, credit, day, make, outward, own, titled } from "./dom.js";
import { read } from "./address.js";

/** One statement with its markers and counts of articles and origins; `quoted`: a quotation that replaces a model's. */
export function statement(said, citations, quoted = false) {
  const cited = said.citations.map((number) => citations.get(number)).filter(Boolean);
  const marks = make("span", { class: "marks" }, cited.map(marker));
  return make("div", { class: quoted ? "statement quoted" : "statement" },
    quoted ? quotation(said, cited, marks) : own("p", {}, said.text, marks),
    said.articles > 1 && make("p", { class: "backing" }, backing(said)));
}

function quotation(said, [{ article }], marks) {
  return make("blockquote", {},
    own("p", {}, `“${said.text.replace(/“/g, "‘").replace(/”/g, "’")}”`, marks),
    own("footer", {}, `In the words of ${article.outlet || titled(article)}`));
}

function backing({ articles, origins }) {
  if (origins < 2) return `Reported by ${articles} articles, all from 1 origin`;
  return `Reported by ${articles} articles from ${origins} origins`;
}

/** A disagreement: each version with its sources. */
export function disagreement(one, citations) {
  const heading = one.kind === "updated" ? "Newer articles say otherwise" : "The articles differ";
  return make("section", { class: `differ ${one.kind}`, "aria-label": heading },
    make("h3", {}, heading),
    own("p", { class: "matter" }, shortened(one.about)),
    make("ul", {}, one.versions.map((each) => version(each, citations))));
}

/** The sentence with the differing value, up to the end of its clause, for a heading. */
function shortened(about) {
  const [before, after = ""] = about.split(/\s*…\s*/, 2);
  const clause = after.split(/[,;:]/, 1)[0].trim();
  return about.includes("…") ? `${before} … ${clause}`.trim() : about;
}

function version(version, citations) {
  const cited = version.citations.map((number) => citations.get(number)).filter(Boolean);
  return make("li", {},
    own("b", { class: "value" }, version.value),
    make("ul", { class: "who" }, [...by_article(cited).values()].map((of_one) => {
      const { article } = of_one[0];
      const when = day(article.published);
      return make("li", {}, own("span", {}, article.outlet || titled(article), when && `, ${when}`),
        make("span", { class: "marks" }, of_one.map(marker)));
    })));
}

/** The sources, article by article, in the order in which they are cited. */
export function sources(citations) {
  return make("section", { class: "sources", "aria-label": "Sources" },
    make("h3", {}, "Sources"),
    make("ul", {}, [...by_article(citations).values()].map((of_one) => {
      const { article, start, end, link } = of_one[0];
      return make("li", {},
        make("span", { class: "marks" }, of_one.map(marker)),
        make("div", {},
          own("p", { class: "credit" }, credit(article)),
          headline(article, { start, end }),
          (link || article.url) && make("p", { class: "outward" }, outward(link || article.url, "Read it where it was published"))));
    })));
}

/** An article's title that opens it. */
export function headline(article, { start, end } = { start: 0, end: 0 }) {
  return make("button", { type: "button", class: "headline", on: { click: () => read(article.id, start, end) } },
    own("span", {}, titled(article)));
}

/** The passages nearest to a question. */
export function closest(passages, title) {
  if (!passages.length) return null;
  return make("section", { class: "closest", "aria-label": title },
    make("h3", {}, title),
    make("ul", {}, passages.map(({ article, start, end, text }) =>
      make("li", {},
        own("p", { class: "credit" }, credit(article)),
        headline(article, { start, end }),
        own("p", { class: "excerpt" }, text)))));
}

/** How the answer was made: writer, time, cost and notes. */
export function making_of(answer) {
  const { mode, model, notes, timings_ms: timings, usage } = answer;
  const writer = mode === "llm" ? own("span", {}, model || "a language model") : "the articles’ own words";
  const cost = usage.cost_usd ? ` It cost ${usage.cost_usd.toFixed(4)} US dollars.` : "";
  return make("details", { class: "making" },
    make("summary", {}, notes.length ? `How it was made · ${counted(notes.length, "note")}` : "How it was made"),
    make("p", {}, "Written in ", writer, `, in ${Math.max(timings.total / 1000, 0.01).toFixed(2)} seconds.${cost}`),
    notes.length > 0 && make("ul", {}, notes.map((note) => own("li", {}, note))));
}

/** The answer with its sources as plain text, for copying. */
export function as_text({ question, text, citations }) {
  const lines = citations.map(({ number, article, quote, link }) =>
    `[${number}] “${quote.replace(/\s+/g, " ").trim()}” ${titled(article)}. ${credit(article)}${link || article.url ? ` ${link || article.url}` : ""}`);
  return [question, text, ...(lines.length ? [`Sources\n${lines.join("\n")}`] : [])].join("\n\n");
}

function by_article(citations) {
  const found = new Map();
  for (const one of citations) found.set(one.article.id, [...(found.get(one.article.id) || []), one]);
  return found;
}
