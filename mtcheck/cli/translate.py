"""``mtcheck translate``: the back-translation path by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from mtcheck.cli import options
from mtcheck.core import UsageError

BATCH = 128


def translate(
    source_lang: Annotated[str, typer.Option(help="Language of the texts (BCP 47).")],
    target_lang: Annotated[str, typer.Option(help="Language to translate into (BCP 47).")],
    input_: Annotated[str, typer.Argument(metavar="-", help="- reads records from standard input.")] = "-",
    translator: Annotated[
        str, typer.Option(help="auto, embedded, a model folder, or a Hub id with or without @revision.")
    ] = "auto",
    offline: Annotated[bool, typer.Option("--offline", help="Open no network connection.")] = False,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads for models; the idle cores otherwise.")
    ] = None,
    no_cache: options.NoCache = False,
) -> None:
    """Translate: JSONL {id, text} in, {id, translation, verdict, model} out.

    A text is translated as it stands, so give one sentence a record.
    """
    from mtcheck.annotate.models import Models
    from mtcheck.cli.check import watching

    options.require_language("--source-lang", source_lang)
    options.require_language("--target-lang", target_lang)
    if input_ != "-":
        raise UsageError("translate reads standard input: mtcheck translate - < texts.jsonl")
    failed = False
    with watching(False) as watcher:
        models = Models(
            translator=translator, offline=offline, threads=threads, keep=not no_cache, say=watcher.say
        )
        model, _ = models.translator_for(source_lang, target_lang)
        for batch in _batches():
            good = [record for record in batch if "error" not in record]
            watcher.plan("translation", len(good))
            found = model.translate(
                [record["text"] for record in good],
                source_lang=source_lang,
                target_lang=target_lang,
                progress=lambda n: watcher.advance("translation", n),
            )
            answers = iter(found)
            for record in batch:
                if "error" in record:
                    failed = True
                    typer.echo(json.dumps(record, ensure_ascii=False))
                    continue
                answer = next(answers)
                out = {
                    "id": record["id"],
                    "translation": answer.text,
                    "verdict": answer.verdict,
                    "model": answer.model,
                }
                typer.echo(json.dumps(out, ensure_ascii=False))
    raise typer.Exit(2 if failed else 0)


def _batches() -> Iterator[list[dict[str, Any]]]:
    from mtcheck.cli.check import lines_of_stdin

    batch: list[dict[str, Any]] = []
    for number, line in enumerate(lines_of_stdin(), 1):
        if line.strip():
            batch.append(_record(number, line))
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _record(number: int, line: str) -> dict[str, Any]:
    """The record of one line, or ``{"id", "error"}``."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"line {number}: not valid JSON ({error})"}
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        known = record.get("id") if isinstance(record, dict) else None
        return {"id": known, "error": f'line {number}: needs {{"id": …, "text": "…"}}'}
    return {"id": record.get("id", number), "text": record["text"]}
