"""The server as the network meets it: real sockets on loopback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from editors import mark, says

from mtcheck.review import Verdict, VerdictStore, write_verdicts
from mtcheck.review_server import MAX_BODY, ReviewServer

HERE = Path(__file__).resolve().parent


def page(api: str) -> str:
    """A stand-in for the page that says where its API is, as the page does."""
    return f'<!doctype html><meta name="mtcheck-api" content="{api}"><title>é</title>'


@contextmanager
def serving(store: Path) -> Iterator[ReviewServer]:
    with ReviewServer(page, store, who="Login") as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReviewServer]:
    with serving(tmp_path_factory.mktemp("served") / "review.sqlite3") as running:
        yield running


def raw(port: int, data: bytes) -> bytes:
    """Everything that is answered to some bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(data)
        parts = []
        while part := connection.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def ask(
    server: ReviewServer, method: str, path: str, body: bytes = b"", **headers: str | None
) -> tuple[int, dict[str, str], bytes]:
    """One request; a header that is None is not sent."""
    sent: dict[str, str | None] = {"Host": f"127.0.0.1:{server.server_port}"}
    if method == "POST":
        sent |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in sent.items() if v is not None)]
    head, _, answer = raw(server.server_port, "\r\n".join(lines).encode() + b"\r\n\r\n" + body).partition(
        b"\r\n\r\n"
    )
    status, *fields = head.decode().split("\r\n")
    return int(status.split()[1]), {k.lower(): v for k, _, v in (f.partition(": ") for f in fields)}, answer


def api(server: ReviewServer) -> str:
    return f"/api/{server.token}/verdicts"


def file_of(*events: Verdict) -> bytes:
    return write_verdicts(events).encode()


def test_it_listens_on_loopback_alone(server: ReviewServer) -> None:
    assert server.socket.getsockname()[0] == "127.0.0.1"
    assert server.address == f"http://127.0.0.1:{server.server_port}/{server.token}"
    assert len(server.token) >= 40


def test_the_page_knows_its_api(server: ReviewServer) -> None:
    status, headers, body = ask(server, "GET", f"/{server.token}")
    assert status == 200
    assert body.decode() == page(f"/api/{server.token}")
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert not [name for name in headers if name.startswith("access-control")]


def stands(server: Any) -> list[dict[str, Any]]:
    """What the server says stands."""
    found: list[dict[str, Any]] = json.loads(ask(server, "GET", api(server))[2])["verdicts"]
    return found


def test_what_is_posted_is_in_the_store_and_comes_back(tmp_path: Path) -> None:
    events = [says("Ann", "dismissed", 1, reason="a name", found="Ф"), says("Ann", "accepted", 2, 1)]
    with serving(tmp_path / "review.sqlite3") as server:
        origin = f"http://127.0.0.1:{server.server_port}"
        assert stands(server) == []
        status, _, body = ask(server, "POST", api(server), file_of(*events), Origin=origin)
        assert (status, json.loads(body)) == (200, {"added": 2})
        assert json.loads(ask(server, "POST", api(server), file_of(*events))[2]) == {"added": 0}
        with VerdictStore(tmp_path / "review.sqlite3") as store:
            assert store.events()[0] == events
        everything = json.loads(ask(server, "GET", api(server))[2])
        assert everything == {
            "format": "mtcheck-verdicts",
            "version": 1,
            "verdicts": [asdict(v) for v in events],
        }


def test_the_answer_follows_the_store(tmp_path: Path) -> None:
    """Whatever order events come in, and whoever writes them."""
    path = tmp_path / "review.sqlite3"
    events = [
        says("Ann", "accepted", 1, 5), says("Ben", "dismissed", 1, 2), says("Ann", "unsure", 2),
        says("Ann", "undone", 1, 6), says("Ben", "undone", 2, 3), says("Ann", "unsure", 2, 1),
        says("Cid", "accepted", 3), says("Ben", "undone", 1, 1),
    ]  # fmt: skip
    with serving(path) as server, VerdictStore(path, write=True) as store:
        for event in events:
            if event.who == "Cid":
                store.add([event])
            else:
                ask(server, "POST", api(server), json.dumps(asdict(event)).encode())
            expected = sorted((v.verdict.fingerprint, v.verdict.verdict, v.verdict.who)
                              for v in store.standing().values())  # fmt: skip
            assert sorted((v["fingerprint"], v["verdict"], v["who"]) for v in stands(server)) == expected


