"""Annotating without a terminal: what a screen draws and dispatches to, and what a script drives.

``Session``
    one annotator at one document: does actions by their names, saves, undoes, checks
``State``
    what there is at one moment, with the suggestions that are left, frozen; an action makes another one of it
``all_actions``
    every action by its name, with its words and its manual page
``run_script``, ``read_script``
    actions from a file
``questions``
    the attributes of an annotation as a form: choices, values, faults
``worklist``, ``next_document``
    which documents an annotator has not begun, begun, completed

>>> from postil import Corpus
>>> from postil.annotating import Session
>>> with Session.open(Corpus.open("."), "news/india-japan-2-plus-2", "me") as session:
...     session.do("find", "Tokyo")
...     session.do("label", "GPE")
...     print(session.state.said, session.findings)
"""

from postil.annotating.action import Action, Word, all_actions
from postil.annotating.history import History
from postil.annotating.questions import Question, questions
from postil.annotating.script import read_script, run_script
from postil.annotating.session import Session
from postil.annotating.state import Place, State, focused, selected
from postil.annotating.worklist import Entry, next_document, worklist

__all__ = [
    "Action",
    "Entry",
    "History",
    "Place",
    "Question",
    "Session",
    "State",
    "Word",
    "all_actions",
    "focused",
    "next_document",
    "questions",
    "read_script",
    "run_script",
    "selected",
    "worklist",
]
