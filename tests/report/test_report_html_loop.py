"""An editor's way with real parts: check, decide in the browser, import, check again; and served."""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import page_samples as samples
import pytest
from page_browser import ENTER, Browser, chromium, one_page

from mtcheck.cli import main
from mtcheck.review_server import ReviewServer


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    yield from chromium(tmp_path_factory)


@pytest.fixture
def browser(driver: Any, tmp_path: Path) -> Iterator[Browser]:
    yield from one_page(driver, tmp_path)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["mtcheck", *arguments])
    with pytest.raises(SystemExit) as done:
        main()
    return int(done.value.code or 0)


def checked(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> list[dict[str, Any]]:
    run(monkeypatch, "check", "news.jsonl", "--no-models", "-f", "json", "-o", "out.json", *arguments)
    whole = json.loads(Path("out.json").read_text(encoding="utf-8"))
    return [f for d in whole["documents"] for f in d["findings"]]


def test_two_hundred_findings_are_decided_once_and_stay_decided(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mtcheck.toml").touch()
    records = [
        {"id": f"r{n}", "text": f"The harvest of field {n} was good.\nTranslated by Google"}
        for n in range(200)
    ]
    Path("news.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    before = checked(monkeypatch)
    assert len({f["fingerprint"] for f in before}) == len(before) == 200
    run(monkeypatch, "check", "news.jsonl", "--no-models", "-f", "html", "-o", "review.html")
    browser.visit((tmp_path / "review.html").as_uri())
    browser.keys("j")
    for n in range(200):
        browser.keys(*(("d", f"reason {n % 3}", ENTER) if n % 4 == 0 else "u" if n % 4 == 1 else "a"))
    browser.keys(*"zzzzaaaa")
    verdicts = browser.export("Ann")
    assert [v["fingerprint"] for v in verdicts] == [f["fingerprint"] for f in before]
    dismissed = {v["fingerprint"] for v in verdicts if v["verdict"] == "dismissed"}
    assert len(dismissed) == 49  # the last was undone, then accepted
    for _ in range(2):
        assert run(monkeypatch, "review", "import", "mtcheck-verdicts.json") == 0
    after = checked(monkeypatch)
    assert {f["fingerprint"] for f in after} == {f["fingerprint"] for f in before} - dismissed
    assert checked(monkeypatch, "--new-only") == []
    run(monkeypatch, "review", "export", "-o", "again.json")
    again = json.loads(Path("again.json").read_text(encoding="utf-8"))["verdicts"]
    keys = ("fingerprint", "verdict", "reason", "text", "found", "document")
    assert sorted([v[k] or "" for k in keys] for v in again) == sorted(
        [v[k] or "" for k in keys] for v in verdicts
    )
    browser.keys("z")  # what was exported and is then undone is undone in the store as well
    (taken_back,) = [v for v in browser.export("Ann") if v["verdict"] == "undone"]
    assert run(monkeypatch, "review", "import", "mtcheck-verdicts.json") == 0
    assert [f["fingerprint"] for f in checked(monkeypatch, "--new-only")] == [taken_back["fingerprint"]]


def test_a_served_page_and_the_store_hold_the_same(browser: Browser, tmp_path: Path) -> None:
    results = samples.many(2, 10)
    server = ReviewServer(lambda api: samples.page(results, api=api), tmp_path / "verdicts.sqlite", who="Ann")
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        browser.visit(server.address)
        browser.keys("j", *"aaaa", "d", "house style", ENTER, *"uu")
        browser.keys("k", "k", "a", *"zzz")  # a changed mind, and back again
        browser.wait("return document.getElementById('count').textContent.startsWith('5 ')")
        expected = browser.run(
            "return [...document.querySelectorAll('.finding[data-v]')].map(e => e.dataset.v)"
        )
        browser.visit(server.address)
        browser.wait("return document.getElementById('count').textContent.startsWith('5 ')")
        stored = browser.driver.execute_async_script(
            "const done = arguments[0], api = document.querySelector('meta[name=mtcheck-api]').content;"
            "fetch(api + '/verdicts').then(a => a.json()).then(a => done(a.verdicts))"
        )
    finally:
        server.shutdown()
        server.server_close()
    assert Counter(v["verdict"] for v in stored) == Counter(expected)
    assert {v["who"] for v in stored} == {"Ann"}
    assert not browser.complaints()
