"""The text of an article → its title, outlet, day and paragraphs, told by their shape. Only `rag.reading` calls it.

Captions, headings, share lines and appeals to the reader stay in the text, but are no evidence. They are known by
their place, their length and their manner (a credit, an imperative, "we" and "you" outside a quotation), never by
the name of a site.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.articles import Paragraph, squeeze
from rag.facts import dates
from rag.sentences import sentence_spans
from rag.words import pieces

LONGEST_PARAGRAPH = 800  # characters: about 180 word pieces, where the embedded model reads 256
LONGEST_TITLE = 200
TITLE_CHARACTERS = 100
HEAD_BLOCKS = 10

_ENDED = re.compile(r"[.!?…][”\"’')\]]*$")
_SECTIONS = (
    "World|Politics|Business|Sports?|Opinion|News|Health|Science|Technology|Tech|Culture|Analysis|Entertainment|"
    "Economy|Europe|Asia|Africa|Americas|Middle East|Environment|Climate|Education|Travel|Markets|Breaking News"
)
_GLUED = re.compile(rf"^(?:(?P<twice>[A-Z][\w-]+(?: [A-Z][\w-]+)?)(?=(?P=twice)\b)|(?:{_SECTIONS})(?=[A-Z][a-z]))")
_OUTLET_SUFFIX = re.compile(r"\s+[|•]\s+(?P<outlet>[A-Z][^|•]{1,40})$")
_DATE_LINE = re.compile(
    r"^(?:(?:first )?(?:published|posted|updated|last updated|date|issued|created)\b(?:\s+(?:on|at))?\s*:?\s*)?"
    r"(?:\w+day,?\s+)?(?P<day>\d{4}-\d{2}-\d{2}|\d{1,2}(?:st|nd|rd|th)?\s+[A-Z][a-z]+\.?,?\s+\d{4}|[A-Z][a-z]+\.?\s+\d{1,2},?\s+\d{4})"
    r"(?:[\sT,|·•at]+[\d:.]+\s*(?:[ap]\.?m\.?)?(?:\s*\(?[A-Z]{2,5}\)?|Z|[+-]\d\d:?\d\d)?)?\s*$",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"^(?:by|von|words by|reporting by|written by)\s*:?\s+[A-Z]", re.IGNORECASE)
_READ_TIME = re.compile(r"^\d+\s*-?\s*min(?:ute)?s?\.?\s+(?:read|listen|watch)\b.{0,20}$", re.IGNORECASE)
_SHARE_WORD = (
    r"(?:share|tweet|e-?mail|print|comments?|save|copy link|link copied|facebook|twitter|whatsapp|telegram|linkedin|"
    r"reddit|instagram|pinterest|flipboard|bookmark|advertisement|sponsored|listen|x|\d+)"
)
_SHARE = re.compile(rf"^(?:{_SHARE_WORD}(?:\s+(?:this|on|via|to|article|story|post))*[\s|,/·•&]*)+$", re.IGNORECASE)
_CREDIT = re.compile(
    r"[(\[]\s*(?:photo|image|picture|video|credit|courtesy|file)\b[^)\]]{0,120}[)\]]"
    r"|[(\[][^()\[\]]{0,60}(?:\bphoto\b|\bphotos\b|images|getty|reuters/|ap photo|afp/|/afp|via reuters|epa[-/])[^()\[\]]{0,60}[)\]]\s*$"
    r"|[(\[](?:getty|afp|reuters|ap|epa|flickr|wikimedia|twitter|facebook|youtube)[^)\]]{0,40}[)\]]\s*$"
    r"|(?:^|[.\s])(?:photo(?:graph)?|image|picture|credit|illustration)s?\s*(?:by|:|credit)\s*\S.{0,80}$"
    r"|\b(?:getty images|shutterstock|file photo)\b.{0,30}$",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"^(?:(?:an?|the|this|in (?:this|an?))\s+)(?:[\w-]+\s+){0,2}(?:picture|photo|photograph|image|screen ?grab|still|handout)\b"
    r".{0,160}\b(?:shows?|taken|depicts?|showing|released|provided|seen)\b",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"^(?:please|follow|like us|subscribe|sign up|click|join|donate|support|read (?:more|also|next|the full)|see also|"
    r"also read|related(?: articles?| stor(?:y|ies))?\b|watch(?: also| now)?:|listen to|download|share (?:this|your)|tell us|"
    r"contact|get (?:the|our|more)|don['’]?t miss|become a|help us|let us know|have (?:a|you)|want (?:to|more)|"
    r"enjoy(?:ed|ing)?|if you)\b",
    re.IGNORECASE,
)
_ORIGIN_NOTE = re.compile(
    r"^(?:this (?:article|story|piece|report|post)\b.{0,60}\b(?:published|appeared|written|reported|produced|updated|corrected)\b"
    r"|(?:additional )?reporting by\b|(?:writing|editing) by\b|.{0,60}\bcontributed (?:reporting|to this (?:report|story|article))\b"
    r"|(?:©|\(c\)|copyright)\s|all rights reserved\b|.{0,80}\ball rights reserved\.?$)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“\"][^”\"]*(?:[”\"]|$)")
_WE = re.compile(r"\b(?:we|our|us|ours)\b", re.IGNORECASE)
_YOU = re.compile(r"\b(?:you|your|us|our)\b", re.IGNORECASE)
_GIVING = re.compile(
    r"\b(?:donat\w+|subscri\w+|contribut\w+|support\w*|member(?:s|ship)?|newsletter|readers?|readership|sign up)\b",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^(?:[-*•–]|\d+[.)])\s+")
_AGENCY = re.compile(
    r"^(?:[A-Z][A-Za-z .,'’/-]{1,40}\s+)?\((?P<agency>Reuters|AP|AFP|UPI|dpa|Xinhua|Bloomberg|ANI|PTI|CNN|JTA|JNS)\)\s*[-–—]"
)
_TOLD_OUTLET = re.compile(
    r"^(?:source|outlet|publication|publisher)\s*:\s*(?P<outlet>[A-Z][^.:]{1,60})$", re.IGNORECASE
)
_COPYRIGHT = re.compile(
    r"^(?:©|copyright)\s*(?:©\s*)?(?:\d{4}[-–\d]*)?\s*(?:by\s+)?(?P<outlet>[A-Z][\w .&'’-]{1,50}?)(?:[.,]|\s+all rights|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Layout:
    """What a text tells of its article. `title` is never empty; outlet and day are None where nothing tells them."""

    title: str
    outlet: str | None
    published: date | None
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """A stretch of text: `source` to the character, `text` on one line, `words` what a repeat is known by."""

    start: int
    end: int
    source: str
    evidence: bool = True

    @property
    def text(self) -> str:
        return squeeze(self.source)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(pieces(self.text.casefold()))


def lay_out(text: str, title: str | None = None) -> Layout:
    """The layout of a normalised text. A `title` that is known from elsewhere need not stand in the text."""
    blocks = _blocks(text)
    found, has_title_line = _title(blocks, title)
    published = next((day for block in blocks[:HEAD_BLOCKS] if (day := _day(block.text)) is not None), None)
    blocks = _without_repeats(_without_footer(_without_furniture(blocks, has_title_line, found)))
    paragraphs: list[Paragraph] = []
    for block in blocks:
        for start, end in _pieces_of(block):
            paragraphs.append(Paragraph(len(paragraphs) + 1, start, end, block.evidence))
    return Layout(_shown_title(found, blocks), _outlet(blocks, found), published, tuple(paragraphs))


# -- blocks -----------------------------------------------------------------------------------------


def _blocks(text: str) -> list[_Block]:
    """Paragraphs by blank lines, and by single line ends too unless the lines are one paragraph, hard-wrapped."""
    blocks = []
    for group in re.finditer(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*", text):
        lines = list(re.finditer(r"[^\n]+", group.group()))
        spans = (
            [(0, len(group.group()))]
            if _is_wrapped([line.group() for line in lines])
            else [line.span() for line in lines]
        )
        for start, end in spans:
            own = group.group()[start:end]
            lead = len(own) - len(own.lstrip())
            if own.strip():
                first = group.start() + start + lead
                blocks.append(_Block(first, first + len(own.strip()), own.strip()))
    return blocks


def _is_wrapped(lines: Sequence[str]) -> bool:
    lengths = [len(line.rstrip()) for line in lines]
    if len(lines) == 2 and max(lengths) <= 40:  # a short heading over two lines
        return not _ENDED.search(lines[0].rstrip()) and lines[1].lstrip()[:1].islower()
    if len(lines) < 3 or not 45 <= max(lengths) <= 110:
        return False
    body = lengths[:-1]
    ended = sum(bool(_ENDED.search(line.rstrip())) for line in lines[:-1])
    return min(body) >= 0.6 * max(lengths) and ended <= 0.5 * len(body)


def _pieces_of(block: _Block) -> list[tuple[int, int]]:
    """The block, or when it is over-long its sentences in balanced pieces."""
    length = block.end - block.start
    if length <= LONGEST_PARAGRAPH:
        return [(block.start, block.end)]
    return _balanced(block, -(-length // LONGEST_PARAGRAPH))


def _balanced(block: _Block, count: int) -> list[tuple[int, int]]:
    wanted = (block.end - block.start) / count
    found: list[tuple[int, int]] = []
    for start, end in _units(block):
        if found and end - found[-1][0] <= LONGEST_PARAGRAPH and found[-1][1] - found[-1][0] < wanted * 0.9:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _units(block: _Block) -> list[tuple[int, int]]:
    """The sentences of a block; one that alone is too long is cut between words."""
    units = []
    for start, end in sentence_spans(block.source):
        while end - start > LONGEST_PARAGRAPH:
            window = block.source[start : start + LONGEST_PARAGRAPH]
            cut = window.rfind(" ")
            cut = cut if cut > LONGEST_PARAGRAPH // 2 else LONGEST_PARAGRAPH
            units.append((start, start + len(window[:cut].rstrip())))
            start += cut
            start += len(block.source[start:end]) - len(block.source[start:end].lstrip())
        if start < end:
            units.append((start, end))
    return [(block.start + start, block.start + end) for start, end in units]


# -- the head ---------------------------------------------------------------------------------------


def _title(blocks: Sequence[_Block], known: str | None) -> tuple[str | None, bool]:
    """The title, and whether the first block is its line."""
    if not blocks:
        return known, False
    first = _GLUED.sub("", blocks[0].text)
    if known is not None:
        return known, _alike(first, known)
    if (
        len(blocks) > 1
        and len(first) <= LONGEST_TITLE
        and not re.search(r"\w[.;:,]$", first)
        and not _is_furniture(first)
    ):
        return first, True
    return None, False


def _shown_title(title: str | None, blocks: Sequence[_Block]) -> str:
    """The title without the outlet's name behind it; the opening words where there is none."""
    if title:
        return _OUTLET_SUFFIX.sub("", squeeze(title)) or squeeze(title)
    opening = next((block.text for block in blocks if block.evidence), blocks[0].text if blocks else "Untitled")
    start, end = (sentence_spans(opening) or [(0, len(opening))])[0]
    sentence = opening[start:end]
    if len(sentence) <= TITLE_CHARACTERS:
        return sentence
    return sentence[:TITLE_CHARACTERS].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def _day(text: str) -> date | None:
    found = _DATE_LINE.match(text)
    if found is None:
        return None
    mentions = dates(found["day"].replace(",", " ").replace("  ", " "), None)
    return mentions[0].first if mentions and mentions[0].first == mentions[0].last else None


