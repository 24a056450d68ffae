"""Encoder-decoder translators: Marian (opus-mt), NLLB, M2M100, mBART-50, T5 and MADLAD.

They differ in how they are told the languages, and in nothing else that matters here. Each way is
one small function in ``ADDRESSING``; which one a model wants is read off its configuration and its
tokenizer's vocabulary, never off its name:

- Marian: one pair, or ``>>rus<<`` in front of the text where the model has several targets.
- NLLB: FLORES-200 codes (``rus_Cyrl``), M2M100: ISO 639 codes, mBART-50: locale codes (``ru_RU``);
  the tokenizer sets the source, the decoder starts with the target's token.
- T5: ``translate English to German: ``; MADLAD-400 (T5 with ``<2de>`` in its vocabulary): that token.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mtcheck import resources, text
from mtcheck.annotate import guards
from mtcheck.annotate.base import Progress, silent
from mtcheck.annotate.hf.batches import runs
from mtcheck.annotate.hf.loading import LoadedModel
from mtcheck.core import ModelError, Translation

BATCH_TOKENS = 1024
BEAMS = 4
NO_REPEAT = 4
MAX_INPUT = 400
"""Tokens. Marian drops later sentences of longer input (marian-nmt/marian#389)."""


@dataclass(frozen=True, slots=True)
class Address:
    """How a model is told one pair.

    Attributes:
        prefix: put in front of every text.
        source_code: the tokenizer's ``src_lang``, or None.
        first_token: id that the decoder starts with, or None for the model's own.
    """

    prefix: str = ""
    source_code: str | None = None
    first_token: int | None = None


class Seq2SeqTranslator:
    """Translation by a Hugging Face encoder-decoder model.

    Args:
        loaded: the model.
        pair: the only pair of a bilingual model, as its card or registry line states it; None for a
            model that is told the languages.
    """

    weak = False

    def __init__(self, loaded: LoadedModel, *, pair: tuple[str, str] | None = None) -> None:
        self.loaded = loaded
        self._pair = pair
        self._address = ADDRESSING[_family(loaded)]
        self.signature = loaded.checkpoint.signature

    def supports(self, source_lang: str, target_lang: str) -> bool:
        """True if the model can be told this pair (or was made for it alone)."""
        return self._find(source_lang, target_lang) is not None

    def _find(self, source_lang: str, target_lang: str) -> Address | None:
        a, b = text.primary(source_lang), text.primary(target_lang)
        if a == b:
            return None
        if self._pair is not None and (a, b) != tuple(text.primary(x) for x in self._pair):
            return None
        return self._address(self.loaded, a, b)

    def translate(
        self, texts: Sequence[str], *, source_lang: str, target_lang: str, progress: Progress = silent
    ) -> list[Translation]:
        """See ``Translator``."""
        address = self._find(source_lang, target_lang)
        if address is None:
            raise ModelError(f"{self.signature} does not translate {source_lang} into {target_lang}")
        tokenizer = self.loaded.tokenizer
        if address.source_code is not None:
            tokenizer.src_lang = address.source_code
        encoded = [tokenizer(address.prefix + " ".join(value.split()))["input_ids"] for value in texts]
        out: list[Translation | None] = [None] * len(texts)
        limit = min(MAX_INPUT, _positions(self.loaded))
        for i, ids in enumerate(encoded):
            if len(ids) > limit:
                out[i] = Translation("", "too-long", self.signature)
                progress(1)
        order = sorted((i for i, known in enumerate(out) if known is None), key=lambda i: len(encoded[i]))
        for batch in runs(order, lambda i: len(encoded[i]), most=BATCH_TOKENS):
            answers = self._generate([encoded[i] for i in batch], address)
            for i, (answer, finished) in zip(batch, answers, strict=True):
                verdict = guards.judge(
                    texts[i], answer, source_lang=source_lang, target_lang=target_lang, finished=finished
                )
                out[i] = Translation(answer, verdict, self.signature)
                progress(1)
        return [t for t in out if t is not None]

    def _generate(self, rows: list[list[int]], address: Address) -> list[tuple[str, bool]]:
        import torch

        from mtcheck.annotate.hf.loading import quiet_transformers

        tokenizer, model = self.loaded.tokenizer, self.loaded.model
        batch = tokenizer.pad({"input_ids": rows}, return_tensors="pt")
        most = min(2 * max(len(r) for r in rows) + 16, _positions(self.loaded) - 2)
        options: dict[str, Any] = (
            {} if address.first_token is None else {"forced_bos_token_id": address.first_token}
        )
        with torch.inference_mode(), quiet_transformers():
            out = model.generate(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                num_beams=BEAMS,
                no_repeat_ngram_size=NO_REPEAT,
                max_new_tokens=most,
                max_length=None,
                do_sample=False,
                early_stopping=True,
                **options,
            )
        ends = _end_tokens(model, tokenizer)
        texts = tokenizer.batch_decode(out, skip_special_tokens=True)
        return [
            (str(t).strip(), any(int(i) in ends for i in row[1:]))
            for t, row in zip(texts, out.tolist(), strict=True)
        ]


def _end_tokens(model: Any, tokenizer: Any) -> set[int]:
    found: set[int] = set()
    for value in (tokenizer.eos_token_id, model.generation_config.eos_token_id):
        found.update(value if isinstance(value, list) else [] if value is None else [int(value)])
    return found


def _positions(loaded: LoadedModel) -> int:
    return int(getattr(loaded.model.config, "max_position_embeddings", None) or 512)


def _family(loaded: LoadedModel) -> str:
    vocabulary = loaded.tokenizer.get_vocab()
    if loaded.model_type == "m2m_100":
        return "nllb" if "eng_Latn" in vocabulary else "m2m_100"
    if loaded.model_type in {"t5", "mt5", "umt5"}:
        return "madlad" if "<2en>" in vocabulary or "<2de>" in vocabulary else "t5"
    if loaded.model_type in ADDRESSING:
        return loaded.model_type
    kind = loaded.model_type or "this architecture"
    raise ModelError(
        f"{loaded.checkpoint.path}: {kind} is not one that mtcheck can speak to"
        f" (it knows {', '.join(sorted(ADDRESSING))} and causal models)"
    )


def _marian(loaded: LoadedModel, source: str, target: str) -> Address | None:
    tokenizer = loaded.tokenizer
    codes = list(getattr(tokenizer, "supported_language_codes", None) or [])
    if not _may_be(getattr(tokenizer, "source_lang", None), source):
        return None
    if not codes:
        stated = _may_be(getattr(tokenizer, "target_lang", None), target)
        return Address() if stated else None
    wanted = {target, _code("iso639_3", target) or target}
    for code in codes:
        if code.strip("<>").split("_", 1)[0] in wanted:
            return Address(prefix=f"{code} ")
    return None


def _may_be(stated: str | None, lang: str) -> bool:
    """Whether a Marian tokenizer's language is ``lang``, or a group (``zle``) that may hold it."""
    if not stated or stated == lang or stated == _code("iso639_3", lang):
        return True
    return len(stated) == 3 and stated not in resources.data("model_languages")["iso639_3"].values()


def _by_token(table: str, wrap: str = "{}") -> Callable[[LoadedModel, str, str], Address | None]:
    """Addressing by a source code in the tokenizer and a target token before the output."""

    def address(loaded: LoadedModel, source: str, target: str) -> Address | None:
        vocabulary = loaded.tokenizer.get_vocab()
        codes = [_code(table, lang) for lang in (source, target)]
        if any(code is None or wrap.format(code) not in vocabulary for code in codes):
            return None
        return Address("", codes[0], int(vocabulary[wrap.format(codes[1])]))

    return address


def _madlad(loaded: LoadedModel, source: str, target: str) -> Address | None:  # noqa: ARG001 - all are asked alike
    token = f"<2{target}>"
    return Address(prefix=f"{token} ") if token in loaded.tokenizer.get_vocab() else None


def _t5(loaded: LoadedModel, source: str, target: str) -> Address | None:
    """T5 was taught English to German, French and Romanian alone (Raffel et al. 2020, appendix D);
    a fine-tuned one says its prefixes in ``task_specific_params``."""
    tasks = getattr(loaded.model.config, "task_specific_params", None) or {}
    known = {f"translation_{source}_to_{target}"} & set(tasks)
    if not known and not (source == "en" and target in {"de", "fr", "ro"}):
        return None
    prefix = (tasks.get(f"translation_{source}_to_{target}") or {}).get("prefix")
    names = text.language_name(source), text.language_name(target)
    return Address(prefix=prefix or f"translate {names[0]} to {names[1]}: ")


def _code(table: str, lang: str) -> str | None:
    value = resources.data("model_languages")[table].get(lang)
    if value is None and table == "m2m_100":
        return lang
    return None if value is None else str(value)


ADDRESSING: dict[str, Callable[[LoadedModel, str, str], Address | None]] = {
    "marian": _marian,
    "nllb": _by_token("flores200"),
    "m2m_100": _by_token("m2m_100", "__{}__"),
    "mbart": _by_token("mbart50"),
    "madlad": _madlad,
    "t5": _t5,
}
"""Family to how it is told a pair: (loaded, source, target) to Address, None if it cannot."""
