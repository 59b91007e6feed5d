// A client of the HTTP API: requests, problems, keys, server-sent events.

import { find, tell } from "./dom.js";

const KEPT = "byline-key";

/** An error from the service or the network. */
export class Problem extends Error {
  constructor({ status = 0, title = "Something went wrong", detail = "", errors = [] }, retryAfter = 0) {
    super(detail);
    Object.assign(this, { status, title: TITLES[status] || title, detail, errors, retryAfter });
  }
}

const TITLES = {
  0: "The service cannot be reached",
  403: "The key does not allow this",
  413: "The request is too large",
  422: "The request is not valid",
  500: "The service failed",
  503: "The service is busy",
};

const LOST = "Is it still running, and are you online? Nothing you wrote is lost.";

/** Sends a request; asks for a key where one is needed. Throws Problem, and AbortError when stopped. */
export async function call(path, { method = "GET", body, signal } = {}) {
  for (;;) {
    const sent = kept();
    const headers = { ...(body && { "Content-Type": "application/json" }), ...(sent && { Authorization: `Bearer ${sent}` }) };
    let response;
    try {
      response = await fetch(path, {
        method, headers, signal, body: body && JSON.stringify(body), credentials: "omit", referrerPolicy: "no-referrer",
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Problem({ detail: LOST });
    }
    if (response.ok) return response;
    const problem = await problem_of(response);
    if (response.status !== 401) throw problem;
    if (kept() === sent) await ask_for_key(problem, Boolean(sent));
  }
}

export const json = async (path, options) => {
  const response = await call(path, options);
  try {
    return response.status === 204 ? null : await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ detail: LOST });
  }
};

/** The events of a question, in order: ["passages", …], ["statement", …]…, ["answer", …]. */
export async function* asked(question, signal) {
  const response = await call("v1/ask", { method: "POST", body: { ...question, stream: true }, signal });
  for await (const [name, data] of events(response.body)) {
    if (name === "error") throw new Problem(data);
    yield [name, data];
    if (name === "answer") return;
  }
  throw new Problem({ title: "The answer is incomplete", status: -1, detail: "The connection was lost before it was complete." });
}

async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) {
        const event = parsed(block);
        if (event) yield event;
      }
    }
  } catch (error) {
    if (error instanceof Problem || error.name === "AbortError") throw error;
    throw new Problem({ title: "The answer is incomplete", status: -1, detail: "The connection was lost before it was complete." });
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parsed(block) {
  let name = "message";
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return data.length ? [name, JSON.parse(data.join("\n"))] : null;
}

async function problem_of(response) {
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  const said = await response.json().catch(() => null);
  const detail = said?.detail || `The service answered with status ${response.status}.`;
  return new Problem({ title: said?.title, errors: said?.errors || [], detail, status: response.status }, retryAfter);
}

// The key is kept for this tab only.
let here = "";

function kept() {
  try {
    return sessionStorage.getItem(KEPT) || "";
  } catch {
    return here;
  }
}

function keep(key) {
  here = key;
  try {
    sessionStorage.setItem(KEPT, key);
  } catch {
    // no session storage: the key lasts until the page is left
  }
}

let asking = null;

/** Opens one dialog for all waiting requests. Rejects with the problem when no key is given. */
function ask_for_key(problem, refused) {
  asking ??= new Promise((resolve, reject) => {
    const dialog = find("key");
    const field = find("secret");
    find("key-why").textContent = refused ? "This service does not know that key. Try another." : "You get it from the operator of this service.";
    field.value = "";
    dialog.returnValue = "";
    dialog.showModal();
    field.focus();
    dialog.onclose = () => {
      asking = null;
      const given = field.value.trim();
      field.value = "";
      if (dialog.returnValue !== "given" || !given) {
        reject(problem);
        return;
      }
      keep(given);
      tell("The key is kept until this tab is closed.");
      resolve();
    };
  });
  return asking;
}