def _outlet(blocks: Sequence[_Block], title: str | None) -> str | None:
    if title and (suffix := _OUTLET_SUFFIX.search(squeeze(title))):
        return suffix["outlet"].strip()
    for block in blocks:
        for pattern, group in ((_TOLD_OUTLET, "outlet"), (_AGENCY, "agency"), (_COPYRIGHT, "outlet")):
            if found := pattern.match(block.text):
                return found[group].strip()
    return None


# -- what is no evidence ----------------------------------------------------------------------------


def _without_furniture(blocks: Sequence[_Block], has_title_line: bool, title: str | None) -> list[_Block]:
    """The blocks, those that are no news marked: title, date and author lines, captions, calls, headings."""
    marked: list[_Block] = []
    captions: list[str] = []
    in_head = True
    for place, block in enumerate(blocks):
        text = block.text
        is_title = (has_title_line and place == 0) or (
            title is not None and place < HEAD_BLOCKS and _alike(text, title)
        )
        is_caption = _is_caption(text, in_head) or any(caption.startswith(text) for caption in captions)
        if is_caption:
            captions.append(text)
        is_heading = _is_heading(text, in_head) and place > 0
        evidence = not (is_title or is_caption or is_heading or _is_furniture(text))
        in_head = in_head and not (evidence and len(text) > 80 and _ENDED.search(text) is not None)
        marked.append(replace(block, evidence=evidence))
    return marked


