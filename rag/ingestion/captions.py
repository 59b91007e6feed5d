"""Lines that say what a picture shows. Reading calls it."""

from __future__ import annotations

import re

from rag.ingestion.days import DAY
from rag.ingestion.voices import is_attributed, without_quotations

LONGEST_CAPTION_CHARACTERS = 500
LONGEST_CREDITED_CHARACTERS = 300

_PICTURE = r"(?:photo(?:graph|s)?|foto|picture|image|illustration|screen ?(?:shot|grab)|video|map|graphic)"
_AGENCY = (
    r"(?:getty(?: images)?|afp|ap|associated press|reuters|epa|upi|shutterstock|istock|alamy|wikimedia(?: commons)?|"
    r"flickr|flash ?90|anadolu(?: agency)?|xinhua|tass|bloomberg|unsplash|wikipedia|nasa|pa|twitter|facebook|"
    r"screen ?(?:shot|grab)|file|handout|courtesy|archives?)"
)
# "(photo credit: X)", "[AP Photo/X]", "(X via Getty Images)", "Photo by X", "Credit: X", "© X" at the end of a line.
_CREDIT = re.compile(
    rf"(?:[(\[]\s*(?:file |handout |illustrative |stock )?{_PICTURE}(?:\s+credits?)?\s*"
    r"(?:[:/©]|by\b|courtesy\b|via\b|[)\]])[^()\[\]]{0,150}[)\]]?"
    r"|[(\[]\s*(?:credits?|courtesy(?: of)?|source|©)\s*:?\s[^()\[\]]{0,150}[)\]]"
    rf"|[(\[][^()\[\]]{{0,80}}(?:\bap photo\b|\bgetty images\b|\bvia {_AGENCY}\b|/\s?{_AGENCY}\b)"
    r"[^()\[\]]{0,60}[)\]]"
    rf"|(?:^|[.!?”\"’')\]|]\s*|\s[–—-]\s)(?:{_PICTURE}\s+)?(?:credits?|{_PICTURE})\s*"
    r"(?::|/|©|by\s|courtesy)\s*[\w .,'’/&@:-]{2,80}"
    r"|©\s*[\w .,'’/&@-]{2,60})\.?$",
    re.IGNORECASE,
)
_AGENCY_CREDIT = re.compile(
    rf"(?:[(\[]\s*{_AGENCY}(?:\s*[/,|-]\s*[\w .'’-]{{2,40}})?\s*[)\]]|\s/\s?{_AGENCY}|\s\|\s?{_AGENCY})\.?$",
    re.IGNORECASE,
)
# "REUTERS/Jane Doe", "AFP / John Roe" behind a whole sentence, as the agencies sign their pictures.
_SIGNED = re.compile(
    r"[.!?”\"’')\]]\s*(?:REUTERS|AFP|AP|EPA|PA|EPA-EFE|TASS|UPI)\s?/\s?[A-Z][\w.'’-]*(?:[ /][A-Z][\w.'’-]*){0,5}"
    r"(?: Purchase Licensing Rights.{0,40})?$"
)
_LABEL = re.compile(
    r"FILE\s*[:–—-]|(?i:(?:file|stock|handout) (?:photo|picture|image)\s*[:.–—-]|"
    r"(?:photo|foto|picture|image|caption|pictured)\s*:|pictured, |image (?:source|caption|credit)\s*(?:[,:]|$)|"
    r"item \d+ of \d+ |\[\d{1,2}/\d{1,2}\]\s*\S|illustrative\b[\w ]*[:.]|illustration\s*[:.])"
)
_TAKEN = re.compile(
    r"(?:(?P<this>this|in this)|in an?|an?|the)\s+(?:[\w-]+\s+){0,3}?"
    r"(?:photo(?:graph)?|picture|image|screen ?(?:shot|grab))\s+"
    r"(?:\w+\s+)?(?P<verb>taken|grabbed|obtained|made|provided|released|distributed|issued|posted|shows?)\b",
    re.IGNORECASE,
)
_IN_THIS_PICTURE = re.compile(
    rf"\bin this (?:undated |handout |file |recent |satellite |still |video |social media )*{_PICTURE}\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…。！？؟।][”\"’')\]]*$")


def is_caption(line: str, *, above_the_body: bool) -> bool:
    """Whether a line tells of a picture. Above the body fewer signs will do: there, pictures have their place."""
    if len(line) > LONGEST_CAPTION_CHARACTERS:
        return False
    return bool(
        _LABEL.match(line)
        or _CREDIT.search(line)
        or _SIGNED.search(line)
        or _has_an_agency(line, above_the_body)
        or _describes_a_picture(line, above_the_body)
    )


def _has_an_agency(line: str, above_the_body: bool) -> bool:
    """An agency's name alone is a picture's credit where it does not follow a whole sentence of news."""
    agency = _AGENCY_CREDIT.search(line)
    if agency is None or len(line) > LONGEST_CREDITED_CHARACTERS:
        return False
    told = line[: agency.start()].rstrip()
    return not _SENTENCE_END.search(told) or (above_the_body and "[" in agency.group() and not is_attributed(told))


def _describes_a_picture(line: str, above_the_body: bool) -> bool:
    """The agencies' own forms: "A picture taken on May 4, 2020 shows", "In this photo released by". News tell of
    pictures too: "A photo released by the army shows".
    """
    taken = _TAKEN.match(line)
    if taken:
        dated = DAY.search(line[:160]) is not None
        if dated and (above_the_body or taken["verb"].lower() == "taken"):
            return True
        if above_the_body and (taken["this"] or taken["verb"].lower() == "taken"):
            return True
    bare = without_quotations(line)
    return _IN_THIS_PICTURE.search(bare) is not None and (above_the_body or not is_attributed(bare))
