"""A stand-in for the Hugging Face Hub on loopback: as much of its HTTP as the client needs, and as strict.

It keeps commits as git does (a commit never changes, a branch names one), verifies the hash and the size of whatever it is sent,
refuses a commit whose parent is not the head, and hides from each token what that may not see.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

PAGE = 5  # entries of a listing, so that whoever lists has to turn pages


class Entry(NamedTuple):
    data: bytes
    is_lfs: bool = False

    def listed(self, path: str) -> dict[str, Any]:
        sha256 = hashlib.sha256(self.data).hexdigest()
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {len(self.data)}\n".encode()
        said: dict[str, Any] = {"type": "file", "path": path, "size": len(self.data), "oid": blob(self.data)}
        if self.is_lfs:
            said |= {"oid": blob(pointer), "lfs": {"oid": sha256, "size": len(self.data), "pointerSize": len(pointer)}}
        return said


Files = dict[str, Entry]


def blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class Repository:
    def __init__(self, *, private: bool = False, gated: bool = False) -> None:
        self.private, self.gated = private, gated
        self.commits: dict[str, Files] = {}
        self.messages: list[str] = []
        self.branches: dict[str, str] = {}
        self.commit("main", {".gitattributes": Entry(b"*.parquet filter=lfs\n")}, "initial commit")

    def commit(self, branch: str, files: Files, message: str) -> str:
        oid = hashlib.sha1(repr((len(self.commits), sorted(files.items()), message)).encode()).hexdigest()
        self.commits[oid], self.branches[branch] = files, oid
        self.messages.append(message)
        return oid

    def edit(self, path: str, data: bytes) -> str:
        """A commit by somebody else."""
        return self.commit("main", {**self.files(), path: Entry(data, path.endswith(".parquet"))}, f"edit {path}")

    def files(self, revision: str = "main") -> Files:
        return self.commits[self.branches.get(revision, revision)]

    def head(self, revision: str) -> str:
        found = self.branches.get(revision, revision)
        if found not in self.commits:
            raise Refused(404, "RevisionNotFound", "Invalid rev id")
        return found


class Refused(Exception):
    def __init__(self, status: int, code: str = "", message: str = "") -> None:
        self.status, self.code, self.message = status, code, message


class Hub:
    """The server. ``before``: called with the method and the path of each request, and may raise :class:`Refused`.

    ``wrong_cards``: what it finds wrong with any card.
    """

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.tokens = {"hf_writer": ("me", True), "hf_reader": ("me", False), "hf_other": ("other", True)}
        self.objects: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.wrong_cards: list[str] = []
        self.lock = threading.Lock()
        self.before: Callable[[str, str], None] = lambda _method, _path: None
        handler = type("Handler", (_Handler,), {"hub": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def seen(self, name: str, user: str) -> Repository:
        repository = self.repositories.get(name)
        if repository is None or (repository.private and not name.startswith(f"{user}/")):
            raise Refused(404 if user else 401, "RepoNotFound", "Repository not found")
        return repository


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one packet, which nobody waits for
    user, may_write = "", False

    def log_message(self, *_: object) -> None: ...

    def _serve(self) -> None:
        url = urlsplit(self.path)
        path, query = unquote(url.path), parse_qs(url.query)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "chunked" in (self.headers.get("Transfer-Encoding") or ""):
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        self.hub.requests.append(f"{self.command} {path}")
        try:
            self.hub.before(self.command, path)
            self._log_in(path)
            serve, words = self._route(path)
            serve(self, *words, query=query, body=body)
        except Refused as refusal:
            headers = {"X-Error-Message": refusal.message, **({"X-Error-Code": refusal.code} if refusal.code else {})}
            self._answer({"error": refusal.message}, refusal.status, headers)

    do_GET = do_HEAD = do_POST = do_PUT = _serve  # noqa: N815 - the names of http.server

    def _route(self, path: str) -> tuple[Callable[..., None], tuple[str, ...]]:
        for method, pattern, serve in _ROUTES:
            if method == self.command.replace("HEAD", "GET") and (found := re.fullmatch(pattern, path)):
                return serve, found.groups()
        raise Refused(404, "", f"the stand-in knows no {self.command} {path}")

    def _log_in(self, path: str) -> None:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token and token not in self.hub.tokens and not path.startswith("/lfs/"):
            raise Refused(401, "", "Invalid credentials in Authorization header")
        self.user, self.may_write = self.hub.tokens.get(token, ("", False))

    def _answer(self, said: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        data = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), "Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            with suppress(ConnectionError):
                self.wfile.write(data)

    def _written(self, name: str) -> Repository:
        repository = self.hub.seen(name, self.user)
        if not self.user:
            raise Refused(401, "", "Invalid username or password.")
        if not self.may_write or not name.startswith(f"{self.user}/"):
            raise Refused(403, "", "You don't have the rights to write to this repository")
        return repository

    def who(self, **_: Any) -> None:
        if not self.user:
            raise Refused(401, "", "Invalid username or password.")
        self._answer({"name": self.user, "type": "user", "auth": {}})

    def make(self, body: bytes, **_: Any) -> None:
        said = json.loads(body)
        owner = said.get("organization") or self.user
        if not self.user:
            raise Refused(401, "", "Invalid username or password.")
        if owner != self.user or not self.may_write:
            raise Refused(403, "", f"You don't have the rights to create a dataset under {owner}")
        name = f"{owner}/{said['name']}"
        if name in self.hub.repositories:
            raise Refused(409, "", "You already created this dataset repo")
        private = said.get("private") or said.get("visibility") == "private"
        self.hub.repositories[name] = Repository(private=bool(private))
        self._answer({"url": f"{self.hub.endpoint}/datasets/{name}", "name": name, "id": name})

    def yaml(self, body: bytes, **_: Any) -> None:
        assert json.loads(body)["content"].startswith("---\n")
        wrong = [{"message": said} for said in self.hub.wrong_cards]
        self._answer({"errors": wrong, "warnings": []}, 400 if wrong else 200)

    def info(self, name: str, revision: str | None, **_: Any) -> None:
        repository = self.hub.seen(name, self.user)
        head = repository.head(revision or "main")
        files = [{"rfilename": path} for path in sorted(repository.files(head))]
        self._answer({"id": name, "sha": head, "private": repository.private, "siblings": files, "tags": []})

    def tree(self, name: str, revision: str, directory: str | None, query: dict[str, list[str]], **_: Any) -> None:
        repository = self.hub.seen(name, self.user)
        files = repository.files(repository.head(revision))
        inside = f"{directory}/" if directory else ""
        listed = [entry.listed(path) for path, entry in sorted(files.items()) if path.startswith(inside)]
        folders = sorted({path.rpartition("/")[0] for path in files if "/" in path})
        listed += [{"type": "directory", "path": path, "oid": "0" * 40, "size": 0} for path in folders]
        if directory and not listed:
            raise Refused(404, "EntryNotFound", "no such directory")
        at = int(query.get("cursor", ["0"])[0])
        more = {"Link": f'<{self.hub.endpoint}{urlsplit(self.path).path}?recursive=1&cursor={at + PAGE}>; rel="next"'}
        self._answer(listed[at : at + PAGE], 200, more if at + PAGE < len(listed) else None)

    def paths_info(self, name: str, revision: str, body: bytes, **_: Any) -> None:
        repository = self.hub.seen(name, self.user)
        files = repository.files(repository.head(revision))
        said = json.loads(body) if body.startswith(b"{") else parse_qs(body.decode())
        self._answer([files[path].listed(path) for path in said["paths"] if path in files])

    def preupload(self, name: str, revision: str, body: bytes, **_: Any) -> None:
        repository = self._written(name)
        files = repository.files(repository.head(revision))
        ignored = files.get(".gitignore", Entry(b"")).data.decode().split()
        wanted = [one["path"] for one in json.loads(body)["files"]]
        self._answer({
            "files": [
                {
                    "path": path,
                    "uploadMode": "lfs" if path.endswith(".parquet") else "regular",
                    "shouldIgnore": path in ignored,
                    "oid": (listed := files[path].listed(path)).get("lfs", listed)["oid"] if path in files else None,
                }
                for path in wanted
            ]
        })  # fmt: skip

    def batch(self, name: str, body: bytes, **_: Any) -> None:
        self._written(name)
        objects = []
        for one in json.loads(body)["objects"]:
            upload = {"upload": {"href": f"{self.hub.endpoint}/lfs/{one['oid']}"}}
            objects.append({**one, **({} if one["oid"] in self.hub.objects else {"actions": upload})})
        self._answer({"transfer": "basic", "objects": objects})

    def store(self, oid: str, body: bytes, **_: Any) -> None:
        if hashlib.sha256(body).hexdigest() != oid:
            raise Refused(400, "", "the content has another hash")
        self.hub.objects[oid] = body
        self._answer({})

    def branch(self, name: str, branch: str, body: bytes, **_: Any) -> None:
        repository = self._written(name)
        if branch in repository.branches:
            raise Refused(409, "", "Reference already exists")
        repository.branches[branch] = repository.head(json.loads(body).get("startingPoint") or "main")
        self._answer({})

    def commit(self, name: str, revision: str, query: dict[str, list[str]], body: bytes, **_: Any) -> None:
        repository = self._written(name)
        lines = [json.loads(line) for line in body.splitlines()]
        header = lines[0]["value"]
        with self.hub.lock:
            head = repository.head(revision)
            parent = header.get("parentCommit")
            if parent and parent != head:
                raise Refused(412, "", "A commit has happened since. Please refresh and try again.")
            files = dict(repository.files(head))
            for line in lines[1:]:
                self._apply(line["key"], line["value"], files)
            branch = f"refs/pr/{len(repository.branches)}" if "create_pr" in query else revision
            oid = repository.commit(branch, files, header["summary"])
        url = f"{self.hub.endpoint}/datasets/{name}"
        number = branch.rpartition("/")[2]
        urls = {"commitUrl": f"{url}/commit/{oid}", "pullRequestUrl": f"{url}/discussions/{number}"}
        self._answer({"success": True, "commitOid": oid, **urls})

    def _apply(self, kind: str, said: dict[str, Any], files: Files) -> None:
        path = said["path"]
        if kind == "file":
            files[path] = Entry(base64.b64decode(said["content"], validate=True))
        elif kind == "lfsFile":
            data = self.hub.objects.get(said["oid"])
            if data is None or len(data) != said["size"]:
                raise Refused(400, "", f"{path}: the object was never uploaded")
            files[path] = Entry(data, is_lfs=True)
        elif kind == "deletedFile":
            if path not in files:
                raise Refused(404, "EntryNotFound", "A file with this name doesn't exist")
            del files[path]
        else:
            raise Refused(400, "", f"the stand-in knows no {kind}")

    def resolve(self, name: str, rest: str, **_: Any) -> None:
        repository = self.hub.seen(name, self.user)
        if repository.gated:
            raise Refused(403, "GatedRepo", "Access to this dataset is restricted")
        revision = next((one for one in (*repository.branches, *repository.commits) if rest.startswith(f"{one}/")), "")
        head = repository.head(revision)
        entry = repository.files(head).get(rest[len(revision) + 1 :])
        if entry is None:
            raise Refused(404, "EntryNotFound", "Entry not found")
        etag = entry.listed("").get("lfs", entry.listed(""))["oid"]
        headers = {
            "ETag": f'"{etag}"',
            "X-Repo-Commit": head,
            "Accept-Ranges": "bytes",
            "Content-Type": "application/octet-stream",
        }
        if entry.is_lfs:
            headers |= {"X-Linked-Etag": f'"{etag}"', "X-Linked-Size": str(len(entry.data))}
        if wanted := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or ""):
            first, last = int(wanted[1]), min(int(wanted[2] or len(entry.data)), len(entry.data) - 1)
            headers["Content-Range"] = f"bytes {first}-{last}/{len(entry.data)}"
            self._answer(entry.data[first : last + 1], 206, headers)
        else:
            self._answer(entry.data, 200, headers)


_NAME = r"([^/]+/[^/]+)"
_ROUTES: list[tuple[str, str, Callable[..., None]]] = [
    ("GET", "/api/whoami-v2", _Handler.who),
    ("POST", "/api/repos/create", _Handler.make),
    ("POST", "/api/validate-yaml", _Handler.yaml),
    ("GET", rf"/api/datasets/{_NAME}(?:/revision/(.+))?", _Handler.info),
    ("GET", rf"/api/datasets/{_NAME}/tree/([^/]+)(?:/(.+))?", _Handler.tree),
    ("POST", rf"/api/datasets/{_NAME}/paths-info/(.+)", _Handler.paths_info),
    ("POST", rf"/api/datasets/{_NAME}/preupload/(.+)", _Handler.preupload),
    ("POST", rf"/api/datasets/{_NAME}/branch/(.+)", _Handler.branch),
    ("POST", rf"/api/datasets/{_NAME}/commit/(.+)", _Handler.commit),
    ("POST", rf"/datasets/{_NAME}\.git/info/lfs/objects/batch", _Handler.batch),
    ("PUT", r"/lfs/([0-9a-f]{64})", _Handler.store),
    ("GET", rf"/datasets/{_NAME}/resolve/(.+)", _Handler.resolve),
]
