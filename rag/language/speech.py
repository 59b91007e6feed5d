"""Verbs that put what they govern into somebody's mouth, in dictionary form, and their inflected forms."""

from __future__ import annotations

from collections.abc import Iterable

from lemminflect import getInflection

from rag.language import lexicons

SAYING = lexicons.words("speech.saying")
REPORTING = SAYING | lexicons.words("speech.reporting")
CLAIMING = lexicons.words("speech.claiming")
DENYING = lexicons.words("speech.denying")
ADDRESSING = lexicons.words("speech.addressing")
PUBLISHING = lexicons.words("speech.publishing")
DESCRIBING = lexicons.words("speech.describing")


def inflected(verbs: Iterable[str], *tags: str) -> str:
    """A group of a regular expression that matches the forms of the verbs with these Penn Treebank tags."""
    forms = {form for verb in verbs for tag in tags for form in getInflection(verb, tag=tag)}
    return f"(?:{'|'.join(sorted(forms))})"


SPOKE = rf"(?:says?|adds|claims|{inflected(REPORTING - {'accord'}, 'VBD')})"
