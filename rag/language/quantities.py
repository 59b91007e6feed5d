"""The numbers of a text with what they count or measure."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.language.dates import dates
from rag.language.things import thing_before


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and what it counts or measures.

    `value` is scaled (30 billion is 3e10); `unit` is a canonical unit ("kilometer", "percent", "USD"), else the stem
    of the noun it counts, else None. `text` runs from the number to the end of what it counts.
    """

    value: float
    unit: str | None
    start: int
    end: int
    text: str


_ONES = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0,
    "k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12, "b": 1e9,
}  # fmt: skip
_CURRENCIES = {
    "$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₪": "ILS", "₹": "INR", "₽": "RUB", "₩": "KRW",
    "a$": "AUD", "c$": "CAD", "hk$": "HKD", "nz$": "NZD", "s$": "SGD", "r$": "BRL",
    "dollar": "USD", "euro": "EUR", "pound": "GBP", "yen": "JPY", "yuan": "CNY", "shekel": "ILS", "rupee": "INR",
    "ruble": "RUB", "rouble": "RUB", "peso": "MXN", "franc": "CHF", "krona": "SEK", "riyal": "SAR", "dirham": "AED",
    "krone": "NOK", "kroner": "NOK", "kronor": "SEK", "zloty": "PLN", "lira": "TRY", "rand": "ZAR",
    "baht": "THB", "naira": "NGN", "reais": "BRL", "forint": "HUF", "hryvnia": "UAH",
    "usd": "USD", "eur": "EUR", "gbp": "GBP", "cent": "cent", "pence": "penny", "penny": "penny",
}  # fmt: skip
_UNITS = {
    "%": "percent", "percent": "percent", "pc": "percent", "pct": "percent",
    "km": "kilometer", "kilometer": "kilometer", "kilometre": "kilometer", "mile": "mile", "mi": "mile", "m": "meter",
    "meter": "meter", "metre": "meter", "foot": "foot", "feet": "foot", "ft": "foot", "inch": "inch", "in": "inch",
    "mm": "millimeter", "millimeter": "millimeter", "millimetre": "millimeter", "light-year": "light-year",
    "cm": "centimeter", "centimeter": "centimeter", "centimetre": "centimeter", "yard": "yard",
    "kg": "kilogram", "kilogram": "kilogram", "kilo": "kilogram", "ton": "ton", "tonne": "ton", "gram": "gram",
    "lb": "pound-weight", "ounce": "ounce", "oz": "ounce", "liter": "liter", "litre": "liter", "gallon": "gallon",
    "mph": "mph", "kph": "km/h", "km/h": "km/h", "kmh": "km/h", "knot": "knot",
    "second": "second", "minute": "minute", "hour": "hour", "sec": "second", "min": "minute", "hr": "hour",
    "day": "day", "week": "week", "month": "month",
    "year": "year", "decade": "decade", "century": "century", "fortnight": "fortnight", "night": "night",
    "degree": "degree", "celsius": "celsius", "fahrenheit": "fahrenheit", "°c": "celsius", "°f": "fahrenheit",
    "°": "degree", "c": "celsius", "f": "fahrenheit",
    "kilowatt": "kilowatt", "kw": "kilowatt", "megawatt": "megawatt", "mw": "megawatt", "gigawatt": "gigawatt",
    "gw": "gigawatt", "terawatt": "terawatt", "gb": "gigabyte", "gigabyte": "gigabyte", "mb": "megabyte",
    "acre": "acre", "hectare": "hectare", "barrel": "barrel", "kiloton": "kiloton", "megaton": "megaton",
}  # fmt: skip
CURRENCIES = frozenset(_CURRENCIES.values())
MEASURES = frozenset({*_UNITS.values(), *_CURRENCIES.values(), "point", "square", "cubic", "clock", "ordinal"})
_GLUED = r"\s?(?:%|km/h|kmh|kph|mph|km|kg|cm|mm|ft|lbs?|oz|kw|mw|gw|gb|mb|pct|pc|°\s?[cf]|°)|in"

