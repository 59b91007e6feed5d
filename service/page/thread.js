// The thread of questions and answers. The address bar holds its questions.

import * as answers from "./answers.js";
import { Problem, asked } from "./api.js";
import * as filters from "./filters.js";
import { counted, find, make, own, scrollTo, tell, trouble } from "./dom.js";
import { address, go } from "./address.js";

const LONGEST = 2000;
const MOST_TURNS = 50; // of history, the service's limit
const LONGEST_TURN = 8000;

let turns = []; // in the order shown
const known = new Map(); // every turn of this visit, by the questions up to it: Back and Forward ask nothing again
let running = null;
let relight = () => {};

/** Shows the questions in the address, and asks the new ones. */
export function show(params) {
  filters.read(params);
  const wanted = params.getAll("q").map((one) => one.trim()).filter(Boolean);
  let same = 0;
  while (same < wanted.length && turns[same]?.question === wanted[same]) same += 1;
  for (const gone of turns.splice(same)) {
    gone.stop?.abort();
    gone.node.remove();
  }
  for (let count = same + 1; count <= wanted.length; count += 1) add(wanted.slice(0, count));
  find("opening").hidden = find("shelf").hidden = wanted.length > 0;
  find("anew").hidden = find("thread-title").hidden = wanted.length === 0;
  find("ask").classList.toggle("is-open", wanted.length > 0);
  find("question").placeholder = wanted.length ? "Ask a follow-up" : "Ask a question";
  run();
}

export const title = () => turns[0]?.question || "";

/** The cited ranges of an article, in the answer that cites these characters. */
export function cited(id, at) {
  const of = (turn) => (turn.answer?.citations || [...turn.citations.values()]).filter((one) => one.article.id === id);
  const fits = (turn) => of(turn).some((one) => at && one.start === at.start && one.end === at.end);
  const turn = turns.findLast(fits);
  return turn ? of(turn).map(({ start, end }) => ({ start, end })) : [];
}

function add(questions) {
  const key = JSON.stringify(questions);
  let turn = known.get(key);
  if (!turn) {
    turn = { question: questions.at(-1), choice: filters.chosen_now(), node: null, answer: null, citations: new Map(), state: "waiting" };
    const said = filters.in_words(turn.choice);
    const body = make("div", { class: "answer" });
    turn.body = body;
    turn.node = make("article", { class: "turn" }, own("h2", { class: "asked" }, turn.question), said && own("p", { class: "scope" }, said), body);
    known.set(key, turn);
  }
  if (turn.state === "stopped") turn.state = "waiting";
  turns.push(turn);
  find("thread").append(turn.node);
}

/** Asks waiting questions in order, since each has the answers before it as its history. */
async function run() {
  if (running) return;
  for (;;) {
    const turn = turns.find((one) => one.state === "waiting");
    if (!turn) break;
    running = turn;
    await ask(turn, turns.slice(0, turns.indexOf(turn)));
    running = null;
  }
}

function history(earlier) {
  const turns = earlier.filter((one) => one.answer).flatMap((one) => [
    { role: "user", content: one.question },
    { role: "assistant", content: [...one.answer.text].slice(0, LONGEST_TURN).join("") }]);
  return turns.slice(-MOST_TURNS);
}

async function ask(turn, earlier) {
  turn.stop = new AbortController();
  turn.state = "running";
  turn.citations = new Map();
  const progress = make("p", { class: "progress" }, "Searching the articles…");
  const statements = make("div", { class: "statements" });
  turn.body.replaceChildren(statements, progress);
  turn.body.setAttribute("aria-busy", "true");
  busy(true);
  if (turns.length > 1) scrollTo(turn.node);
  tell("Searching the articles.");
  try {
    const question = { question: turn.question, history: history(earlier), ...turn.choice };
    for await (const [name, data] of asked(question, turn.stop.signal)) {
      if (name === "passages") progress.textContent = looking(data.passages);
      if (name === "statement") state(turn, statements, data);
      if (name === "answer") finish(turn, statements, data);
    }
    turn.state = "done";
  } catch (error) {
    fail(turn, error);
  }
  progress.remove();
  turn.body.removeAttribute("aria-busy");
  busy(false);
}

function looking(passages) {
  const articles = new Set(passages.map((one) => one.article.id)).size;
  return `Reading ${counted(passages.length, "passage")} in ${counted(articles, "article")}…`;
}

function state(turn, statements, said) {
  for (const one of said.sources) turn.citations.set(one.number, one);
  statements.append(drawn(said, turn.citations));
}

function drawn(said, citations, mode) {
  const node = answers.statement(said, citations, said.verbatim && mode === "llm");
  node.dataset.said = JSON.stringify([said.text, said.citations, said.articles, said.origins, node.className]);
  return node;
}

