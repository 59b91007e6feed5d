"""Which paragraphs of an article are evidence, and which are its furniture: captions, bylines, footers. Reading calls it.

No list of sites: a line is judged by its shape, its place, and whom it speaks to. A reporter tells of others; a
footer speaks to the reader ("follow us", "your donation"). Where in doubt, a paragraph is evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.reading.days import DAY, INSTANT

LEDE_WORDS = 12  # a first paragraph has more words than the lines above it, or is a whole sentence
HEADING_CHARACTERS = 70
LONGEST_DECK_CHARACTERS = 250
DECK_LINES = 5
LONGEST_BYLINE_CHARACTERS = 200
LONGEST_FOOTER_LINES = 40
LONGEST_APPEAL_CHARACTERS = 1_500

_TERMINAL = re.compile(r"[.!?:;,…][”\"’')\]]*$")
_QUOTED = re.compile(r"“[^”]*(?:”|$)|\"[^\"]*(?:\"|$)|‘[^’]{0,400}’(?!\w)")
_ATTRIBUTED = re.compile(
    r"\b(?:said|says|told|added|according to|wrote|tweeted|announced|reported|claimed|argued|warned|urged)\b", re.I
)
_US = re.compile(r"\b(?:we|us|our|ours)\b", re.I)
_US_NOT_THE_COUNTRY = re.compile(r"\bUS\b")
_YOU = re.compile(r"\b(?:you|your|yours)\b", re.I)


def are_evidence(lines: Sequence[str], title: str | None = None) -> list[bool]:
    """For each paragraph, on one line, whether an answer may rest on it. The first of several equals is kept."""
    body = first_of_the_body(lines, title)
    footer = _start_of_the_footer(lines, body)
    kept: list[bool] = []
    seen: set[str] = set()
    for place, line in enumerate(lines):
        before = lines[place - 1] if place else ""
        after = lines[place + 1] if place + 1 < len(lines) else ""
        furniture = (
            is_the_title(line, title)
            or is_about_the_article(line)
            or (is_caption(line, above_the_body=place < body) or _repeats_a_caption(line, lines[:place], body))
            or speaks_to_the_reader(line)
            or place >= footer
            or (place < body and _is_label(line))
            or (place > body and _is_heading(line, before, after))
            or (place >= len(lines) - 3 and place > body and _is_about_the_author(line))
        )
        key = " ".join(words(line))
        kept.append(not furniture and bool(key) and key not in seen)
        seen.add(key)
    return kept if any(kept) else _headlines_alone(lines, kept)


def _headlines_alone(lines: Sequence[str], kept: list[bool]) -> list[bool]:
    """An article that is nothing but its title still says what the title says."""
    first = next((place for place, line in enumerate(lines) if len(words(line)) > 3 and not _is_ui(line)), None)
    return [place == first for place in range(len(kept))]


def words(line: str) -> list[str]:
    """The line's words, without case and punctuation."""
    return re.findall(r"[^\W_]+", line.casefold())


def first_of_the_body(lines: Sequence[str], title: str | None = None) -> int:
    """Where the news begins: the first whole sentence that is not the title, a byline, a caption or the like.

    A short one with a byline or a day below it is a deck: the news begins below them.
    """
    body = _first_sentence(lines, title, 0)
    for place in range(body + 1, min(len(lines), body + DECK_LINES + 1)):
        if len(lines[body]) <= LONGEST_DECK_CHARACTERS and _is_dateline_or_byline(lines[place]):
            below = _first_sentence(lines, title, place + 1)
            return below or body
    return body


def _first_sentence(lines: Sequence[str], title: str | None, start: int) -> int:
    for place in range(start, len(lines)):
        line = lines[place]
        count = len(words(line))
        if count < LEDE_WORDS or not (_TERMINAL.search(line) or count > 2 * LEDE_WORDS):
            continue
        if not (
            is_the_title(line, title)
            or is_about_the_article(line)
            or is_caption(line, above_the_body=True)
            or _repeats_a_caption(line, lines[:place], place)
            or speaks_to_the_reader(line)
        ):
            return place
    return 0


# The title.


def is_the_title(line: str, title: str | None) -> bool:
    """Whether a line is the title, also with its section glued to it or its outlet behind a bar."""
    if not title:
        return False
    wanted = "".join(words(title))
    if "".join(words(line)) == wanted:
        return True
    if "".join(words(re.split(r"\s[|–—-]\s(?=[^|–—-]*$)", line)[0])) == wanted:
        return True
    own = "".join(words(line))
    return len(wanted) >= 15 and own.endswith(wanted) and len(own) <= len(wanted) + 25 and line.endswith(title[-5:])


