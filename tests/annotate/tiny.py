"""Tiny models with random weights, in the real classes and with real tokenizers trained on a few lines.

They are saved as the Hub's repositories are (config, weights, tokenizer), so the loading code under
test is the one that loads the real ones.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LINES = [
    "The president arrived in Paris on Monday for talks.",
    "We will continue to support farmers who lost their harvest.",
    "Президент прибыл в Париж в понедельник для переговоров.",
    "Мы продолжим поддерживать фермеров, потерявших урожай.",
    "The company's profit fell by 12 percent in the third quarter.",
    "Прибыль компании в третьем квартале снизилась на 12 процентов.",
    "English: Russian: German: French: translate to < > 2 _ rus eng",
    "„Wir werden die Bauern weiterhin unterstützen“, sagte der Minister.",
    "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789 .,:;!?\"'«»()-–—",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
]


def sentencepiece(folder: Path, name: str = "sp.model", **options: Any) -> Path:
    """A unigram sentencepiece model trained on ``LINES``."""
    import sentencepiece as spm

    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(LINES * 20), encoding="utf-8")
    prefix = str(folder / name.removesuffix(".model"))
    spm.SentencePieceTrainer.train(
        input=str(corpus),
        model_prefix=prefix,
        vocab_size=300,
        hard_vocab_limit=False,
        character_coverage=1.0,
        minloglevel=2,
        **options,
    )
    corpus.unlink()
    return Path(f"{prefix}.model")


def marian(folder: Path, *, safetensors: bool = True, tags: tuple[str, ...] = ()) -> Path:
    """A MarianMTModel, as opus-mt repositories hold it."""
    import sentencepiece as spm
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    model_file = sentencepiece(folder, "source.spm.model").rename(folder / "source.spm")
    (folder / "target.spm").write_bytes(model_file.read_bytes())
    pieces = spm.SentencePieceProcessor(model_file=str(model_file))
    vocab = {"</s>": 0, "<unk>": 1}
    for tag in tags:
        vocab[tag] = len(vocab)
    for i in range(pieces.get_piece_size()):
        vocab.setdefault(pieces.id_to_piece(i), len(vocab))
    vocab["<pad>"] = len(vocab)
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    MarianTokenizer(
        str(folder / "source.spm"),
        str(folder / "target.spm"),
        str(folder / "vocab.json"),
        source_lang="en",
        target_lang="ru",
    ).save_pretrained(folder)
    torch.manual_seed(0)
    pad = vocab["<pad>"]
    config = MarianConfig(
        vocab_size=len(vocab),
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_position_embeddings=128,
        pad_token_id=pad,
        eos_token_id=0,
        decoder_start_token_id=pad,
        forced_eos_token_id=0,
    )
    _save(MarianMTModel(config), folder, safetensors=safetensors)
    return folder


def nllb(folder: Path) -> Path:
    """An M2M100ForConditionalGeneration with FLORES-200 codes, as NLLB repositories hold it."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import M2M100Config, M2M100ForConditionalGeneration, NllbTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.train_from_iterator(LINES, trainer)
    tokenizer.add_special_tokens(["eng_Latn", "rus_Cyrl", "deu_Latn", "<mask>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    tokenizer.save(str(folder / "tokenizer.json"))
    made = NllbTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), src_lang="eng_Latn")
    made.save_pretrained(folder)
    torch.manual_seed(0)
    config = M2M100Config(
        vocab_size=len(made),
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_position_embeddings=128,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        decoder_start_token_id=2,
    )
    _save(M2M100ForConditionalGeneration(config), folder)
    return folder


def t5(folder: Path, *, madlad: bool = False) -> Path:
    """A T5ForConditionalGeneration; with ``<2ru>`` tokens it is what MADLAD-400 looks like."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tags = ["<2en>", "<2ru>", "<2de>"] if madlad else []
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<pad>", "</s>", "<unk>", *tags])
    tokenizer.train_from_iterator(LINES, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    made = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    made.save_pretrained(folder)
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(made),
        d_model=32,
        d_kv=16,
        d_ff=32,
        num_layers=1,
        num_decoder_layers=1,
        num_heads=2,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
    )
    _save(T5ForConditionalGeneration(config), folder)
    return folder


def metricx(folder: Path) -> Path:
    """An MT5ForConditionalGeneration with mT5's own number of rows, as MetricX-24 is saved."""
    import torch
    from transformers import MT5Config, MT5ForConditionalGeneration

    t5(folder)  # for its tokenizer
    for path in folder.glob("*.safetensors"):
        path.unlink()
    torch.manual_seed(1)
    config = MT5Config(
        vocab_size=250_112,
        d_model=16,
        d_kv=8,
        d_ff=16,
        num_layers=1,
        num_decoder_layers=1,
        num_heads=2,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
        tie_word_embeddings=False,
    )
    model = MT5ForConditionalGeneration(config)
    # a head of its own, whatever this release makes of tie_word_embeddings
    model.lm_head.weight = torch.nn.Parameter(torch.randn(250_112, 16))
    _save(model, folder)
    return folder


def causal(folder: Path) -> Path:
    """A LlamaForCausalLM with a byte-level BPE tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=["<s>", "</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(LINES, trainer)
    made = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    made.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(made),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=2048,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    _save(LlamaForCausalLM(config), folder)
    return folder


def _save(model: Any, folder: Path, *, safetensors: bool = True) -> None:
    import torch

    if safetensors:
        model.save_pretrained(folder)
        return
    model.config.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")


def gemma(folder: Path) -> Path:
    """A Gemma3ForCausalLM with byte-pair encoding and byte fallback, as the embedded model is converted."""
    import torch
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    folder.mkdir(parents=True, exist_ok=True)
    size = _gemma_tokenizer(folder)
    torch.manual_seed(0)
    config = Gemma3TextConfig(
        vocab_size=size,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        query_pre_attn_scalar=16,
        sliding_window=512,
        layer_types=["sliding_attention", "full_attention"],
        max_position_embeddings=1024,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=2,
        tie_word_embeddings=True,
    )
    model = Gemma3ForCausalLM(config)
    with torch.no_grad():  # Gemma adds 1 to these; other values than 0 show whether they are used at all
        for name, weight in model.named_parameters():
            if "norm" in name:
                weight.uniform_(-0.2, 0.2)
            else:
                weight.normal_(std=0.15)
    _save(model, folder)
    return folder


def _gemma_tokenizer(folder: Path) -> int:
    """Gemma's pipeline over pieces learnt from ``LINES``; how many tokens it has."""
    from tokenizers import (
        AddedToken,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
        trainers,
    )
    from transformers import PreTrainedTokenizerFast

    special = ["<pad>", "<eos>", "<bos>", "<unk>"]
    bytes_ = [f"<0x{value:02X}>" for value in range(256)]
    learner = Tokenizer(models.BPE())
    learner.normalizer = normalizers.Replace(" ", "▁")
    trainer = trainers.BpeTrainer(vocab_size=500, special_tokens=[*special, *bytes_], show_progress=False)
    learner.train_from_iterator([*LINES, "\n"], trainer)
    learnt = json.loads(learner.to_str())["model"]
    model = models.BPE(
        vocab=learnt["vocab"],
        merges=[tuple(m) for m in learnt["merges"]],
        unk_token="<unk>",
        fuse_unk=True,
        byte_fallback=True,
    )
    tokenizer = Tokenizer(model)
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in special])
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A", special_tokens=[("<bos>", learnt["vocab"]["<bos>"])]
    )
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    made = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>"
    )
    made.save_pretrained(folder)
    return len(made)
