"""Publishing on the Hub, tried on a stand-in that is as strict as the Hub."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, write_example
from ended import left_over
from postil.cli import main
from postil.rules.examples import Example, relation, span
from standin_hub import Entry, Hub, Refused, Repository

pytest.importorskip("huggingface_hub", reason="the extra hf is not installed")
pytest.importorskip("pyarrow", reason="the extra hf is not installed")
pytest.importorskip("spacy", reason="the extra spacy is not installed")
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # of the client, without Xet
FREE = '[rights]\nholder = "Us"\nlicence = "CC0-1.0"\nredistribute = true\n'
Push = Callable[..., tuple[int, str, str]]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus whose only text may be passed on."""
    records = (
        span("s1", "OPINION", 0, 31, attributes={"polarity": "positive"}),
        span("e1", "PERSON", 0, 13),
        span("s2", "FACT", 32, 65),
    )
    text = "Rajnath Singh met Zoë in Tokyo. India-Japan ties have grown much.\n"
    ties = (relation("r1", "supports", {"from": "s2", "to": "s1"}),)
    return write_example(tmp_path / "corpus", Example(text=text, records=(*records, *ties), metadata=FREE))


@pytest.fixture
def push(corpus: Path, capsys: pytest.CaptureFixture[str]) -> Push:
    """Push the corpus, and give the exit status and what was said."""

    def run(*options: str, config: str = "spans", repository: str = "me/demo") -> tuple[int, str, str]:
        status = main(["-C", str(corpus), "push", repository, "--no-agreement", "--config", config, *options])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def exported(corpus: Path, target: Path, *options: str) -> dict[str, bytes]:
    assert main(["-C", str(corpus), "export", "hf", str(target), "--no-agreement", "--repo", "me/demo", *options]) == 0
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}


def held(repository: Repository, revision: str = "main") -> dict[str, bytes]:
    """What a repository has, without what the Hub itself puts there."""
    return {path: entry.data for path, entry in repository.files(revision).items() if path != ".gitattributes"}


def test_a_push_makes_the_repository_and_one_commit_of_the_whole_export(
    hub: Hub, push: Push, corpus: Path, tmp_path: Path
) -> None:
    status, out, _ = push("--message", "first")

    made = hub.repositories["me/demo"]
    assert status == 0
    assert made.messages == ["initial commit", "first"]
    assert held(made) == exported(corpus, tmp_path / "out", "--config", "spans")
    assert made.files()["spans/train-00000-of-00001.parquet"].is_lfs
    assert not made.private
    assert "made me/demo, public" in out
    assert f"committed {made.branches['main'][:12]}: {hub.endpoint}/datasets/me/demo/commit/" in out


def test_nothing_is_committed_when_nothing_changed(hub: Hub, push: Push) -> None:
    push()
    before = list(hub.repositories["me/demo"].messages)

    status, out, _ = push()

    assert (status, hub.repositories["me/demo"].messages) == (0, before)
    assert re.search(r"unchanged: \d+ files, .*\nnothing changed: no commit\n$", out)


def test_a_dry_run_says_the_same_and_changes_nothing(hub: Hub, push: Push) -> None:
    status, dry, _ = push("--dry-run")
    assert (status, hub.repositories) == (0, {})
    _, wet, _ = push()
    assert dry.replace("a dry run: nothing was changed\n", "") in wet

    _, dry, _ = push("--dry-run", config="relations")
    assert hub.repositories["me/demo"].messages == ["initial commit", "example 0"]
    _, wet, _ = push(config="relations")
    assert dry.replace("a dry run: nothing was changed\n", "") in wet
    assert not [line for line in hub.requests if line.startswith("POST") and "commit" in line][2:]


def test_shards_of_an_earlier_export_go_and_files_of_others_stay(hub: Hub, push: Push, corpus: Path, tmp_path: Path) -> None:
    push(config="relations")
    made = hub.repositories["me/demo"]
    made.edit("spans/by-hand.parquet", b"somebody's")
    made.edit("NOTES.md", b"somebody's")

    status, out, _ = push()

    assert status == 0
    assert re.search(r"removed +relations/train-00000-of-00001\.parquet", out)
    others = {"spans/by-hand.parquet": b"somebody's", "NOTES.md": b"somebody's"}
    assert held(made) == {**exported(corpus, tmp_path / "out", "--config", "spans"), **others}


