"""CoNLL-2012: brackets in columns, parts of documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from round_trip import options_of, read

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.sources import Source
from postil.formats.conll2012 import FORMAT

TEXT = """\
#begin document (bc/cctv/00/cctv_0000); part 000
bc/cctv/00/cctv_0000   0   0       In    IN  (TOP(S(PP*        -    -   -   Speaker#1       *   (ARGM-TMP*   *         -
bc/cctv/00/cctv_0000   0   1      May   NNP        *))        -    -   -   Speaker#1   (DATE*           *)   *     (3|(4
bc/cctv/00/cctv_0000   0   2     Mao   NNP         (NP*       -    -   -   Speaker#1       *)      (ARG0*)   *     3)|4)
bc/cctv/00/cctv_0000   0   3    said   VBD         (VP*     say   01   1   Speaker#1       *          (V*)   *         -
bc/cctv/00/cctv_0000   0   4       #     .          *))       -    -   -   Speaker#1       *      (ARG1*)  (V*)      (3)

#end document
#begin document (bc/cctv/00/cctv_0000); part 001
bc/cctv/00/cctv_0000   1   0      He   PRP  (TOP*)   -   -   -   -   (PERSON)   (0

bc/cctv/00/cctv_0000   1   0      he   PRP  (TOP*)   -   -   -   -   *   0)|(0)

#end document
"""


def imported(path: Path, text: str) -> tuple[list[Document], Incoming]:
    path.write_text(text, encoding="utf-8")
    found, intake, incoming = read(FORMAT, path)
    assert intake.errors == []
    return found, incoming


def test_names_mentions_and_propositions(tmp_path: Path) -> None:
    found, incoming = imported(tmp_path / "a.v4_gold_conll", TEXT)
    one = found[0].sets["imported"]
    by_id = {span.id: span.text for span in one.spans}

    assert [(document.id, document.metadata.group, document.text) for document in found] == [
        ("bc/cctv/00/cctv_0000", "bc/cctv/00/cctv_0000", "In May Mao said #\n"),
        ("bc/cctv/00/cctv_0000-1", "bc/cctv/00/cctv_0000", "He\nhe\n"),
    ]
    assert sorted((span.layer, span.label, span.text) for span in one.spans) == sorted([
        ("span", "DATE", "May Mao"), ("mention", "mention", "May Mao"), ("mention", "mention", "May Mao"),
        ("mention", "mention", "#"), ("argument", "ARGM-TMP", "In May"), ("argument", "ARG0", "Mao"),
        ("argument", "V", "said"), ("argument", "ARG1", "#"), ("argument", "V", "#"),
    ])  # fmt: skip
    assert [(one.label, {role: by_id[id] for role, id in one.arguments()}) for one in one.relations] == [
        ("coreference", {"member": "#"}),
        ("say.01", {"ARGM-TMP": "In May", "ARG0": "Mao", "predicate": "said", "ARG1": "#"}),
        ("proposition", {"predicate": "#"}),
    ]
    assert [
        len(relation.args["member"])
        for document in found
        for relation in document.sets["imported"].relations
        if "member" in relation.args
    ] == [2, 2]
    assert [(span.text, span.layer) for span in found[1].sets["imported"].spans if span.layer == "mention"] == [
        ("He\nhe", "mention"), ("he", "mention"),
    ]  # fmt: skip
    assert not incoming.losses.stopping


def test_three_columns_with_types(tmp_path: Path) -> None:
    text = "# begin document GUM_x\n1\tAnn\t(person-1-Ann(abstract-2\n2\tLee\tperson-1-Ann)\n"
    text += "3\tsings\tabstract-2)\n4\tshe\t(person-1)\n\n# end document\n"
    (found,), _ = imported(tmp_path / "a.conll", text)

    assert [(span.label, span.text) for span in found.sets["imported"].spans] == [
        ("abstract", "Ann Lee sings"), ("person", "Ann Lee"), ("person", "she"),
    ]  # fmt: skip
    assert len(found.sets["imported"].relations) == 1


def test_tokens(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text(TEXT)
    draft = next(FORMAT.read(Incoming(Source(tmp_path / "a.conll"), options_of(FORMAT, reading=True), with_tokens=True)))
    tokens = [span.attributes for span in draft.sets[0].spans if span.layer == "token"]

    assert tokens[3] == {"pos": "VBD", "lemma": "say", "speaker": "Speaker#1"}


def test_wrong_brackets_are_counted_and_wrong_rows_refused(tmp_path: Path) -> None:
    text = "#begin document (a); part 000\na 0 0 b c * - - - - (X* (1\na 0 1 b c * - - - - *)) 2)\n#end document\n"
    (found,), incoming = imported(tmp_path / "a.conll", text)

    assert [span.label for span in found.sets["imported"].spans] == ["X"]
    assert incoming.losses.by_kind["brackets that lack their other half"].count == 3
    for wrong in ("a b\n", "a b c\na b c d\n"):
        with pytest.raises(UnreadableFile, match=r"a\.conll:1:1"):
            imported(tmp_path / "a.conll", wrong)
