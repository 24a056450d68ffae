"""Catalogues that wait for the translator: what it is asked of them, and what becomes of its answers.

Rules come first, since what they find says which messages are worth a model's time. Under a budget
all catalogues of a run wait until the last one is read, so that the most suspicious messages of all
come first; without one each is asked about at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mtcheck.annotate import metrics, units
from mtcheck.annotate.budget import Budget
from mtcheck.checks.round_trip import TripCheck
from mtcheck.core import Catalogue, Failure, Finding, ModelError, Result
from mtcheck.selection import LeftOut

if TYPE_CHECKING:
    from mtcheck.checks.base import Check
    from mtcheck.pipeline import Options, Watcher

MOST = 1000
"""Messages of one catalogue that may wait: more than a model reads while somebody looks on."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A catalogue that the rules are done with.

    Attributes:
        result: what they found.
        messages: what the translator may be asked, the most suspicious first, at most ``MOST``.
        worth: how many there would be without that limit.
        catalogue: with the units of ``messages`` alone.
    """

    result: Result
    messages: tuple[units.Message, ...]
    worth: int
    catalogue: Catalogue


Event = Result | Failure | Waiting


class Inquiry:
    """What one run asks about messages.

    Args:
        options: of the run.
        rules: that run.
        budget: the model time of the run.
        watcher: told how it gets on.

    Attributes:
        asks: whether anything is asked at all: a translator, and a rule that listens.
        left_out: findings that came of it and are not reported.
        heard: messages that were asked about.
        worth: messages that would have been worth it.
    """

    def __init__(self, options: Options, rules: Sequence[Check], *, budget: Budget, watcher: Watcher) -> None:
        self._options, self._budget, self._watcher = options, budget, watcher
        self._rules = [rule for rule in rules if isinstance(rule, TripCheck)]
        self._models = options.models if options.units else None
        self.asks = bool(self._models is not None and self._models.translator is not None and self._rules)
        self.left_out = LeftOut()
        self.heard = self.worth = 0
        self._loaded = False

    def waiting(self, result: Result | Failure, catalogue: Catalogue) -> Event:
        """A catalogue's result with what to ask; the result alone if there is nothing.

        Args:
            result: what the rules found and is to be reported; a failure passes through.
            catalogue: what they looked at.
        """
        if isinstance(result, Failure) or not self.asks:
            return result
        lang = catalogue.target_lang or self._options.lang
        source_lang = catalogue.source_lang or self._options.source_lang
        if lang is None or source_lang is None:
            unknown = "language" if lang is None else "source language"
            return _saying(result, round_trip=f"not done: the {unknown} is not known")
        found = units.most_suspicious(catalogue.units, result.findings, pair=(lang, source_lang))
        if self._options.only_suspicious:
            found = [message for message in found if message.is_suspicious]
        if not found:
            return result
        chosen = tuple(found[:MOST])
        held = replace(catalogue, units=tuple(message.unit for message in chosen))
        return Waiting(result, chosen, len(found), held)

    def answered(self, held: Sequence[Event]) -> Iterator[Result | Failure]:
        """What was held back, in its order, with what the translator says of the catalogues in it."""
        waiting = [event for event in held if isinstance(event, Waiting)]
        answers = units.Answers()
        if waiting and self._models is not None:
            answers = units.translate_back(
                [replace(m, owner=n) for n, w in enumerate(waiting) for m in w.messages],
                self._models,
                self._budget,
                plan=lambda n: self._watcher.plan("translation", n),
                progress=lambda n: self._watcher.advance("translation", n),
            )
        self._loaded = self._loaded or bool(answers.translators)
        own: list[list[units.Answer]] = [[] for _ in waiting]
        for answer in answers.of:
            own[answer.message.owner].append(answer)
        heard = iter(own)
        for event in held:
            if isinstance(event, Waiting):
                yield from self._conclude(event, next(heard), answers)
            else:
                yield event

    def _conclude(
        self, waiting: Waiting, own: Sequence[units.Answer], answers: units.Answers
    ) -> Iterator[Result | Failure]:
        findings: list[Finding] = []
        failures: list[Failure] = []
        uri = waiting.catalogue.uri
        for rule in self._rules:
            try:
                for answer in own:
                    findings.extend(rule.judge_trip(answer.message.unit, waiting.catalogue, answer.trip))
            except Exception as error:  # noqa: BLE001 - one broken rule must not lose the file
                problem = f"{rule.code} failed: {type(error).__name__}: {error}"
                failures.append(Failure(uri, problem, stage="check"))
        self.heard += len(own)
        self.worth += waiting.worth
        mine = replace(waiting.result, findings=tuple(findings))
        mine, left = self._options.selection.apply(mine, waiting.catalogue)
        self.left_out = self.left_out + left
        both = sorted((*waiting.result.findings, *mine.findings), key=_in_file_order)
        yield replace(self._signed(waiting, len(own), answers), findings=tuple(both))
        yield from failures
        yield from self._failed(uri, answers.errors.get(waiting.messages[0].pair))

    def _signed(self, waiting: Waiting, heard: int, answers: units.Answers) -> Result:
        """The result with what was asked, and of whom."""
        pair, said = waiting.messages[0].pair, {}
        if (chosen := answers.translators.get(pair)) is not None:
            back, why = chosen
            said = {"translator": back.signature + (" (weak)" if back.weak else ""), "translator_chosen": why}
        if heard:
            said |= metrics.signatures(pair[1])
        error = answers.errors.get(pair)
        if error is not None:
            known = isinstance(error, ModelError)
            said["round_trip"] = f"not done: {error}" if known else f"failed: {type(error).__name__}"
        said["models_saw"] = f"{heard} of {waiting.worth} messages, the most suspicious first"
        return _saying(waiting.result, **said)

    def _failed(self, uri: str, error: Exception | None) -> Iterator[Failure]:
        """A model that breaks, or that the user named and cannot be had; not one that ``auto`` lacks."""
        if error is None or self._models is None:
            return
        if not isinstance(error, ModelError):
            yield Failure(uri, f"round_trip: {type(error).__name__}: {error}", stage="annotate")
        elif self._models.translator != "auto":
            yield Failure(uri, str(error), stage="annotate")

    def unheard(self) -> str:
        """What models did not look at, in plain words; empty if they saw all that is worth it."""
        if self.heard == self.worth:
            return ""
        said = f"models looked at {self.heard} of {self.worth} messages"
        if self._budget.limited:
            said += f" within the budget of {self._budget}"
        if self._loaded and not self.heard and not self._budget.left:
            return f"{said}: loading took all of it"
        return f"{said}, the most suspicious first"


def _saying(result: Result, **said: str) -> Result:
    return replace(result, signature={**result.signature, **said})


def _in_file_order(finding: Finding) -> tuple[int, str, str]:
    return finding.origin.line or 0, finding.origin.unit or "", finding.code