def test_fewer_splits_leave_no_shard_behind(hub: Hub, push: Push, corpus: Path) -> None:
    other = corpus / "corpus/other.txt"
    other.write_text("Hamada spoke in Tokyo, he said.\n")
    (corpus / "corpus/other.toml").write_text(FREE)
    set_file = (corpus / "annotations/gold/example.jsonl").read_text().splitlines()[0]
    from postil import Corpus

    there = Corpus.open(corpus)
    set_file = set_file.replace('"example"', '"other"').replace(there["example"].text_sha256, there["other"].text_sha256)
    (corpus / "annotations/gold/other.jsonl").write_text(f"{set_file}\n")
    push("--split", "a=0.8", "--split", "b=0.2", config="documents")
    assert len([path for path in held(hub.repositories["me/demo"]) if path.endswith(".parquet")]) == 2

    push("--split", "a", config="documents")

    assert [path for path in held(hub.repositories["me/demo"]) if path.endswith(".parquet")] == [
        "documents/a-00000-of-00001.parquet"
    ]


@pytest.mark.parametrize("path", ["README.md", "spans/train-00000-of-00001.parquet"])
def test_what_somebody_else_wrote_is_only_overwritten_when_asked(path: str, hub: Hub, push: Push) -> None:
    hub.repositories["me/demo"] = made = Repository()
    head = made.edit(path, b"by hand")

    status, out, err = push()

    assert (status, made.branches["main"]) == (1, head)
    assert re.search(rf"changed +{path} .*, not by postil", out)
    assert f"has files that no export wrote, or that somebody changed since ({path})" in err
    assert push("--replace")[0] == 0
    assert made.files()[path].data != b"by hand"


def test_a_stale_file_that_somebody_changed_is_kept_and_said(hub: Hub, push: Push) -> None:
    push(config="relations")
    made = hub.repositories["me/demo"]
    made.edit("relations/train-00000-of-00001.parquet", b"mended by hand")

    status, out, _ = push()

    assert status == 0
    assert "kept: relations/train-00000-of-00001.parquet, which an export wrote and somebody changed since" in out
    assert held(made)["relations/train-00000-of-00001.parquet"] == b"mended by hand"


def test_of_two_pushes_at_once_one_is_refused(hub: Hub, push: Push) -> None:
    push(config="relations")
    made = hub.repositories["me/demo"]

    def interfere(method: str, path: str) -> None:
        if "/commit/" in path:
            hub.before = lambda *_: None
            made.edit("NOTES.md", b"first")

    hub.before = interfere
    status, _, err = push()

    assert status == 2
    assert "somebody else changed me/demo meanwhile: nothing was committed" in err
    assert made.messages[-1] == "edit NOTES.md"
    assert "relations/train-00000-of-00001.parquet" in made.files()
    assert push()[0] == 0
    assert held(made)["NOTES.md"] == b"first"


def test_of_two_pushes_side_by_side_the_later_commit_is_refused(hub: Hub, push: Push) -> None:
    push(config="relations")
    made = hub.repositories["me/demo"]
    both = threading.Barrier(2)

    def meet(method: str, path: str) -> None:
        if path.endswith("/preupload/main"):
            both.wait(30)

    hub.before = meet
    ended: list[int] = []
    pushes = [
        threading.Thread(target=lambda config=config: ended.append(push(config=config)[0])) for config in ("spans", "sentences")
    ]
    for one in pushes:
        one.start()
    for one in pushes:
        one.join(60)

    assert sorted(ended) == [0, 2]
    assert len(made.messages) == 3
    shards = {path for path in made.files() if path.endswith(".parquet")}
    assert shards in ({"spans/train-00000-of-00001.parquet"}, {"sentences/train-00000-of-00001.parquet"})


def start(corpus: Path, config: str = "spans", **more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "postil", "-C", str(corpus), "push", "me/demo", "--no-agreement", "--config", config]
    environment = {**os.environ, "HF_HUB_DISABLE_XET": "1", "HF_HUB_OFFLINE": "0", **more}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