def test_what_has_not_changed_is_not_sent_again(tmp_path: Path) -> None:
    with serving(tmp_path / "review.sqlite3") as server:
        tag = ask(server, "GET", api(server))[1]["etag"]
        assert ask(server, "GET", api(server), If_None_Match=tag)[::2] == (304, b"")
        ask(server, "POST", api(server), file_of(says("Ann", "accepted", 1)))
        status, headers, body = ask(server, "GET", api(server), If_None_Match=tag)
        assert (status, len(json.loads(body)["verdicts"])) == (200, 1)
        assert headers["etag"] != tag
        assert headers["cache-control"] == "private, no-cache"


def test_who_does_not_say_is_whoever_serves(tmp_path: Path) -> None:
    with serving(tmp_path / "review.sqlite3") as server:
        body = file_of(says("", "accepted", 1))
        assert ask(server, "POST", api(server), body)[0] == 200
        assert stands(server)[0]["who"] == "Login"


FOREIGN: list[tuple[dict[str, str | None], int]] = [
    ({"Host": None}, 403),
    ({"Host": ""}, 403),
    ({"Host": "127.0.0.1"}, 403),
    ({"Host": "evil.example"}, 403),
    ({"Host": "evil.example:{port}"}, 403),
    ({"Host": "127.0.0.1.evil.example:{port}"}, 403),
    ({"Host": "[::1]:{port}"}, 403),
    ({"Host": "0.0.0.0:{port}"}, 403),
    ({"Host": "127.0.0.1:{port}\r\nHost: evil.example"}, 403),
    ({"Host": "localhost:{port}"}, 200),
    ({"Host": "LOCALHOST:{port}"}, 200),
    ({"Origin": "http://127.0.0.1:{port}"}, 200),
    ({"Origin": "https://127.0.0.1:{port}"}, 403),
    ({"Origin": "http://127.0.0.1:1"}, 403),
    ({"Origin": "http://localhost:{port}"}, 403),
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": ""}, 403),
    ({"Origin": "http://127.0.0.1:{port}\r\nOrigin: http://evil.example"}, 403),
    ({"Sec-Fetch-Site": "same-origin"}, 200),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
]


@pytest.mark.parametrize(("headers", "expected"), FOREIGN, ids=lambda v: str(v))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_foreign_hosts_and_origins(
    server: ReviewServer, method: str, headers: dict[str, str | None], expected: int
) -> None:
    given = {k: v and v.replace("{port}", str(server.server_port)) for k, v in headers.items()}
    before = len(stands(server))
    body = file_of(says("Ann", "accepted", f"{method} {headers}")) if method == "POST" else b""
    status, answered, text = ask(server, method, api(server), body, **given)
    assert status == expected
    assert not [name for name in answered if name.startswith("access-control")]
    assert len(stands(server)) - before == int(method == "POST" and expected == 200)
    if expected != 200:
        assert server.token.encode() not in text


def test_a_link_from_elsewhere_opens_the_page_but_not_for_a_foreign_host(server: ReviewServer) -> None:
    assert ask(server, "GET", f"/{server.token}", Sec_Fetch_Site="cross-site")[0] == 200
    assert ask(server, "GET", f"/{server.token}", Host="evil.example")[0] == 403


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/favicon.ico",
        "/api/verdicts",
        "/api/x/verdicts",
        "/api/{token}x/verdicts",
        "/api/{token}",
        "/{token}/verdicts",
        "/api/{token}/../{token}/verdicts",
        "/{token}/../../etc/passwd",
        "/{token}/%2e%2e/%2e%2e/etc/passwd",
        "/api/{token}/verdicts/../../../etc/passwd",
        "/../../etc/passwd",
        "//etc/passwd",
        "/%00",
        "http://127.0.0.1/{token}",
        "/{token}\\..\\x",
        "/api/%s/verdicts",
        "/api/{token}/verdicts?",
    ],
)
def test_every_other_address_leads_nowhere(server: ReviewServer, path: str) -> None:
    for method in ("GET", "POST"):
        status, _, body = ask(server, method, path.replace("{token}", server.token))
        assert (status, body) == (404, b"nothing here")


def test_the_token_is_another_each_time(tmp_path: Path) -> None:
    with serving(tmp_path / "a") as first, serving(tmp_path / "b") as second:
        assert first.token != second.token
        assert ask(first, "GET", api(second))[0] == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "TRACE", "X"])
def test_other_methods_are_refused(server: ReviewServer, method: str) -> None:
    status, headers, _ = ask(server, method, api(server), Origin="http://evil.example")
    assert status == 501
    assert not [name for name in headers if name.startswith("access-control")]