_SPELLED = "|".join([*_ONES, *_TENS])
_TEN_OR_ONE = rf"(?:(?:{'|'.join(_TENS)})[\s-](?:{'|'.join([*_ONES][1:10])})|{_SPELLED})"
_WORDS = rf"{_TEN_OR_ONE}(?:[\s-]hundred(?:[\s-]+(?:and\s+)?{_TEN_OR_ONE})?)?"
_SCALE = r"hundred|thousand|million|billion|trillion|dozen|bn|mn|tn|[kmb](?!\w)"
_FRACTIONS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "sixth": 1 / 6, "tenth": 0.1}
_QUANTITY = re.compile(
    rf"""(?<![\w.,/])(?<![^\W\d]-)(?:
    (?P<share>an?|one|two|three|four)[\s-](?P<part>third|quarter|fifth|sixth|tenth)s?\s+of(?:\s+a\s+(?P<scale0>million|billion)\b)?
    |(?P<share2>two|three|four)[\s-](?P<part2>third|quarter|fifth|tenth)s\b
    |(?P<halves>half)(?:\s+of\b|(?=\s+(?:the|its|their|all|his|her)\s)|[\s-](?:an?\s+)?(?P<scale3>million|billion|dozen)\b|(?=\s+an?\s))
    |(?P<clock>(?:[01]?\d|2[0-3])(?::[0-5]\d(?:\s?[ap]\.?m\b\.?)?|(?:\.[0-5]\d)?\s?[ap]\.?m\b\.?))
    |(?P<currency>(?:US|HK|NZ|[ACSR])?\$|[€£¥₪₹₽₩])?\s?
     (?:(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:[   ]\d{{3}})+|\d{{1,3}}(?:\s\d{{3}}){{0,4}}\s000\b
          |\d*\.\d+|\d+)
      |\b(?P<words>{_WORDS})\b
      |(?P<article>an?|several|few)(?=\s+(?:hundred|thousand|million|billion|trillion|dozen)\b))
     (?:\s+and\s+(?P<plus>a\s+half|a\s+quarter)\b)?
     (?:[\s-]?(?P<scale>{_SCALE})\b(?:\s+(?P<scale2>thousand|million|billion)\b)?)?
     (?P<glued>(?:{_GLUED})(?![^\W_]))?
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_NOUN_WORD = re.compile(r"(?<![\w’'])[^\W\d_](?:[\w’']|\.(?=\w)|(?<=\.\w)\.)*(?:-[^\W_][\w’']*)*")
LONGEST_PHRASE_WORDS = 6
_PHRASE_ENDS = frozenset(
    """in on at to of from by with for as that which who was were is are has have had been be will would can could may
    might during over after before since until into across around near while when where why how because than then or
    but killed died dead were wounded injured hurt missing said says told according away ago each per more less later
    earlier every against about overnight last this next reportedly not under it its they their he his she her the a
    an had and if so we you i out up off down left went came did do does""".split()
)
_IRREGULAR = frozenset("people police personnel staff aircraft feet troops cattle crew percent".split())
_ALL_THE_SAME = frozenset("of the additional more other further such different separate".split())
_ONE_OF = frozenset(
    """of the a an day that this who whom which is was has had another thing way hand side time more can could would
    should may might must will by in on to and or for as but with from at s it he she they you i we point step
    man's person's does did do not never if knows after before else""".split()
)
_BEFORE_ONE = re.compile(
    r"\b(?:no|any|every|some|this|that|the|each|at|number|which|another|every)[\s-]$", re.IGNORECASE
)
_ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        start=1,
    )
}
_ORDINAL = re.compile(
    rf"\b(?:(?P<digits>\d+)(?:st|nd|rd|th)|(?P<word>{'|'.join(_ORDINALS)}))\b(?!\s+of\s+all)", re.IGNORECASE
)
_MAGNITUDE = re.compile(
    r"\b(?:(?P<outer>tens|hundreds|scores|dozens)\s+of\s+)?"
    r"(?P<scale>dozens|scores|hundreds|thousands|millions|billions|trillions|"
    r"(?:several|a\s+few)\s+(?:dozen|hundred|thousand|million|billion))\b(?:\s+of\b)?",
    re.IGNORECASE,
)
_OUTER = {"tens": 10.0, "dozens": 12.0, "scores": 20.0, "hundreds": 100.0}
_CODE = re.compile(r"-[A-Z]{2}")
_RANGE = re.compile(r"\s?(?:-|–|—|to|or|and)\s?$")


def quantities(text: str) -> tuple[Quantity, ...]:
    """The exact numbers of a text, in digits or in words, without those of dates and names ("F-16")."""
    taken = _Taken(text)
    found: list[tuple[Quantity, re.Match[str]]] = []
    for match in _QUANTITY.finditer(text):
        start = match.end() - len(match[0].lstrip())
        if taken.holds(start):
            continue
        quantity = _quantity(text, match, start)
        if quantity is not None:
            found.append((quantity, match))
    return tuple(_with_thing_before(one, text) for one in _with_shared_units(text, found))


def _with_thing_before(one: Quantity, text: str) -> Quantity:
    thing = thing_before(text, one.start) if one.unit is None else None
    return replace(one, unit=_singular(thing)) if thing else one


def magnitudes(text: str) -> tuple[Quantity, ...]:
    """The round numbers of a text: "dozens of strikes" is 12 or more of them, "tens of thousands" 10,000 or more."""
    found = []
    for match in _MAGNITUDE.finditer(text):
        word = match["scale"].lower().split()[-1]
        value = 20.0 if word == "scores" else _SCALES[word.removesuffix("s")]
        unit, end = _counted(text, match.end(), many=True)
        scaled = value * _OUTER.get((match["outer"] or "").lower(), 1.0)
        found.append(Quantity(scaled, unit, match.start(), end, text[match.start() : end]))
    return tuple(found)


def ordinals(text: str) -> tuple[Quantity, ...]:
    """The ordinal numbers of a text that are not part of a date."""
    taken = _Taken(text)
    return tuple(
        Quantity(float(match["digits"] or _ORDINALS[match["word"].lower()]), "ordinal", *match.span(), match[0])
        for match in _ORDINAL.finditer(text)
        if not taken.holds(match.start())
    )


class _Taken:
    """The places of a text that belong to its dates."""

    def __init__(self, text: str) -> None:
        self._days = [(day.start, day.end) for day in dates(text, None)]

    def holds(self, place: int) -> bool:
        day = bisect_right(self._days, (place, math.inf)) - 1
        return day >= 0 and place < self._days[day][1]


def _quantity(text: str, match: re.Match[str], start: int) -> Quantity | None:
    if match["clock"]:
        return Quantity(_hours(match["clock"]), "clock", start, match.end(), match["clock"])
    if match["halves"] or match["share"] or match["share2"]:
        return _fraction(text, match, start)
    after = text[match.end() : match.end() + 1]
    if match["digits"] and after.isalnum() and not match["scale"] and not match["glued"]:
        return None  # "3rd", "5G"
    if (after == "/" and not match["glued"]) or _CODE.match(text, match.end()):
        return None  # "9/11", "1099-PATR"
    vague = match["article"] and match["article"].lower() in ("several", "few")
    if vague or ((match["words"] or "").lower() == "one" and not match["scale"] and _is_no_count(text, match)):
        return None
    value = _value(match)
    unit, end = _unit(text, match, value)
    return Quantity(value, unit, start, end, text[start:end])


def _hours(clock: str) -> float:
    hours, minutes = (int(part or 0) for part in [*re.findall(r"\d+", clock), "0"][:2])
    if re.search(r"p\.?m", clock, re.IGNORECASE) and hours < 12:
        hours += 12
    return hours + minutes / 60


def _fraction(text: str, match: re.Match[str], start: int) -> Quantity:
    """A share as a percentage, a share of a measure ("half a year") or of a scale ("half a million") as a number."""
    times = {"two": 2, "three": 3, "four": 4}.get((match["share"] or match["share2"] or "").lower(), 1)
    value = times * _FRACTIONS[(match["part"] or match["part2"] or "half").lower()]
    scale = match["scale0"] or match["scale3"]
    if scale:
        unit, end = _counted(text, match.end(), many=True)
        return Quantity(value * _SCALES[scale.lower()], unit, start, end, text[start:end])
    measured = re.match(r"\s+(?:an?\s+)?([^\W\d_]+)", text[match.end() : match.end() + 40])
    if match["halves"] and measured and _UNITS.get(_singular(measured[1].lower())):
        end = match.end() + measured.end()
        return Quantity(value, _UNITS[_singular(measured[1].lower())], start, end, text[start:end])
    return Quantity(100 * value, "percent", start, match.end(), text[start : match.end()])


def _is_no_count(text: str, match: re.Match[str]) -> bool:
    """Whether "one" is a pronoun: "one of them", "no one", "one can"."""
    following = re.match(r"[\s-]([^\W\d_]+)", text[match.end() : match.end() + 40])
    if following is None or following[1].lower() in _ONE_OF:
        return True
    return _BEFORE_ONE.search(text, max(0, match.start("words") - 12), match.start("words")) is not None


def _value(match: re.Match[str]) -> float:
    if match["digits"]:
        value = float(re.sub(r"[\s,]", "", match["digits"]))
    else:
        value = _spelled(match["words"]) if match["words"] else 1.0
    if match["plus"]:
        value += 0.5 if match["plus"].endswith("half") else 0.25
    for scale in ("scale", "scale2"):
        if match[scale]:
            value *= _SCALES[match[scale].lower()]
    return value


def _spelled(words: str) -> float:
    total = 0.0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word == "hundred":
            total = max(total, 1.0) * 100
        else:
            total += _ONES.get(word, _TENS.get(word, 0))
    return total


def _unit(text: str, match: re.Match[str], value: float) -> tuple[str | None, int]:
    """The unit of a number and where what it counts ends."""
    if match["currency"]:
        return _CURRENCIES[match["currency"].lower()], match.end()
    if match["glued"]:
        return _UNITS[re.sub(r"\s", "", match["glued"].lower()).removesuffix("s")], match.end()
    return _counted(text, match.end(), many=value != 1)


def _counted(text: str, place: int, *, many: bool) -> tuple[str | None, int]:
    """What the number before `place` counts: a measure right behind it, the first plural noun, or the last noun."""
    percent = re.match(
        r"[\s-]?(?:per\s?cent|percentage)(?P<points>(?:age)?\s+points?)?\b",
        text[place : place + 40],
        re.IGNORECASE,
    )
    if percent:
        return "point" if percent["points"] else "percent", place + percent.end()
    last: tuple[str | None, int] = (None, place)
    reached = place
    for count, word in enumerate(_NOUN_WORD.finditer(text, place, place + 100)):
        gap, reached = text[reached : word.start()], word.end()
        plain = word[0].lower().replace("’", "'").removesuffix("'s").rstrip("'.")
        if count >= LONGEST_PHRASE_WORDS or re.search(r"[^\s-]", gap):
            break
        if plain in _PHRASE_ENDS and not (count == 0 and plain in _ALL_THE_SAME):
            if _goes_on(text, word):
                continue
            break
        stem = _singular(plain)
        measure = _measure(text, stem.split("-")[0], word) if count == 0 or stem in _CURRENCIES else None
        if measure is not None:
            return measure
        if _is_aside(word[0]):
            if gap == "-":
                reached, last = word.end(), (None, word.end())
            continue
        if many and _is_plural(word[0]):
            return stem, word.end()
        if word[0][0].islower():
            last = (stem, word.end())
    return last if last[0] else (None, place)


def _measure(text: str, stem: str, word: re.Match[str]) -> tuple[str, int] | None:
    if stem in ("square", "cubic"):
        following = _NOUN_WORD.match(text, word.end() + 1)
        if following is not None:
            name = _UNITS.get(_singular(following[0].lower()), following[0].lower())
            return f"{stem} {name}", following.end()
    if stem == "degree":
        scale = re.match(r"\s+(Celsius|Fahrenheit|[CF]\b)", text[word.end() : word.end() + 20], re.IGNORECASE)
        if scale is not None:
            return "celsius" if scale[1][0].lower() == "c" else "fahrenheit", word.end() + scale.end()
    if stem in _CURRENCIES and stem.isalpha():
        return _CURRENCIES[stem], word.end()
    if stem in ("f", "in") or (len(stem) == 1 and word[0].isupper() and stem != "c"):
        return None
    if stem in _UNITS:
        per_hour = re.match(r"\s+(?:per|an)\s+hour\b", text[word.end() : word.end() + 20])
        speed = {"mile": "mph", "kilometer": "km/h"}.get(_UNITS[stem])
        if per_hour is not None and speed:
            return speed, word.end() + per_hour.end()
        return _UNITS[stem], word.end()
    return None


def _is_aside(word: str) -> bool:
    """A participle or an adverb, which counts nothing: "14 wounded soldiers", "200 newly built homes"."""
    lower = word.lower()
    return lower.endswith(("ly", "ed", "ing", "-strong")) or lower in _ALL_THE_SAME or lower == "old"


def _is_plural(word: str) -> bool:
    lower = word.lower().rstrip(".")
    if lower in _IRREGULAR or lower.endswith(("men", "children", "women")):
        return True
    return (
        len(lower) > 3
        and lower.endswith("s")
        and not lower.endswith(("ss", "us", "is", "'s", "’s"))
        and not word.isupper()
    )


def _goes_on(text: str, word: re.Match[str]) -> bool:
    """Whether a linking word joins parts of what is counted: "14 Iranian and Iraqi fighters"."""
    return word[0].lower() == "and" and re.match(r"\s+[A-Z]", text[word.end() : word.end() + 20]) is not None


def _singular(word: str) -> str:
    if word in ("people", "persons"):
        return "person"
    if word.endswith("children"):
        return word[:-3]
    if word.endswith("men") and len(word) > 2:
        return f"{word[:-3]}man"
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 2 else word


def _with_shared_units(text: str, found: Sequence[tuple[Quantity, re.Match[str]]]) -> list[Quantity]:
    """The quantities, the first of a range with the unit and scale that stand behind its second: "5 to 7 percent"."""
    shared = [quantity for quantity, _ in found]
    for place, ((one, match), (other, following)) in reversed(list(enumerate(pairwise(found)))):
        gap = text[one.end : other.start]
        if not _RANGE.fullmatch(gap) or (
            gap.strip() == "and" and "between" not in text[max(0, one.start - 12) : one.start].lower()
        ):
            continue
        other = shared[place + 1]
        if one.unit is None or (one.unit in _CURRENCIES.values() and other.unit is None):
            shared[place] = one = replace(one, unit=one.unit or other.unit)
            shared[place + 1] = replace(other, unit=other.unit or one.unit)
        if following.groupdict().get("scale") and not match["scale"] and one.value < 1000:
            scale = _SCALES[following["scale"].lower()] * _SCALES.get((following["scale2"] or "").lower(), 1.0)
            shared[place] = replace(shared[place], value=one.value * scale)
    return shared