# What an article says of itself: its day, its author, its agency, its length.

_LABEL = re.compile(
    r"(?:(?:first|originally|last|date)\s+)?(?:published|posted|updated|modified|created|issued|date|filed|printed|"
    r"uploaded)(?:\s+(?:on|at|date|online))?\s*[:\-]?",
    re.I,
)
_TIME = re.compile(
    r"\b(?:at\s+)?\d{1,2}(?:[:.]\d{2}){1,2}\s*(?:[ap]\.?m\.?)?|\b\d{1,2}\s*[ap]\.?m\b\.?|"
    r"\b(?:GMT|UTC|[ECMP][SD]?T|BST|CES?T|IS[DT]T?|EES?T|IST|AEST|JST)\b(?:\s*[+-]\d{1,2}(?::?\d{2})?)?",
)
_WEEKDAY = re.compile(r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?", re.I)
_READING_TIME = re.compile(
    r"\b(?:\d{1,3}|a|one|two|three|four|five)[\s-]*(?:min(?:ute)?s?)\b\.?\s*(?:read(?:ing)?(?:\s+time)?)?|"
    r"\b(?:estimated\s+)?read(?:ing)?\s+time\s*:?|\b\d[\d,.]*[km]?\s+(?:views|shares|comments|likes|reads)\b",
    re.I,
)
_AGO = re.compile(
    r"\b(?:\d{1,3}|an?)\s+(?:second|minute|hour|day|week|month|year)s?\s+ago\b|\byesterday\b|\btoday\b", re.I
)
_NAME = r"(?:[A-Z][\w'’.-]*|de|la|van|von|der|den|bin|al|el|ben|di|da|du)"
NAMES = rf"{_NAME}(?:\s+{_NAME}){{0,4}}"
BYLINE = re.compile(
    rf"(?:(?:[Ww]ritten |[Rr]eported |[Pp]osted |[Ss]tory )?[Bb]y|BY|[Aa]uthor:?|[Tt]ext:)\s+"
    rf"(?P<names>{NAMES}(?:(?:\s*,\s*|\s+and\s+|\s+AND\s+|\s*&\s*|\s+with\s+){NAMES})*)"
    rf"(?P<rest>(?:\s*[,|/–—-]\s*|\s+(?:in|for|of|at)\s+){NAMES}(?:\s+(?:of|for|at|and|in|to|the)\s+{NAMES})*)?"
)
_ONLY_NAMES = re.compile(rf"(?:(?:at|on|by|in|and|{_NAME})\\b\\.?\\W*)*")
_AGENCY_TAIL = re.compile(
    r"\(?(?:additional |writing |compiled |with )?(?:reporting|writing|editing|compiled|translated) (?:by|from)\b.*",
    re.I,
)
_CONTRIBUTED = re.compile(r".{2,80}\bcontributed (?:to (?:this|the)|reporting)\b.{0,40}", re.I)
_ORIGINALLY = re.compile(
    r"(?:this|the) (?:article|story|piece|report|post|essay|column|interview|op-ed)\b.{0,30}"
    r"\b(?:published|appeared|posted|produced|reported|written|translated|provided|syndicated|reprinted|adapted)\b.{0,160}",
    re.I,
)
_RIGHTS = re.compile(r"(?:©|\(c\)|copyright\b).{0,160}|.{0,120}\ball rights reserved\b.{0,60}", re.I)


def is_about_the_article(line: str) -> bool:
    """A day, an author, a reading time, an agency's credit, a notice of rights: nothing of the news itself."""
    if len(line) > 300:
        return False
    if any(pattern.fullmatch(line) for pattern in (_CONTRIBUTED, _ORIGINALLY, _RIGHTS)):
        return not _QUOTED.search(line)
    if _AGENCY_TAIL.fullmatch(line) and not _ATTRIBUTED.search(line):
        return True
    return _is_dateline_or_byline(line)


def _is_dateline_or_byline(line: str) -> bool:
    """Whether nothing is left of a line without its days, times, labels, authors and reading time."""
    if len(line) > LONGEST_BYLINE_CHARACTERS:
        return False
    bare = line
    told = False
    for pattern in (INSTANT, DAY, _LABEL, _READING_TIME, _AGO, _TIME, _WEEKDAY):
        bare, count = pattern.subn(" ", bare)
        told = told or (count > 0 and pattern is not _WEEKDAY)
    bare = bare.strip(" \t\u00a0|•·/,;:.()[]–—-+@")
    if byline := BYLINE.fullmatch(bare):
        return len(bare.split()) <= 16 and not _ATTRIBUTED.search(byline.group())
    if not told:
        return False
    return not bare or len(bare.split()) <= 5 and _ONLY_NAMES.fullmatch(bare) is not None


# Captions.

_AGENCIES = (
    r"getty(?: images)?|afp|ap|associated press|reuters|epa|upi|shutterstock|istock|alamy|wikimedia(?: commons)?|flickr|"
    r"flash ?90|anadolu(?: agency)?|xinhua|tass|sana|irna|bloomberg|pexels|unsplash|wikipedia|idf|nasa|pa|twitter|"
    r"facebook|screen ?(?:shot|grab)|file|handout|courtesy|archives?"
)
_PICTURE = r"(?:photo(?:graph|s)?|picture|image|illustration|screen ?(?:shot|grab)|still|video|map|graphic|cartoon)"
_CREDIT = re.compile(
    rf"(?:[(\[]\s*(?:file\s+)?{_PICTURE}\b[^)\]]{{0,120}}[)\]]?"
    rf"|[(\[]\s*(?:credits?|courtesy|source|via|©)\b[^)\]]{{0,120}}[)\]]?"
    rf"|[(\[][^)\]]{{0,80}}\b(?:{_PICTURE}|(?:getty )?images|via (?:ap|afp|reuters|getty)\b[^)\]]*)[)\]]?"
    rf"|\b{_PICTURE}(?:\s+credits?)?\s*(?::|/|\bby\b|courtesy)\s*[\w .,'’/&@-]{{2,80}}"
    rf"|\bcredits?\s*:\s*[\w .,'’/&@-]{{2,80}}"
    r"|(?:©|\(c\))\s*[\w .,'’/&@-]{2,60})\.?$",
    re.I,
)
_AGENCY_CREDIT = re.compile(
    rf"(?:[(\[]\s*(?:{_AGENCIES})(?:\s*[/,|-]\s*[\w .'’-]{{2,40}}|\s+via\s+\w+)*\s*[)\]]|\s/\s?(?:{_AGENCIES}))\.?$",
    re.I,
)
_CAPTION_LABEL = re.compile(
    rf"(?:file(?: {_PICTURE})?\s*[:–—-]|{_PICTURE}\s*:|caption\s*:|pictured\s*[:,]|illustrati(?:ve|on)\b[\w ]*[:.])",
    re.I,
)
_TAKEN = re.compile(
    rf"(?:(?:an?|this|the|in (?:this|an?))\s+)(?:[\w-]+\s+){{0,3}}?{_PICTURE}\s+(?:\w+\s+)?"
    r"(?:taken|grabbed|obtained|made available|provided|released|distributed|issued|posted|shows?)\b",
    re.I,
)
_IN_THIS_PICTURE = re.compile(
    rf"\bin (?:this|an?) (?:undated |handout |file |recent |satellite |video |social media )*{_PICTURE}\b", re.I
)


def is_caption(line: str, *, above_the_body: bool) -> bool:
    """Whether a line says what a picture shows. Above the body fewer signs will do: there, pictures have their place."""
    if len(line) > 500:
        return False
    if _CAPTION_LABEL.match(line):
        return True
    credit = _CREDIT.search(line)
    if credit and credit.start() == 0:
        return True
    quiet = not _ATTRIBUTED.search(_QUOTED.sub(" ", line[: credit.start()] if credit else line))
    if credit and (above_the_body or quiet or not _TERMINAL.search(line[: credit.start()].rstrip())):
        return True
    agency = _AGENCY_CREDIT.search(line)
    if agency and (above_the_body or not _TERMINAL.search(line[: agency.start()].rstrip())):
        return len(line) <= 300
    taken = _TAKEN.match(line)
    if taken and (above_the_body or DAY.search(line[:120]) and " taken " in line[:80]):
        return True
    return bool(_IN_THIS_PICTURE.search(line)) and (above_the_body or quiet) and not _QUOTED.search(line)


def _repeats_a_caption(line: str, before: Sequence[str], body: int) -> bool:
    """Whether a line is the beginning of a caption above it, without its credit."""
    own = words(line)
    return len(own) >= 4 and any(
        words(other)[: len(own)] == own and is_caption(other, above_the_body=len(before) <= body)
        for other in before[-3:]
    )


# Lines that speak to the reader.

_CALL = re.compile(
    r"""(?:please,?\s+|or\s+|and\s+|also,?\s+|don[’']t\s+forget\s+to\s+|why\s+not\s+|you\s+can\s+(?:also\s+)?|to\s+[\w\s]{3,40},\s+(?:please\s+)?)*(?:
      follow\s+(?:us|our|@|[\w.'’\s]{2,40}\son\s) | (?:like|find|join|contact|email|e-mail|message|help|support|reach|visit)\s+us\b
    | subscribe\b | sign\s+(?:up|in)\b | log\s?in\b | register\s+(?:for|to|now|here)\b | join\s+(?:the|our)\s+(?:conversation|discussion|newsletter|channel|community|whatsapp|telegram)
    | support\s+(?:our|your|independent|quality|[A-Z][\w.’']*(?:\s[A-Z]\w*)?\sjournalism|the\s+work)\b
    | (?:donate|give|contribute)\s*(?:now|today|here|to\s+(?:us|our))\b | donate\s*$ | make\s+a\s+(?:tax-deductible\s+)?(?:donation|gift|contribution)
    | become\s+an?\s+(?:\w+\s+)?(?:member|subscriber|supporter|patron|partner)\b | help\s+(?:keep|fund|support)\b
    | (?:click|tap|scroll|swipe)\s+(?:here|on|to|down|below|the)\b | download\s+(?:our|the)\b | get\s+(?:our|the\s+(?:latest|best|day)|breaking)\b
    | read\s+(?:more|also|next|our|the\s+(?:full|original|whole|rest))\b | see\s+also\b | also\s+read\b | learn\s+more\b | find\s+out\s+more\b
    | (?:share|tweet|email|e-mail|print|save|bookmark)\s+(?:this|on|via|your|with|article|story)\b
    | write\s+to\s+us\b | send\s+(?:us|your)\b | tell\s+us\b | let\s+us\s+know\b | have\s+(?:a|any)\s+(?:tip|story|question|comment)s?\b
    | (?:leave|post|write|add|view)\s+(?:a\s+|your\s+|all\s+)?(?:comment|reply|feedback)s?\b | comment\s+below\b
    | stay\s+(?:connected|up\s+to\s+date|up-to-date|informed|tuned|updated)\b | keep\s+up\s+(?:to\s+date|with\s+(?:us|our))\b
    | listen\s+to\s+(?:this|our)\b | watch\s+(?:our|the\s+(?:video|full))\b | continue\s+reading\b | skip\s+to\b | check\s+out\s+our\b
    | turn\s+on\b.{0,30}notifications | enable\s+(?:javascript|notifications|cookies)\b | disable\s+your\b )""",
    re.I | re.X,
)
_LINK_LABEL = re.compile(
    r"(?:related(?:\s+\w+)?|read\s+more|read\s+also|also\s+read|see\s+also|more\s+(?:from|on)\b[\w\s]{0,30}|recommended|"
    r"trending|must\s+read|most\s+read|in\s+pictures|tags?|topics?|filed\s+under|keywords|sources?|categor(?:y|ies)|"
    r"advertisement|sponsored|promoted|share|comments?|newsletter|don[’']t\s+miss|watch|listen)\s*[:|»>–-]\s*\S",
    re.I,
)
_COMMENTING = re.compile(
    r"\byour (?:e-?mail(?: address)?|comment|inbox|browser|ad ?blocker)\b|\bissues with commenting\b|\bcomments are (?:closed|moderated)\b|"
    r"\b(?:we|this (?:web)?site) uses? cookies\b|\bno comments yet\b|\bbe the first to comment\b",
    re.I,
)
_READERS = re.compile(
    r"\b(?:readers?|readership|supporters?|subscribers?|members?|journalis\w+|newsroom|newsletter|inbox|community like you)\b",
    re.I,
)
_MONEY = re.compile(
    r"\b(?:donat\w+|contribut\w+|subscri\w+|membership|gifts?|fundrais\w+|generosity|support(?:ing|ed)?|paywall|afford|fund(?:s|ed|ing)?)\b",
    re.I,
)
_UI_WORDS = frozenset(
    """share shared tweet email e mail print copy link url facebook twitter whatsapp linkedin instagram telegram pinterest
    reddit tumblr youtube tiktok messenger flipboard rss google news x comment comments save follow us on via to by and or
    this article story post page more read less view all show hide like likes subscribe newsletter sign up in log login
    register menu search home close open next previous back top advertisement advert ad sponsored promoted content
    loading skip main reply replies report listen watch play video audio gallery photos a the me now here click
    story continues below after with friends bookmark gift join conversation related stories articles latest trending
    app download get notifications opinion your font size text""".split()
)


def speaks_to_the_reader(line: str) -> bool:
    """Whether the outlet speaks to its reader here (follow, share, subscribe, give, comment) rather than reports."""
    if len(line) > LONGEST_APPEAL_CHARACTERS:
        return False
    if _is_ui(line):
        return True
    bare = _QUOTED.sub(" ", line).strip()
    if not bare or _ATTRIBUTED.search(bare):
        return False
    count = len(bare.split())
    if _CALL.match(bare) and count <= 45:
        return True
    if _LINK_LABEL.match(bare) and count <= 30:
        return True
    if _COMMENTING.search(bare) and count <= 45:
        return True
    return _asks_for_support(bare)


def _is_ui(line: str) -> bool:
    """A line of buttons: nothing but the words that pages put on buttons, glued together or not."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", line)
    own = words(apart)
    return 0 < len(own) <= 15 and all(word in _UI_WORDS or word.isdigit() for word in own) and not own[0].isdigit()


def _speaks_of_us(bare: str) -> bool:
    return bool(_US.search(_US_NOT_THE_COUNTRY.sub(" ", bare)))


def _asks_for_support(bare: str) -> bool:
    """Readers, money and "we" or "you" in one paragraph in the outlet's own voice."""
    return bool(
        (_speaks_of_us(bare) or _YOU.search(bare))
        and _READERS.search(bare)
        and _MONEY.search(bare)
        and _speaks_of_us(bare)
    )


_SUPPORT_HEADING = re.compile(
    r"(?:support|help|donate|join|become|subscribe|before you go|a (?:message|note|word) (?:from|to)|dear readers?|"
    r"about us|why (?:support|donate|we)|your (?:support|help|gift|donation)|since you|we need|we have a|invest in|"
    r"stand with|thank you|make a)\b.{0,70}",
    re.I,
)


def _start_of_the_footer(lines: Sequence[str], body: int) -> int:
    """Where a run of appeals begins that goes on to the end of the article; the number of lines where there is none."""
    bare = [_QUOTED.sub(" ", line) for line in lines]
    ours = [_speaks_of_us(line) and not _ATTRIBUTED.search(line) for line in bare]
    for start in range(max(body + 1, len(lines) - LONGEST_FOOTER_LINES), len(lines)):
        heading = _SUPPORT_HEADING.fullmatch(lines[start]) and not _TERMINAL.search(lines[start])
        if not (heading or speaks_to_the_reader(lines[start])):
            continue
        run = range(start, len(lines))
        sentences = [place for place in run if _TERMINAL.search(lines[place])]
        appeals = any(_asks_for_support(bare[place]) and ours[place] for place in run)
        if appeals and sum(ours[place] for place in sentences) * 2 >= len(sentences):
            while start > body + 1 and ours[start - 1]:
                start -= 1
            return start
    return len(lines)


# Headings, labels and authors.


def _is_label(line: str) -> bool:
    """Above the body: a section, an author or an outlet, every word written large. A deck is a sentence or tells more."""
    if _TERMINAL.search(line) or len(line.split()) > 7:
        return False
    small = [word for word in re.findall(r"[^\W\d_][\w'’-]*", line) if word[0].islower()]
    return all(word in {"and", "of", "the", "in", "for", "at", "on", "by", "from", "to", "a", "an"} for word in small)


def _is_heading(line: str, before: str, after: str) -> bool:
    """A short line without an end between whole paragraphs; lines in a list are no headings."""
    if (
        len(line) > HEADING_CHARACTERS
        or re.search(r"[.!…;,][”\"’')\]]*$", line)
        or re.match(r"[-*•‣▪◦–—]|\d+[.)]", line)
    ):
        return False
    if _QUOTED.search(line) or not after:
        return False
    return _is_paragraph(before) and _is_paragraph(after)


def _is_paragraph(line: str) -> bool:
    return len(line) > HEADING_CHARACTERS or bool(re.search(r"[.!?][”\"’')\]]*$", line))


_AUTHOR = re.compile(
    rf"(?:The (?:writer|author)|{NAMES})\s+(?:is|was|covers|writes|reports|works)\s+.{{0,80}}\b(?:reporter|correspondent|"
    r"journalist|writer|editor|columnist|contributor|fellow|bureau chief|analyst|author of|freelance\w*|covers|writes|"
    r"reports|covering|based in)\b.*"
)


def _is_about_the_author(line: str) -> bool:
    if len(line.split()) > 70 or _QUOTED.search(line) or _ATTRIBUTED.search(line):
        return False
    return bool(_AUTHOR.fullmatch(line)) and not re.search(r"\b(?:killed|arrested|died|detained|jailed|shot)\b", line)
