"""Who speaks in a paragraph, and to whom: a reporter of others, or the outlet to its reader. Reading calls it."""

from __future__ import annotations

import re

LONGEST_CHARACTERS = 1_500
LONGEST_CALL_WORDS = 45
LONGEST_LINK_WORDS = 30
LONGEST_BUTTON_WORDS = 15

_QUOTATION = re.compile(r"“[^“”]*(?:”|$|(?=“))|\"[^\"]*(?:\"|$)|(?<!\w)‘[^‘’]{0,400}’(?!\w)")
_ATTRIBUTED = re.compile(
    r"\b(?P<by_us>we\s+(?:\w+\s+)?)?"
    r"(?:sa(?:id|ys?)|told|tells|added|according to|wrote|writes|tweeted|announc\w+|reported(?:ly)?|"
    r"claim(?:s|ed)|argue[sd]|warn(?:s|ed)|urge[sd]|advise[sd]|shouted|asked|called on|insist(?:s|ed)|stated|"
    r"confirmed|denied)\b",
    re.IGNORECASE,
)
_US = re.compile(r"\b(?:[Ww]e|[Uu]s|[Oo]ur|[Oo]urs|WE|OUR)\b")  # US is a country
_CALL = re.compile(
    r"""(?:please,?\s+|or\s+|and\s+|also,?\s+|don[’']t\s+forget\s+to\s+|you\s+can\s+(?:also\s+)?
        |to\s+[\w\s'’-]{3,60},\s+(?:please\s+)?)*(?:
      follow\s+(?:us|our|@|[\w.'’\s]{2,40}\son\s+(?:twitter|x|facebook|instagram|telegram|youtube|linkedin|tiktok|social))\b
    | (?:like|find|join|contact|email|e-mail|message|help|support|reach|visit)\s+us\b
    | subscribe\b(?!-) | sign\s+(?:up|in)\b(?!-) | log\s?in\s+(?:to|or|with|here)\b
    | register\s+(?:to|now|here|for\s+free)\b
    | join\s+(?:the|our)\s+(?:conversation|discussion|newsletter|channel|community|whatsapp|telegram)\b
    | support\s+(?:our\s+\w*\s?(?:journalis\w+|work|reporting|newsroom|mission)|your\s+local|independent|quality
        |(?:[A-Z][\w.’']*\s){1,3}journalism|the\s+work)\b
    | (?:donate|give|contribute)\s*(?:now|today|here|to\s+(?:us|our)\b|$)
    | make\s+a\s+(?:[\w-]+\s+)?(?:donation|gift|contribution)\b
    | become\s+an?\s+(?:[\w-]+\s+)?(?:member|subscriber|supporter|patron|partner)\b(?!\s+of\s+the)
    | help\s+(?:keep|fund|support)\b
    | (?:click|tap|scroll|swipe)\s+(?:here|on|to|down|below|the)\b
    | download\s+(?:our|the\s+[\w\s]{0,30}app)\b
    | get\s+(?:our|the\s+(?:latest|best|day)[\w\s'’]*\b(?:news|stories|inbox|email|app))
    | read\s+(?:more|also|next|our|the\s+(?:full|original|whole|rest))\b | see\s+also\b | also\s+read\b
    | (?:learn|find\s+out)\s+more\b
    | (?:share|tweet|email|e-mail|print|save|bookmark)\s+(?:this|on|via|your|with|article|story)\b
    | write\s+to\s+us\b | send\s+us\b | tell\s+us\b | let\s+us\s+know\b
    | have\s+(?:a|any)\s+(?:tip|story|question|comment)s?\b
    | (?:leave|post|write|add|view|show)\s+(?:a\s+|your\s+|all\s+)?(?:comment|reply|feedback)s?\b | comment\s+below\b
    | stay\s+(?:connected|up\s+to\s+date|up-to-date|informed|tuned|updated)\b
    | keep\s+up\s+(?:to\s+date\s+)?with\s+(?:us|our)\b
    | (?:skip\s+past|after)\s+newsletter\s+promotion\b
    | follow\s+[\w.'’\s]{2,40}\scoverage\s+(?:at|on|of|here)\b
    | listen\s+to\s+(?:this|our)\b | watch\s+(?:our|the\s+(?:video|full))\b | continue\s+reading\b | skip\s+to\b
    | check\s+out\s+our\b | turn\s+on\b.{0,30}\bnotifications\b | enable\s+(?:javascript|notifications|cookies)\b
    | (?:disable|turn\s+off)\s+your\s+ad )""",
    re.IGNORECASE | re.VERBOSE,
)
_LINK = re.compile(
    r"(?:related(?:\s+\w+)?|read\s+more|read\s+also|also\s+read|see\s+also|more\s+(?:from|on)\b[\w\s]{0,30}|recommended|"
    r"trending|must\s+read|most\s+read|in\s+pictures|tags?|topics?|filed\s+under|keywords|categor(?:y|ies)|"
    r"advertisement|sponsored|promoted|share|comments|newsletter|don[’']t\s+miss|watch|listen)\s*[:|»>]\s*\S",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"\byour (?:e-?mail address|comment|inbox|browser|ad ?blocker)\b|\bissues with commenting\b|"
    r"\bcomments are (?:closed|moderated)\b|\b(?:we|this (?:web)?site) uses? cookies\b|\bno comments yet\b|"
    r"\bbe the first to comment\b|\brequired fields are marked\b",
    re.IGNORECASE,
)
_READERS = re.compile(
    r"\b(?:readers?|readership|subscribers?|journalis\w+|newsroom|newsletter|inbox)\b", re.IGNORECASE
)
_GIVING = re.compile(
    r"\b(?:donat\w+|contributions?|contribute|subscri\w+|membership|gifts?|generosity|fundrais\w+|paywall|ad-free|"
    r"your support|support (?:us|our|from readers|of (?:our )?readers|independent|quality))\b",
    re.IGNORECASE,
)
_BUTTONS = frozenset(
    """share shared tweet print copy url facebook twitter whatsapp linkedin instagram telegram pinterest reddit tumblr
    messenger flipboard rss comment comments save follow subscribe newsletter signup sign log login register menu
    advertisement advert ad sponsored promoted loading skip reply replies listen bookmark join download notifications
    email mail more related""".split()
)
_BETWEEN_BUTTONS = frozenset(
    """e link google news x youtube tiktok us on via to by and or this article story post page read less view all show
    hide like likes up in search home close open next previous back top content main watch play video audio gallery
    photos a the me now here click continues below after with friends gift conversation stories articles latest
    trending app get font size text""".split()
)


