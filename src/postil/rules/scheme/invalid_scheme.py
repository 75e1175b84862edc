from __future__ import annotations

from collections.abc import Iterator

from postil.manifest import manifest_faults, metadata_faults, settings_faults
from postil.rules import Example, Problem, project_rule
from postil.rules.examples import SCHEME
from postil.rules.views import ProjectView, toml_faults, toml_problem


@project_rule(
    "SCH002",
    Example(),
    Example(scheme=SCHEME.replace('overlap = "nested"', 'overlap = "nesting"', 1), finds=("6:1",)),
    Example(scheme=SCHEME.replace("acyclic = true", "acylic = true"), finds=("47:21",)),
    Example(scheme=SCHEME.replace("version = 1", 'version = "1"'), has_set=False, finds=("2:1",)),
    Example(manifest='format = 1\nname = "x"\n[defaults]\nlanguage = "English"\n', finds=("4:1",)),
    Example(manifest='format = 1\nname = "x"\nauthors = [{ name = "A", orcid = "12" }]\n', finds=("3:26",)),
    Example(manifest='format = 1\nname = "x"\nurl = "here"\nreleased = "2026-13-01"\n', finds=("3:1", "4:1")),
    Example(manifest='format = 1\nname = "x"\npaper = "arXiv:2401.00001"\ncontact = "me"\n', finds=("3:1", "4:1")),
    Example(manifest='format = 1\nname = "x"\n[huggingface]\nannotations_creators = ["expert"]\n', finds=("4:25",)),
    Example(manifest='format = 1\nname = "x"\n[check]\nselect = "SPN"\n', finds=("4:1",)),
    Example(
        manifest='format = 1\nname = "x"\n[check]\nannotators-per-document = -1\ncoverage = { gold = 1.5, a1 = 0.5 }\n',
        finds=("4:1", "5:14"),
    ),
)
def check(view: ProjectView) -> Iterator[Problem]:
    """Scheme and manifest must have the keys and values that the format knows.

    A misspelt key is a constraint that is never checked: everybody believes that it holds.

    Mend the key or the value; the message lists what is allowed.
    """
    manifest_file = view.project.manifest_file
    yield from toml_faults(manifest_file, "unknown key", "value")
    for path, message in manifest_faults(view.project.manifest):
        yield toml_problem(manifest_file, path, message)
    for path, message in metadata_faults(view.project.manifest.defaults):
        yield toml_problem(manifest_file, ("defaults", *path), message)
    for path, message in settings_faults(view.project.manifest.check):
        yield toml_problem(manifest_file, ("check", *path), message)
    yield from toml_faults(view.project.scheme_file, "unknown key", "value")
