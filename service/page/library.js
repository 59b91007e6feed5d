// The view of articles: find, read, add and remove.

import * as answers from "./answers.js";
import { Problem, json } from "./api.js";
import * as catalogue from "./catalogue.js";
import { portions, records } from "./files.js";
import { counted, credit, find, make, own, tell, titled, trouble } from "./dom.js";
import * as reader from "./reader.js";

const AT_ONCE = 50;

let listed = { articles: [], whole: true };
let shown = AT_ONCE;
let may_write = true; // until the service refuses
let changed = () => {};

export async function show() {
  const list = find("article-list");
  if (!list.childElementCount) list.replaceChildren(make("li", { class: "progress" }, "Reading the list…"));
  try {
    listed = await catalogue.all();
    draw();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    list.replaceChildren(make("li", {}, trouble(problem, show)));
  }
}

function draw() {
  const wanted = find("article-find").value.trim().toLowerCase();
  const fits = (one) => `${titled(one)}\n${credit(one)}\n${one.published}\n${one.id}`.toLowerCase().includes(wanted);
  const found = listed.articles.filter(fits);
  const rows = found.slice(0, shown).map(row);
  const none = listed.articles.length ? "No article matches." : "The library is empty. Add the first articles above.";
  find("article-list").replaceChildren(...(rows.length ? rows : [make("li", { class: "hint" }, none)]));
  find("more").hidden = found.length <= shown;
  const all = counted(listed.articles.length, "article") + (listed.whole ? "" : ", and more that are not listed here");
  find("article-count").textContent = wanted ? `${found.length.toLocaleString("en")} of ${all}` : all;
}

function row(article) {
  const remove = make("button", { type: "button", class: "quiet remove", "aria-label": `Remove ${titled(article)}`, on: { click: () => ask_to_remove(article) } }, "Remove");
  return make("li", {},
    make("div", {}, own("p", { class: "credit" }, credit(article)), answers.headline(article)),
    may_write && remove);
}

function ask_to_remove(article) {
  const dialog = find("confirm");
  find("confirm-what").textContent = `“${titled(article)}”, ${credit(article)}`;
  dialog.returnValue = "";
  dialog.onclose = () => dialog.returnValue === "remove" && remove(article);
  dialog.showModal();
}

async function remove(article) {
  try {
    await json(`v1/articles/${encodeURIComponent(article.id)}`, { method: "DELETE" });
    report([make("p", {}, "Removed: ", own("b", {}, titled(article)), ".")]);
  } catch (problem) {
    if (refused(problem)) return;
    report([trouble(problem)]);
  }
  await after();
  find("article-find").focus();
}

/** Whether the key lacks the scope: then adding and removing are no longer offered. */
function refused(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status !== 403) return false;
  may_write = false;
  draw();
  begin_writing();
  tell("The key allows reading only.");
  return true;
}

async function after() {
  catalogue.changed();
  reader.forget();
  changed();
  await show();
}

/** Draws the form for adding, or why there is none. */
function begin_writing() {
  if (!may_write) {
    find("writing").replaceChildren(make("p", { class: "notice", role: "status" }, "Your key allows reading only. Adding and removing articles needs a key with the scope write."));
    return;
  }
  find("writing").replaceChildren(
    make("details", { class: "add", id: "add" },
      make("summary", {}, "Add articles"),
      drop(), pasting(),
      make("div", { id: "report", role: "status" })));
}

function drop() {
  const input = make("input", { type: "file", id: "files", multiple: true, accept: ".txt,.md,.markdown,.html,.htm,.jsonl,.ndjson", "aria-describedby": "files-means" });
  const place = make("div", { class: "drop" },
    make("label", { for: "files" }, "Choose files, or drop them here"), input,
    make("p", { class: "hint", id: "files-means" }, "Text, Markdown, web pages, or JSON Lines with one article a line. A file’s name is its id: the same name again replaces the article."));
  input.addEventListener("change", async () => {
    await take([...input.files]);
    input.value = "";
  });
  for (const event of ["dragover", "dragleave", "drop"])
    place.addEventListener(event, (dragged) => {
      dragged.preventDefault();
      place.classList.toggle("is-over", event === "dragover");
      if (event === "drop") take([...dragged.dataTransfer.files]);
    });
  return place;
}

