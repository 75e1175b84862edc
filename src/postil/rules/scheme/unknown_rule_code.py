from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, all_rules, project_rule
from postil.rules.views import ProjectView, toml_problem
from postil.storage.toml_positions import KeyPath
from postil.text import quote

_MANIFEST = 'format = 1\nname = "x"\n[check]\n'


@project_rule(
    "SCH007",
    Example(manifest=f'{_MANIFEST}ignore = ["SPN", "LAB001"]\n'),
    Example(manifest=f'{_MANIFEST}ignore = ["SPN", "LAP001"]\n', finds=("4:18",)),
    Example(manifest=f'{_MANIFEST}[check.per-path-ignores]\n"annotations/a1/*" = ["X"]\n', finds=("5:23",)),
)
def check(view: ProjectView) -> Iterator[Problem]:
    """The rules that a manifest selects or ignores must exist.

    A mistyped code switches off nothing, or, in ``select``, everything.

    Mend the code: ``postil rule`` lists them. A prefix stands for all that begin with it.
    """
    settings = view.project.manifest.check
    listed: list[tuple[KeyPath, tuple[str, ...]]] = [(("select",), settings.select), (("ignore",), settings.ignore)]
    listed += [(("per-path-ignores", glob), codes) for glob, codes in settings.per_path_ignores.items()]
    known = [rule.code for rule in all_rules()]
    for path, codes in listed:
        for index, code in enumerate(codes):
            if not code or (code != "ALL" and not any(other.startswith(code) for other in known)):
                yield toml_problem(view.project.manifest_file, ("check", *path, index), f"there is no rule {quote(code)}")
