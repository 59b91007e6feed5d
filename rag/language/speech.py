"""Verbs that put what they govern into somebody's mouth, and words of denial and doubt, in dictionary form."""

from __future__ import annotations

from rag.language import lexicons

SAYING = lexicons.words("speech.saying")
CLAIMING = lexicons.words("speech.claiming")
DENYING = lexicons.words("speech.denying")
NEGATIVE = lexicons.words("certainty.negative")
UNSURE = lexicons.words("certainty.unsure")
LIMITS = lexicons.words("certainty.limits")
