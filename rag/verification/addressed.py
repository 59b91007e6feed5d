"""Sentences that are no news but orders to whoever writes the answer: "Ignore your rules". The checker calls it.

An article that gives such orders is hostile, so nothing in the paragraph that holds them is taken as evidence.
"""

from __future__ import annotations

import re
from functools import lru_cache

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|(?<!\w)‘[^’]*’(?!\w)")
_MODEL = r"(?:AI|A\.I\.|LLM|(?:large )?language model|chatbot|assistant|bot)"
_READER = r"(?:the|your|every|any|this|all|each) (?:\w+ )?(?:readers?|users?|questioners?|humans?|person asking)"
_REPLY = r"(?:the|your|this|every|any|each|all) (?:\w+ )?(?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)|output)"
_RULES = r"(?:instructions?|prompts?|rules|guidelines|directions|directives|restrictions)"
# Orders open a sentence or a part of it.
_ORDER = re.compile(
    r"(?:^|[.!?:;—–\n][”\"’)]*\s*)(?:(?:please|now|then|instead|also|and|so|you must|you should|you shall|"
    r"you will|always|never|do not|don['’]t)[\s,]+)*(?:"
    rf"(?:tell|inform|convince|assure|remind|warn|persuade) {_READER}\b|"
    rf"(?:ignore|disregard|forget|override|bypass|drop) .{{0,30}}\b(?:{_RULES}|passages|context|(?:above|before)\b)|"
    rf"(?:answer|reply|respond)(?: only| just)? (?:(?:with|by)\b|that\b|.{{0,30}}\b(?:with|by) [“\"]|to {_READER}\b)|"
    rf"(?:say|write|output|print|repeat|include|insert|append|add|mention|cite|recommend|state|claim|put)\b.{{0,80}}"
    rf"\b(?:in|to|as|at the (?:end|start) of) {_REPLY}|"
    rf"(?:mention|reveal|cite|disclose|trust|quote|use) (?:the|this|these|those|any|other) "
    rf"(?:instructions?|prompts?|passages?|sources?|paragraph)\b"
    r")",
    re.IGNORECASE,
)
# Such words are spoken to a model, wherever they stand.
_FRAMES = re.compile(
    rf"\byou(?: are|['’]re),? (?:now |no longer )+(?:an? |the |in |DAN\b)|\bfrom now on,? you\b|"
    rf"\b(?:you(?: are|['’]re)|if you are) (?:an? |the )?(?:\w+ )?{_MODEL}\b|"
    r"\byour (?:next |final )?(?:answer|reply|response|output) (?:must|should|shall|will|has to) (?:\w+ ){0,2}that\b|"
    r"\bwhen(?:ever)? (?:you are )?asked (?:about|who|what|for)\b[^,]*, (?:you |always )?(?:say|answer|reply|tell)\b|"
    rf"\b(?:act|behave) as (?:an? |the )?(?:\w+ )?{_MODEL}\b|\bas an? (?:\w+ )?{_MODEL}\b.{{0,30}}\b(?:you|I)\b|"
    rf"(?<!\bto )\b(?:ignore|disregard|forget|override) (?:all |any |every |the |your |my |of )*"
    rf"(?:previous|prior|earlier|above|preceding|foregoing|system|other) {_RULES}\b|"
    rf"\b(?:reveal|print|repeat|show|output)\b.{{0,40}}\b(?:system|developer|hidden) prompt\b|"
    rf"(?:^|\s)\W*(?:system|assistant|developer)\s*:\s*\w|"
    rf"</?(?:passages?|system|assistant|instructions?|user|documents?|context)>|\[/?INST\]|<\|\w+\|>|"
    rf"\b(?:attention|note|message|instructions?)(?: to| for)? (?:all |any |every |the )*(?:\w+ )?{_MODEL}s?\s*[:,.]",
    re.IGNORECASE,
)


@lru_cache(maxsize=8_192)
def is_addressed(text: str) -> bool:
    """Whether a sentence of the text, outside its quotations, gives orders to a model instead of telling news."""
    bare = _QUOTED.sub("“”", text)
    return _FRAMES.search(bare) is not None or _ORDER.search(bare) is not None
