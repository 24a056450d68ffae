"""Which model is chosen, from what lies on the machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mtcheck.annotate import registry
from mtcheck.annotate.hf import embedded
from mtcheck.annotate.models import Models
from mtcheck.core import ModelError

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def own_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("MTCHECK_CACHE", str(tmp_path / "mtcheck"))


def put(hub: Path, name: str, *, commit: str = COMMIT) -> Path:
    """A repository in the Hub's cache layout, as another tool's download leaves it."""
    root = hub / f"models--{name.replace('/', '--')}"
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text(commit, encoding="utf-8")
    snapshot = root / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}", encoding="utf-8")
    return snapshot


def test_every_line_states_its_licence_and_source() -> None:
    import tomllib

    from mtcheck import resources

    rows = tomllib.loads(resources.model_file("registry.toml").read_text(encoding="utf-8"))["model"]
    assert len({r["name"] for r in rows}) == len(rows)
    for row in rows:
        assert row["licence"]
        assert row["source"]
        assert row["size_mb"] > 0
    assert all(e.by_name_only for e in registry.entries() if "NC" in e.licence)
    assert "Gemma" in next(e for e in registry.entries() if e.name == "embedded").licence


def test_auto_prefers_a_model_for_the_pair_that_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "is_installed", lambda: True)
    monkeypatch.setattr(embedded, "version", lambda: "1.0.0")
    assert registry.choose("auto", "ru", "en").name == "embedded"
    snapshot = put(tmp_path / "hub", "Helsinki-NLP/opus-mt-ru-en")
    found = registry.choose("auto", "ru-RU", "en")
    assert (found.name, found.path, found.revision) == ("Helsinki-NLP/opus-mt-ru-en", snapshot, COMMIT)
    assert found.pair == ("ru", "en")
    assert "on this machine" in found.why
    assert registry.choose("auto", "en", "ru").name == "embedded"
    assert registry.choose("embedded", "ru", "en").name == "embedded"


def test_a_non_commercial_model_is_never_taken_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "is_installed", lambda: False)
    put(tmp_path / "hub", "facebook/nllb-200-distilled-600M")
    with pytest.raises(ModelError, match="models pull ru-en"):
        registry.choose("auto", "ru", "en")
    assert registry.choose("facebook/nllb-200-distilled-600M", "ru", "en").revision == COMMIT


def test_what_is_not_here_is_not_fetched_offline() -> None:
    with pytest.raises(ModelError, match="network is off"):
        registry.named("some/model", offline=True)
    with pytest.raises(ModelError, match="network is off"):  # HF_HUB_OFFLINE of the test run
        registry.named("some/model")
    with pytest.raises(ModelError, match="no such folder"):
        registry.named("./nowhere")


def test_a_pinned_revision_is_that_one_or_none(tmp_path: Path) -> None:
    put(tmp_path / "hub", "some/model")
    assert registry.named(f"some/model@{COMMIT}").revision == COMMIT
    with pytest.raises(ModelError, match="not on this machine"):
        registry.named("some/model@ffff", offline=True)


def test_pins_are_kept_and_verified(tmp_path: Path) -> None:
    snapshot = put(tmp_path / "hub", "some/model")
    registry.pin("some/model", COMMIT, snapshot)
    assert json.loads((tmp_path / "mtcheck" / "pins.json").read_text())["some/model"]["revision"] == COMMIT
    assert registry.verify() == [("some/model", [])]
    (snapshot / "config.json").write_text('{"changed": 1}', encoding="utf-8")
    ((_, wrong),) = registry.verify()
    assert "not what was fetched" in wrong[0]
    (snapshot / "config.json").unlink()
    ((_, wrong),) = registry.verify()
    assert "missing" in wrong[0]


def test_a_fetch_that_fails_says_why(tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub", reason="the hf extra is not installed")
    with pytest.raises(ModelError, match="could not be fetched"):
        registry.fetch(registry.ModelEntry("some/model", None, (), "", 0))


def test_models_say_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "is_installed", lambda: False)
    models = Models()
    with pytest.raises(ModelError, match=r"mtcheck\[embedded\]"):
        models.fluency_model()
    with pytest.raises(ModelError, match=r"mtcheck\[embedded\]"):
        models.translator_for("ru", "en")
