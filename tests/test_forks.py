"""Work shared out among copies of the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import Any

import pytest
from test_shelf import SENTENCES, _Breaks, _found, units

from mtcheck import forks, pipeline, shelf
from mtcheck.core import Catalogue, Failure, Result
from mtcheck.shelf import Shelf

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux makes copies here")


def test_parts_come_in_order_and_each_from_its_own_process() -> None:
    said = list(forks.in_parts(lambda n: (n, os.getpid()), 4))
    assert [n for n, _ in said] == [0, 1, 2, 3]
    assert said[0][1] == os.getpid()
    assert len({pid for _, pid in said}) == 4
    assert list(forks.in_parts(lambda n: n, 1)) == [0]


@pytest.mark.parametrize("end", ["raises", "dies", "says what cannot be handed over"])
def test_what_a_copy_could_not_do_is_done_here(end: str) -> None:
    here = os.getpid()

    def work(number: int) -> Any:
        if os.getpid() != here:
            if end == "raises":
                raise ValueError("not there")
            if end == "dies":
                os.kill(os.getpid(), signal.SIGKILL)
            return lambda: number
        return number

    assert list(forks.in_parts(work, 3)) == [0, 1, 2]


def test_a_run_that_is_broken_off_leaves_no_process_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    here, fork = os.getpid(), os.fork
    made: list[int] = []

    def noted() -> int:
        made.append(fork())
        return made[-1]

    monkeypatch.setattr(os, "fork", noted)

    def work(number: int) -> int:
        if os.getpid() != here:
            threading.Event().wait()  # never answers
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(forks.in_parts(work, 3))
    assert len(made) == 2
    for child in made:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


SCRIPT = """
import threading
from mtcheck import forks
alone = forks.may_fork()
going = threading.Event()
thread = threading.Thread(target=going.wait)
thread.start()
beside = forks.may_fork()
going.set()
thread.join()
print(alone, beside)
"""


def test_no_copies_beside_other_threads() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_a_caller_that_ignores_children_gets_its_answers_too() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert list(forks.in_parts(lambda n: n, 3)) == [0, 1, 2]
    finally:
        signal.signal(signal.SIGCHLD, before)


def _shared_out(monkeypatch: pytest.MonkeyPatch, cores: int) -> None:
    monkeypatch.setattr(pipeline, "PARALLEL_UNITS", 1)
    monkeypatch.setattr(pipeline, "free_cores", lambda: cores)
    monkeypatch.setattr(forks, "may_fork", lambda: cores > 1)


@pytest.mark.parametrize("cores", [2, 3, 9])
def test_a_shared_file_has_the_same_findings(monkeypatch: pytest.MonkeyPatch, cores: int) -> None:
    count = 3 * shelf.FEW + len(SENTENCES) + 1
    catalogue = Catalogue("ru.po", "po", Shelf(units(count)), source_lang="en", target_lang="ru")
    _shared_out(monkeypatch, 1)
    alone = _found(catalogue)
    _shared_out(monkeypatch, cores)
    assert _found(catalogue) == alone
    assert len({f.code for f in alone}) > 5


def test_a_rule_that_breaks_is_not_heard_in_later_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    _shared_out(monkeypatch, 3)
    catalogue = Catalogue("ru.po", "po", Shelf(units(4 * shelf.FEW)), "en", "ru")
    result, failure = pipeline._check_catalogue(catalogue, [_Breaks()])
    assert isinstance(result, Result)
    assert len(result.findings) == shelf.FEW + 1
    assert isinstance(failure, Failure)
    assert "too far" in failure.problem
