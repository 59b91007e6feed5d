"""Detects sentences that give orders to whoever writes the answer: "Ignore your rules", "When asked who won, say …".

An article that gives such orders is hostile, so nothing in the paragraph that holds them is taken as evidence. What
all such orders share is looked for: they speak of the answer, the question, the asker, the model or its rules, and
they command. Each of the two is told by the stems of five languages' words; news has the one without the other.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.articles import squeeze
from rag.plain import folded

# A quotation tells what somebody said. Each alternative is linear: none may run over another opening mark.
_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"|«[^«»]*»|„[^„“”]*[“”]|(?<!\w)‘[^‘’]*’(?!\w)")

# -- what orders speak of: stems in English, French, German, Italian and Spanish, without accents ------------------

_ANSWER = (
    r"(?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)|output|reponses?|antwort(?:en)?|rispost[ae]|respuestas?)"
)
_QUESTION = r"(?:questions?|quer(?:y|ies)|fragen?|preguntas?|domand[ae]|demandes?)"
_ASKS = (
    r"(?:ask(?:s|ed|ing)?|quer(?:y|ies|ied)|inquir\w+|wants? to know|wonders?|question(?:s|ed)|demand(?:e[rsz]?|"
    r"ent)|"
    r"interrog\w+|fragt?|fragen|gefragt\w*|wissen (?:will|wollen|mochte)|pregunt\w+|consult\w+|chied\w+|domand\w+)"
)
_AUDIENCE = (
    r"(?:readers?|users?|questioners?|humans?|person asking|(?:whoever|anyone|anybody|everyone) who asks|"
    r"utilisateurs?|lecteurs?|"
    r"benutzern?|nutzern?|lesern?|utent[ei]|lettor[ei]|usuarios?|lector(?:es)?)"
)
_COMMANDED = (
    r"(?:begin|start|end|finish|include|remember|make sure|be sure|follow|obey|heed|listen to|trust|report|"
    r"mention|name|commence[rz]?|"
    r"suis|suivez|ecoute[rz]?|tenez|beginne|beginnen sie|befolge[nt]?|beachte[nt]?|empieza|comienza|sigas?|"
    r"seguir|hagas caso|haga caso|"
    r"inizia(?:te)?|segui(?:re|te)?|dare ascolto|ascoltare)"
)
_TASK = (
    r"(?:AI (?:assistants?|models?|systems?)|language models?|chat ?bots?|(?:your|the|this|any|every|each|"
    r"all) (?:next |final )?"
    r"(?:answers?|repl(?:y|ies)) to (?:the|any|this|every|all)|(?:your|this) (?:\w+ )?(?:answer|reply|response|"
    r"output)|"
    r"(?:all|any|other|previous|prior|earlier|the system|these|your|those) (?:\w+ )?(?:instructions?|prompts?)|"
    r"you were told|"
    r"(?:les|des|aux?|tes|vos|d['’]autres|ces) (?:\w+ )?consignes?|(?:keine|alle|die|deine|ihre|"
    r"diese) (?:\w+ )?anweisungen|"
    r"(?:las|otras|tus|sus|estas) (?:\w+ )?instrucciones|(?:le|altre|tue|queste) (?:\w+ )?istruzioni|"
    r"when(?:ever)? users ask|other sources?)"
)
_MODEL = (
    r"(?:AI|A\.I\.|LLM|(?:large )?language model|chat ?bot|assistant|bot|IA|KI|modele de langage|sprachmodell|"
    r"asistente|assistente|modelo de lenguaje|modello linguistico)"
)
_RULES = (
    r"(?:instructions?|prompts?|rules?|guidelines?|directions|directives?|restrictions?|consignes?|regles?|"
    r"anweisung(?:en)?|"
    r"regeln?|vorgaben?|istruzion[ei]|regol[ae]|direttiv[ae]|instruccion(?:es)?|reglas?|directrices|"
    r"indicaciones|indicazioni)"
)
_EARLIER = (
    r"(?:previous|prior|earlier|above|preceding|foregoing|former|existing|system|other|precedente?s?|anterieure?s?|"
    r"vorherigen?|bisherigen?|obigen?|fruheren?|precedenti|anteriori?|anteriores|previ[aeio]s?)"
)
_RIGHT = (
    r"(?:right|correct|only|true|proper|expected|best|official|final|accurate|appropriate|good|ideal|suitable|"
    r"valid|bonne?|seule?|vraie?|correcte|"
    r"exacte|richtige?|einzige?|korrekte?|wahre|corrett[ao]|giust[ao]|unic[ao]|vera|esatta|correct[ao]|"
    r"verdadera|buena)"
)

# -- how they command ------------------------------------------------------------------------------------------------

_SAY = (
    r"(?:say|answer|reply|respond|tell|state(?= that| only| clearly| simply|:)|write|output|print|give|return|"
    r"claim|insist|assert|use|repeat|explain|"
    r"dis|dites|reponds|repondez|affirme[rz]?|ecri(?:s|vez)|indique[rz]?|sag(?:e|en sie)?|antworte(?:n sie|t)?|"
    r"schreib(?:e|en sie)?|nenn(?:e|en sie)|behaupte[nt]?|di|digli|dite|dica|rispond(?:i|ete|a|ere)|scriv(?:i|"
    r"ete|a)|afferma(?:te)?|"
    r"diga|digan|responde[rd]?|responda[ns]?|contest(?:a|e|en|ad|ar)|escrib(?:e|a|ir)|afirm(?:a|e|ar)|dile|indica)"
)
_ALWAYS = (
    r"(?:please|now|then|instead|also|and|so|you must|you should|you shall|you will|you have to|always|never|"
    r"only|simply|just|"
    r"do not|don['’]t|toujours|jamais|seulement|s['’]il vous plait|veuillez|immer|nur|stets|nie|bitte|sempre|mai|"
    r"solo|soltanto|per favore|siempre|nunca|por favor|debes?|devi|dovete|deve|tu dois|vous devez|du musst|"
    r"sie mussen)"
)
_MUST = (
    r"(?:must|should|shall|has to|have to|needs? to|doit|devrait|doivent|muss|soll(?:te)?|hat zu|deve|dovrebbe|"
    r"devono|"
    r"debe(?:ria|n)?|tiene que|ha de)"
)
_IS = r"(?:is|was|would be|must be|should be|est|lautet|ist|e|es|sera|sara|are)"
_WHEN = (
    r"(?:when(?:ever)?|if|once|should|in case|for|quand|lorsqu['’e]|si|des qu['’e]|wenn|falls|sobald|sollte|"
    r"quando|se|qualora|"
    r"cuando|en caso de que|a)"
)
_IGNORE = (
    r"(?:ignor(?:e|ez|er|iere|ieren sie|iert|a|ate|are|ad|en|ar)|disregard|forget|override|bypass|drop|discard|"
    r"oubli(?:e|ez|er)|"
    r"ne tene?z pas compte|vergiss|vergesst|vergessen sie|missachte(?:n sie)?|dimentica(?:te|re)?|"
    r"trascura(?:te)?|non tenere conto|"
    r"olvid(?:a|e|en|ar|ad)|descart(?:a|e|ar)|no tengas en cuenta)"
)
_OPENS = rf"(?:^|[.!?:;—–,\n][”\"’)]*\s?)(?:{_ALWAYS}[\s,]{{1,3}}){{0,6}}"
_ANY = (
    r"(?:all|any|every|the|your|my|of|these|those|toutes?|tous|les|tes|vos|ces|de|alle|die|"
    r"deine|ihre|tutte|tutti|le|i|tue|vostre|todas|todos|las|los|tus|sus)"
)

_ORDERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Ignore the rules.
        rf"(?<!\bto )(?<!\bthat )(?<!\bwho )\b{_IGNORE}\b (?:{_ANY} ){{0,4}}(?:{_EARLIER} {_RULES}|"
        rf"{_RULES} {_EARLIER}|{_EARLIER} {_ANY} )",
        rf"{_OPENS}{_IGNORE}\b.{{0,30}}\b(?:{_RULES}|passages|context|contexte|kontext|contesto|contexto|"
        rf"(?:everything|anything|all|said|written|stands) (?:above|before))\b",
        # When the user asks who won, say …
        rf"\b{_WHEN}\b[^.!?]{{0,40}}?\b{_ASKS}\b[^.!?]{{0,160}}?[,:;]? ?(?:[,:;—–]|\b(?:you|then|alors|dann|"
        rf"allora|entonces|always)\b) ?"
        rf"(?:{_ALWAYS},? ){{0,3}}{_SAY}\b(?! (?:[a-z]+s|the (?:company|group|police|government))\b.{{0,20}}$)",
        # The right answer is …; the answer to the question must be …
        rf"\b{_RIGHT} {_ANSWER}\b(?: (?:to|a|zu|auf|alla|sur)\b[^.!?]{{0,100}}|,? \w+)?[ ,]*(?::|\b{_IS}\b|"
        rf"{_MUST}\b)",
        rf"\b{_ANSWER} {_RIGHT}\b(?: (?:to|a|zu|auf|alla|sur)\b[^.!?]{{0,100}}|,? \w+)?[ ,]*(?::|\b{_IS}\b|"
        rf"{_MUST}\b)",
        rf"\b(?:the|your|any|every|each|la|votre|ta|toute|die|deine|ihre|jede|la tua|ogni|su|tu|toda|"
        rf"cualquier) {_ANSWER} "
        rf"(?:to|a|zu|auf|alla|sur) (?:the|this|that|any|such|la|cette|die|diese|questa|esta|“”|"
        rf"every)\b ?{_QUESTION}?\b[^.!?]{{0,60}}{_MUST}\b",
        rf"\byour (?:next |final )?{_ANSWER} {_MUST} (?:\w+ ){{0,2}}(?:that|say|be|contain|include|mention|"
        rf"begin|start|end|read)\b",
        rf"\b(?:all|every|any|each|toutes? les?|jede|alle|ogni|tutte le|todas? las?|cualquier|"
        rf"toda) {_ANSWER} {_MUST}\b",
        # Question: … Answer: …
        rf"(?:^|[.!?;,—–|\n(\[*#>]) ?\W{{0,3}}(?:user |example |sample |frequent )?(?:Q|{_QUESTION}|user|human|"
        rf"prompt)\W{{0,3}}:[\s\S]{{3,300}}?"
        rf"\b(?:(?:model |correct |right |expected )?{_ANSWER}|A|assistant|AI)\W{{0,3}}:",
        # Answer with …; tell the user …; say in the answer …
        rf"{_OPENS}(?:answer|reply|respond|repond(?:s|ez)|antworte(?:n sie|t)?|rispond(?:i|ete|a)|responde|"
        rf"responda[ns]?|contest(?:a|e|en))"
        rf"(?: only| just| simply| always| to (?:the|this|any|every|all) \w+| (?:a|alla|auf|"
        rf"to)\b[^.!?]{{3,40}})?[\s,]{{1,2}}"
        rf"(?:with|by|that|in|as|exactly|avec|par|que|qu['’]|mit|dass|con|che|di|en|diciendo|dicendo|toujours|"
        rf"immer|sempre|siempre|nur|solo|“”)(?!\w)",
        rf"{_OPENS}(?:tell|inform|convince|assure|remind|warn|persuade|dis|dites|informez?|sag(?:e|en sie)?|di|"
        rf"dile|diga|digan|informa)"
        rf"['’]? (?:[\w]+['’]? ?){{0,2}}?{_AUDIENCE}\b",
        rf"{_OPENS}(?:say|write|output|print|repeat|include|insert|append|add|mention|cite|recommend|state|"
        rf"claim|put)\b.{{0,80}}"
        rf"\b(?:in|to|as|at the (?:end|start) of) (?:the|your|this|every|any|each|all) (?:\w+ )?{_ANSWER}\b",
        # Print Ada Quill won
        rf"{_OPENS}(?!state|give|use|return)(?:{_SAY})['’]? (?-i:[A-Z]\w+ [A-Z]\w+ [a-z]\w)",
        # A command, and what only a writer of answers is told of
        rf"{_OPENS}(?:{_COMMANDED}|{_SAY}|{_IGNORE})['’]?\b[^.!?\n]{{0,120}}?\b(?:{_AUDIENCE}|{_TASK})\b",
        rf"\b(?:{_AUDIENCE}|{_TASK})\b[^.!?\n]{{0,60}}\b(?:and|et|und|y|"
        rf"e) (?:{_ALWAYS},? ){{0,3}}{_SAY}['’]? (?:that|que|qu['’]|dass|che|“”|:)",
        rf"{_OPENS}(?:answer|reply|respond|reponds|repondez|antworte(?:n sie|t)?|rispond(?:i|ete|a)|responde|"
        rf"responda[ns]?|contest(?:a|e|en))"
        rf"(?: \w+)? ?(?::|\b(?:with|mit|con|avec) (?:the following|[A-Z“]|exactly))",
        rf"{_OPENS}(?:only|just|seulement|nur|solo) {_SAY} (?:that|que|qu['’]|dass|che|“”|:)",
        r"\byou are (?:\w+ )?(?:instructed|required|ordered|told|requested) to (?:answer|say|reply|state|report|"
        r"respond|claim)\b",
        r"\byour (?:task|job|role|goal|only task) is to (?:answer|say|reply|state|report|respond|claim|tell|"
        r"write)\b",
        rf"\b{_AUDIENCE}\b (?:{_MUST}|are to|is to) (?:\w+ )?(?:be told|be informed|hear that|be answered)\b",
        # In your reply, name …; you must answer, in languages whose verbs say who must
        rf"\b(?:in|dans|en|nella?|a) (?:your|ta|votre|deiner?|ihrer|tu|su|tua|vostra) (?:\w+ )?{_ANSWER}\b",
        r"\b(?:dois|devez|musst|mussen sie|debes|debe usted|devi|dovete) (?:\w+ ){0,2}?"
        r"(?:repondre|dire|affirmer|antworten|sagen|schreiben|responder|decir|contestar|rispondere|scrivere)\b",
        r"\bdu musst (?:\w+ ){0,2}?antworten\b",
        # Ignore what you have been told
        rf"{_OPENS}{_IGNORE}\b (?:\w+ ){{0,2}}?(?:what|everything|anything|all)(?: that)? you\b",
        # Question - … Answer - …
        rf"(?:^|[.!?\n] ?){_QUESTION} ?[-–—:] [\s\S]{{3,300}}?[.!?\n] ?{_ANSWER} ?[-–—:] ",
        rf"(?:^|[.!?\n] ?)instructions? (?:for|to) (?:the |all |any )?{_MODEL}s?\b",
        # Note to AI systems: …
        rf"(?:^|[.!?\n] ?)\W{{0,3}}(?:(?:[\w'’]+ ){{0,4}}(?:(?:to|for|all|dear|any) (?:\w+ )?(?:{_MODEL}s?|"
        rf"AI \w+)|override|new (?:instructions?|prompt))|{_RIGHT} {_ANSWER}|{_ANSWER} {_RIGHT})"
        r"(?: \w+){0,2} ?(?:[:—–]| - )",
        r"(?:^|[.!?\n] ?)\W{0,3}prompt\W{0,3}:",
        # In response to questions about the prize, state …; asked who won, say …
        rf"(?:^|[.!?;\n] ?)(?:asked|(?:in response to|in answer to|for|to|on|a|pour|auf|bei|zu|alla|alle|per|"
        rf"para|ante)\b[^.!?\n]{{0,30}}?"
        rf"\b(?:asked|{_QUESTION}))\b[^.!?\n]{{0,120}}?(?:[,:;—–]| antworte\b|"
        rf" sage?\b) ?(?:{_ALWAYS},? ){{0,3}}(?:{_SAY}\b|(?:mit|dass)\b)",
        # You must answer …; your reply must say …; whoever asks should be told …
        rf"\b(?:you|du|sie|tu|vous|usted|lei|voi)\b[^.!?\n]{{0,20}}\b{_MUST} (?:\w+ ){{0,2}}?(?:say|answer|"
        rf"reply|respond|name|output|"
        r"repondre|dire|antworten|sagen|nennen|responder|decir|rispondere)\b",
        rf"\b(?:your|deine?|ihre|ta|votre|tua|vostra|tu|su) {_ANSWER}\b[^.!?\n]{{0,20}}\b(?:{_MUST}|ought to|"
        rf"states?|says?|is)\b",
        rf"\b(?:the|la|die) (?:answers?|repl(?:y|ies)|reponses?|antwort(?:en)?|respuestas?|"
        rf"rispost[ae])\b(?: (?:you|to)\b[^.!?\n]{{0,40}}?)? "
        rf"(?:{_MUST}|ought to)\b",
        rf"\b{_ASKS}\b[^.!?\n]{{0,120}}\b(?:{_MUST}|are to|is to) (?:\w+ )?(?:be told|be answered|be informed|"
        rf"hear that)\b",
        rf"\b(?:if|when|si|wenn|cuando|quando|se) (?:the|la|die) {_QUESTION}\b[^.!?\n]{{0,120}}\b(?:the|la|"
        rf"die) {_ANSWER} {_IS}\b",
        # Please answer …, in languages that ask so with an infinitive
        r"\b(?:veuillez|merci de|priere de|bitte|por favor|per favore|si prega di)\b[^.!?\n]{0,20}\b"
        r"(?:repondre|dire|affirmer|indiquer|antworten|sagen|responder|decir|rispondere|dire)\b",
        # Pay no attention to the other passages.
        rf"{_OPENS}(?:{_IGNORE}|pay no attention to|do not (?:trust|believe|rely on|cite)|ne tiens pas compte|"
        rf"beachte)\b[^.!?\n]{{0,40}}\b"
        r"(?:passages?|articles?|sources?|articoli|articulos?|artikel|fonti|fuentes|quellen|pasajes)\b",
        r"(?:^|[.!?:;—–\n] ?)(?:mention|reveal|cite|disclose|trust|quote|use) (?:the|this|these|those|any|other) "
        r"(?:instructions?|prompts?|passages?|sources?|paragraph)\b",
    )
)
# Such words are spoken to a model, wherever they stand.
_FRAMES = re.compile(
    rf"\byou(?: are|['’]re),? (?:now |no longer ){{1,3}}(?:an? |the |in |DAN\b)|\bfrom now on,? you\b|"
    r"\b(?:a partir de maintenant|desormais),? (?:tu|vous)\b|\bab (?:jetzt|sofort)\b.{0,12}\b(?:du|sie|bist)\b|"
    r"\bd['’]ora in poi,? (?:tu|sei|devi|rispondi)\b|\b(?:a partir de ahora|desde ahora),? (?:tu|eres|debes|"
    r"responde)\b|"
    rf"\b(?:you(?: are|['’]re)|if you are|tu es|vous etes|du bist|sie sind|sei|eres|usted es) (?:an? |the |"
    rf"une? |ein |un |el )?(?:\w+ )?{_MODEL}\b|"
    rf"\b(?:act|behave) as (?:an? |the )?(?:\w+ )?{_MODEL}\b|\bas (?:an?|"
    rf"the) (?:\w+ )?{_MODEL}\b.{{0,30}}\b(?:you|I)\b|"
    r"\b(?:reveal|print|repeat|show|output)\b.{0,40}\b(?:system|developer|hidden) prompt\b|"
    r"(?:^|[.!?:;\n] ?)\W{0,4}(?:system|assistant|developer)\s?:\s?\w|"
    r"</?(?:passages?|system|assistant|instructions?|user|documents?|context)>|\[/?INST\]|<\|\w{1,40}\|>|"
    rf"\b(?:attention|note|message|instructions?|hinweis|nota|consigne)(?: to| for| a| an| pour| fur| per| para)? "
    rf"(?:all |any |every |the |l['’]|alle |tutti |todos )*(?:\w+ )?{_MODEL}s?\s?[:,.]",
    re.IGNORECASE,
)


@lru_cache(maxsize=2_048)
def is_addressed(text: str) -> bool:
    """Whether a sentence of the text, outside its quotations, gives orders to a model instead of telling news."""
    lines = "\n".join(filter(None, (squeeze(line) for line in folded(text).splitlines())))
    bare = _QUOTED.sub("“”", lines)
    return _FRAMES.search(bare) is not None or any(order.search(bare) for order in _ORDERS)


def is_turned_round(text: str) -> bool:
    """Whether marks make a text be shown in another order than it is stored: a reader would not see what is cited."""
    return "\u202d" in text or "\u202e" in text
