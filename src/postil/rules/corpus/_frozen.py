"""What rules about the frozen splits ask of each document, and the places of what they find."""

from __future__ import annotations

import msgspec

from postil.findings import Place, excerpt
from postil.rules import Problem
from postil.rules.set_view import BundleView
from postil.storage.bundle import Project
from postil.storage.splits_file import SPLITS, encode_splits


class Stated(msgspec.Struct, frozen=True):
    """A document that has a text, and the group that it states."""

    document: str
    group: str


def stated(view: BundleView) -> Stated | None:
    """A document and its group, where splits are frozen."""
    bundle = view.document.bundle
    is_wanted = bundle.project.splits_file.is_there and bundle.text_file is not None
    return Stated(bundle.document, bundle.metadata.group) if is_wanted else None


def line_problem(project: Project, document: str, message: str) -> Problem:
    """A problem of a document's line in the file."""
    splits_file = project.splits_file
    line = encode_splits([splits_file.placements[document]]).decode().rstrip("\n")
    return Problem(message, Place(SPLITS, splits_file.lines[document], 1, excerpt(line, 0, 1)), key=document)
