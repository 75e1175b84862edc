from __future__ import annotations

from collections.abc import Iterator

from postil.manifest import Rights
from postil.rules import Example, Problem, Severity, document_rule
from postil.rules.batch import Batch
from postil.rules.views import DocumentView
from postil.text import listing

_STATED = '[rights]\nholder = "The Quint"\nlicence = "LicenseRef-all-rights-reserved"\nredistribute = false\n'


def _proof(batch: Batch) -> bool:
    default = batch.project.manifest.defaults.rights
    return not any(_missing(rights, default) for rights in {metadata.rights for metadata in batch.metadata})


@document_rule(
    "DOC008",
    Example(metadata=_STATED),
    Example(metadata='title = "Example"\n', finds=("1:1",)),
    Example(metadata='[rights]\nholder = "The Quint"\n', finds=("1:1",)),
    Example(
        metadata='title = "Example"\n',
        manifest='format = 1\nname = "x"\n[defaults.rights]\nholder = "Us"\nlicence = "CC0-1.0"\nredistribute = true\n',
        note="said once in the manifest, for all documents",
    ),
    severity=Severity.WARNING,
    proof=_proof,
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A document should say whose text it is, under what licence, and whether it may be redistributed.

    A corpus whose rights are unknown cannot be published, and finding them out years later is detective work.

    Fill in ``[rights]``: ``holder``, ``licence`` (an SPDX id or ``LicenseRef-…``), ``redistribute`` (true or false);
    or once for all documents under ``[defaults.rights]`` in the manifest.
    """
    file = view.bundle.metadata_file
    if file is None or file.value is None or view.bundle.project.manifest_file.faults:
        return
    missing = _missing(file.value.rights, view.bundle.project.manifest.defaults.rights)
    if missing:
        yield view.metadata_problem(("rights",), f"[rights] does not state {listing(missing)}")


def _missing(own: Rights, default: Rights) -> list[str]:
    said = {
        "holder": own.holder or default.holder,
        "licence": own.licence or default.licence,
        "redistribute": own.redistribute is not None or default.redistribute is not None,
    }
    return [name for name, value in said.items() if not value]
