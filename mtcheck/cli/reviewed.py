"""What reviewers decided, taken out of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mtcheck.core import Failure, Result
from mtcheck.pipeline import Conclusion
from mtcheck.review import NONE_STANDING, Standing, VerdictStore, left_out, store_path


@dataclass
class Reviewed:
    """Verdicts on their way through a run, and how many findings they have settled.

    Attributes:
        stands: what stands, by fingerprint.
        new_only: leave out all that somebody has given a verdict on, not the dismissed alone.
        count: findings left out so far.
    """

    stands: Mapping[str, Standing]
    new_only: bool = False
    count: int = 0

    def without_settled(
        self, events: Iterable[Result | Failure | Conclusion]
    ) -> Iterator[Result | Failure | Conclusion]:
        """The events of a run without those findings; its end says how many they were."""
        for event in events:
            if isinstance(event, Failure):
                yield event
                continue
            kept, count = left_out(event.findings, self.stands, new_only=self.new_only)
            self.count += count
            event = replace(event, findings=kept)
            yield self._saying(event) if isinstance(event, Conclusion) else event

    def __str__(self) -> str:
        """Such as ``12 dismissed by reviewers``; empty if nothing was left out."""
        how = "reviewed already" if self.new_only else "dismissed by reviewers"
        return f"{self.count} {how}" if self.count else ""

    def _saying(self, end: Conclusion) -> Conclusion:
        """With the count in the signature, whose ``left_out`` is what reports print."""
        said = ", ".join(filter(None, [end.signature.get("left_out", ""), str(self)]))
        return replace(end, signature={**end.signature, "left_out": said}) if said else end


def reviewed(path: Path | None, *, new_only: bool) -> Reviewed:
    """The verdicts that a run heeds.

    Args:
        path: the store that was named; None for the project's, if there is any.

    Raises:
        UsageError: the one that was named is not there, or it cannot be read.
    """
    own = store_path(Path.cwd())
    if path is None and not own.is_file():
        return Reviewed(NONE_STANDING, new_only)
    with VerdictStore(path or own) as store:
        return Reviewed(store.standing(), new_only)