def test_a_push_that_is_ended_leaves_the_repository_as_it_was_and_nothing_else(
    number: signal.Signals, hub: Hub, push: Push, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    push(config="relations")
    made = hub.repositories["me/demo"]
    before, head = held(made), made.branches["main"]
    reached, dead = threading.Event(), threading.Event()

    def hold(method: str, path: str) -> None:
        if "/commit/" in path:
            reached.set()
            dead.wait(30)
            raise Refused(500)

    hub.before = hold
    process = start(corpus, TMPDIR=str(temporary))
    assert reached.wait(30)
    process.send_signal(number)
    process.communicate(timeout=30)
    dead.set()
    hub.before = lambda *_: None

    assert (made.branches["main"], held(made)) == (head, before)
    assert len(left_over(temporary)) == (number == signal.SIGKILL)
    assert push()[0] == 0
    assert left_over(temporary) == []


def test_a_pull_request_leaves_main_as_it_is(hub: Hub, push: Push) -> None:
    push(config="relations")
    made = hub.repositories["me/demo"]
    before = held(made)

    status, out, _ = push("--pull-request")

    assert status == 0
    assert f"opened {hub.endpoint}/datasets/me/demo/discussions/1" in out
    assert held(made) == before
    assert "spans/train-00000-of-00001.parquet" in made.files("refs/pr/1")
    assert push("--pull-request", "--revision", "next")[0] == 2


def test_a_branch_is_made_from_main_where_there_is_none(hub: Hub, push: Push) -> None:
    push(config="relations")
    made = hub.repositories["me/demo"]
    before = held(made)

    status, out, _ = push("--revision", "next")

    assert status == 0
    assert "made the branch next" in out
    assert held(made) == before
    assert "relations/train-00000-of-00001.parquet" not in made.files("next")
    assert "nothing changed" in push("--revision", "next")[1]


def test_private_is_for_a_repository_that_is_made(hub: Hub, push: Push) -> None:
    assert push("--private")[0] == 0
    assert hub.repositories["me/demo"].private
    assert push("--private", config="relations")[0] == 0
    hub.repositories["me/open"] = Repository()

    status, _, err = push("--private", repository="me/open")

    assert status == 2
    assert "me/open is there and public" in err
    assert hub.repositories["me/open"].messages == ["initial commit"]


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        (FREE.replace("true", "false"), "1 text may not be redistributed: example"),
        ('[rights]\nholder = "Us"\n', "1 text without redistribute under [rights]: example"),
    ],
)
def test_a_text_that_may_not_go_out_does_not(
    metadata: str, said: str, hub: Hub, push: Push, corpus: Path, tmp_path: Path
) -> None:
    (corpus / "corpus/example.toml").write_text(metadata)

    status, _, err = push()

    assert (status, hub.requests) == (1, [])
    assert said in err
    assert "--detached publishes what is said about them" in err
    assert push("--detached")[0] == 0
    assert not [one for entry in hub.repositories["me/demo"].files().values() for one in (b"Rajnath",) if one in entry.data]


def test_who_detaches_what_was_whole_is_told_of_the_history(hub: Hub, push: Push, corpus: Path) -> None:
    push("--detached", repository="me/other")
    assert push("--detached", config="relations", repository="me/other")[2] == ""
    push()

    status, dry, err = push("--detached", "--dry-run")
    assert (status, "a dry run: nothing was changed" in dry) == (0, True)
    assert "me/demo has the texts now. This takes them out of the newest version only: its history keeps them" in err
    assert "delete me/demo and push again" in err
    assert "h.HfApi().super_squash_history('me/demo', repo_type='dataset')" in err
    assert callable(__import__("huggingface_hub").HfApi.super_squash_history)
    assert push("--detached")[::2] == (0, err)
    assert push("--detached")[2] == ""


def test_rights_are_said_once_in_the_manifest_and_otherwise_by_a_document(hub: Hub, push: Push, corpus: Path) -> None:
    (corpus / "corpus/example.toml").write_text('title = "x"\n')
    manifest = corpus / "corpus/corpus.toml"
    manifest.write_text(f"{manifest.read_text()}\n{FREE.replace('[rights]', '[defaults.rights]')}")
    assert push("--dry-run")[0] == 0

    (corpus / "corpus/example.toml").write_text("[rights]\nredistribute = false\n")
    assert push("--dry-run")[0] == 1


