"""What types and features are called in a corpus, and the other way round.

A layer of the user's is a type ``webanno.custom.<layer>``, as INCEpTION calls it. The layers that every INCEpTION project has
go by their short names; any other type keeps its whole name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

CUSTOM = "webanno.custom."
_DKPRO = "de.tudarmstadt.ukp.dkpro.core.api."
TOKEN, SENTENCE = f"{_DKPRO}segmentation.type.Token", f"{_DKPRO}segmentation.type.Sentence"
DOCUMENT_METADATA, METADATA_FIELD = f"{_DKPRO}metadata.type.DocumentMetaData", f"{_DKPRO}metadata.type.MetaDataStringField"
TAG_SET = f"{_DKPRO}metadata.type.TagsetDescription"
TAG = f"{_DKPRO}metadata.type.TagDescription"
NOTE = "postil.Note"

_KNOWN = {
    "token": TOKEN,
    "sentence": SENTENCE,
    "NamedEntity": f"{_DKPRO}ner.type.NamedEntity",
    "POS": f"{_DKPRO}lexmorph.type.pos.POS",
    "MorphologicalFeatures": f"{_DKPRO}lexmorph.type.morph.MorphologicalFeatures",
    "Lemma": f"{_DKPRO}segmentation.type.Lemma",
    "Stem": f"{_DKPRO}segmentation.type.Stem",
    "SurfaceForm": f"{_DKPRO}segmentation.type.SurfaceForm",
    "Dependency": f"{_DKPRO}syntax.type.dependency.Dependency",
    "Chunk": f"{_DKPRO}syntax.type.chunk.Chunk",
    "CoreferenceLink": f"{_DKPRO}coref.type.CoreferenceLink",
    "CoreferenceChain": f"{_DKPRO}coref.type.CoreferenceChain",
    "SemPred": f"{_DKPRO}semantics.type.SemPred",
    "SemArg": f"{_DKPRO}semantics.type.SemArg",
}
_SHORT = {full: short for short, full in _KNOWN.items()}

OF_TOKENS = ("pos", "lemma", "stem", "morph")
"""The features of a token that are annotations of their own."""

GOVERNOR, DEPENDENT = "Governor", "Dependent"
ROLE, TARGET = "role", "target"
FIRST, NEXT = "first", "next"
REFERENCE_TYPE, REFERENCE_RELATION = "referenceType", "referenceRelation"
ENDS = "ends"
"""The slot that holds the ends of a relation of any number of them."""

FRAGMENTS, CONFIDENCE, REMARK = "fragments", "confidence", "note"
LABEL_FEATURES = (
    "label", "value", "PosValue", "DependencyType", REFERENCE_TYPE, "category", "morphTag", "chunkValue", "entity", "tag", "type",
)  # fmt: skip
"""The features that say what an annotation is labelled, the first first."""

WRITTEN_LABELS = LABEL_FEATURES[:2]
"""Those in which an export of this package has labels, one or the other."""

RESERVED = frozenset(("sofa", "begin", "end", "label", GOVERNOR, DEPENDENT, ENDS, FRAGMENTS, CONFIDENCE, REMARK))
"""What no attribute can be called, since the feature would mean something else."""


def layer_of(type_name: str) -> str:
    """The layer that a type is."""
    short = _SHORT.get(type_name)
    if short:
        return short
    if type_name.startswith(f"{_KNOWN['POS']}_"):
        return "POS"  # its subtypes repeat what the feature coarseValue says
    if type_name.startswith("uima."):
        return short_name(type_name)
    name = type_name.removeprefix(CUSTOM)
    return type_name if name in _KNOWN or "." in name else name


def type_of(layer: str) -> str:
    """The type that a layer is."""
    return _KNOWN.get(layer) or (layer if "." in layer else CUSTOM + layer)


def short_name(type_name: str) -> str:
    """A type's name without its package."""
    return type_name.rpartition(".")[2]


def label_feature(attributes: Collection[str]) -> str:
    """The feature that the label is written in, beside these attributes."""
    return "label" if "value" in attributes else "value"


def label_feature_among(features: Iterable[str]) -> str:
    """The feature that says the label; empty where none does."""
    present = set(features)
    return next((name for name in LABEL_FEATURES if name in present), "")


def link_type(host: str, feature: str) -> str:
    """What INCEpTION calls the type of the links in a slot."""
    return f"{host}{feature[:1].upper()}{feature[1:]}Link".replace("_", "")  # by which WebAnno cuts the header of a slot


def chain_of(link: str) -> str:
    """The type of the chains that links of this type make, by INCEpTION's convention."""
    return f"{link.removesuffix('Link')}Chain"
