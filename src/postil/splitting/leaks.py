"""What two splits share all the same: the same text, near copies, a group, an address, an author."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from postil.splitting.groups import ADDRESS, EXACT, GROUP, NEAR, ROUGH, TextOf, near_copies
from postil.splitting.profile import Profile
from postil.text import counted, listing, printable, quote

AUTHOR = "by one author"

_SHOWN = 3
_NOTHING = "no text, near copy, group, address or author"


class Leak(msgspec.Struct, frozen=True):
    """Documents in different splits that have something in common: of what kind, and what it is or how much."""

    kind: str
    detail: str
    documents: tuple[str, ...]
    splits: tuple[str, ...]

    def __str__(self) -> str:
        shown = [*self.documents[:_SHOWN], *([f"{len(self.documents) - _SHOWN:,} more"] if len(self.documents) > _SHOWN else [])]
        detail = f" ({quote(self.detail)})" if self.kind in (GROUP, ADDRESS, AUTHOR) else f" ({self.detail})" * bool(self.detail)
        return printable(f"{self.kind}{detail}, in {listing(self.splits, 'and')}: {listing(shown, 'and')}")

    @property
    def is_grave(self) -> bool:
        """Whether splits should never share it. An author's documents may be anywhere: whether that leaks depends on the use."""
        return self.kind != AUTHOR


def leaks(profiles: Sequence[Profile], split_of: Mapping[str, str], text_of: TextOf) -> list[Leak]:
    """Everything that crosses splits, the gravest kind first."""
    profiles = sorted(profiles, key=lambda one: one.document)
    return [*_shared(profiles, split_of), *_near(profiles, split_of, text_of), *_by_author(profiles, split_of)]


def _shared(profiles: Sequence[Profile], split_of: Mapping[str, str]) -> Iterator[Leak]:
    kinds: tuple[tuple[str, Callable[[Profile], object]], ...] = (
        (EXACT, lambda one: one.exact),
        (ROUGH, lambda one: one.rough),
        (GROUP, lambda one: one.group),
        (ADDRESS, lambda one: one.url),
    )
    told: set[tuple[str, ...]] = set()  # the same text is the same but for case, too
    for kind, value_of in kinds:
        sharing: defaultdict[object, list[str]] = defaultdict(list)
        for one in profiles:
            if value := value_of(one):
                sharing[value].append(one.document)
        for value, documents in sharing.items():
            detail = value if kind in (GROUP, ADDRESS) else ""
            if (leak := _leak(kind, str(detail), documents, split_of)) and not (kind == ROUGH and leak.documents in told):
                told.add(leak.documents)
                yield leak


def _near(profiles: Sequence[Profile], split_of: Mapping[str, str], text_of: TextOf) -> Iterator[Leak]:
    splits = [split_of[one.document] for one in profiles]

    def matters(one: int, other: int) -> bool:
        return splits[one] != splits[other] and profiles[one].rough != profiles[other].rough

    for first, later, detail in near_copies(profiles, matters, text_of):
        documents = (profiles[first].document, profiles[later].document)
        yield Leak(NEAR, detail, documents, (splits[first], splits[later]))


def _by_author(profiles: Sequence[Profile], split_of: Mapping[str, str]) -> Iterator[Leak]:
    by_author: defaultdict[str, list[str]] = defaultdict(list)
    for one in profiles:
        for author in dict.fromkeys(one.authors):
            by_author[author].append(one.document)
    for author, documents in sorted(by_author.items()):
        if leak := _leak(AUTHOR, author, documents, split_of):
            yield leak


def _leak(kind: str, detail: str, documents: Sequence[str], split_of: Mapping[str, str]) -> Leak | None:
    splits = tuple(sorted({split_of[document] for document in documents}))
    return Leak(kind, detail, tuple(documents), splits) if len(splits) > 1 else None


def in_short(found: Sequence[Leak]) -> str:
    """How often each kind crosses, in words."""
    counts: defaultdict[str, int] = defaultdict(int)
    for leak in found:
        counts[leak.kind] += 1
    return "; ".join(f"{kind}: {counted(count, 'case')}" for kind, count in counts.items()) or _NOTHING
