"""What is asked of a comparison."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from postil.errors import PostilError
from postil.measures import Measure, all_measures
from postil.measures.comparison import DEFAULTS, Settings
from postil.scheme import LayerKind
from postil.text import nearest


class Request(NamedTuple):
    """What to compare, and how.

    ``annotators``: whose sets (none named: all but the adjudicated). ``layers``: which (none named: all).

    ``measures``: their names (none named: those that are computed by default), and others ``besides``. ``with_pairs``: each pair
    of annotators by itself too.
    """

    annotators: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    with_pairs: bool = False
    with_differences: bool = True
    settings: Settings = DEFAULTS

    def measures_for(self, kind: LayerKind, *, multiple: bool = False) -> list[Measure]:
        """The measures for layers of a kind; of document labels, those for layers where a document may have several or not."""
        known = [measure for measure in all_measures() if kind in measure.kinds]
        names = {*(self.measures or self._by_default(known, kind, multiple=multiple)), *self.besides}
        return [measure for measure in known if measure.name in names]

    def _by_default(self, known: list[Measure], kind: LayerKind, *, multiple: bool) -> set[str]:
        return {
            measure.name
            for measure in known
            if measure.is_default
            and (not measure.needs_reference or self.settings.reference)
            and measure.default_kind in (None, kind)
            and measure.for_multiple in (None, multiple)
        }


def known_measures(names: Iterable[str], reference: str) -> tuple[str, ...]:
    """The names, ``all`` standing for every measure. Raises :class:`~postil.errors.PostilError` for one that there is not."""
    known = {measure.name: measure for measure in all_measures()}
    asked = [name for given in names for name in given.split(",") if name]
    usable = [name for name, measure in known.items() if reference or not measure.needs_reference]
    chosen = list(dict.fromkeys(name for given in asked for name in (usable if given == "all" else [given])))
    for name in chosen:
        if name not in known:
            near = nearest(name, known)
            others = f"; did you mean {near}?" if near else f": there are {', '.join(known)}"
            raise PostilError(f"there is no measure {name}{others}")
        if known[name].needs_reference and not reference:
            raise PostilError(f"{name} needs --reference: the annotator who is right by definition")
    return tuple(chosen)
