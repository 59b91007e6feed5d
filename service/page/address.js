// The page's state in the address bar: questions, filters, the open article.

export const current = () => new URLSearchParams(location.hash.slice(1));

/** This page's address with these parameters. */
export function address(params) {
  const hash = params.toString().replace(/=(?=&|$)/g, "");
  return `${location.pathname}#${hash}`;
}

let follow = () => {};

/** Calls `listener` now and at every change of the address. */
export function watch(listener) {
  follow = () => listener(current());
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
  follow();
}

/** Changes the address, with a new history entry: Back returns. */
export function go(change, mark = {}) {
  const params = current();
  change(params);
  history.pushState(mark, "", address(params));
  follow();
}

/** Changes the address without a new history entry. */
export function amend(change) {
  const params = current();
  change(params);
  history.replaceState(history.state, "", address(params));
  follow();
}

/** Opens an article at these characters; Back closes it. */
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
