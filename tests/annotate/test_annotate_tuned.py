"""The embedded translator: cut, merged, and asked. Real classes, tiny weights."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
import tiny

torch = pytest.importorskip("torch")

from safetensors.torch import save  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

from mtcheck.annotate import registry  # noqa: E402
from mtcheck.annotate.hf import adapted, embedded, gemma, generating, products, spelling, tuned  # noqa: E402
from mtcheck.annotate.hf import adapter as adapters  # noqa: E402
from mtcheck.annotate.hf.adapter import Adapter, question  # noqa: E402
from mtcheck.annotate.hf.beam import Asked, Found, Then  # noqa: E402
from mtcheck.annotate.hf.cutting import cut_tokenizer, merge_ranks  # noqa: E402
from mtcheck.annotate.hf.favoured import Favoured  # noqa: E402
from mtcheck.annotate.hf.generating import Answer, Ask, Talk  # noqa: E402
from mtcheck.annotate.hf.loading import Checkpoint  # noqa: E402
from mtcheck.annotate.hf.tuned import TunedTranslator  # noqa: E402
from mtcheck.annotate.models import Models  # noqa: E402
from mtcheck.core import ModelError  # noqa: E402
from mtcheck.training.reaches import measured  # noqa: E402
from mtcheck.training.vocabulary import kept_tokens, parts  # noqa: E402

SUM = "5" * 64
RANK = 2
SIZES = {"q_proj": (32, 32), "down_proj": (64, 32)}
BLOCKS = {"q_proj": "self_attn", "down_proj": "mlp"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny embedded model, converted."""
    return tiny.gemma(tmp_path_factory.mktemp("base") / "gemma")


def parsed(folder: Path) -> dict[str, Any]:
    """Its tokenizer."""
    return dict(json.loads((folder / "tokenizer.json").read_text(encoding="utf-8")))


def kept_of(folder: Path, lines: Sequence[str] = tiny.LINES) -> list[int]:
    """Tokens to keep for some lines."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    seen = {i: 9 for line in lines for i in tokenizer.encode(line, add_special_tokens=False).ids}
    return kept_tokens(parsed(folder), seen, ["en", "ru"], [0, 1, 2, 3])


def adapter(
    folder: Path,
    out: Path,
    *,
    floors: dict[str, float] | None = None,
    made_for: str = SUM,
    rows: dict[str, list[int]] | None = None,
    reaches: dict[str, Any] | None = None,
) -> Adapter:
    """An adapter with random changes."""
    torch.manual_seed(1)
    tensors = {adapters.KEPT: torch.tensor(kept_of(folder), dtype=torch.int32)}
    for lang, own in (rows or {}).items():
        tensors[f"{adapters.ROWS}{lang}"] = torch.tensor(own, dtype=torch.int32)
    tensors.update({f"{adapters.REACH}{name}": reach for name, reach in (reaches or {}).items()})
    for layer in range(2):
        for name, (wide, high) in SIZES.items():
            stem = f"{adapters.PREFIX}layers.{layer}.{BLOCKS[name]}.{name}"
            tensors[f"{stem}.lora_A.weight"] = torch.randn(RANK, wide).half()
            tensors[f"{stem}.lora_B.weight"] = torch.randn(high, RANK).half() * 0.1
    held = save(tensors)
    out.mkdir(parents=True, exist_ok=True)
    (out / adapters.TENSORS).write_bytes(held)
    told = {
        "base": {"sha256": made_for},
        "directions": [["en", "ru"], ["ru", "en"]],
        "floors": floors or {},
        "sha256": hashlib.sha256(held).hexdigest(),
    }
    (out / adapters.FACTS).write_text(json.dumps(told), encoding="utf-8")
    return Adapter(out)


@pytest.fixture(scope="module")
def installed(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The tiny model as if it were the embedded one, with an adapter."""
    patch = pytest.MonkeyPatch()
    patch.setattr(embedded, "is_installed", lambda: True)
    patch.setattr(embedded, "expected_sha256", lambda: SUM)
    patch.setattr(embedded, "version", lambda: "1")
    patch.setattr(embedded, "checkpoint", lambda *_, **__: Checkpoint(base, "tiny", "1"))
    home = tmp_path_factory.mktemp("installed")
    made = adapter(base, home / "translator")
    yield SimpleNamespace(
        base=base, adapter=made, checkpoint=adapted.checkpoint(home / "cache", made), home=home
    )
    patch.undo()


def test_kept_text_is_cut_as_before(base: Path) -> None:
    whole = parsed(base)
    kept = kept_of(base, tiny.LINES[:6])
    before, after = (
        Tokenizer.from_str(json.dumps(whole)),
        Tokenizer.from_str(json.dumps(cut_tokenizer(whole, kept))),
    )
    assert len(kept) < len(whole["model"]["vocab"])
    checked = 0
    words = " ".join(tiny.LINES).split()
    for seed in range(300):
        line = " ".join(random.Random(seed).sample(words, 6))
        ids = before.encode(line).ids
        if set(ids) <= set(kept):
            checked += 1
            assert [kept[i] for i in after.encode(line).ids] == ids, line
    assert checked > 50


