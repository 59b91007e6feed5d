"""Places citation markers in a sentence; finds and removes markers, images, links and tags in text.

Articles contain markers of their own, and models write theirs in many forms: none may pass for an answer's citation.
"""

from __future__ import annotations

import re

_LABEL = r"(?:passage|source|article|citation|reference|document|doc|ref)s?\s*[:#]?\s*"
_NUMBERS = r"\d{1,3}(?:\s*[,;&–-]\s*[\^#]?\d{1,3})*"
# One to three digits in square or lenticular brackets, alone or in lists and ranges, or labelled in round ones: [1],
# [1, 2], [1-3], [[1]], [^1], [source 1], (source 1), 【1†source】, 【1:0†L1-L5】. A year ([2024]) or a word ([sic],
# [Reuters]) is not a marker.
MARKER = re.compile(
    rf"\s?[\[【]{{1,2}}\s*(?:{_LABEL})?[\^#]?(?P<numbers>{_NUMBERS})(?::\d+)?(?:†[^\]】]{{0,80}})?\s*[\]】]{{1,2}}"
    rf"|\s?\({_LABEL}(?P<labelled>{_NUMBERS})\)",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"!\[[^\[\]]*\]\([^)\[]*\)|!\[[^\[\]]*\](?!\()")
_LINK = re.compile(r"\[(\[?[^\[\]]*\]?)\]\([^)\[]*\)")
_SPACE_BEFORE_A_MARK = re.compile(r"(?<!\s)\s+([.,;:!?])")
_TAG = re.compile(r"</?[a-z!][^<>]*>", re.IGNORECASE)
_NUMBERED = re.compile(r"[\[【]{1,2}\s*((?:[^\W\d_]+\s*)?[:#^]*\s*\d[\d\s,;:–#^-]*)(?:†[^\]】]{0,80})?[\]】]{1,2}")
_ABBREVIATED = re.compile(r"\b(?:\w\.){2,}$")  # "at 3 p.m." keeps its stop
_LENTICULAR = str.maketrans({"【": "(", "】": ")", "†": "-"})
MARKUP = re.compile("|".join(one.pattern for one in (_IMAGE, _LINK, _TAG, MARKER)), re.IGNORECASE)
# A bracket, link or tag that is open at the end of the text so far.
OPEN = re.compile(
    r"!?[\[【]{1,2}[^\]】]{0,200}(?:[\]】]{1,2}(?:\([^)\n]{0,400})?)?$|\((?:passage|source|article)[^)]{0,20}$|"
    r"<[a-z/!][^<>]{0,400}$",
    re.IGNORECASE,
)


def marked(sentence: str, markers: str) -> str:
    """Puts markers before the sentence's closing mark."""
    words, stop = without_stop(sentence)
    return f"{words} {markers}{stop}"


def without_stop(sentence: str) -> tuple[str, str]:
    """Splits off the sentence's closing mark; empty where it has none, or ends with an abbreviation."""
    if sentence.endswith((".", "!", "?")) and not _ABBREVIATED.search(sentence):
        return sentence[:-1], sentence[-1]
    return sentence, ""


def without_markup(text: str) -> str:
    """Removes images and tags, and replaces links by their text. Markers are kept."""
    return _TAG.sub("", _LINK.sub(_words_of_link, _IMAGE.sub("", text)))


def without_marks(text: str) -> str:
    """Removes images, tags and markers, and replaces links by their text."""
    return without_markers(without_markup(text))


def without_markers(text: str) -> str:
    """Removes what looks like a citation marker; other numbers in square brackets get round ones."""
    return disarmed(_SPACE_BEFORE_A_MARK.sub(r"\1", MARKER.sub("", text)))


def disarmed(text: str) -> str:
    """Replaces the square brackets of what looks like a marker by round ones."""
    return _NUMBERED.sub(lambda match: f"({match[1].strip()})", text).translate(_LENTICULAR)


def _words_of_link(link: re.Match[str]) -> str:
    """A link's text; "[1](url)" is a citation marker with a link, and stays a marker."""
    return f"[{link[1]}]" if re.fullmatch(r"[\^#]?\d{1,3}", link[1]) else link[1]
