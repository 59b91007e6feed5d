// The list of all articles, fetched page by page at its first use.

import { json } from "./api.js";

const MOST = 20_000; // articles; the list of a larger library is incomplete, and says so

let reading = null;

/** All articles, and whether that is the whole library. */
export function all() {
  reading ??= read().catch((problem) => {
    reading = null;
    throw problem;
  });
  return reading;
}

/** Drops the list, because the library has changed. */
export const changed = () => (reading = null);

export const some = async (limit) => (await json(`v1/articles?limit=${limit}`)).articles;

export async function outlets() {
  const { articles } = await all();
  return [...new Map(articles.filter((one) => one.outlet).map((one) => [one.outlet.toLowerCase(), one.outlet])).values()];
}

async function read() {
  const articles = [];
  let cursor = "";
  do {
    const page = await json(`v1/articles?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    articles.push(...page.articles);
    cursor = page.next || "";
  } while (cursor && articles.length < MOST);
  return { articles, whole: !cursor };
}