function pasting() {
  const field = (name, label, attributes = {}) => make("label", {}, label, make("input", { name, autocomplete: "off", ...attributes }));
  const form = make("form", { class: "paste" },
    make("p", { class: "or" }, "Or paste one"),
    make("label", {}, "Text", make("textarea", { name: "text", rows: "5", dir: "auto", required: true })),
    make("div", { class: "facts" },
      field("title", "Title", { dir: "auto" }), field("outlet", "Outlet", { dir: "auto" }),
      field("published", "Day", { type: "date" }), field("url", "Web address", { type: "url", inputmode: "url" })),
    make("button", { class: "send", type: "submit" }, make("span", {}, "Add this article")));
  form.noValidate = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const record = Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));
    if (!record.text) {
      form.elements.text.focus();
      report([own("p", { class: "fault" }, "Paste the article’s text first.")]);
    } else if (await send([{ from: record.title || "the pasted text", record }])) form.reset();
  });
  return form;
}

async function take(files) {
  if (!files.length) return;
  report([make("p", { class: "progress" }, `Reading ${counted(files.length, "file")}…`)]);
  const items = [];
  for (const file of files) items.push(...(await records(file).catch(() => [{ from: file.name, fault: "it cannot be read" }])));
  await send(items);
}

/** Sends records in portions and reports the outcome; returns whether all were accepted. */
async function send(items) {
  const sum = { added: 0, updated: 0, unchanged: 0 };
  const faults = items.filter((one) => one.fault);
  const good = items.filter((one) => !one.fault);
  let done = 0;
  try {
    for (const portion of portions(good)) {
      report([make("p", { class: "progress" }, `Adding ${done + 1} to ${done + portion.length} of ${counted(good.length, "article")}…`)]);
      const said = await json("v1/articles", { method: "POST", body: { articles: portion.map((one) => one.record) } });
      for (const name of Object.keys(sum)) sum[name] += said[name];
      faults.push(...said.rejected.map(({ index, reason }) => ({ from: portion[index].from, fault: reason })));
      done += portion.length;
    }
  } catch (problem) {
    if (refused(problem)) return false;
    report([outcome(sum, faults), trouble(problem, () => send(good.slice(done)))]);
    if (done) await after();
    return false;
  }
  report([outcome(sum, faults)]);
  await after();
  return !faults.length;
}

function outcome(sum, faults) {
  const words = Object.entries(sum).filter(([, count]) => count).map(([name, count]) => `${count.toLocaleString("en")} ${name}`);
  return make("div", {},
    make("p", {}, words.length ? `${words.join(", ")}.` : "Nothing was added."),
    faults.length > 0 && make("p", {}, `Rejected: ${faults.length.toLocaleString("en")}`),
    faults.length > 0 && make("ul", {}, faults.slice(0, 20).map(({ from, fault }) => own("li", {}, make("b", {}, from), `: ${fault}`))),
    faults.length > 20 && make("p", {}, `and ${(faults.length - 20).toLocaleString("en")} more.`));
}

function report(parts) {
  find("add").open = true;
  find("report").replaceChildren(...parts);
}

/** Opens the form for adding, for an empty library. */
export const offer = () => find("add") && (find("add").open = true);

/** Adds the view's listeners. `grown` is called when the number of articles changes. */
export function begin(grown) {
  changed = grown;
  begin_writing();
  find("article-find").addEventListener("input", () => {
    shown = AT_ONCE;
    draw();
  });
  find("more").addEventListener("click", () => {
    const next = shown;
    shown += AT_ONCE;
    draw();
    find("article-list").children[next]?.querySelector("button").focus();
  });
}
