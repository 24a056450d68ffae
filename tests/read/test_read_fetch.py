"""Fetching, against a real server on the loopback address."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mtcheck.core import Catalogue, Document, InputError
from mtcheck.read import fetch, read_inputs
from mtcheck.read.fetch import Limits

PAGE = "<html lang='de'><body><p>Der Pass ist zu, größtenteils.</p></body></html>".encode()
BOMB = gzip.compress(b"word " * 4_000_000)


class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.split("?")[0].strip("/")
        if name.startswith("hop"):
            left = int(name[3:])
            return self.answer(b"", status=302, location=f"/hop{left - 1}" if left else "/page")
        if name.startswith("to-"):
            targets = {
                "to-private": "http://10.0.0.1/",
                "to-metadata": "http://169.254.169.254/latest",
                "to-file": "file:///etc/passwd",
                "to-user": "http://me:secret@127.0.0.1/",
                "to-self": f"http://{self.headers['Host']}/page",
            }
            return self.answer(b"", status=301, location=targets[name])
        return {
            "page": lambda: self.answer(PAGE, "text/html; charset=utf-8"),
            "latin": lambda: self.answer("<p>größer</p>".encode("latin-1"), "text/html; charset=ISO-8859-1"),
            "rows.jsonl": lambda: self.answer(b'{"text": "a"}\n{"text": "b"}', "text/plain"),
            "untyped": lambda: self.answer(
                b"<rss><channel><item><title>t</title></item></channel></rss>", None
            ),
            "gzip": lambda: self.answer(gzip.compress(PAGE), "text/html", encoding="gzip"),
            "deflate": lambda: self.answer(zlib.compress(PAGE), "text/html", encoding="deflate"),
            "bomb": lambda: self.answer(BOMB, "text/plain", encoding="gzip"),
            "broken-gzip": lambda: self.answer(b"not gzip at all", "text/plain", encoding="gzip"),
            "brotli": lambda: self.answer(b"x", "text/plain", encoding="br"),
            "large": lambda: self.answer(b"word " * 400_000, "text/plain"),
            "pdf": lambda: self.answer(b"%PDF-1.7", "application/pdf"),
            "empty": lambda: self.answer(b"", "text/html"),
            "cut": lambda: self.answer(PAGE, "text/html", length=len(PAGE) + 100),
            "silent": self.be_silent,
            "drip": self.drip,
            "drip-headers": self.drip_headers,
        }.get(name, lambda: self.answer(b"gone", status=404))()

    def answer(
        self,
        body: bytes,
        media_type: str | None = "text/plain",
        *,
        status: int = 200,
        location: str = "",
        encoding: str = "",
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        headers = {"Content-Type": media_type, "Location": location, "Content-Encoding": encoding}
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def be_silent(self) -> None:
        time.sleep(1.5)

    def drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.drip_headers()

    def drip_headers(self) -> None:
        try:
            for _ in range(40):
                self.wfile.write(b"H")
                time.sleep(0.05)
        except OSError:
            pass
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """The client hangs up on purpose here."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = Server(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def read(url: str, *, max_bytes: int = 1 << 20) -> list[Document | InputError]:
    return [
        r for r in read_inputs([url], allow_private=True, max_bytes=max_bytes) if not isinstance(r, Catalogue)
    ]


@pytest.mark.parametrize(
    "name", ["page", "page?a=b%20c", "gzip", "deflate", "to-self", "hop0", "hop4", "page#there"]
)
def test_read(site: str, name: str) -> None:
    url = f"{site}/{name}"
    (doc,) = read(url)
    assert isinstance(doc, Document), doc
    assert (doc.text, doc.lang, doc.id, doc.origin.uri) == ("Der Pass ist zu, größtenteils.", "de", url, url)


def test_charset_of_the_answer(site: str) -> None:
    (doc,) = read(f"{site}/latin")
    assert isinstance(doc, Document)
    assert doc.text == "größer"


def test_format_by_path_and_content(site: str) -> None:
    assert [d.text for d in read(f"{site}/rows.jsonl") if isinstance(d, Document)] == ["a", "b"]
    assert [d.text for d in read(f"{site}/untyped") if isinstance(d, Document)] == ["t"]


REFUSED = {
    "hop5": "redirects more than 5 times",
    "to-file": "leads to file: only http and https are fetched",
    "to-user": "has a user name in its address",
    "missing": "answered 404 Not Found",
    "large": "is larger than 1 MiB",
    "bomb": "is larger than 1 MiB",
    "broken-gzip": "could not be fetched: Error -3",
    "brotli": "is packed as br",
    "pdf": "is a PDF, not text",
    "empty": "is empty",
    "cut": "was cut off: 100 bytes are missing",
    "a b": "has a space or a control character",
}


