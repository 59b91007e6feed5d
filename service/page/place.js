// Where the reader is, in the address: questions, filters, the open article. Every part of the page reads or changes it.

export const current = () => new URLSearchParams(location.hash.slice(1));

/** The parameters after a change, as an address of this page. */
export function address(params) {
  const hash = params.toString().replace(/=(?=&|$)/g, "");
  return `${location.pathname}#${hash}`;
}

let follow = () => {};

/** Call `listener` whenever the place changes, and now. */
export function watch(listener) {
  follow = () => listener(current());
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
  follow();
}

/** Go on to another place; Back returns. */
export function go(change, mark = {}) {
  const params = current();
  change(params);
  history.pushState(mark, "", address(params));
  follow();
}

/** Be at another place instead of this one. */
export function amend(change) {
  const params = current();
  change(params);
  history.replaceState(history.state, "", address(params));
  follow();
}

/** Open an article at these characters; Back closes it. */
export function read(id, start, end) {
  const change = (params) => {
    params.set("read", id);
    params.set("at", `${start}-${end}`);
  };
  if (current().has("read")) amend(change);
  else go(change, { opened: true });
}

export function leave_article() {
  if (history.state?.opened) history.back();
  else
    amend((params) => {
      params.delete("read");
      params.delete("at");
    });
}
