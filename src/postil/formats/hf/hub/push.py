"""A push: an export becomes the next commit of a repository on the Hub, whole or not at all.

The state of the repository is looked up once, when a push begins, and the commit is made onto that: what somebody else commits
meanwhile makes the Hub refuse ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from postil.errors import ExportRefused, PostilError
from postil.formats.hf.card.sections import NO_TEXT
from postil.formats.hf.hub.change import Changes, RemoteFile, changes
from postil.formats.hf.hub.client import REPOSITORY, HubRefused, client, plain_errors, refuse_outside
from postil.formats.hf.reading.tables import CARD
from postil.formats.hf.receipt import NAME as RECEIPT, parsed
from postil.storage.held_directory import held_directory, temporary
from postil.text import listing

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_TYPE = "dataset"
_MAIN = "main"


class Destination(msgspec.Struct, frozen=True):
    """Where to push. ``revision``: a branch, which is made from ``main`` where there is none of the name."""

    repository: str
    revision: str = _MAIN
    private: bool = False
    pull_request: bool = False


class Remote:
    """A repository as it was when a push began. ``head``: its commit; empty where there is no repository yet."""

    def __init__(self, destination: Destination) -> None:
        if not REPOSITORY.fullmatch(destination.repository):
            raise PostilError(f"{destination.repository} is no name of a dataset on the Hub: it is OWNER/NAME")
        if destination.pull_request and destination.revision != _MAIN:
            raise PostilError("--pull-request is always for main: leave --revision out")
        self.destination = destination
        self._api: HfApi = client()
        self.has_branch = False
        self.head = ""
        self.files: tuple[RemoteFile, ...] = ()
        with plain_errors(destination.repository):
            self._look()
        if self.head and destination.private and not self._is_private:
            raise HubRefused(
                f"{destination.repository} is there and public: --private is for a new one. Make it private on its page"
            )

    def _look(self) -> None:
        from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

        where: dict[str, Any] = {"repo_id": self.destination.repository, "repo_type": _TYPE}
        try:
            try:
                info = self._api.repo_info(**where, revision=self.destination.revision)
                self.has_branch = True
            except RevisionNotFoundError:
                info = self._api.repo_info(**where)
        except GatedRepoError:
            raise
        except RepositoryNotFoundError:
            return
        self.head, self._is_private = str(info.sha), bool(info.private)
        self.files = self._files_at(self.head)

    def _files_at(self, revision: str) -> tuple[RemoteFile, ...]:
        from huggingface_hub.hf_api import RepoFile

        listed = self._api.list_repo_tree(self.destination.repository, revision=revision, recursive=True, repo_type=_TYPE)
        found = tuple(
            RemoteFile(entry.path, entry.size, entry.blob_id, str(entry.lfs.sha256) if entry.lfs else "")
            for entry in listed
            if isinstance(entry, RepoFile)
        )
        refuse_outside(file.path for file in found)
        return found

    @cached_property
    def written(self) -> dict[str, str]:
        """What the last export wrote there, with hashes; nothing where none did."""
        return parsed(self._read(RECEIPT)) if any(file.path == RECEIPT for file in self.files) else {}

    @cached_property
    def has_texts(self) -> bool:
        """Whether the last export that was pushed there had texts."""
        return bool(self.written) and NO_TEXT.encode() not in self._read(CARD)

    def changes(self, export: Path) -> Changes:
        """What pushing an export would change."""
        return changes(export, self.files, self.written, self._read, RECEIPT)

    def _read(self, path: str) -> bytes:
        where = self.destination.repository
        with plain_errors(where), held_directory(temporary(), "postil-hub") as cache:
            got = self._api.hf_hub_download(where, path, repo_type=_TYPE, revision=self.head, local_dir=cache)
            return Path(got).read_bytes()

    def commit(self, export: Path, found: Changes, message: str) -> Iterator[str]:
        """Make one commit of the changes, and the repository or the branch first where there is none; says what was done."""
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        to = self.destination
        operations: list[Any] = [
            CommitOperationAdd(change.path, str(export / change.path)) for change in found.of_kind("added", "changed")
        ]
        operations += [CommitOperationDelete(change.path, is_folder=False) for change in found.of_kind("removed")]
        with plain_errors(to.repository):
            parent = self.head
            if not parent:
                self._api.create_repo(to.repository, private=to.private or None, repo_type=_TYPE)
                parent = str(self._api.repo_info(to.repository, repo_type=_TYPE).sha)
                yield f"made {to.repository}, {'private' if to.private else 'public'}"
            if not self.has_branch and to.revision != _MAIN:
                self._api.create_branch(to.repository, branch=to.revision, revision=parent, repo_type=_TYPE)
                yield f"made the branch {to.revision}"
            done = self._api.create_commit(
                to.repository,
                operations,
                commit_message=message,
                repo_type=_TYPE,
                revision=to.revision,
                parent_commit=parent,
                create_pr=to.pull_request,
            )
        yield f"opened {done.pr_url}" if to.pull_request else f"committed {done.oid[:12]}: {done.commit_url}"
        self._verify(export, done.oid)

    def _verify(self, export: Path, commit: str) -> None:
        """Compare a commit with the export: a .gitignore there makes the Hub leave files out without a word."""
        with plain_errors(self.destination.repository):
            found = changes(export, self._files_at(commit), {}, self._read, RECEIPT)
        if differing := [change.path for change in found.of_kind("added", "changed")]:
            raise HubRefused(
                f"the commit lacks {listing(differing[:5], 'and')}, which the Hub left out: does a .gitignore there name them?"
            )

    def refuse_foreign(self, found: Changes) -> None:
        """Refuse to overwrite what no export wrote."""
        if found.foreign:
            raise ExportRefused(
                f"{self.destination.repository} has files that no export wrote, or that somebody changed since "
                f"({', '.join(found.foreign[:5])}): nothing was changed. --replace overwrites them"
            )
