"""Speaking with the Hub: the client, and its errors in words that say what to do. No token is ever part of a message."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from postil.errors import MissingExtra, PostilError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,95}/[A-Za-z0-9][A-Za-z0-9_.-]{0,95}")
"""The name of a dataset on the Hub: its owner's and its own."""

_TRANSPORT = (("httpx2", "TransportError"), ("httpx", "TransportError"), ("requests", "ConnectionError"), ("requests", "Timeout"))
_TOKEN = re.compile(r"hf_\w+")


class HubRefused(PostilError):
    """The Hub did not do what it was asked."""


class ConcurrentPush(HubRefused):
    """Somebody else changed the repository meanwhile."""


def client() -> HfApi:
    """The client for the Hub that ``HF_ENDPOINT`` names, as that is now."""
    try:
        from huggingface_hub import HfApi
        from huggingface_hub.utils.tqdm import disable_progress_bars
    except ImportError as error:
        raise MissingExtra("the Hugging Face Hub", "huggingface_hub", "hf") from error
    if not sys.stderr.isatty():
        disable_progress_bars()
    return HfApi(endpoint=os.environ.get("HF_ENDPOINT", "").rstrip("/") or None)


@contextmanager
def plain_errors(repository: str) -> Iterator[None]:
    """Raise what the Hub or the way to it refuses as a :class:`HubRefused` of one line."""
    from huggingface_hub import errors

    wrapped: tuple[type[Exception], ...] = (errors.HfHubHTTPError, errors.LocalEntryNotFoundError, RuntimeError, *_transport())
    try:
        yield
    except errors.OfflineModeIsEnabled as error:
        raise HubRefused("HF_HUB_OFFLINE is set, so that the Hub cannot be reached: unset it") from error
    except wrapped as error:
        raise _plain(repository, error) from error
    except ValueError as error:
        raise HubRefused(f"{repository}: {_one_line(error)}") from error


_BY_STATUS = {
    401: "the Hub does not accept who you are: hf auth login, or a token that is still valid in HF_TOKEN",
    403: "your token may not do this with {repository}: it needs to be one that may write there",
    404: "the Hub has no dataset {repository}, or you may not see it",
    409: "the Hub has something else there, or {repository} is being changed by somebody else: nothing was committed. Try again",
    412: "somebody else changed {repository} meanwhile: nothing was committed. Look at it with --dry-run, then push again",
    413: "{repository}: a file or the commit is larger than the Hub takes",
    429: "the Hub has had too many requests from you: try again in some minutes",
}


def _plain(repository: str, error: BaseException) -> HubRefused:
    """What went wrong, behind whatever the client wraps it in."""
    from huggingface_hub import errors

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, errors.HfHubHTTPError):
            return _refused(repository, cause)
        if isinstance(cause, _transport()):
            return HubRefused(f"the Hub cannot be reached: is there a network, and is HF_ENDPOINT right? ({_one_line(cause)})")
        cause = cause.__cause__ or cause.__context__
    return HubRefused(f"{repository}: {_one_line(error)}")


def _refused(repository: str, error: Exception) -> HubRefused:
    from huggingface_hub import errors

    status = getattr(getattr(error, "response", None), "status_code", 0)
    if isinstance(error, errors.GatedRepoError):
        return HubRefused(f"{repository} is gated: ask for access on its page, then log in: hf auth login, or HF_TOKEN")
    if isinstance(error, errors.RevisionNotFoundError):
        return HubRefused(f"{repository} has no such branch, tag or commit")
    if isinstance(error, errors.RepositoryNotFoundError):
        status = 404
    said = _BY_STATUS.get(status, "").format(repository=repository)
    if status == 412:
        return ConcurrentPush(said)
    reason = _one_line(getattr(error, "server_message", None) or "")
    if not said:
        answer = f"answered {status}" if status else "gave no answer that makes sense"
        said = f"the Hub {answer} for {repository}: try again later; what came through all the same is found unchanged then"
    return HubRefused(f"{said}{f' ({reason})' if reason else ''}")


def _transport() -> tuple[type[Exception], ...]:
    """What the library that carries requests raises; which one that is depends on the version of the client."""
    loaded = ((sys.modules.get(library), name) for library, name in _TRANSPORT)
    return tuple(getattr(library, name) for library, name in loaded if library)


def refuse_outside(paths: Iterable[str]) -> None:
    """Refuse a listing with a path that leads out of a directory: no repository has one, and older clients would follow it."""
    for path in paths:
        parts = path.replace("\\", "/").split("/")
        if not parts[0] or ".." in parts or ":" in parts[0]:
            raise HubRefused(f"its list of files has {path[:100]!r}, which leads out of it: nothing was downloaded")


def _one_line(said: object) -> str:
    return _TOKEN.sub("hf_…", " ".join(str(said).split()))[:300]