def test_the_page_takes_no_post(server: ReviewServer) -> None:
    assert ask(server, "POST", f"/{server.token}", b"{}")[0] == 405


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({"Content-Type": "text/plain"}, file_of(), 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, file_of(), 415),
        ({"Content-Type": None}, file_of(), 415),
        ({"Content-Length": str(MAX_BODY + 1)}, b"{}", 413),
        ({"Content-Length": "9" * 14}, b"{}", 413),
        ({"Content-Length": None}, b"", 411),
        ({"Content-Length": None, "Transfer-Encoding": "chunked"}, b"2\r\n{}\r\n0\r\n\r\n", 411),
        ({"Content-Length": "2", "Transfer-Encoding": "chunked"}, b"{}", 411),
        ({"Content-Length": "2\r\nContent-Length: 3"}, b"{}", 411),
        ({"Content-Length": "-1"}, b"{}", 400),
        ({"Content-Length": "1_0"}, b"{}", 400),
        ({"Content-Length": "two"}, b"{}", 400),
        ({}, b"{", 400),
        ({}, b"[" * 100_000, 400),
        ({}, file_of(says("Ann", "accepted", 1), says("Ann", "splendid", 2)), 400),
    ],
    ids=lambda v: str(v)[:60],
)
def test_bodies_that_are_refused(
    server: ReviewServer, headers: dict[str, str | None], body: bytes, expected: int
) -> None:
    before = ask(server, "GET", api(server))[2]
    status, _, answer = ask(server, "POST", api(server), body, **headers)
    assert (status, b"Traceback" in answer) == (expected, False)
    assert ask(server, "GET", api(server))[2] == before


def test_a_refused_verdict_is_named(server: ReviewServer) -> None:
    body = file_of(says("Ann", "accepted", 1), says("Ann", "splendid", 2))
    assert b"verdicts[1].verdict" in ask(server, "POST", api(server), body)[2]


def test_a_body_that_is_cut_off_adds_nothing(server: ReviewServer) -> None:
    whole = file_of(says("Ann", "accepted", "cut"))
    head = (
        f"POST {api(server)} HTTP/1.1\r\nHost: 127.0.0.1:{server.server_port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(whole) + 1}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as connection:
        connection.sendall(head.encode() + whole)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1 << 16).startswith(b"HTTP/1.0 400")
    assert mark("cut").encode() not in ask(server, "GET", api(server))[2]


@pytest.mark.parametrize(
    "data",
    [b"\r\n\r\n", b"GET\r\n\r\n", b"GET /\r\n\r\n", b"\xff\xfe\x00\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
     b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 500 + b"\r\n", b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
     b"<script>alert(1)</script> / HTTP/1.1\r\n\r\n"],
    ids=lambda v: str(v[:20]),
)  # fmt: skip
def test_what_is_no_request_harms_nothing(server: ReviewServer, data: bytes) -> None:
    assert b"<" not in raw(server.server_port, data)
    assert ask(server, "GET", f"/{server.token}")[0] == 200


def test_two_tabs_at_once_lose_nothing(tmp_path: Path) -> None:
    def tab(server: ReviewServer, who: str) -> None:
        for n in range(25):
            ask(server, "POST", api(server), file_of(says(who, "accepted", f"{who} {n}")))

    with serving(tmp_path / "review.sqlite3") as server:
        tabs = [threading.Thread(target=tab, args=(server, who)) for who in ("Ann", "Ben")]
        for thread in tabs:
            thread.start()
        for thread in tabs:
            thread.join()
    with VerdictStore(tmp_path / "review.sqlite3") as store:
        found = {v.fingerprint for v in store.events()[0]}
    assert found == {mark(f"{who} {n}") for who in ("Ann", "Ben") for n in range(25)}


SERVE = """
import sys
from pathlib import Path
from test_review_server import ReviewServer, page
with ReviewServer(page, Path(sys.argv[1]), who="Login") as server:
    print(server.server_port, server.token, flush=True)
    server.serve_forever()
"""


class _There:
    """A server in another process, as far as ``ask`` needs to know it."""

    def __init__(self, line: str) -> None:
        port, self.token = line.split()
        self.server_port = int(port)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_what_was_answered_outlives_a_kill(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path / "review.sqlite3")],
        env=os.environ | {"PYTHONPATH": str(HERE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    there: Any = _There(running.stdout.readline())
    for n in range(10):
        assert ask(there, "POST", api(there), file_of(says("Ann", "accepted", n)))[0] == 200
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=30)
    with VerdictStore(tmp_path / "review.sqlite3") as store:
        assert {v.fingerprint for v in store.events()[0]} == {mark(n) for n in range(10)}
