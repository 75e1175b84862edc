"""The words that the Hub knows in a card's metadata."""

from __future__ import annotations

from itertools import pairwise

# huggingface/hub-docs, docs/hub/repositories-licenses.md. The Hub adds some now and then; other and a link are right for any.
_LICENCES = """apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 bigcode-openrail-m
    afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5
    cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0
    cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0
    cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl
    lgpl-2.1 lgpl-3.0 isc lppl-1.3c ms-pl mpl-2.0 odc-by odbl openrail++ osl-3.0 postgresql ofl-1.1 ncsa unlicense
    zlib pddl lgpl-lr deepfloyd-if-license llama2 gemma unknown other"""
LICENCES = frozenset(_LICENCES.split())

# Where the Hub's id is not the SPDX id in lower case.
_OF_SPDX = {
    "ODC-By-1.0": "odc-by",
    "ODbL-1.0": "odbl",
    "PDDL-1.0": "pddl",
    "C-UDA-1.0": "c-uda",
    "LGPLLR": "lgpl-lr",
    **{
        f"{family}-{version}-{which}": f"{family}-{version}".lower()
        for family, version in (("AGPL", "3.0"), ("GPL", "2.0"), ("GPL", "3.0"), ("LGPL", "2.1"), ("LGPL", "3.0"))
        for which in ("only", "or-later")
    },
}

# huggingface/hub-docs, datasetcard.md, and the class DatasetCardData of huggingface_hub.
LANGUAGE_CREATORS = ("found", "crowdsourced", "expert-generated", "machine-generated", "other")
ANNOTATIONS_CREATORS = (*LANGUAGE_CREATORS, "no-annotation")
# The kinds of answers of a form for access; the Hub knows a list of choices as well, which it calls select.
GATED_FIELDS = ("text", "checkbox", "date_picker", "country")
MULTILINGUALITY = ("monolingual", "multilingual", "translation", "other")
_LIMITS = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")
SIZES = ("n<1K", *(f"{low}<n<{high}" for low, high in pairwise(_LIMITS)), "n>1T", "other")

# huggingface/huggingface.js, packages/tasks/src/pipelines.ts: what is about text. A task without ids of its own has none here.
_TASK_IDS = {
    "text-classification": """acceptability-classification entity-linking-classification fact-checking intent-classification
        language-identification multi-class-classification multi-label-classification multi-input-text-classification
        natural-language-inference semantic-similarity-classification sentiment-classification topic-classification
        semantic-similarity-scoring sentiment-scoring sentiment-analysis hate-speech-detection text-scoring""",
    "token-classification": """named-entity-recognition part-of-speech parsing lemmatization word-sense-disambiguation
        coreference-resolution""",
    "question-answering": "extractive-qa open-domain-qa closed-domain-qa",
    "text-generation": "dialogue-modeling dialogue-generation conversational language-modeling",
    "fill-mask": "slot-filling masked-language-modeling",
    "text-retrieval": "document-retrieval utterance-retrieval entity-linking-retrieval fact-checking-retrieval",
    "multiple-choice": "multiple-choice-qa multiple-choice-coreference-resolution",
    "summarization": "news-articles-summarization news-articles-headline-generation",
}
_OTHER_TASKS = """table-question-answering zero-shot-classification translation feature-extraction sentence-similarity
    text-ranking table-to-text text2text-generation other"""
TASKS: dict[str, frozenset[str]] = {
    **{name: frozenset(ids.split()) for name, ids in _TASK_IDS.items()},
    **dict.fromkeys(_OTHER_TASKS.split(), frozenset()),
}

# ISO 639-1, with the codes withdrawn that datasets/utils/resources/languages.json still has; and what the Hub has besides.
_LANGUAGES = """aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka
    kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng
    nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu code multilingual"""
LANGUAGES = frozenset(_LANGUAGES.split())


def licence_id(spdx: str) -> str | None:
    """The Hub's id of an SPDX licence; ``None`` for an expression, a licence of one's own, and what the Hub does not know."""
    own = _OF_SPDX.get(spdx, spdx.lower())
    return own if own in LICENCES - {"other", "unknown"} else None


def size_category(rows: int) -> str:
    """The category of a number of rows."""
    return next((name for power, name in enumerate(SIZES[:-2], 3) if rows < 10**power), "n>1T")