def _is_furniture(text: str) -> bool:
    """Whether a block is a line of the page and not of the story."""
    if len(text) > 320:
        return False
    if _READ_TIME.match(text) or _SHARE.match(text) or _DATE_LINE.match(text) or _ORIGIN_NOTE.match(text):
        return True
    if _BYLINE.match(text) and len(text) <= 90 and not _ENDED.search(text):
        return True
    bare = _QUOTED.sub("", text)
    called = _CALL.match(bare) is not None and len(text) <= 240
    return called and (_YOU.search(bare) is not None or not _ENDED.search(text)) and not re.search(r"\bsaid\b", bare)


def _is_caption(text: str, in_head: bool) -> bool:
    if len(text) > 500:
        return False
    return _CREDIT.search(text) is not None or (in_head and _PICTURE.match(text) is not None)


def _is_heading(text: str, in_head: bool) -> bool:
    """A short line that is no sentence. The deck under a title is longer, and is evidence."""
    if _ENDED.search(text) or _BULLET.match(text) or text.endswith(("”", '"')):
        return False
    return len(text.split()) <= (7 if in_head else 10)


def _without_footer(blocks: Sequence[_Block]) -> list[_Block]:
    """The blocks, an appeal to readers at their end marked: from its heading on, or as far back as it speaks of us."""
    marked = list(blocks)
    for place in range(1, len(marked)):
        if _opens_an_appeal(marked[place].text) and _is_appeal(marked[place + 1 :]):
            return [*marked[:place], *(replace(block, evidence=False) for block in marked[place:])]
    for place in range(len(marked) - 1, 0, -1):
        if marked[place].evidence and not _appeals(marked[place].text):
            break
        marked[place] = replace(marked[place], evidence=False)
    return marked


