"""
Tests of `leadflow.reasons`: one catalogue for rejected leads and lost interests.
"""

from __future__ import annotations

from typing import Any

import pytest

from leadflow.errors import Refused, UnknownRecord
from leadflow.reasons import Reason, Reasons


REASONS = Reasons(
    (
        Reason(id="price", title="Too expensive"),
        Reason(id="spam", use=("leads",)),
        Reason(id="other", comment_required=True),
    )
)


def check(reason: str, **more: Any) -> None:
    """
    Check *reason* for leads that need none.
    """
    REASONS.check(reason, **{"use": "leads", "required": False} | more)


def refusal(reason: str, **more: Any) -> Refused:
    """
    Return the refusal of *reason*.
    """
    with pytest.raises(Refused) as caught:
        check(reason, subject="lead/7", **more)
    return caught.value


class TestCheck:
    @pytest.mark.parametrize(
        ("reason", "more"),
        [
            ("price", {}),
            ("price", {"use": "interests", "required": True}),
            ("price", {"only": ("price",)}),
            ("spam", {}),
            ("other", {"comment": "moved away"}),
            ("", {}),
        ],
    )
    def test_accepts(self, reason: str, more: dict[str, Any]) -> None:
        """A reason that applies passes, and so does none where none is asked."""
        assert None is check(reason, **more)  # type: ignore[func-returns-value]

    @pytest.mark.parametrize(
        ("reason", "more", "rule", "missing"),
        [
            ("", {"required": True}, "reason.required", ("reason",)),
            ("nose", {}, "reason.unknown", ()),
            ("spam", {"use": "interests"}, "reason.not-applicable", ()),
            ("price", {"only": ("spam",)}, "reason.not-applicable", ()),
            ("other", {}, "reason.comment-required", ("comment",)),
            ("other", {"comment": " \n"}, "reason.comment-required", ("comment",)),
        ],
    )
    def test_refuses(
        self, reason: str, more: dict[str, Any], rule: str, missing: tuple[str, ...]
    ) -> None:
        """What may not end a record is refused with its rule (R22, M21)."""
        refused = refusal(reason, **more)

        assert (rule, missing, "lead/7") == (
            refused.rule,
            refused.missing,
            refused.subject,
        )

    def test_unknown_is_a_lookup_error(self) -> None:
        """A reason that the catalogue does not have is an unknown record (M22)."""
        assert isinstance(refusal("nose"), UnknownRecord)


class TestTitles:
    @pytest.mark.parametrize(
        ("reason", "title"),
        [("price", "Too expensive"), ("spam", "spam"), ("nose", "nose")],
    )
    def test_title_or_id(self, reason: str, title: str) -> None:
        """A reason is shown by its title, by its id where it has none."""
        assert title == REASONS.title(reason)

    def test_get(self) -> None:
        """The catalogue answers its reasons by id, None for others."""
        assert (REASONS.catalogue[0], None) == (REASONS.get("price"), REASONS.get("x"))
