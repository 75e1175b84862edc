"""What a check would find in a set before it is written."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from postil.checking.checker import Checker
from postil.findings import Finding, Severity
from postil.model import AnnotationSet
from postil.storage.directory import CorpusDirectory
from postil.storage.set_file import encode_set


def errors_in_set(directory: CorpusDirectory, annotations: AnnotationSet, select: Sequence[str] = ()) -> list[Finding]:
    """The errors in a set about a document as it lies on the disk. ``select``: of these rules; else of those of the manifest."""
    path = directory.set_path(annotations.annotator, annotations.document)
    files = msgspec.structs.replace(directory.inventory.documents[annotations.document], sets={}, decisions={})
    data = encode_set(annotations)
    read = [*directory.read_files(files), (path, data, len(data))]
    files = msgspec.structs.replace(files, sets={annotations.annotator: path})
    found = Checker(directory.project.manifest.check, select).fixes(directory.parse(annotations.document, files, read))
    return [one for one, _ in found if one.place.path == path and one.severity is Severity.ERROR]
