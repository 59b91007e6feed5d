// Converts files to records for `POST /v1/articles`.

const LARGEST = 20_000_000; // bytes of one file

/** The records in a file: [{record, from}], or [{fault, from}] where it cannot be read. */
export async function records(file) {
  const from = file.name;
  const [, stem, ending] = /^(.*?)(?:\.([^.]*))?$/s.exec(from);
  const kind = (ending || "").toLowerCase();
  if (!["txt", "md", "markdown", "html", "htm", "jsonl", "ndjson"].includes(kind)) return [{ from, fault: "it is not .txt, .md, .html or .jsonl" }];
  if (file.size > LARGEST) return [{ from, fault: "it is larger than 20 MB; use byline ingest" }];
  const text = decoded(new Uint8Array(await file.arrayBuffer()));
  if (kind === "jsonl" || kind === "ndjson") return lines(text, from);
  if (kind.startsWith("htm")) return [{ from, record: { id: stem, html: text } }];
  return [{ from, record: { id: stem, ...(kind === "txt" ? { text } : plain(text)) } }];
}

function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const head = new TextDecoder("latin1").decode(bytes.subarray(0, 2048));
    const said = /charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1];
    const mark = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : said;
    try {
      return new TextDecoder(mark || "windows-1252").decode(bytes);
    } catch {
      return new TextDecoder("windows-1252").decode(bytes);
    }
  }
}

function lines(text, file) {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (!line.trim()) return [];
    const from = `${file}, line ${index + 1}`;
    try {
      return [{ from, record: JSON.parse(line) }];
    } catch {
      return [{ from, fault: "it is not JSON" }];
    }
  });
}

/** Converts Markdown to a record: fields of its front matter, and text without markup. */
function plain(text) {
  const fields = {};
  const [head, front] = /^\ufeff?---\r?\n([\s\S]*?)\r?\n---\r?\n/.exec(text) || ["", ""];
  for (const line of front.split(/\r?\n/)) {
    const [, name, value] = /^(title|outlet|url|published):\s*["']?(.*?)["']?\s*$/.exec(line) || [];
    if (value) fields[name] = value;
  }
  const words = text.slice(head.length)
    .replace(/^#{1,6}\s+/gm, "")
    .replace(/!?\[([^\]]*)\]\([^)\s]*\)/g, "$1")
    .replace(/(\*\*|__)(?=\S)(.+?)\1/g, "$2")
    .replace(/^>\s?/gm, "");
  return { ...fields, text: words };
}

/** Splits records into portions for one request each. */
export function portions(items, most = 1_000_000) {
  const found = [];
  let room = 0;
  for (const item of items) {
    const size = new Blob([JSON.stringify(item.record)]).size;
    if (size > room || found.at(-1).length >= 200) {
      found.push([]);
      room = most;
    }
    found.at(-1).push(item);
    room -= size;
  }
  return found;
}
