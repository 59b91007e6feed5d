// Compares two texts word by word.

const MOST_CELLS = 4_000_000;

/** Runs of [kind, words]: "del" for words only in the article, "ins" for words only in the excerpt, "" for both; null if too long. */
export function merged(excerpt, article) {
  const [ours, theirs] = [split(excerpt), split(article)];
  if (ours.length * theirs.length > MOST_CELLS) return null;
  const runs = [];
  const put = (kind, words) => {
    if (runs.at(-1)?.[0] === kind) runs.at(-1)[1] += words;
    else runs.push([kind, words]);
  };
  for (const [kind, words] of steps(ours, theirs)) put(kind, words);
  return runs;
}

/** Words with the space after them. */
const split = (text) => text.match(/\S+\s*/g) || [];

const folded = (word) => word.toLowerCase().normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "") || word.trim();

/** Walks the longest common subsequence of words. */
function steps(ours, theirs) {
  const [one, other] = [ours.map(folded), theirs.map(folded)];
  const width = other.length + 1;
  const longest = new Uint16Array((one.length + 1) * width);
  for (let i = one.length - 1; i >= 0; i -= 1)
    for (let j = other.length - 1; j >= 0; j -= 1)
      longest[i * width + j] = one[i] === other[j]
        ? longest[(i + 1) * width + j + 1] + 1
        : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
  const found = [];
  let [i, j] = [0, 0];
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) {
      found.push(["", theirs[j]]);
      i += 1;
      j += 1;
    } else if (j < other.length && (i === one.length || longest[i * width + j + 1] >= longest[(i + 1) * width + j])) {
      found.push(["del", theirs[j]]);
      j += 1;
    } else {
      found.push(["ins", ours[i].trimEnd() + " "]);
      i += 1;
    }
  }
  return found;
}
