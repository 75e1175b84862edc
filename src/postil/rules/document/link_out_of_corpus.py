from __future__ import annotations

from collections.abc import Iterator

from postil.findings import Place
from postil.rules import Example, Problem, project_rule
from postil.rules.views import ProjectView


@project_rule(
    "DOC009",
    Example(),
    Example(strays=(("corpus/passwords.txt", "link out"),), finds=("0:0",)),
)
def check(view: ProjectView) -> Iterator[Problem]:
    """A symbolic link must not lead out of the corpus.

    What it points at is not in the repository: it is missing for everybody else, and it may be a file that nobody
    meant to publish. Such a link is never followed.

    Copy the file into the corpus, or remove the link.
    """
    for stray in view.strays:
        if stray.reason == "link out":
            yield Problem("a link that leads out of the corpus; it was not followed", Place(stray.path))
