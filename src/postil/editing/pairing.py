"""The pairs of tokens of two texts, while they are being found."""

from __future__ import annotations

from collections.abc import Iterator

from postil.editing.tokens import Tokens

NONE = -1


class Pairing:
    """For each token of ``old`` the token of ``new`` that it is, or ``NONE``; which of ``new`` are ``taken``.

    ``is_moved``: whether a token stands elsewhere in the order of the text than it did. ``places``: for how many pairs of
    tokens a token's pair was chosen among, in bits.
    """

    def __init__(self, old: str, new: str) -> None:
        names: dict[str, int] = {}
        self.old, self.new = Tokens(old, names), Tokens(new, names)
        self.pairs = [NONE] * len(self.old)
        self.taken = [False] * len(self.new)
        self.is_moved = [False] * len(self.old)
        self.places = [0.0] * len(self.old)

    def pair(self, old: int, new: int, *, moved: bool = False) -> None:
        """Say that two tokens are the same."""
        self.pairs[old] = new
        self.taken[new] = True
        self.is_moved[old] = moved

    def undo(self, start: int, end: int) -> None:
        """Say that nothing is known of the old tokens ``start`` to ``end``, which are all paired."""
        for token in range(start, end):
            self.taken[self.pairs[token]] = False
            self.pairs[token] = NONE

    def free(self, start: int, end: int) -> list[int]:
        """The tokens of the old text from ``start`` to ``end`` that are not paired."""
        return [token for token in range(start, end) if self.pairs[token] == NONE]

    def free_new(self, start: int, end: int) -> list[int]:
        """The same, of the new text."""
        return [token for token in range(start, end) if not self.taken[token]]

    def are_pair(self, old: int, new: int) -> bool:
        """Whether these two are paired; not, where there are no such tokens."""
        return 0 <= old < len(self.old) and 0 <= new < len(self.new) and self.pairs[old] == new

    def blocks(self) -> Iterator[tuple[int, int]]:
        """The longest stretches of old tokens whose pairs stand side by side in the new text, too."""
        start = None
        for token, pair in enumerate(self.pairs):
            if start is not None:
                is_next = pair != NONE and pair == self.pairs[token - 1] + 1
                if not is_next or self.is_moved[token] != self.is_moved[token - 1]:
                    yield start, token
                    start = None
            if start is None and pair != NONE:
                start = token
        if start is not None:
            yield start, len(self.pairs)

    def begins_line(self, token: int) -> bool:
        """Whether a line begins, in both texts, with a token that is paired."""
        return self.old.begins_line(token) and self.new.begins_line(self.pairs[token])

    def ends_line(self, token: int) -> bool:
        """Whether a line ends, in both texts, with a token that is paired."""
        return self.old.ends_line(token) and self.new.ends_line(self.pairs[token])
