"""
Histories to count: the ladder of FUNNEL's examples, and random rows on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from leadflow.funnel.history import HistoryRow
from leadflow.funnel.ladder import Ladder, Rung


OPEN = ("new", "contacted", "qualified", "proposal", "contract")
STEPS = (*OPEN, "won")
LADDER = Ladder(
    id="sales",
    title="Sales",
    rungs=(
        *(Rung(id=stage, title=stage.title()) for stage in OPEN),
        Rung(id="won", title="Won", kind="won"),
        Rung(id="lost", title="Lost", kind="lost"),
    ),
)


def way(subject: str, *stages: tuple[str, int], **facts: object) -> list[HistoryRow]:
    """
    Return the rows of *subject* through *stages*, pairs of stage and instant.
    """
    return [
        HistoryRow(subject=subject, seq=seq, stage=stage, at_us=at_us, **facts)
        for seq, (stage, at_us) in enumerate(stages)
    ]


def straight(subject: str, upto: int, *, step: int = 10) -> list[HistoryRow]:
    """
    Return the rows of a *subject* that took the first *upto* steps in turn.
    """
    return way(
        subject, *((stage, step * number) for number, stage in enumerate(STEPS[:upto]))
    )


def histories(
    *,
    subjects: Sequence[str] = ("a", "b", "c", "d"),
    stages: Sequence[str] = (*STEPS, "lost", "elsewhere"),
    last: int = 30,
) -> st.SearchStrategy[list[HistoryRow]]:
    """
    Draw rows with ties, returns, skips, late closings and clashing versions.
    """
    return st.lists(
        st.builds(
            HistoryRow,
            subject=st.sampled_from(subjects),
            seq=st.integers(0, 9),
            stage=st.sampled_from(stages),
            at_us=st.integers(0, last),
            owner=st.sampled_from((None, "anna", "boris")),
            source=st.sampled_from((None, "ads", "unknown")),
            reason=st.sampled_from((None, "price", "silence")),
            amount_minor=st.sampled_from((None, 100, 250)),
            currency=st.sampled_from(("EUR", "RUB")),
            client=st.sampled_from((None, "acme")),
        ),
        max_size=24,
    )