@pytest.mark.parametrize(("name", "problem"), REFUSED.items())
def test_refused(site: str, name: str, problem: str) -> None:
    (error,) = read(f"{site}/{name}")
    assert isinstance(error, InputError), error
    assert error.problem.startswith(problem)
    assert error.uri == f"{site}/{name}"
    assert error.mend


@pytest.mark.parametrize("name", ["silent", "drip", "drip-headers"])
def test_slow_servers_time_out(site: str, name: str) -> None:
    """Silence ends at ``wait``; a byte now and then, which resets a plain timeout, at ``total``."""
    limits = Limits(allow_private=True, wait=0.4, total=0.6)
    start = time.monotonic()
    with pytest.raises(InputError, match="did not answer in time"):
        fetch.fetch(f"{site}/{name}", limits)
    assert time.monotonic() - start < 10  # the servers hold on for longer


def test_a_redirect_to_a_private_address_is_refused(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hop is let through as if it were public; the second is judged like any other."""
    public = fetch.is_public
    monkeypatch.setattr(fetch, "is_public", lambda ip: ip == "127.0.0.1" or public(ip))
    for name, ip in (("to-private", "10.0.0.1"), ("to-metadata", "169.254.169.254")):
        (error,) = read_inputs([f"{site}/{name}"])
        assert isinstance(error, InputError)
        assert error.problem == f"leads to the private or reserved address {ip}"
        assert "--allow-private" in error.mend


LOOPBACK_TRICKS = (
    "http://127.0.0.1/",
    "http://localhost/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
)


@pytest.mark.parametrize("url", LOOPBACK_TRICKS)
def test_private_addresses_in_disguise(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object, **__: object) -> None:
        pytest.fail("connected")

    monkeypatch.setattr(socket, "create_connection", connect)
    (error,) = read_inputs([url])
    assert isinstance(error, InputError)
    assert "private or reserved" in error.problem or "cannot be found" in error.problem


ADDRESSES = {
    "93.184.216.34": True,
    "2606:2800:220:1::1": True,
    "64:ff9b::5db8:d822": True,  # NAT64 of a public address
    "64:ff9b::7f00:1": False,
    "127.0.0.1": False,
    "10.1.2.3": False,
    "172.16.0.1": False,
    "192.168.0.1": False,
    "100.64.0.1": False,
    "169.254.169.254": False,
    "0.0.0.0": False,
    "255.255.255.255": False,
    "224.0.0.1": False,
    "240.0.0.1": False,
    "192.0.2.1": False,
    "198.18.0.1": False,
    "::": False,
    "::1": False,
    "::ffff:10.0.0.1": False,
    "fe80::1%eth0": False,
    "fc00::1": False,
    "fec0::1": False,
    "ff02::1": False,
    "2001:db8::1": False,
    "2002:7f00:1::": False,
    "2001:0:4136:e378:8000:63bf:3fff:fdd2": False,
}


@pytest.mark.parametrize(("ip", "expected"), ADDRESSES.items())
def test_public_addresses(ip: str, expected: bool) -> None:
    assert fetch.is_public(ip) is expected


def test_the_judged_address_is_the_one_connected_to(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves to another address the second time gains nothing: it is resolved once."""
    port = int(site.rpartition(":")[2])
    answers = iter([[(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: next(answers))
    monkeypatch.setattr(fetch, "is_public", lambda ip: True)
    connected: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address)
        sock = socket.socket()
        sock.settimeout(timeout)
        sock.connect(address)
        return sock

    monkeypatch.setattr(socket, "create_connection", connect)
    (doc,) = read_inputs([f"http://rebinding.example:{port}/page"])
    assert isinstance(doc, Document)
    assert connected == [("127.0.0.1", port)]


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
    (error,) = read_inputs(["http://mixed.example/"])
    assert isinstance(error, InputError)
    assert "10.0.0.1" in error.problem


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "https://x.example/a", "ftp://x.example/a"])
def test_offline_makes_no_socket(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a socket was made")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    (error,) = read_inputs([url], offline=True, allow_private=True)
    assert isinstance(error, InputError)
    assert "--offline" in error.problem


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("ftp://x.example/a", "leads to ftp"),
        ("file:///etc/passwd", "leads to file"),
        ("http://", "has no host"),
        ("http://user@x.example/", "has a user name"),
        ("http://x.example:99999/", "could not be fetched: Port out of range"),
        ("http://[::1/", "could not be fetched: Invalid IPv6"),
        ("http://a..b/", "host a..b cannot be found"),
    ],
)
def test_addresses_that_make_no_sense(url: str, problem: str) -> None:
    (error,) = read_inputs([url], allow_private=True)
    assert isinstance(error, InputError)
    assert error.problem.startswith(problem)


def test_a_closed_port_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        (error,) = read(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert isinstance(error, InputError)
    assert "refused" in error.problem
