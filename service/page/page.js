// The page's entry point: switches views, shows the library's state, handles global keys.

import * as thread from "./thread.js";
import { Problem } from "./api.js";
import * as cards from "./cards.js";
import * as catalogue from "./catalogue.js";
import * as filters from "./filters.js";
import * as library from "./library.js";
import { counted, credit, find, make, own, tell, trouble } from "./dom.js";
import * as place from "./address.js";
import * as reader from "./reader.js";
import * as answers from "./answers.js";
import * as tracing from "./tracing.js";

const VIEWS = ["ask", "trace", "articles"];
const ON_SHELF = 6;

let asks = ""; // the thread's address, to return to from another view
let empty = false;

function show(params) {
  const view = VIEWS.slice(1).find((one) => params.has(one)) || "ask";
  for (const one of VIEWS) {
    find(one).hidden = one !== view;
    if (one === view) find(`to-${one}`).setAttribute("aria-current", "page");
    else find(`to-${one}`).removeAttribute("aria-current");
  }
  cards.escape();
  if (view === "ask") {
    thread.show(params);
    asks = place.address(params);
    find("to-ask").href = asks;
  }
  if (view === "trace") tracing.show(params.get("trace"));
  if (view === "articles") library.show();
  if (view === "articles" && empty) library.offer();
  document.title = titles(view);
  open(params, view);
}

function titles(view) {
  if (view === "trace") return "Trace an excerpt · Byline";
  if (view === "articles") return "Articles · Byline";
  return thread.title() ? `${thread.title()} · Byline` : "Byline";
}

/** Shows the article in the address beside the view. */
function open(params, view) {
  const id = params.get("read");
  if (!id) {
    reader.hide();
    return;
  }
  const [, start, end] = /^(\d+)-(\d+)$/.exec(params.get("at") || "") || [];
  const at = Number(end) > Number(start) ? { start: Number(start), end: Number(end) } : null;
  reader.show(id, at, view === "trace" ? tracing.found_in(id) : thread.cited(id, at));
}

/** Shows the number of articles, or why the service is not ready; polls while it is loading. */
async function look() {
  let problem;
  try {
    const response = await fetch("readyz", { credentials: "omit", cache: "no-store" });
    if (response.ok) {
      await stock((await response.json()).articles);
      return;
    }
    const said = await response.json().catch(() => ({}));
    if (response.status === 503 && /load/i.test(said.detail || "")) {
      notice(make("p", { class: "notice warming", role: "status" }, "Byline is loading its embedding model. You can write your question meanwhile."));
      setTimeout(look, 1000 * Math.max(1, Number(response.headers.get("Retry-After")) || 2));
      return;
    }
    problem = new Problem({ status: response.status, ...said });
  } catch (error) {
    problem = error instanceof Problem ? error : new Problem({ detail: "Is it still running, and are you online?" });
  }
  notice(trouble(problem, look));
}

async function stock(count) {
  empty = count === 0;
  document.body.classList.toggle("is-empty", empty);
  find("edition").textContent = empty ? "An empty library" : `A library of ${counted(count, "article")}`;
  if (empty) {
    notice(make("div", { class: "notice" },
      make("p", {}, make("b", {}, "The library is empty."), " Without articles there is nothing to answer from."),
      make("p", {}, make("a", { href: "#articles" }, "Add articles"), " here, or with ", make("code", {}, "byline ingest FOLDER"), ".")));
    find("headlines").replaceChildren();
    return;
  }
  notice();
  const articles = await catalogue.some(ON_SHELF);
  find("headlines").replaceChildren(...articles.map((one) => make("li", {}, make("div", {}, own("p", { class: "credit" }, credit(one)), answers.headline(one)))));
  find("all-articles").textContent = count > articles.length ? `All ${counted(count, "article")}` : "All articles";
}

const notice = (...parts) => find("notices").replaceChildren(...parts);

function keys(event) {
  if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog:modal")) {
    if (cards.escape()) return;
    if (find("reader").open) place.leave_article();
    return;
  }
  const writing = event.target.closest?.("input, textarea, select, dialog");
  if (event.key !== "/" || writing || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = ["question", "excerpt", "article-find"].map(find).find((one) => one.offsetParent);
  event.preventDefault();
  field?.focus();
}

function begin() {
  // a question from a bookmark or a browser's search field
  const given = new URLSearchParams(location.search).get("q");
  if (given && !location.hash) history.replaceState(null, "", place.address(new URLSearchParams({ q: given })));
  cards.begin();
  reader.begin();
  filters.begin();
  tracing.begin();
  library.begin(look);
  thread.begin(() => {
    if (place.current().has("read")) open(place.current(), "ask");
  });
  addEventListener("keydown", keys);
  addEventListener("online", () => tell("You are online again."));
  find("skip").addEventListener("click", (event) => {
    event.preventDefault();
    find("main").focus();
  });
  place.watch(show);
  look();
  if (!find("ask").hidden && matchMedia("(hover: hover)").matches) find("question").focus({ preventScroll: true });
}

begin();