def test_text_that_is_not_kept_still_comes_through(base: Path) -> None:
    whole = parsed(base)
    after = Tokenizer.from_str(json.dumps(cut_tokenizer(whole, kept_of(base, ["The"]))))
    for line in ("Wir werden „farmers“ 漢字 ёж", "a\nb\tc", "🙂"):
        assert after.decode(after.encode(line, add_special_tokens=False).ids) == line


def test_a_start_token_that_is_not_kept_is_refused(base: Path) -> None:
    with pytest.raises(ValueError, match="must be kept"):
        cut_tokenizer(parsed(base), [0, 1, 3])


def test_parts_are_what_the_merges_pass_through(base: Path) -> None:
    whole = parsed(base)
    ranks = merge_ranks(whole)
    longest = max((p for p in whole["model"]["vocab"] if p.isalpha()), key=len)
    found = set(parts(longest, ranks))
    assert {longest, *longest} <= found
    assert all(
        len(piece) == 1 or any((piece[:n], piece[n:]) in ranks for n in range(1, len(piece)))
        for piece in found
    )


def test_the_merged_model_is_the_base_with_peft_s_layers(installed: Any, tmp_path: Path) -> None:
    """Logits of the merged model against the base with the low-rank branches added in a forward hook."""
    from transformers import AutoModelForCausalLM

    adapted.merge(installed.base, installed.adapter, tmp_path / "merged")
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "merged", dtype=torch.float32)
    whole = AutoModelForCausalLM.from_pretrained(installed.base, dtype=torch.float32)
    tensors = installed.adapter.tensors
    for name, module in whole.model.named_modules():
        down = tensors.get(f"{adapters.PREFIX}{name}.lora_A.weight")
        if down is not None:
            up = tensors[f"{adapters.PREFIX}{name}.lora_B.weight"]
            module.register_forward_hook(branch(up.float(), down.float()))
    kept = tensors[adapters.KEPT].long()
    ids = torch.arange(4, 40)[None]
    with torch.inference_mode():
        ours, theirs = merged(ids).logits, whole(kept[ids]).logits[..., kept]
        plain = AutoModelForCausalLM.from_pretrained(installed.base, dtype=torch.float32)(kept[ids]).logits
    assert torch.allclose(ours, theirs, atol=1e-4)
    assert not torch.allclose(ours, plain[..., kept], atol=1e-1), "the adapter changes something"


def branch(up: Any, down: Any) -> Callable[..., Any]:
    """A forward hook that adds B·A·x."""
    return lambda _module, inputs, output: output + inputs[0] @ down.T @ up.T


def test_the_translator_s_likelihood_is_the_model_s(installed: Any, tmp_path: Path) -> None:
    """In 16 bits against transformers on the merged folder in 32: 2 % of the surprisal."""
    from transformers import AutoModelForCausalLM

    adapted.merge(installed.base, installed.adapter, tmp_path / "merged")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "merged", dtype=torch.float32)
    translator = TunedTranslator(installed.checkpoint, installed.adapter, threads=1)
    tokenizer = Tokenizer.from_file(str(tmp_path / "merged" / "tokenizer.json"))
    ids = tokenizer.encode(question(tiny.LINES[0], "en", "ru")).ids
    said: list[Found] = []
    translator._decoder.search(
        [Asked(ids[:5], (), ids[5:], len(ids) - 3)], lambda _, found: said.extend(found), lang="en", few=True
    )
    whole = [*ids[:5], *said[0].ids]
    with torch.inference_mode():
        logits = torch.log_softmax(model(torch.tensor([whole])).logits[0], -1)
    own = [float(logits[n - 1, whole[n]]) for n in range(5, len(whole))]
    assert said[0].score == pytest.approx(sum(own) / len(own), rel=0.02)


def test_what_the_translator_expected_is_what_the_model_says(installed: Any, tmp_path: Path) -> None:
    """Against transformers on the merged folder, over the tokens of the language and of the pair."""
    from transformers import AutoModelForCausalLM

    whole = Tokenizer.from_file(str(installed.checkpoint.path / "tokenizer.json"))
    own, end = list(range(0, whole.get_vocab_size(), 2)), whole.get_vocab()[generating.END]
    described = adapter(installed.base, installed.home / "halved-rows", rows={"ru": own})
    translator = TunedTranslator(
        adapted.checkpoint(installed.home / "halved-rows-cache", described), described, threads=2
    )
    adapted.merge(installed.base, described, tmp_path / "merged")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "merged", dtype=torch.float32)
    pairs = [(tiny.LINES[0], tiny.LINES[2]), (tiny.LINES[4], "Прибыль."), ("", "a"), ("a", " ")]
    pairs.append(("a " * 400, "b"))
    found = translator.expectations(pairs, source_lang="en", target_lang="ru")
    assert found[2:] == [None] * 3
    for (source, target), said in zip(pairs[:2], found[:2], strict=True):
        asked = [2, *whole.encode(question(source, "en", "ru"), add_special_tokens=False).ids]
        answer = [*whole.encode(f" {target}", add_special_tokens=False).ids, end]
        sayable = torch.tensor(sorted({*own, *asked, *answer}))
        with torch.inference_mode():
            logits = model(torch.tensor([[*asked, *answer]])).logits[0, len(asked) - 1 : -1]
        spread = torch.log_softmax(logits[:, sayable], -1)
        told = spread.gather(1, torch.searchsorted(sayable, torch.tensor(answer))[:, None])[:, 0]
        regrets = spread.amax(-1) - told
        excess = -(told - (spread.exp() * spread).sum(-1)).mean()
        assert said is not None
        assert said[:2] == pytest.approx(regrets.topk(2).values.tolist(), abs=0.1)
        assert (said.excess, said.end) == pytest.approx((float(excess), float(regrets[-1])), abs=0.1)
    alone = TunedTranslator(translator._made, described, threads=1)
    one_by_one = [alone.expectations([pair], source_lang="en", target_lang="ru")[0] for pair in pairs[:2]]
    assert one_by_one == found[:2], "whatever stands beside, on any number of threads"
    with pytest.raises(ModelError, match="not trained to translate en into de"):
        translator.expectations(pairs, source_lang="en", target_lang="de")