def _opens_an_appeal(text: str) -> bool:
    return (
        len(text) <= 80
        and not _ENDED.search(text)
        and (_CALL.match(text) is not None or _GIVING.search(text) is not None)
    )


def _is_appeal(blocks: Sequence[_Block]) -> bool:
    """Whether blocks to the end are one appeal: most speak as "we", and some ask for something."""
    if not blocks:
        return True
    speaking = sum(_WE.search(_QUOTED.sub("", block.text)) is not None for block in blocks)
    return speaking * 2 >= len(blocks) and any(_appeals(block.text) for block in blocks)


def _appeals(text: str) -> bool:
    bare = _QUOTED.sub("", text)
    return bool(_WE.search(bare) and _GIVING.search(bare) and not re.search(r"\b(?:said|says|told)\b", bare))


def _without_repeats(blocks: Sequence[_Block]) -> list[_Block]:
    """The blocks, those marked whose words stood before; a paragraph is evidence once."""
    seen: set[tuple[str, ...]] = set()
    marked = []
    for block in blocks:
        marked.append(replace(block, evidence=False) if block.words in seen or len(block.words) < 2 else block)
        seen.add(block.words)
    return marked


def _alike(one: str, other: str) -> bool:
    return pieces(one.casefold()) == pieces(other.casefold())