function finish(turn, statements, answer) {
  turn.answer = answer;
  turn.citations = new Map(answer.citations.map((one) => [one.number, one]));
  const whole = answer.statements.map((said) => drawn(said, turn.citations, answer.mode));
  const shown = [...statements.children].map((one) => one.dataset.said);
  // keep the nodes already shown unless the final answer differs
  const kept = shown.every((said, index) => said === whole[index]?.dataset.said);
  if (kept) statements.append(...whole.slice(shown.length));
  else statements.replaceChildren(...whole);
  const [leading, ...others] = leads(answer) ? answer.disagreements : [null, ...answer.disagreements];
  if (leading) statements.before(answers.disagreement(leading, turn.citations));
  turn.body.append(...(answer.answered ? answered(turn, others) : declined(turn)).filter(Boolean));
  tell(answer.answered ? `${answer.text} ${counted(answer.citations.length, "source passage")}.` : answer.text);
  relight();
}

/** Whether the text leads with the first disagreement, as it is on what was asked. */
function leads({ text, statements }) {
  return /^(Reports differ: |The newest report has )/.test(text) && !text.startsWith(statements[0]?.text.slice(0, 20));
}

function answered({ answer, citations }, disagreements) {
  return [
    ...disagreements.map((one) => answers.disagreement(one, citations)),
    answers.sources(answer.citations),
    tools(answer),
  ];
}

function declined({ answer }) {
  return [
    own("p", { class: "declined" }, answer.text),
    answers.closest(answer.closest, "Closest in the library"),
    tools(answer),
  ];
}

function tools(answer) {
  const button = (label, words, done) => make("button", { type: "button", class: "quiet", on: { click: ({ target }) => copy(target, label, words(), done) } }, label);
  return make("div", { class: "tools" },
    button("Copy with sources", () => answers.as_text(answer), "Copied"),
    button("Copy link", () => new URL(address(linked(answer)), location.href).href, "Link copied"),
    answers.making_of(answer));
}

/** The address of this question and those before it. */
function linked(answer) {
  const params = new URLSearchParams();
  const upto = turns.findIndex((one) => one.answer === answer);
  for (const one of turns.slice(0, upto + 1)) params.append("q", one.question);
  filters.write(params);
  return params;
}

async function copy(button, label, text, done) {
  let copied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copied = by_hand(text);
    button.focus();
  }
  button.textContent = copied ? done : "Copying failed";
  tell(button.textContent);
  setTimeout(() => (button.textContent = label), 2000);
}

/** Copies without the clipboard API, which needs HTTPS. */
function by_hand(text) {
  const field = make("textarea", { class: "unseen", "aria-hidden": "true" });
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}

function fail(turn, error) {
  const again = () => {
    turn.state = "waiting";
    run();
    find("question").focus({ preventScroll: true });
  };
  turn.state = error.name === "AbortError" ? "stopped" : "failed";
  if (turn.state === "failed" && !(error instanceof Problem)) console.error(error);
  const stopped = new Problem({ status: -1, title: "Stopped", detail: "The statements shown have been checked." });
  const problem = error instanceof Problem ? error : new Problem({ status: -1, detail: "The page could not show the answer." });
  turn.body.append(trouble(turn.state === "stopped" ? stopped : problem, again));
}

function busy(now) {
  const had = document.activeElement === find(now ? "send" : "stop");
  find("send").hidden = now;
  find("stop").hidden = !now;
  if (had) find("question").focus({ preventScroll: true });
}

function submit() {
  const field = find("question");
  const question = field.value.trim();
  const length = [...question.normalize("NFC")].length;
  const wrong = !question ? "Write a question first." : length > LONGEST ? `The question has ${length.toLocaleString("en")} characters; at most 2,000 are allowed.` : filters.fault();
  find("fault").textContent = wrong;
  field.toggleAttribute("aria-invalid", Boolean(wrong) && (!question || length > LONGEST));
  if (wrong) {
    if (!filters.fault()) field.focus();
    return;
  }
  if (running) return;
  field.value = "";
  find("filters").open = false;
  go((params) => {
    for (const name of ["trace", "articles", "read", "at"]) params.delete(name);
    params.append("q", question);
    filters.write(params);
  });
}

/** Adds the form's listeners. `lit` is called when an answer cites more of an open article. */
export function begin(lit) {
  relight = lit;
  const field = find("question");
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  field.addEventListener("input", () => {
    find("fault").textContent = "";
    field.removeAttribute("aria-invalid");
  });
  find("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  find("stop").addEventListener("click", () => running?.stop.abort());
  find("anew").addEventListener("click", () => {
    known.clear();
    go((params) => [...params.keys()].forEach((name) => params.delete(name)));
    find("question").focus();
  });
}