def without_quotations(line: str) -> str:
    """The line in its own voice alone; a quotation left open runs to the end."""
    return _QUOTATION.sub(" ", line).strip()


def is_attributed(line: str) -> bool:
    """Whether someone else is said to say something, as in news."""
    return any(not match["by_us"] for match in _ATTRIBUTED.finditer(line))


def speaks_of_us(line: str) -> bool:
    """Whether the outlet speaks of itself as "we", outside any quotation."""
    bare = without_quotations(line)
    return _US.search(bare) is not None and not is_attributed(bare)


def asks_for_support(line: str) -> bool:
    """Whether the outlet asks its readers for money, or tells them what it does with it."""
    bare = without_quotations(line)
    return bool(_US.search(bare) and _READERS.search(bare) and _GIVING.search(bare)) and not is_attributed(bare)


def speaks_to_the_reader(line: str) -> bool:
    """Whether the outlet speaks to its reader here (follow, share, subscribe, give, comment) rather than reports."""
    if len(line) > LONGEST_CHARACTERS:
        return False
    if is_button(line):
        return True
    bare = without_quotations(line)
    if not bare or is_attributed(bare):
        return False
    count = len(bare.split())
    if count <= LONGEST_CALL_WORDS and (_CALL.match(bare) or _FORM.search(bare)):
        return True
    if count <= LONGEST_LINK_WORDS and _LINK.match(bare):
        return True
    return asks_for_support(line)


def is_button(line: str) -> bool:
    """A line of nothing but the words that pages put on buttons, glued together or not."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", line[:LONGEST_CHARACTERS])
    own = re.findall(r"[^\W_]+", apart.casefold())
    if len(own) > LONGEST_BUTTON_WORDS or _BUTTONS.isdisjoint(own) or line.endswith("."):
        return False
    return all(word in _BUTTONS or word in _BETWEEN_BUTTONS or word.isdigit() for word in own)
