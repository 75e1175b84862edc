"""The scheme in the card: what each layer is, how often each label was used, and what the labels mean."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from postil.formats.hf.about import About
from postil.formats.hf.card.markdown import bullets, code, prose, table, words
from postil.formats.hf.figures import MOST, figure_paths, shown
from postil.scheme import Attribute, Layer
from postil.text import counted


def distribution(about: About) -> Iterator[str]:
    """How often each label was used, a figure and a table for each layer."""
    paths = figure_paths(about.scheme)
    for name, layer in about.scheme.layers.items():
        counts = {label: about.facts.labels[name, label] for label in layer.labels}
        if not counts:
            continue
        total, those = sum(counts.values()), shown(counts)
        yield f"### {words(name)}"
        yield f"![Bar chart: how often each label of the layer {words(name)} was used]({paths[name]})"
        rows = [(code(label), f"{count:,}", f"{count / total:.1%}" if total else "–") for label, count in those.items()]
        yield table(("label", "count", "share"), rows)
        if rest := len(counts) - len(those):
            others = counted(total - sum(those.values()), "annotation")
            yield f"These are the most frequent; {counted(rest, 'other label')} together: {others}."


def glossary(about: About) -> Iterator[str]:
    """What layers, labels, attributes and roles mean."""
    for name, layer in about.scheme.layers.items():
        yield f"**{words(name)}** ({layer.kind}). {prose(layer.description)}".rstrip()
        yield bullets(_lines(layer))


def _lines(layer: Layer) -> Iterator[str]:
    undefined = []
    for label, definition in layer.labels.items():
        example = f" Example: *{words(definition.example)}*" if definition.example.strip() else ""
        if definition.description.strip() or example:
            yield _defined(code(label), definition.description) + example
        else:
            undefined.append(label)
    if undefined:
        more = f" and {len(undefined) - MOST:,} more, which `labels.json` names" if len(undefined) > MOST else ""
        yield f"without a definition: {', '.join(map(code, undefined[:MOST]))}{more}"
    for name, attribute in layer.attributes.items():
        yield _attribute(name, attribute)
    for name, role in layer.roles.items():
        yield _defined(f"role {code(name)}", role.description)


def _defined(what: str, description: str) -> str:
    return f"{what}: {words(description)}" if description.strip() else what


def _attribute(name: str, attribute: Attribute) -> str:
    facts = [attribute.type, *([f"of {', '.join(map(code, attribute.values))}"] if attribute.values else [])]
    facts += [f"on {', '.join(map(code, attribute.only_on))}"] if attribute.only_on else []
    facts += ["required"] if attribute.required else []
    facts += [f"default {code(msgspec.json.encode(attribute.default).decode())}"] if attribute.default is not None else []
    return _defined(f"attribute {code(name)} ({'; '.join(facts)})", attribute.description)
