"""What a writer is given: the scheme, the options, the place to write to, and tokens."""

from __future__ import annotations

from typing import Any

import msgspec

from postil.exchange.target import Target
from postil.exchange.tokens import Tokens
from postil.manifest import Manifest
from postil.scheme import Scheme


class Outgoing(msgspec.Struct):
    """An export, as a writer sees it.

    ``target``: where files go. ``annotators``: whose sets the documents have, in order; one of them where the format does
    not keep several. ``tokens``: tokens and sentences of a document. ``say``: lines for the user about what was written.
    """

    target: Target
    scheme: Scheme
    manifest: Manifest
    annotators: tuple[str, ...]
    options: dict[str, Any]
    tokens: Tokens
    say: list[str] = []
