"""Under the text: the document, the set, the layer, how far it is, whether it is saved; and what the last action said."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from postil.annotating.state import State
from postil.annotating.stops import unlabelled
from postil.findings import Finding, Severity
from postil.text import counted, printable


class Said(Static):
    """What the last action said, or why it was refused."""

    DEFAULT_CSS: ClassVar[str] = "Said { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }"

    def say(self, said: str, *, is_refused: bool = False) -> None:
        """Say something in one line. What was refused begins with a sign of its own."""
        self.update(Text(f"✗ {said}" if is_refused else said, Style(bold=is_refused)))


class Status(Static):
    """One line about the document as a whole."""

    DEFAULT_CSS: ClassVar[str] = """
    Status { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    Status:ansi { text-style: reverse; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._progress: tuple[object, str, str] = (None, "", "")

    def show(self, state: State, findings: list[Finding], *, is_saved: bool) -> None:
        """Show where this state is."""
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        header = state.marks.header
        offered = len(state.offered)
        parts = [
            f"layer {printable(state.place.layer)}",
            f"set {printable(header.annotator)}",
            self._of_layer(state),
            counted(offered, "suggestion") if offered else "",
            counted(errors, "error") if errors else "",
            printable(header.document),
        ]
        grid = Table.grid(expand=True, padding=(0, 1))
        grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        grid.add_column(no_wrap=True)
        grid.add_row(" · ".join(part for part in parts if part), f"{header.status}, {'saved' if is_saved else 'NOT SAVED'}")
        self.update(grid)

    def _of_layer(self, state: State) -> str:
        """How many sentences have a span of the layer. Worked out again only where the set or the layer is another one."""
        layer = state.place.layer
        if self._progress[0] is not state.marks or self._progress[1] != layer:
            number = len(state.marks.in_layer(layer))
            sentences = len(state.reading.sentences)
            done = sentences - len(unlabelled(state))
            said = f"{counted(number, 'span')}, {done:,}/{sentences:,} sentences" if state.layer.kind == "span" else ""
            self._progress = (state.marks, layer, said)
        return self._progress[2]
