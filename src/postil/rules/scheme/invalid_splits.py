from __future__ import annotations

from collections.abc import Iterator

from postil.manifest import splits_fault
from postil.rules import Example, Problem, project_rule
from postil.rules.views import ProjectView, toml_problem

_SHARES = 'format = 1\nname = "x"\n[splits.shares]\n'


@project_rule(
    "SCH008",
    Example(manifest=f"{_SHARES}train = 0.8\ntest = 0.2\n"),
    Example(manifest=f"{_SHARES}train = 4\ntest = 1\n", note="shares are relative: they need not add up to 1"),
    Example(manifest=f"{_SHARES}train = 0\ntest = 1\n", finds=("4:1",)),
    Example(manifest=f'{_SHARES}"dev-test" = 1\n', finds=("4:1",)),
)
def check(view: ProjectView) -> Iterator[Problem]:
    """Splits must have names that libraries accept, and shares above zero.

    A split with another name is written and cannot be loaded; a share of zero or less divides documents in no sensible way.

    Mend the name or the share under ``[splits.shares]`` of the manifest, or leave the split out.
    """
    for name, share in view.project.manifest.splits.shares.items():
        fault = splits_fault({name: share})
        if fault:
            yield toml_problem(view.project.manifest_file, ("splits", "shares", name), fault)
