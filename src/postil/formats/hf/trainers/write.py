"""Writing the side files, and the page that says what they are."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from postil.corpus import Corpus, Document
from postil.exchange.export import Choices, Described, write_documents
from postil.exchange.features import METADATA
from postil.exchange.losses import Losses
from postil.exchange.target import Target, target_at
from postil.exchange.tokens import Tokens, blank_pipeline
from postil.formats import conll, gliner, spacy
from postil.formats.conll.write import PLAIN_NAMES, directory_of
from postil.formats.hf.card.markdown import bullets, words
from postil.formats.hf.dividing import Dividing
from postil.formats.hf.trainers.lengths import Lengths, counted_in, share
from postil.formats.hf.trainers.parts import Parts, parts_of
from postil.formats.hf.trainers.read_back import Tally, noting, refuse_other
from postil.formats.hf.trainers.spacy_config import Learnt, can_be_named, config_for, entity_layer, learnt
from postil.formats.hf.trainers.units import bare, learnt_layers, units, units_scheme
from postil.scheme import Scheme
from postil.text import counted

DIRECTORY = "trainers"
NAMES = ("gliner", "spacy", "conll")
_GLINER_WORDS = 12  # words of a span that GLiNER can find, unless max_width says otherwise
_FORMATS = {"gliner": gliner.FORMAT, "spacy": spacy.FORMAT, "conll": conll.FORMAT}
_WHAT = {
    "gliner": "a JSON list for each split, a record for each sentence, labels of all layers",
    "spacy": "a DocBin for each split, a Doc for each sentence, and config.cfg for spacy train",
    "conll": "for each layer a column file for each split, IOB2; of spans that overlap, the longest",
}
# blanks, so that no label and no token has one: trainers split a line at each
_COLUMNS = {"columns": "layer", "scheme": "IOB2", "separator": "blank", "header": "none", "documents": "docstart", "apart": True}


def applies(scheme: Scheme) -> bool:
    """Whether there is anything to learn."""
    return bool(learnt_layers(scheme))


class Trainers:
    """Writes the side files under the root of an export, of the sets of the first annotator that has any.

    ``have_any``: whether there is any such set. ``losses``: what those of each name do not hold.
    """

    def __init__(
        self, corpus: Corpus, dividing: Dividing, annotators: Sequence[str], root: Path, main_layer: str | None = None
    ) -> None:
        """``main_layer``: the layer that labels a sentence."""
        self._main = main_layer
        self._corpus, self._root = corpus, root / DIRECTORY
        self._layers = learnt_layers(corpus.scheme)
        self._annotator, self._of_splits = _first_with_any(corpus, dividing, annotators)
        self.have_any = bool(self._of_splits)
        self._are_folds = dividing.are_folds
        self._components: list[Learnt] = []
        self._tokens = Tokens("files for trainers")
        self._languages: set[str] = set()
        self.losses: dict[str, Losses] = {}

    def write(self, names: Sequence[str]) -> None:
        """Write those of these names."""
        ways = {"gliner": self._gliner, "spacy": self._spacy, "conll": self._conll}
        for name in names:
            self.losses[name] = Losses()
            ways[name]()
        text = "\n\n".join(self._described()) + "\n"
        (self._root / "README.md").write_text(text, encoding="utf-8", newline="\n")

    @cached_property
    def _parts(self) -> Parts:
        return parts_of(list(self._of_splits), are_folds=self._are_folds)

    def _documents(self, splits: Iterable[str]) -> Iterator[Document]:
        for split in splits:
            for name in self._of_splits[split]:
                document = bare(self._corpus.read(name, (self._annotator,)))
                self._languages.add(document.metadata.language.partition("-")[0] or "xx")
                yield document

    def _gliner(self) -> None:
        for name, splits in self._parts.files.items():
            found = (
                unit for one in self._documents(splits) for unit in units(one, self._corpus.scheme, self._layers, self._main)
            )
            self._file("gliner", f"{name}.json", found, self._corpus.scheme)

    def _spacy(self) -> None:
        scheme = units_scheme(self._corpus.scheme, self._main)
        options = {"ents": entity_layer(scheme)}
        for name, splits in self._parts.files.items():
            lengths: Lengths = defaultdict(Counter)
            found = (unit for one in self._documents(splits) for unit in units(one, scheme, scheme.layers, self._main))
            self._file("spacy", f"{name}.spacy", counted_in(lengths, found, self._tokens), scheme, options)
            if name == self._parts.train:
                self._components = learnt(self._corpus.scheme, lengths, self._main)
        if self._components:
            paths = {"train": f"{self._parts.train}.spacy", "dev": f"{self._parts.dev}.spacy"}
            text = config_for(self._language, paths, self._components)
            (self._root / "spacy/config.cfg").write_text(text, encoding="utf-8", newline="\n")

    @property
    def _language(self) -> str:
        """The language of a pipeline for all texts, by the code that spaCy has for it: their own, or none in particular."""
        pipeline = blank_pipeline(min(self._languages)) if len(self._languages) == 1 else None
        return pipeline.lang if pipeline else "xx"

    def _conll(self) -> None:
        work = self._root / "conll/.work"
        for name, splits in self._parts.files.items():
            with target_at(work, "directory") as target:
                tally = self._write("conll", target, self._documents(splits), self._corpus.scheme, _COLUMNS)
            places = []
            for path in target.written:
                place = self._root / "conll" / (Path(path).parent.name or directory_of((self._layers[0], ""))) / f"{name}.conll"
                place.parent.mkdir(exist_ok=True)
                (work / path).replace(place)
                places.append(place)
            refuse_other(_FORMATS["conll"], places, tally, self._root.parent)
        shutil.rmtree(work)

    def _file(
        self, name: str, path: str, documents: Iterable[Document], scheme: Scheme, options: dict[str, Any] | None = None
    ) -> None:
        with target_at(self._root / name / path, "file") as target:
            tally = self._write(name, target, documents, scheme, options or {})
        refuse_other(_FORMATS[name], [self._root / name / path], tally, self._root.parent)

    def _write(self, name: str, target: Target, documents: Iterable[Document], scheme: Scheme, options: dict[str, Any]) -> Tally:
        tally = Tally()
        format_ = noting(_FORMATS[name], tally)
        described = Described(scheme, self._corpus.manifest, (self._annotator,))
        write_documents(format_, documents, described, target, Choices(options), self.losses[name], self._tokens)
        target.finish(replace=True)
        return tally

    def said(self) -> Iterator[str]:
        """In words, what was written, a line for each name."""
        for name in self.losses:
            yield f"{DIRECTORY}/{name}: {_WHAT[name]}"
        for loss in self.losses.get("conll", ()):
            if loss.kind == PLAIN_NAMES.title:
                yield f"{DIRECTORY}/conll: {loss.count:,} × {loss.kind}, each of which is _ there ({loss.examples[0]})"
        for one in self._components:
            yield f"{_learnt(one)} by {one.component}{_proposed(one)}"
        if "spacy" in self.losses:
            unnamed = (layer for layer in self._layers if not can_be_named(layer) and layer != entity_layer(self._corpus.scheme))
            yield from (f"{layer} is in the DocBins, but no configuration can have its name" for layer in unnamed)
        if "gliner" in self.losses and (widths := self._widths):
            yield (
                f"{share(widths, _GLINER_WORDS):.1%} of the spans have at most {_GLINER_WORDS} words, as GLiNER is set to find; "
                f"the longest has {max(widths)}: max_width says how many"
            )
        yield f"learnt from the sets of {self._annotator}: {self._parts.why}"

    @cached_property
    def _widths(self) -> Counter[int]:
        """How many words the spans have that GLiNER is trained on."""
        decoder = msgspec.json.Decoder(_Record)
        with (self._root / f"gliner/{self._parts.train}.json").open("rb") as file:
            records = (decoder.decode(line.rstrip(b",\n")) for line in file if line.startswith(b"{"))  # one in each line
            return Counter(last - first + 1 for record in records for first, last, _ in record.ner)

    def _described(self) -> Iterator[str]:
        yield "# For trainers"
        yield bullets(words(line) for line in self.said())
        if self._components:
            yield (
                f"```sh\ncd {DIRECTORY}/spacy && python -m spacy train config.cfg --output model "
                f"--paths.train {self._parts.train}.spacy --paths.dev {self._parts.dev}.spacy\n```"
            )
        for name, losses in self.losses.items():
            yield f"## What `{name}` does not hold"
            yield (
                bullets(f"{loss.count:,} × {words(loss.kind)}" for loss in losses if loss.stops and loss.kind != METADATA.title)
                or "It holds all of the above."
            )


class _Record(msgspec.Struct):
    ner: list[tuple[int, int, str]]


def _learnt(one: Learnt) -> str:
    is_of_sentences = one.component == "textcat_multilabel"
    return f"which labels of {one.layer} a sentence has is learnt" if is_of_sentences else f"{one.layer} is learnt"


def _proposed(one: Learnt) -> str:
    if not one.longest:
        return ""
    lengths = f"{one.shortest} to {one.longest} tokens" if one.shortest < one.longest else counted(one.longest, "token")
    return f", which proposes spans of {lengths}: {one.covered:.1%} of those in training"


def _first_with_any(corpus: Corpus, dividing: Dividing, annotators: Sequence[str]) -> tuple[str, dict[str, list[str]]]:
    """An annotator, and the documents in each split that have a set by them; nobody and none where there is no set."""
    files = corpus.directory.inventory.documents
    for annotator in annotators:
        found = {
            split: there
            for split, documents in dividing.of_documents.items()
            if (there := [document for document in documents if annotator in files[document].sets])
        }
        if found:
            return annotator, found
    return "", {}
