"""Validation: rules run over documents, in one process or several, remembered, suppressed, mended.

``checker``
    the rules themselves, on one document and at the end: pure
``examining``
    reading documents and checking them: the same in one process or several
``run``
    over a whole corpus on a disk: what to look at, what is remembered from the last time
``baseline``
    findings that were there when a corpus took postil up
``fixing``
    the changes that rules offer, made and taken back where they do harm
"""

from postil.checking.checker import Checker, Parts, Result, active_rules

__all__ = ["Checker", "Parts", "Result", "active_rules"]
