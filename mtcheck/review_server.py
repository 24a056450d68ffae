"""The page and the verdict store behind it, for one person on this machine.

Besides ``read.fetch`` the only module that opens a socket, and it listens on loopback alone. Three
things must fit before a byte is given away: the address holds a random token (a page of another site
cannot guess it), ``Host`` names this server (a name that was rebound to 127.0.0.1 does not), and
``Origin``, where a browser sends one, is this server's own. No permission is ever given to other
origins. Source: RFC 9110 (7.2, ``Host``), RFC 6454 (``Origin``), Fetch Metadata (``Sec-Fetch-Site``).

No file is served: the page and the verdicts are the only two things there are, so no path can lead
astray. A verdict is answered for only when it is on disk; killing the server loses none.

    GET  /TOKEN                 the page
    GET  /api/TOKEN/verdicts    the verdict that stands on each finding, in the form of ``mtcheck review
                                export``; asked every other second, it keeps two tabs in step, so an
                                unchanged answer is a 304 (RFC 9110, 13.1.2) and costs nothing
    POST /api/TOKEN/verdicts    one event, or several in the same form; answers ``{"added"}``
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer

from mtcheck.core import InputError, MtcheckError
from mtcheck.review import Verdict, VerdictStore, read_verdicts, standing
from mtcheck.review.exchange import FORMAT, VERSION

MAX_BODY = 16 << 20
"""Bytes of one POST; 20,000 verdicts with their sentences fit."""

WAIT = 30.0
"""Seconds that a client may be silent within one request."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class ReviewServer(ThreadingHTTPServer):
    """Serves one page and one store until ``shutdown``.

    Args:
        page: makes the page, given the address of its API (``/api/TOKEN``); called once.
        store: file of the verdict store; made if it is not there.
        who: the editor of verdicts that name none.
        port: 0 for a free one.

    Raises:
        UsageError: the store cannot be used.
        OSError: the port is taken.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, page: Callable[[str], str], store: Path, *, who: str, port: int = 0) -> None:
        VerdictStore(store, write=True).__exit__(None, None, None)
        self.token = secrets.token_urlsafe(32)
        self.store, self.who, self.known = store, who, _Known()
        self.page = page(f"/api/{self.token}").encode("utf-8", "replace")
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        """As the class above, without asking a name server for this machine's name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A tab that was closed in the middle of an answer is no error; anything else is."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://127.0.0.1:{self.server_port}/{self.token}"

    @property
    def hosts(self) -> frozenset[str]:
        """The names by which a browser may call this server."""
        return frozenset(f"{name}:{self.server_port}" for name in ("127.0.0.1", "localhost"))


class _Known:
    """What stands, as it was last answered: only findings with later events are worked out again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: dict[str, list[Verdict]] = {}
        self._rows: dict[str, str] = {}
        self._last = 0
        self._body = b""

    def answer(self, store: VerdictStore) -> tuple[str, bytes]:
        """A tag of the state, and all verdicts that stand."""
        with self._lock:
            fresh, self._last = store.events(after=self._last)
            for event in fresh:
                self._events.setdefault(event.fingerprint, []).append(event)
            for fingerprint in dict.fromkeys(event.fingerprint for event in fresh):
                self._rows.pop(fingerprint, None)
                for stand in standing(self._events[fingerprint]).values():
                    self._rows[fingerprint] = json.dumps(asdict(stand.verdict))
            if fresh or not self._body:
                head = json.dumps({"format": FORMAT, "version": VERSION})[:-1]
                self._body = f'{head}, "verdicts": [{",".join(self._rows.values())}]}}'.encode()
            return f'"{self._last}"', self._body


class _Refused(Exception):
    def __init__(self, status: int, words: str) -> None:
        self.status, self.words = status, words
        super().__init__(words)


class _Handler(BaseHTTPRequestHandler):
    server: ReviewServer
    timeout = WAIT
    server_version, sys_version = "mtcheck", ""

    def do_GET(self) -> None:
        self._serve({"page": self._page, "verdicts": self._standing})

    def do_POST(self) -> None:
        self._serve({"verdicts": self._add})

    def _serve(self, doors: Mapping[str, Callable[[], None]]) -> None:
        try:
            self._check_caller()
            door = self._door(self.path)
            if door == "verdicts":
                self._check_site()
            if door not in doors:
                raise _Refused(405, "not by this method")
            doors[door]()
        except _Refused as refusal:
            self._answer(refusal.status, "text/plain", refusal.words.encode())
        except MtcheckError as error:
            status = 400 if isinstance(error, InputError) else 500
            self._answer(status, "text/plain", str(error).encode("utf-8", "replace"))

    def _check_caller(self) -> None:
        """Refuse names and origins that are not this server's."""
        hosts, origins = self.headers.get_all("Host", []), self.headers.get_all("Origin", [])
        if len(hosts) != 1 or hosts[0].lower() not in self.server.hosts:
            raise _Refused(403, "this server goes by another name")
        if origins and origins != [f"http://{hosts[0].lower()}"]:
            raise _Refused(403, "no other site may ask")

    def _check_site(self) -> None:
        """Refuse what a page of another site, or of another port of this machine, has started."""
        if self.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
            raise _Refused(403, "no other site may ask")

    def _door(self, path: str) -> str:
        """What an address leads to; every address without the token leads nowhere."""
        found = re.fullmatch(r"/(api/)?([A-Za-z0-9_-]+)(/verdicts)?/?", path)
        if found is None or not hmac.compare_digest(found[2], self.server.token):
            raise _Refused(404, "nothing here")
        if bool(found[1]) != bool(found[3]):
            raise _Refused(404, "nothing here")
        return "verdicts" if found[1] else "page"

    def _page(self) -> None:
        self._answer(200, "text/html; charset=utf-8", self.server.page)

    def _standing(self) -> None:
        with VerdictStore(self.server.store, write=True) as store:
            tag, body = self.server.known.answer(store)
        if self.headers.get("If-None-Match") == tag:
            self._answer(304, "application/json", b"", ETag=tag, Cache_Control="private, no-cache")
        else:
            self._answer(200, "application/json", body, ETag=tag, Cache_Control="private, no-cache")

    def _add(self) -> None:
        verdicts = read_verdicts(self._body(), "request", who=self.server.who)
        with VerdictStore(self.server.store, write=True) as store:
            added = store.add(verdicts)
        self._answer(200, "application/json", json.dumps({"added": added}).encode())

    def _body(self) -> bytes:
        """The whole body of a request that says how long it is and that it is JSON."""
        if self.headers.get_content_type() != "application/json":
            raise _Refused(415, "send application/json")  # a form of another site cannot
        lengths = self.headers.get_all("Content-Length", [])
        if "Transfer-Encoding" in self.headers or len(lengths) != 1:
            raise _Refused(411, "say how long it is")
        if not re.fullmatch(r"[0-9]{1,15}", lengths[0].strip()):
            raise _Refused(400, "Content-Length is no number")
        size = int(lengths[0])
        if size > MAX_BODY:
            raise _Refused(413, f"more than {MAX_BODY >> 20} MiB; send it in parts")
        body = self.rfile.read(size)
        if len(body) < size:
            raise _Refused(400, "cut off")
        return body

    def _answer(self, status: int, media_type: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in (_HEADERS | fields).items():
            self.send_header(name, value)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What http.server itself refuses, without echoing any of it."""
        self.requestline, self.request_version, self.command = "", "HTTP/1.0", self.command or ""
        self._answer(code, "text/plain", b"refused")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: addresses hold the token."""
