"""The section on splits: how documents were divided."""

from __future__ import annotations

from postil.formats.hf.about import About
from postil.formats.hf.layout import Written


def splits_section(about: About) -> str:
    """How documents were divided."""
    return _splits(about.written, about)


def _splits(written: Written, facts: About) -> str:
    names = list(dict.fromkeys(shard.split for files in written.files for shard in files.shards))
    if not written.splits.shares:
        return f"One split, `{names[0]}`: the corpus defines no other." + (
            " A single document cannot be divided without leaking." if facts.documents == 1 else ""
        )
    shares = ", ".join(f"{name} {share:g}" for name, share in written.splits.shares.items())
    empty = [name for name in written.splits.shares if name not in names]
    salt = f"salt {written.splits.salt!r}"
    said = f"By the hash of each document's group (shares: {shares}; {salt}), so that documents of one group stay together."
    return said + (f" No document fell to {', '.join(empty)}; an empty split is not written." if empty else "")
