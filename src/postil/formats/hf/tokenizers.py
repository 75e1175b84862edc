"""Tokens for column formats: spaCy's rules for the language, without a model."""

from __future__ import annotations

from typing import Any

from postil.errors import MissingExtra
from postil.segmentation import Extent


class Tokenizers:
    """One tokenizer for each language, made when it is first needed.

    A language that spaCy does not know, or only with a library that is not installed, is cut by spaCy's rules for no language
    in particular (``xx``); ``stand_ins`` says for which languages that was so.
    """

    def __init__(self) -> None:
        self._pipelines: dict[str, Any] = {}
        self.stand_ins: set[str] = set()

    def tokens(self, text: str, language: str) -> list[Extent]:
        """The extents of the tokens, blanks left out."""
        pipeline = self._pipeline(language)
        pipeline.max_length = max(pipeline.max_length, len(text) + 1)
        return [(token.idx, token.idx + len(token)) for token in pipeline.make_doc(text) if not token.is_space]

    def _pipeline(self, language: str) -> Any:
        code = language.partition("-")[0] or "xx"
        if code not in self._pipelines:
            try:
                import spacy
            except ImportError as error:
                raise MissingExtra("the config tokens", "spaCy", "spacy") from error
            try:
                self._pipelines[code] = spacy.blank(code)
            except ImportError:
                self._pipelines[code] = spacy.blank("xx")
                self.stand_ins.add(code)
        return self._pipelines[code]
