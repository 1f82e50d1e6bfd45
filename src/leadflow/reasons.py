"""
The catalogue of reasons: one serves rejected leads and lost interests (R22, R41).
"""

from __future__ import annotations

from typing import Literal

import attrs

from leadflow.errors import Refused, UnknownRecord


__all__ = ("Reason", "ReasonUse", "Reasons")

ReasonUse = Literal["leads", "interests"]


@attrs.frozen(kw_only=True)
class Reason:
    """
    Name one reason; *title* is for people, in any language.

    *use* tells what it may end; *comment_required* makes it ask for words
    (M21: "other" says nothing by itself).
    """

    id: str
    title: str = ""
    use: tuple[ReasonUse, ...] = ("leads", "interests")
    comment_required: bool = False


@attrs.frozen
class Reasons:
    """
    Hold the reasons in the order in which people choose from them.
    """

    catalogue: tuple[Reason, ...] = ()

    def get(self, id: str) -> Reason | None:  # noqa: A002 - the field's own name
        """
        Return the reason *id*, None if the catalogue has none such.
        """
        return next((reason for reason in self.catalogue if reason.id == id), None)

    def title(self, id: str) -> str:  # noqa: A002 - the field's own name
        """
        Return the title of the reason *id*, the id itself if it has none.
        """
        found = self.get(id)
        return found.title or id if found else id

    def check(
        self,
        reason: str,
        *,
        use: ReasonUse,
        required: bool,
        comment: str = "",
        only: tuple[str, ...] = (),
        subject: str = "",
    ) -> None:
        """
        Refuse a *reason* that may not end what *use* names.

        *only* narrows the catalogue (a scenario's own list), empty is all of it.

        Raises:
            Refused: a reason is required and none given
                (``reason.required``), it does not apply here
                (``reason.not-applicable``), or it asks for a comment
                (``reason.comment-required``).
            UnknownRecord: the catalogue has no such reason (``reason.unknown``).
        """
        if not reason:
            if required:
                raise Refused(
                    "reason.required",
                    "a reason is required",
                    subject=subject,
                    missing=("reason",),
                )
            return
        found = self.get(reason)
        if found is None:
            raise UnknownRecord(
                "reason.unknown", f"there is no reason {reason}", subject=subject
            )
        if use not in found.use or (only and reason not in only):
            raise Refused(
                "reason.not-applicable",
                f"the reason {reason} does not apply to these {use}",
                subject=subject,
            )
        if found.comment_required and not comment.strip():
            raise Refused(
                "reason.comment-required",
                f"the reason {reason} asks for a comment",
                subject=subject,
                missing=("comment",),
            )