def test_the_same_texts_give_the_same_translations_on_any_number_of_threads(installed: Any) -> None:
    texts = [*tiny.LINES[:6], tiny.LINES[0]] * 3
    one, two = (
        TunedTranslator(installed.checkpoint, installed.adapter, threads=count).translate(
            texts, source_lang="en", target_lang="ru"
        )
        for count in (1, 2)
    )
    assert one == two
    alone = [
        TunedTranslator(installed.checkpoint, installed.adapter, threads=count).translate(
            texts[:1], source_lang="en", target_lang="ru"
        )
        for count in (1, 2)
    ]
    assert alone[0] == alone[1]
    assert one[0] == one[6] == one[7]
    assert one[0].model == f"{adapted.NAME}@{installed.adapter.facts.sha256[:12]}"


@pytest.mark.skipif(not products.is_fast(), reason="this processor has no native products of 8 and 16 bits")
def test_with_an_adapter_that_knows_reaches_products_are_of_whole_numbers(installed: Any) -> None:
    """And likelihoods hardly change; without, as adapters of before had none, they are of 32 bits."""
    texts = [[2, *range(5, 5 + len(line) // 2)] for line in tiny.LINES[:4]]
    with torch.inference_mode():
        found = measured(gemma.Gemma(installed.checkpoint.path), texts)
    described = adapter(installed.base, installed.home / "reaches", reaches=found)
    made = adapted.checkpoint(installed.home / "reaches-cache", described)
    assert {k: v.tolist() for k, v in adapted.reaches(made.path).items()} == {
        k: v.tolist() for k, v in found.items()
    }
    assert adapted.reaches(installed.checkpoint.path) == {}
    rounded = TunedTranslator(made, described, threads=2)
    plain = TunedTranslator(installed.checkpoint, installed.adapter, threads=2)
    kinds = [type(translator._model._layers[0].down) for translator in (rounded, plain)]
    assert kinds == [products.Whole, products.Plain]
    pairs = [(tiny.LINES[n], tiny.LINES[n + 2]) for n in range(6)] * 2
    alone = TunedTranslator(made, described, threads=1)
    each = [alone.expectations([pair], source_lang="en", target_lang="ru")[0] for pair in pairs]
    assert each == rounded.expectations(pairs, source_lang="en", target_lang="ru"), "read with others"
    own, other = (t.expectations(pairs, source_lang="en", target_lang="ru") for t in (rounded, plain))
    for a, b in zip(own, other, strict=True):
        assert a is not None
        assert b is not None
        assert a != b
        assert tuple(a) == pytest.approx(tuple(b), abs=0.2)


def test_a_translation_has_tokens_of_its_language_and_of_its_source(installed: Any) -> None:
    """Letters of one half of the alphabet, and those of the source."""
    whole = Tokenizer.from_file(str(installed.checkpoint.path / "tokenizer.json"))
    letters = whole.get_vocab()
    own = sorted(letters[c] for c in (generating.END, *"абвгдежз"))
    described = adapter(installed.base, installed.home / "rows", rows={"ru": own})
    made = adapted.checkpoint(installed.home / "rows-cache", described)
    assert adapted.rows(made.path) == {"ru": own}
    assert adapted.rows(installed.checkpoint.path) == {}
    source = "In 1920."
    translator = TunedTranslator(made, described, threads=1)
    found = translator.candidates([source], source_lang="en", target_lang="ru")[0]
    assert found is not None
    question_ids = whole.encode(question(source, "en", "ru"), add_special_tokens=False).ids
    said = set(whole.encode(found.text, add_special_tokens=False).ids)
    assert said
    assert {whole.id_to_token(i) for i in said - set(question_ids) - set(own)} <= {"\u2581"}


def test_too_long_texts_have_no_verdict(installed: Any) -> None:
    translator = TunedTranslator(installed.checkpoint, installed.adapter, threads=1)
    counted: list[int] = []
    found = translator.translate(
        ["word " * 400, "The president."], source_lang="en", target_lang="ru", progress=counted.append
    )
    assert found[0].verdict == "too-long"
    assert found[1].verdict != "too-long"
    assert sum(counted) == 2


def test_other_directions_are_refused(installed: Any) -> None:
    translator = TunedTranslator(installed.checkpoint, installed.adapter)
    assert translator.supports("ru-RU", "en")
    assert not translator.supports("de", "en")
    with pytest.raises(ModelError, match="not trained to translate de into en"):
        translator.translate(["Hallo"], source_lang="de", target_lang="en")


class Said:
    """A decoder that says what a test puts down for a first look, and for a second one."""

    def __init__(
        self, first: Sequence[tuple[str, float]], second: Sequence[tuple[str, float]], tokenizer: Any
    ) -> None:
        self.first, self.second, self._tokenizer = first, second, tokenizer
        self.asked: list[str] = []
        self.unwanted: list[Sequence[int]] = []
        self.begun: list[str] = []
        self.favoured: list[Favoured] = []
        self.lanes: list[list[Asked]] = []
        self.few: list[bool] = []

    def answer(self, one: Asked) -> list[Found]:
        """What is said to one question."""
        self.asked.append(self._tokenizer.decode(list(one.question)))
        self.unwanted.append(one.unwanted)
        self.begun.append(self._tokenizer.decode(list(one.begun)))
        self.favoured.append(one.favoured)
        end = self._tokenizer.token_to_id(generating.END)
        out = []
        for text, score in self.second if one.unwanted or one.begun else self.first:
            apart = "" if one.begun and text[0].islower() else " "  # goes on with a word
            ids = self._tokenizer.encode(f"{apart}{text}", add_special_tokens=False).ids
            out.append(Found([*one.begun, *ids, end], score, True))
        return out

    def search(self, asked: Sequence[Asked], then: Then, *, lang: str, few: bool) -> None:
        """See ``beam.Searcher``."""
        self.lanes.append(list(asked))
        self.few.append(few)
        for n, first in enumerate(asked):
            one: Asked | None = first
            while one:
                one = then(n, self.answer(one))


def saying(
    installed: Any,
    first: Sequence[tuple[str, float]],
    second: Sequence[tuple[str, float]] = (),
    **floors: float,
) -> tuple[TunedTranslator, Said]:
    """A translator over such a decoder."""
    described = adapter(installed.base, installed.home / f"with-{len(floors)}", floors=floors)
    translator = TunedTranslator(installed.checkpoint, described, threads=1)
    said = Said(first, second or first, translator._tokenizer)
    translator.__dict__["_decoder"] = said
    return translator, said


def test_a_good_translation_is_taken_at_once(installed: Any) -> None:
    translator, said = saying(installed, [("The president arrived in Paris.", -0.5)])
    found = translator.translate(["Президент прибыл в Париж."], source_lang="ru", target_lang="en")
    assert (found[0].text, found[0].verdict) == ("The president arrived in Paris.", "ok")
    assert len(said.asked) == 1


def test_words_of_the_lexicon_are_favoured_in_every_question(installed: Any) -> None:
    wrong, right = "The president arrived in London.", "The president and Lavrov arrived in Paris."
    translator, said = saying(installed, [(wrong, -0.2)], [(right, -0.9)])
    translator.translate(["Вчера президент и Лавров прибыли в Париж."], source_lang="ru", target_lang="en")
    assert len(said.favoured) == 2
    for one in said.favoured:
        words = {word for rendered in one.words for word in rendered}
        assert {"presid", "paris"} <= words


def test_what_has_a_favoured_word_may_be_less_likely() -> None:
    langs = spelling.Langs("en", "ru")
    plain, favoured = (
        tuned.judge("He came in November.", Answer("Он пришёл в ноябре.", score, True, favour), langs, None)
        for score, favour in ((-0.4, 0.0), (-0.5, 0.2))
    )
    assert favoured.rank > plain.rank
    assert (favoured.likelihood, favoured.favour) == (-0.5, 0.2)


def test_a_lost_name_is_looked_for_among_what_the_beam_says(installed: Any) -> None:
    wrong, right = "The president arrived in London.", "The president and Lavrov arrived in Paris."
    translator, said = saying(installed, [(wrong, -0.2), (right, -0.9)])
    source = ["Вчера президент и Лавров прибыли в Париж."]
    found = translator.translate(source, source_lang="ru", target_lang="en")
    assert (found[0].text, found[0].verdict) == (right, "ok")
    assert len(said.asked) == 1


def test_a_name_that_all_lost_is_asked_for_again(installed: Any) -> None:
    wrong, right = "The president arrived in London.", "The president and Lavrov arrived in Paris."
    translator, said = saying(installed, [(wrong, -0.2)], [(right, -0.9)])
    source = ["Вчера президент и Лавров прибыли в Париж."]
    (found,) = translator.candidates(source, source_lang="ru", target_lang="en")
    assert found is not None
    assert (found.text, found.likelihood) == (right, -0.9)
    assert "Lavrov" in said.asked[1].replace(" ", "")


def test_a_lost_number_is_looked_for_among_the_beam(installed: Any) -> None:
    beam = [("Profit fell by 21 percent.", -0.2), ("Profit fell by 12 percent.", -0.9)]
    translator, _ = saying(installed, beam)
    found = translator.translate(["Прибыль снизилась на 12 процентов."], source_lang="ru", target_lang="en")
    assert found[0].text == "Profit fell by 12 percent."


def test_a_loop_gives_way_and_else_says_so(installed: Any) -> None:
    loop = "we we we we we we we we we we we we"
    source = ["Мы поддержим фермеров."]
    translator, _ = saying(installed, [(loop, -0.1), ("We will support farmers.", -1.0)])
    found = translator.translate(source, source_lang="ru", target_lang="en")
    assert found[0].text == "We will support farmers."
    translator, _ = saying(installed, [(loop, -0.1)])
    assert translator.translate(source, source_lang="ru", target_lang="en")[0].verdict == "looping"


def test_what_the_model_itself_finds_unlikely_is_unsure(installed: Any) -> None:
    doubtful = ("The president arrived in Paris.", -2.5)
    translator, _ = saying(installed, [doubtful], en=-2.0)
    assert (
        translator.translate(["Президент прибыл в Париж."], source_lang="ru", target_lang="en")[0].verdict
        == "unsure"
    )
    translator, _ = saying(installed, [doubtful], en=-3.0)
    assert (
        translator.translate(["Президент прибыл в Париж."], source_lang="ru", target_lang="en")[0].verdict
        == "ok"
    )


def test_an_unsure_one_beats_one_that_is_no_evidence(installed: Any) -> None:
    doubtful, loop = ("The president arrived in Paris.", -2.5), ("we we we we we we we we we we we we", -0.1)
    translator, _ = saying(installed, [doubtful, loop], en=-2.0)
    found = translator.translate(["Президент прибыл в Париж."], source_lang="ru", target_lang="en")
    assert found[0].verdict == "unsure"


def test_words_in_other_letters_are_looked_for_again_without_them(installed: Any) -> None:
    greedy, own = ("Президент прибыл в Paris.", -0.50), ("Президент прибыл в Париж.", -0.55)
    translator, said = saying(installed, [greedy], [own])
    found = translator.translate(["The president arrived in Paris."], source_lang="en", target_lang="ru")
    assert (found[0].text, found[0].verdict) == (own[0], "ok")
    suppressed = {translator._tokenizer.id_to_token(token) for token in said.unwanted[1]}
    assert suppressed
    assert not any("а" <= c <= "я" for piece in suppressed for c in piece)
    assert not suppressed & {"k", "▁", ".", "12"}
    translator, _ = saying(installed, [greedy], [("Президент прибыл в Парик.", -1.5)])
    found = translator.translate(["The president arrived in Paris."], source_lang="en", target_lang="ru")
    assert found[0].text == greedy[0], "where the model is sure of them they stay"


@pytest.mark.parametrize(
    ("source", "target", "langs", "expected"),
    [
        ("Об этом сказал Юрий Набиуллин.", "He said so.", ("ru", "en"), "Об этом сказал Yury Nabiullin."),
        ("Он прибыл в Астану.", "He arrived.", ("ru", "en"), "Он прибыл в Astana."),
        ("Об этом сказал Юрий Набиуллин.", "Yury said so.", ("ru", "en"), "Об этом сказал Юрий Nabiullin."),
        ("Про це сказав Юрій Зеленський.", "He said so.", ("uk", "en"), "Про це сказав Yuriy Zelensky."),
        ("So said Yury Nabiullin.", "Он это сказал.", ("en", "ru"), "So said Юрий Набиуллин."),
        ("So said Olena Zelenska.", "Він це сказав.", ("en", "uk"), "So said Olena Zelenska."),
        ("Tokayev said so.", "Тогдауров это сказал.", ("en", "ru"), "Tokayev said so."),
        (
            "So said the Council of Naryshkin.",
            "Он это сказал.",
            ("en", "ru"),
            "So said the Council of Нарышкин.",
        ),
        ("So said Chairwoman Nabiullina.", "Он это сказал.", ("en", "ru"), "So said Chairwoman Набиуллина."),
        ("Řekl to Miloš Zeman.", "He said so.", ("cs", "en"), "Řekl to Miloš Zeman."),
        ("Das sagte Angela Merkel.", "He said so.", ("de", "en"), "Das sagte Angela Merkel."),
        ("So said the Committee.", "So said the Committee.", ("en", "ru"), "So said the Committee."),
        ("They sent it by FedEx.", "Они отправили его FedEx.", ("en", "ru"), "They sent it by FedEx."),
        ("He left Astana.", "Он покинул Astana.", ("en", "ru"), "He left Астана."),
    ],
)
def test_lost_names_are_spelled_in_the_target_s_letters(
    source: str, target: str, langs: tuple[str, str], expected: str
) -> None:
    assert spelling.spell(source, target, spelling.Langs(*langs)) == expected


def test_a_name_seen_inside_a_sentence_is_one_where_it_begins_another(installed: Any) -> None:
    """Every sentence begins with a capital; the others tell whether that is a name."""
    wrong, right = ("Тогдауров прибыл в Париж.", -0.2), ("Токаев прибыл в Париж.", -0.4)
    texts = ["Tokayev arrived in Paris.", "In Paris arrived Tokayev."]
    translator, said = saying(installed, [wrong], [right])
    found = translator.translate(texts, source_lang="en", target_lang="ru")
    assert [t.text for t in found] == [right[0], right[0]]
    assert sum("Токаев" in asked for asked in said.asked) >= 1, said.asked


@pytest.mark.parametrize(
    ("target", "langs", "expected"),
    [
        ("Президент прибыл в Paris.", ("en", "ru"), (0, 1)),
        ("Президент прибыл в Astana.", ("en", "ru"), (0, 1)),
        ("Они отправили его через FedEx.", ("en", "ru"), (0, 0)),
        ("в informalной обстановке", ("en", "ru"), (1, 0)),
        ("IT-компания, 5 kg, COVID-19", ("en", "ru"), (0, 1)),
        ("The debate continues in Вене", ("ru", "en"), (0, 1)),
        ("Müller in Łódź", ("en", "de"), (0, 0)),
        ("東京 Tokyo", ("en", "xx"), (0, 0)),
    ],
)
def test_foreign_words(target: str, langs: tuple[str, str], expected: tuple[int, int]) -> None:
    own = spelling.Langs(*langs)
    assert spelling.foreign_words(target, own) == expected
    before = spelling.before_foreign_words(target, own)
    assert spelling.foreign_words(before, own) == (0, 0)
    assert target.startswith(before)
    assert (before == target) == (expected == (0, 0))


def test_an_adapter_with_other_bytes_is_refused(base: Path, tmp_path: Path) -> None:
    made = adapter(base, tmp_path / "translator")
    path = tmp_path / "translator" / adapters.TENSORS
    path.write_bytes(path.read_bytes()[:-1] + b"\x00\x01")
    with pytest.raises(ModelError, match="does not have the sum"):
        _ = made.tensors


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"base": 1}'])
def test_a_broken_description_names_the_file(tmp_path: Path, content: str) -> None:
    (tmp_path / adapters.FACTS).write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"adapter\.json: not the description"):
        Adapter(tmp_path)


def test_an_adapter_for_another_model_is_refused(installed: Any, tmp_path: Path) -> None:
    other = adapter(installed.base, tmp_path / "translator", made_for="6" * 64)
    with pytest.raises(ModelError, match="another release"):
        adapted.checkpoint(tmp_path / "cache", other)


def test_it_is_made_once_and_checks_its_sums(
    installed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    first = adapted.checkpoint(tmp_path, installed.adapter, say=said.append)
    adapted.checkpoint(tmp_path, installed.adapter, say=said.append)
    assert len(said) == 1
    monkeypatch.setenv("MTCHECK_CACHE", str(tmp_path))
    monkeypatch.setattr(adapters, "shipped", lambda: installed.adapter)
    monkeypatch.setattr(embedded, "is_converted", lambda _: False)
    assert ("embedded translator", []) in registry.verify()
    (first.path / "model.safetensors").write_bytes(b"x")
    ((_, wrong),) = registry.verify()
    assert "model.safetensors has changed" in wrong[0]


def test_a_run_takes_it_for_its_directions_and_remembers(
    installed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTCHECK_CACHE", str(tmp_path))
    monkeypatch.setattr(adapters, "shipped", lambda: installed.adapter)
    first, why = Models(translator="embedded", threads=1).translator_for("en", "ru")
    assert first.signature.startswith(adapted.NAME)
    assert first.weak
    assert why == "you named it"
    said = first.translate(tiny.LINES[:2], source_lang="en", target_lang="ru")
    again, _ = Models(translator="embedded", threads=1).translator_for("en", "ru")
    monkeypatch.setattr(TunedTranslator, "candidates", lambda *_, **__: pytest.fail("asked again"))
    assert again.translate(tiny.LINES[:2], source_lang="en", target_lang="ru") == said
    other, _ = Models(translator="embedded", threads=1).translator_for("fr", "en")
    assert not other.signature.startswith(adapted.NAME), "few-shot for what it was not trained for"


def test_both_halves_of_a_round_trip_share_one_model(
    installed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTCHECK_CACHE", str(tmp_path))
    monkeypatch.setattr(adapters, "shipped", lambda: installed.adapter)
    models = Models(translator="embedded", threads=1, keep=False)
    assert models.translator_for("en", "ru")[0] is models.translator_for("ru", "en")[0]
    models.rest()  # nothing of torch's is loaded, so there is nothing to let go


def test_what_a_wrong_name_stands_for_is_begun_anew(installed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [("Мы говорили о Китае.", -0.2)]
    translator, said = saying(installed, wrong)
    answer = said.answer

    def begin(one: Asked) -> list[Found]:
        said.second = [("хстане.", -0.3)]
        return answer(one)

    monkeypatch.setattr(said, "answer", begin)
    (found,) = translator.candidates(["We spoke of Kazakhstan."], source_lang="en", target_lang="ru")
    assert said.begun == ["", " Мы говорили о Каза"]
    assert found is not None
    assert found.text.replace(" ", "") == "МыговорилиоКазахстане."
    assert (found.faults, found.likelihood) == (0, -0.3)


@pytest.mark.parametrize(
    ("source", "target", "langs", "expected"),
    [
        ("We spoke of Kazakhstan.", "Мы говорили о Китае.", ("en", "ru"), "Мы говорили о Каза"),
        ("Of Russian-Kazakh ties.", "О связях России и Китая.", ("en", "ru"), "О связях России и Каза"),
        ("Of Russian-Kazakh ties.", "О связях России и Казахстана.", ("en", "ru"), None),
        ("Then came Nabiullina.", "Потом пришла Кузнецова.", ("en", "ru"), "Потом пришла Наби"),
        ("Then came Nabiullina.", "Потом она пришла.", ("en", "ru"), None),
        ("Then came the Committee.", "Потом пришла Кузнецова.", ("en", "ru"), "Потом пришла Коми"),
        ("Then came the Chairwoman.", "Потом пришла Кузнецова.", ("en", "ru"), None),
        ("Потом пришла Набиуллина.", "Then came Kuznetsova.", ("ru", "en"), "Then came Nabi"),
    ],
)
def test_a_target_is_begun_up_to_a_wrong_name(
    source: str, target: str, langs: tuple[str, str], expected: str | None
) -> None:
    assert spelling.begun(source, target, spelling.Langs(*langs)) == expected


def test_of_equals_the_one_most_like_the_others_is_taken() -> None:
    said = ["The cat sat on the mat.", "The cat sat on a mat.", "The cat sat on that mat.", "A dog ran off."]
    found = [tuned.Candidate(text, -0.5, "ok", 0) for text in said]
    assert tuned.agreed(found).text in said[:3]
    assert tuned.agreed([*found[:3], tuned.Candidate(said[3], 0.2, "ok", 0)]).text == said[3]
    assert tuned.agreed([*found[:3], tuned.Candidate(said[3], 0.2, "ok", 1)]).text != said[3]
    assert tuned.agreed(found[:1]) is found[0]


def asks(translator: TunedTranslator, texts: Sequence[str]) -> list[Talk[str]]:
    """A talk for each text, that asks once and comes to the likeliest answer."""

    def talk(value: str) -> Talk[str]:
        answers = yield Ask(translator._asking.tokens(value))
        return answers[0].text

    return [talk(value) for value in texts]


@pytest.mark.parametrize(
    ("count", "lanes"), [(1, 1), (generating.FEW, 1), (17, 2), (40, 2), (256, 2), (257, 3), (600, 5)]
)
def test_texts_are_dealt_to_lanes_the_longest_first(installed: Any, count: int, lanes: int) -> None:
    translator, said = saying(installed, [("The president arrived in Paris.", -0.5)])
    texts = ["Президент. " * (1 + n % 13) for n in range(count)]
    progress: list[int] = []
    found = translator._asking.hold(asks(translator, texts), "en", progress.append)
    assert found == ["The president arrived in Paris."] * count
    assert progress == [1] * count
    assert len(said.lanes) == lanes
    assert said.few == [lanes == 1] * lanes
    sizes = [len(lane) for lane in said.lanes]
    assert sum(sizes) == count
    assert max(sizes) - min(sizes) <= 1
    for lane in said.lanes:
        lengths = [len(one.question) for one in lane]
        assert lengths == sorted(lengths, reverse=True)
        assert [one.limit for one in lane] == [min(3 * n // 2 + 16, generating.WINDOW - n) for n in lengths]


def test_what_begins_with_more_than_an_answer_may_have_is_gone_on_with(installed: Any) -> None:
    translator = TunedTranslator(installed.checkpoint, installed.adapter, threads=1)

    def talk(value: str, begun: str) -> Talk[Answer]:
        asking = translator._asking
        answers = yield Ask(asking.tokens(value), begun=asking.start(begun))
        return answers[0]

    talks = [talk("Президент. " * 12, "word " * 150), talk("Президент.", "word")]
    first, second = translator._asking.hold(talks, "en")
    assert first.text.startswith("word word")
    assert not first.finished
    assert second.text.startswith("word")


def test_answers_come_in_the_order_of_their_questions(installed: Any) -> None:
    translator = TunedTranslator(installed.checkpoint, installed.adapter, threads=2)
    texts = [*tiny.LINES[:4], "Президент. " * 9, "Мы"] * 3
    found = translator._asking.hold(asks(translator, texts), "en")
    assert found[:6] == found[6:12]
    assert len(set(found[:6])) > 1


@pytest.mark.parametrize("longer", [0, 1])
def test_a_fault_in_a_talk_of_any_lane_is_told_and_the_others_stop(
    installed: Any, monkeypatch: pytest.MonkeyPatch, longer: int
) -> None:
    translator, said = saying(installed, [("The president arrived in Paris.", -0.5)])
    answer, failed = said.answer, Event()

    def wait(one: Asked) -> list[Found]:
        if len(one.question) == 4:
            assert failed.wait(60)
            time.sleep(0.05)
        return answer(one)

    monkeypatch.setattr(said, "answer", wait)
    translator.__dict__["_at_once"] = 2

    def talk(length: int) -> Talk[str]:
        yield Ask(list(range(5, 5 + length)))
        if length == 5:
            failed.set()
            raise ModelError("no more")
        return ""

    with pytest.raises(ModelError, match="no more"):
        translator._asking.hold([*[talk(6)] * longer, talk(5), *(talk(4) for _ in range(99))], "en")
    assert len(said.asked) < 40, "fifty texts of the other lane were waiting"


def test_nothing_to_translate_opens_no_model(installed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    translator = TunedTranslator(installed.checkpoint, installed.adapter, threads=1)
    monkeypatch.setattr(tuned, "Asking", lambda *_: pytest.fail("opened"))
    assert translator.translate([], source_lang="en", target_lang="ru") == []


def test_what_was_said_before_a_copied_word_is_kept(installed: Any) -> None:
    translator, said = saying(
        installed, [("Мы поддержим farmers в понедельник.", -0.5)], [("фермеров в понедельник.", -0.55)]
    )
    source = ["We will support farmers on Monday."]
    found = translator.translate(source, source_lang="en", target_lang="ru")
    assert said.begun == ["", " Мы поддержим"]
    assert found[0].text.replace(" ", "") == "Мыподдержимфермероввпонедельник."


def test_a_senseless_one_is_not_taken_for_its_names() -> None:
    plain = tuned.Candidate("Сенат принял закон.", -0.4, "ok", 1)
    named = tuned.Candidate("Руссивальный совет принял закон.", -1.2, "ok", 0)
    assert tuned.agreed([plain, named]) is plain
    near = tuned.Candidate("Совет Федерации принял закон.", -1.1, "ok", 0)
    assert tuned.agreed([plain, named, near]) is near
    unsure = tuned.Candidate("Он", -0.1, "unsure", 0)
    assert tuned.agreed([unsure, named]) is named


def test_of_equals_the_one_that_the_lexicon_explains_is_taken() -> None:
    langs = spelling.Langs("en", "ru")
    said = ["Правительство приняло закон о школах.", "Правительство приняло запах о школах."]
    right, wrong = (
        tuned.judge("The government passed a law on schools.", Answer(text, -0.5, True), langs, None)
        for text in said
    )
    assert right.explained > wrong.explained
    assert tuned.agreed([wrong, right]) is right
    other = tuned.judge("word", Answer("word", -0.5, True), spelling.Langs("en", "fr"), None)
    assert other.explained == 0


TOLD = ["Токаев согласился.", "По словам Токаева, это так."]


def test_words_are_favoured_as_often_as_they_stand_there_and_names_as_they_sound() -> None:
    langs = spelling.Langs("en", "ru")
    once, twice = (spelling.favoured_words(text, langs) for text in ("In November.", "November, November."))
    assert len(once) == 1
    assert twice == once * 2
    assert set(once[0]) >= {"ноября", "ноябре"}
    named = spelling.favoured_words("He met Putin in Astana.", langs)
    assert ("путин",) in named
    assert not [word for words in named for word in words if word in {"astana", "сюжету"}]
    assert spelling.favoured_words("He met Putin.", spelling.Langs("en", "nl")) == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("Он разговаривал с Путичем.", 1),
        ("Он разговаривал с Путиным.", 0),
        ("Он разговаривал с президентом.", 0),
    ],
)
def test_a_name_that_the_lexicon_spells_otherwise_is_misspelt(target: str, expected: int) -> None:
    assert spelling.misspelt("He was talking with Putin.", target, spelling.Langs("en", "ru")) == expected
    langs = spelling.Langs("en", "de")
    assert spelling.misspelt("He was talking with Putin.", target, langs) == 0


@pytest.mark.parametrize(
    ("source", "target", "beside", "expected"),
    [
        ("Yesterday Valentina Matvienko came.", "Вчера пришла Валентина Матиенко.", [], "Матвиенко."),
        ("Yesterday Valentina Matvienko came.", "Вчера пришла Валентина Матвиенко.", [], "Матвиенко."),
        ("Yesterday Tokayev came.", "Вчера пришел Токуэв.", TOLD, "Токаев."),
        ("Yesterday Tokayev came.", "Вчера пришел Токуэв.", TOLD[:1], "Токуэв."),
        ("We spoke with Tokayev.", "Мы говорили с Токаевым.", TOLD, "Токаевым."),
        ("We spoke with Putin.", "Мы говорили с Путичем.", ["Путина нет.", "Путин и Токаев."], "Путин."),
        ("We spoke with Putin.", "Мы говорили с Путичем.", ["Путь долог.", "Путин нет."], "Путичем."),
        ("We spoke with Putin.", "Мы говорили с Путиным.", ["Путина нет.", "Путин и Токаев."], "Путиным."),
        ("Yesterday Wheeler came.", "Вчера пришел Уилер.", TOLD, "Уилер."),
        ("Yesterday Tokayev and Tokyo met.", "Вчера встретились Токуэв и Токио.", TOLD, "Токио."),
        ("Then came the Bulgarians.", "Потом пришли Булгары.", [], "Булгары."),
        ("In an interview with Ana.", "Он дал интервью Анар.", [], "Ана."),
        ("In an interview with Ana.", "Он дал интервью Анам.", [], "Анам."),
    ],
)
def test_misspelled_names_are_spelled(source: str, target: str, beside: list[str], expected: str) -> None:
    found = spelling.corrected(source, target, spelling.Langs("en", "ru"), beside)
    assert found == " ".join([*target.split()[:-1], expected])


def test_names_in_latin_letters_stay() -> None:
    source, target = "Вчера пришла Валентина Матвиенко.", "Yesterday Valentina Matienko came."
    assert spelling.corrected(source, target, spelling.Langs("ru", "en")) == target


def test_a_name_is_spelled_as_the_other_sentences_have_it(
    installed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"came": "Вчера пришел Токуэв.", "agreed": TOLD[0], "word": TOLD[1]}
    translator, decoder = saying(installed, [("", -0.1)])
    answer = decoder.answer

    def say(one: Asked) -> list[Found]:
        asked = translator._tokenizer.decode(list(one.question), skip_special_tokens=True)
        decoder.first = [(next(text for key, text in said.items() if key in asked), -0.1)]
        return answer(one)

    monkeypatch.setattr(decoder, "answer", say)
    texts = ["Yesterday Tokayev came.", "Tokayev agreed.", "In the word of Tokayev, it is so."]
    found = translator.translate(texts, source_lang="en", target_lang="ru")
    assert [one.text for one in found] == ["Вчера пришел Токаев.", *TOLD]
