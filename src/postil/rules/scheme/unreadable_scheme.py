from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, project_rule
from postil.rules.examples import SCHEME
from postil.rules.views import ProjectView, toml_faults


@project_rule(
    "SCH001",
    Example(),
    Example(scheme=SCHEME.replace('name = "news"', "name = news"), has_set=False, finds=("1:8",)),
    Example(scheme=None, has_set=False, finds=("0:0",)),
)
def check(view: ProjectView) -> Iterator[Problem]:
    """Scheme and manifest must be there, and be TOML files.

    Without a scheme no label can be checked, so the rules that need it are silent until this is mended.

    Mend the line. Strings need quotation marks.
    """
    yield from toml_faults(view.project.manifest_file, "syntax", "size")
    yield from toml_faults(view.project.scheme_file, "syntax", "size")
