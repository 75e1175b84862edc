"""The body of the card, in the order of the data statement schema, version 3, with what a user of the files needs first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from statistics import median_low

from postil.formats.hf.about import GUIDELINES, About
from postil.formats.hf.card.layers import distribution, glossary
from postil.formats.hf.card.markdown import bullets, code, link, prose, table, words
from postil.formats.hf.card.splits import splits_section
from postil.formats.hf.citation import bibtex
from postil.formats.hf.config import NOT_HELD
from postil.formats.hf.detaching.quotations import ELISION, SHORTEST
from postil.formats.hf.layout import ConfigFiles
from postil.manifest import Author
from postil.text import counted, listing

# What the columns of a config do not say of themselves.
_READING = {
    "documents": "`attributes`, `ignore`, `unknown` and `metadata` in `documents` are JSON text: `{}` where there are none. "
    "A note that there is not is the empty string, a confidence that was not stated is null.",
    "messages": "Answers in `messages` quote spans without positions: which of several equal passages is meant, they do not say.",
    "relations": "`head` and `tail` in `relations` are the arguments, in the scheme's order, of a relation with two roles.",
}
# What a detached dataset has not, beside columns that are null.
NO_TEXT = "**No text is in this dataset.**"
_LEFT_OUT = (
    f"`⟦308:321⟧` in a string stands for what it quotes of its document's text, from 308 to 321: runs of {SHORTEST} characters.",
    "What follows `|` in one says how a file spells that, with escapes or over lines.",
    "`⟦308:321 ID⟧` is a quotation from another document. Titles and names are quotations too, where the text has them.",
    f"`{ELISION}` in this card and in `labels.json` is a quotation left out, as are the examples of labels.",
    "The configs `tokens` and `messages` are left out, as are files for trainers: they are little but text.",
)
_NAMED = 20  # publishers, genres that are named one by one


def sections(about: About) -> Iterator[str]:
    """Headings and what stands under them, a part each."""
    yield f"# {words(about.title)}"
    for title, section in _SECTIONS.items():
        if parts := list(filter(None, section(about))):
            yield f"## {title}"
            yield from parts


def rights(about: About) -> Iterator[str]:
    """Whose the annotations and the texts are."""
    yield f"Annotations: {words(about.manifest.licence) or 'licence not stated'}. Texts:"
    rows = [_right(*key, count) for key, count in sorted(about.facts.rights.items(), key=repr)]
    yield table(("holder", "licence", "may be redistributed", "documents"), rows)
    yield bullets(words(statement) for statement in sorted(about.facts.statements) if statement)
    if about.detached:
        yield "This dataset is detached: it has the annotations, and none of the texts."
    elif not about.is_redistributable:
        yield "**Not every text here may be redistributed: do not publish this export as it is.**"


def _right(holder: str, licence: str, redistribute: bool | None, count: int) -> tuple[str, ...]:
    allowed = {True: "yes", False: "no", None: "not stated"}[redistribute]
    return words(holder) or "not stated", words(licence) or "not stated", allowed, f"{count:,}"


def _detached(about: About) -> Iterator[str]:
    """What a detached dataset has, and how it becomes whole."""
    if not about.detached:
        return
    yield (
        f"{NO_TEXT} It holds what is said about texts (offsets, labels, relations, attributes, metadata), "
        "with the SHA-256 (`text_sha256`) and the length in code points (`text_length`) of each."
    )
    columns = [f"`{column}` of `{files.config.name}`" for files in about.written.files for column in files.config.texts or ()]
    yield bullets([f"Null: {listing(columns, 'and')}." if columns else "", *_LEFT_OUT])
    if not _has(about, "documents"):
        yield "The config `documents`, from which the corpus could be made whole again, is not in this dataset."
        return
    yield (
        "Whoever has the texts makes the corpus whole again, byte for byte. They are found by their hashes, whatever their files "
        "are called:"
    )
    hydrate = f"postil hydrate {_place(about)} --texts path/to/the/texts --into corpus"
    yield f"```bash\npip install 'postil[hf]'\n{hydrate}\n```"


def _header(about: About) -> Iterator[str]:
    manifest = about.manifest
    addresses = {"Address": manifest.url, "Paper": manifest.paper, "Repository": manifest.repository, "Contact": manifest.contact}
    said = {
        "Name and version": f"{words(manifest.name)} {words(manifest.version)}",
        "Released": words(str(manifest.released)),
        **{key: link(address) for key, address in addresses.items() if address},
        "Made by": "; ".join(map(_author, manifest.authors)),
        "Annotation scheme": code(about.scheme.id) + (f", {words(about.scheme.title)}" if about.scheme.title else ""),
        "Annotation sets exported": ", ".join(map(code, about.written.annotators)),
        "Files beside this card": "`corpus.toml`, `scheme.toml`, `labels.json`, `croissant.json`, `LICENSE.md`, `not-held.csv`, "
        "`SHA256SUMS`, `postil-export.json`"
        + (", `CITATION.cff`" if about.citation_file else "")
        + (f", [`{GUIDELINES}`]({GUIDELINES})" if about.has_guidelines else ""),
    }
    yield bullets(f"**{key}:** {value}" for key, value in said.items() if value)


def _author(author: Author) -> str:
    more = [words(author.affiliation), link(author.orcid_url) if author.orcid else ""]
    return words(author.name) + (f" ({', '.join(filter(None, more))})" if any(more) else "")


def _summary(about: About) -> Iterator[str]:
    counts = about.facts.counts
    yield prose(about.manifest.description)
    kinds = {"spans": "span", "relations": "relation", "labels": "document label", "notes": "note"}
    amounts = [counted(counts[kind], noun) for kind, noun in kinds.items() if counts[kind]]
    yield (
        f"{counted(about.documents, 'document')}, {counted(sum(about.facts.lengths), 'character')}; "
        f"in {counted(counts['sets'], 'annotation set')}: {', '.join(amounts) or 'no annotation'}. "
        "Offsets are Unicode code points, zero-based and half-open: `text[start:end]` in Python."
    )


def _configs(about: About) -> Iterator[str]:
    files = about.written.files
    yield table(("config", "rows", "what"), map(_config, files))
    yield "\n".join(["```python", "from datasets import load_dataset", "", *_snippet(about), "```"])
    yield bullets([*_reading(about), *(said for config, said in _READING.items() if _has(about, config))])


def _reading(about: About) -> Iterator[str]:
    if any(layer.attributes for layer in about.scheme.layers.values()):
        yield "An attribute that was not answered is null: the scheme's default is not filled in."
    if about.facts.counts["discontinuous"]:
        yield "The text of a discontinuous span is its fragments, joined by one space."
    if (main := about.written.context.main_layer) and _has(about, "sentences"):
        yield f"`label` in `sentences` is that of the span of {code(main)} which covers most of the sentence."


def _snippet(about: About) -> Iterator[str]:
    """The default config, and another whose classes have names."""
    first, *others = about.written.files
    yield f'{first.config.name} = load_dataset("{_place(about)}")  # the default config'
    for files in others:
        if files.config.name == "spans":
            yield f'spans = load_dataset("{_place(about)}", "spans", split="{next(iter(files.rows))}")'
            yield 'print(spans[0], spans.features["label"].int2str(spans[0]["label"]))'


def _place(about: About) -> str:
    """What the dataset is opened by: its name on the Hub, where that is known."""
    return about.written.repository or "path/to/this"


def _has(about: About, config: str) -> bool:
    return any(files.config.name == config for files in about.written.files)


def _config(files: ConfigFiles) -> tuple[str, str, str]:
    rows = ", ".join(f"{split} {count:,}" for split, count in files.rows.items())
    return code(files.config.name), rows, files.config.summary


def _not_held(about: About) -> Iterator[str]:
    written = about.written
    if rows := [(words(where), words(why), f"{count:,}", words(examples)) for where, why, count, examples in written.misfits()]:
        yield table(("not in", "why", "annotations", "for example"), rows)
        yield f"[`{NOT_HELD}`]({NOT_HELD}) lists each of these with its document, annotator and id."
    left_out = bullets(map(words, written.left_out()))
    yield left_out or ("" if rows else "Every config holds everything that belongs in it.")


def _trainers(about: About) -> Iterator[str]:
    if about.written.trainers:
        yield "Beside the configs there are files for trainers that read no Parquet; `trainers/README.md` says more."
        yield bullets(map(words, about.written.trainers))
    else:
        yield "None were written."


def _sources(about: About) -> Iterator[str]:
    facts = about.facts
    yield _statement(about, "sources")
    yield bullets([
        f"Published by: {_tally(facts.publishers)}" if any(facts.publishers) else "",
        f"Published: {_range(facts.dates)}" if facts.dates else "",
        "`documents` has the title, source and date of each text, where they are stated."
        if facts.found and _has(about, "documents") else "",
    ])  # fmt: skip


def _range(dates: set[str]) -> str:
    first, last = min(dates), max(dates)
    return words(first) if first == last else f"{words(first)} to {words(last)}"


def _tally(names: Counter[str]) -> str:
    """The most frequent names with how many documents each has; those without one last."""
    named = sorted(((name, count) for name, count in names.items() if name), key=lambda one: (-one[1], one[0]))
    shown = [f"{words(name)} ({count:,})" for name, count in named[:_NAMED]]
    shown += [f"{len(named) - _NAMED:,} others"] if len(named) > _NAMED else []
    shown += [f"not stated ({names['']:,})"] if names[""] else []
    return ", ".join(shown)


def _languages(about: About) -> Iterator[str]:
    if any(about.facts.languages):
        yield f"Language tags (BCP 47) and documents: {_tally(about.facts.languages)}."
    yield _statement(about, "language_varieties")


def _annotators(about: About) -> Iterator[str]:
    yield _statement(about, "annotators")
    rows = [(code(name), method, status, f"{count:,}") for (name, method, status), count in sorted(about.facts.sets.items())]
    yield table(("set", "method", "status", "documents"), rows)
    yield bullets(
        f"{code(name)} {_how(method)} {listing(map(code, sources), 'and')} in {counted(count, 'document')}."
        for (name, method, sources), count in sorted(about.facts.sources.items())
        if count
    )


def _how(method: str) -> str:
    return "was made from" if method == "adjudicated" else f"is {method}, with suggestions of"


def _texts(about: About) -> Iterator[str]:
    yield _statement(about, "text_characteristics")
    yield bullets([
        f"Genres: {_tally(about.facts.genres)}" if any(about.facts.genres) else "",
        f"Characters in a document: {_spread(sorted(about.facts.lengths))}",
    ])  # fmt: skip
    yield "How often each label was used, in the sets exported:"
    yield from distribution(about)


def _spread(lengths: list[int]) -> str:
    """Shortest, longest and median of lengths in order."""
    if lengths[0] == lengths[-1]:
        return f"{lengths[0]:,}"
    return f"{lengths[0]:,} to {lengths[-1]:,}, median {median_low(lengths):,}"


def _preprocessing(about: About) -> Iterator[str]:
    yield _statement(about, "preprocessing")
    yield "Every text is UTF-8 in Unicode normalisation form C, its lines end in one line feed, and offsets refer to that text."


def _process(about: About) -> Iterator[str]:
    yield prose(about.manifest.annotation_process)
    if about.has_guidelines:
        yield f"How annotators were to decide: [`{GUIDELINES}`]({GUIDELINES})."
    else:
        yield "The corpus has no written guidelines."


def _agreement(about: About) -> Iterator[str]:
    if isinstance(about.agreement, str):
        yield words(about.agreement)
        return
    from postil.formats.hf.card.agreement import agreement_section  # which needs what measuring needs

    yield from agreement_section(about.agreement)


def said_of_agreement(about: About) -> str:
    """How far annotators agree, in one paragraph without a table."""
    if isinstance(about.agreement, str):
        return about.agreement
    from postil.formats.hf.card.agreement import agreement_summary  # which needs what measuring needs

    return agreement_summary(about.agreement)


def _limitations(about: About) -> Iterator[str]:
    yield _statement(about, "limitations")
    yield from _named(about, {"Biases": "biases", "Uses": "uses", "Social impact": "social_impact"})


def _ethics(about: About) -> Iterator[str]:
    yield _statement(about, "ethics")
    yield from _named(about, {"Personal and sensitive information": "personal_information"})


def _metadata(about: About) -> Iterator[str]:
    yield from _named(about, {"Maintenance": "maintenance"})
    yield "`croissant.json` says what this card says to machines: Croissant 1.1, with its vocabulary for responsible AI."


def _not_stated(about: About) -> Iterator[str]:
    """What a data statement should say and this one does not: named in one place, and nowhere taken for said."""
    manifest = about.manifest
    stated = {
        "where it is described": manifest.url,
        "when it was released": manifest.released,
        "who made it": manifest.authors,
        "how to cite it": about.citation_file or manifest.citation.strip(),
        "what it is": manifest.description.strip(),
        "annotation process": manifest.annotation_process.strip(),
        "publishers": any(about.facts.publishers),
        "dates of publication": about.facts.dates,
        "languages": any(about.facts.languages),
        "genres": any(about.facts.genres),
        **{key.replace("_", " "): _statement(about, key) for key in manifest.data_statement.__struct_fields__},
    }
    if missing := [name for name, said in stated.items() if not said]:
        yield f"Nothing is stated of: {', '.join(missing)}."


def _statement(about: About, key: str) -> str:
    """What the manifest says under ``[data_statement]``."""
    return prose(getattr(about.manifest.data_statement, key))


def _named(about: About, keys: dict[str, str]) -> Iterator[str]:
    yield from (f"**{name}.** {said}" for name, key in keys.items() if (said := _statement(about, key)))


def _citation(about: About) -> Iterator[str]:
    said = prose(about.manifest.citation)
    yield said
    if about.citation_file:
        yield "[`CITATION.cff`](CITATION.cff) says how to cite this dataset; as BibTeX:"
        yield f"```bibtex\n{bibtex(about.citation_file)}\n```"


def _said(key: str) -> Callable[[About], Iterable[str]]:
    """A section that holds only what the manifest says."""
    return lambda about: [_statement(about, key)]


_SECTIONS: dict[str, Callable[[About], Iterable[str]]] = {
    "Header": _header,
    "Executive summary": _summary,
    "Configs": _configs,
    "Texts": _detached,
    "Splits": lambda about: [splits_section(about)],
    "What a config does not hold": _not_held,
    "Files for trainers": _trainers,
    "Curation rationale": _said("curation_rationale"),
    "Source documents": _sources,
    "Language varieties": _languages,
    "Speakers and authors": _said("speakers"),
    "Annotators": _annotators,
    "Annotation process": _process,
    "Agreement": _agreement,
    "Text characteristics": _texts,
    "Preprocessing and data formatting": _preprocessing,
    "Capture quality": _said("capture_quality"),
    "Limitations": _limitations,
    "Licence and rights": rights,
    "Disclosures and ethical review": _ethics,
    "Metadata": _metadata,
    "What is not stated": _not_stated,
    "Citation": _citation,
    "Glossary": glossary,
}