def test_an_export_to_a_directory_says_whose_texts_are_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exported(ROOT, tmp_path / "out", "--config", "spans")

    assert "keep this export to yourself: it has the whole texts" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("token", "repository", "said"),
    [
        ("hf_reader", "me/demo", "your token may not do this with me/demo"),
        ("hf_writer", "other/demo", "your token may not do this with other/demo"),
        ("hf_writer", "other/there", "your token may not do this with other/there"),
        ("hf_secret", "me/demo", "the Hub does not accept who you are: hf auth login"),
        ("", "me/demo", "the Hub does not accept who you are: hf auth login"),
        ("hf_writer", "demo", "demo is no name of a dataset on the Hub: it is OWNER/NAME"),
        ("hf_writer", "me/../x", "is no name of a dataset"),
    ],
)
def test_who_may_not_write_is_told_what_to_do(
    token: str, repository: str, said: str, hub: Hub, push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repositories["other/there"] = Repository()
    monkeypatch.setenv("HF_TOKEN", token)

    status, out, err = push(repository=repository)

    assert status == 2
    assert said in err.splitlines()[-1]
    assert len(err.splitlines()) == 1
    assert not token or token not in out + err
    assert list(hub.repositories) == ["other/there"]
    assert hub.repositories["other/there"].messages == ["initial commit"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, "your token may not"),
        (409, "is being changed by somebody else"),
        (413, "larger than"),
        (503, "the Hub answered 503"),
    ],
)
def test_what_the_hub_refuses_is_one_line(status: int, said: str, hub: Hub, push: Push) -> None:
    push(config="relations")
    made = hub.repositories["me/demo"]
    head = made.branches["main"]

    def refuse(method: str, path: str) -> None:
        if "/commit/" in path:
            raise Refused(status, "", "because")

    hub.before = refuse
    ended, _, err = push()

    assert (ended, made.branches["main"]) == (2, head)
    assert said in err
    assert err.count("\n") == 1


def test_a_card_that_the_hub_refuses_is_refused_before_anything_is_sent(hub: Hub, push: Push) -> None:
    hub.repositories["me/demo"] = made = Repository()
    hub.wrong_cards = ["license must be one of [mit]"]

    status, _, err = push()

    assert status == 2
    assert "license must be one of [mit]" in err
    assert err.count("\n") == 1
    assert (made.messages, hub.objects) == (["initial commit"], {})


def test_an_upload_that_the_hub_refuses_is_one_line(hub: Hub, push: Push) -> None:
    def refuse(method: str, path: str) -> None:
        if path.startswith("/lfs/"):
            raise Refused(403, "", "no")

    hub.before = refuse
    status, _, err = push()

    assert status == 2
    assert err.startswith("postil: your token may not do this with me/demo")
    assert err.count("\n") == 1


def test_without_a_network_it_is_said(hub: Hub, push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    status, _, err = push()
    assert status == 2
    assert err.startswith("postil: the Hub cannot be reached")
    assert err.count("\n") == 1

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    status, _, err = push()
    assert (status, err) == (2, "postil: HF_HUB_OFFLINE is set, so that the Hub cannot be reached: unset it\n")


def test_a_file_that_the_repository_ignores_is_missed(hub: Hub, push: Push) -> None:
    hub.repositories["me/demo"] = made = Repository()
    made.commit("main", {**made.files(), ".gitignore": Entry(b"not-held.csv\n")}, "ignore")

    status, _, err = push()

    assert status == 2
    assert "the commit lacks not-held.csv" in err


def test_without_the_library_it_is_said(hub: Hub, push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)

    status, _, err = push()

    assert (status, err) == (2, "postil: the Hugging Face Hub needs huggingface_hub: pip install 'postil[hf]'\n")


LOAD = """
import sys
from datasets import load_dataset
got = load_dataset("me/demo", "spans", split="train", cache_dir=sys.argv[1])
names = got.features["label"].names
print(*(names[one] for one in got["label"]), sep=",")
"""


@pytest.mark.filterwarnings("default")
def test_load_dataset_opens_what_was_pushed(hub: Hub, push: Push, tmp_path: Path) -> None:
    pytest.importorskip("datasets", reason="the extra hf is not installed")
    push()
    offline: dict[str, Any] = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_OFFLINE": "0", "HF_DATASETS_OFFLINE": "0"}
    environment = {**os.environ, **offline, "HF_HOME": str(tmp_path / "home")}

    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(tmp_path / "cache")],
        capture_output=True, text=True, env=environment, timeout=100, check=False,
    )  # fmt: skip

    assert done.stdout.strip().splitlines()[-1:] == ["OPINION,PERSON,FACT"], done.stderr


def test_all_documents_are_looked_at_for_rights_where_all_are_pushed(hub: Hub, push: Push, corpus: Path) -> None:
    (corpus / "corpus/bare.txt").write_text("Nobody has read this.\n")
    (corpus / "corpus/bare.toml").write_text("[rights]\nredistribute = false\n")

    status, _, err = push("--all-documents", config="documents")
    assert (status, "1 text may not be redistributed: bare" in err, hub.repositories) == (1, True, {})
    (corpus / "corpus/bare.toml").write_text(FREE)
    assert push("--all-documents", config="documents")[0] == 0
    (corpus / "annotations/gold/bare.jsonl").write_text("{}\n")
    assert push(config="documents")[0] == 1
    status, out, _ = push("--skip-invalid", config="documents")
    assert (status, "left out, as there are errors: bare" in out) == (0, True)
