"""
The playbook: the whole configuration as one frozen value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import attrs

from leadflow.assignment import Needs, Policy, needs
from leadflow.channels.replies import QuickReply
from leadflow.channels.settings import ChannelSettings
from leadflow.charts import LEAD_STATES, Flow, LeadState, flow_of, lead_definition
from leadflow.errors import DefinitionError, Refused, UnknownRecord
from leadflow.playbook.fields import FieldOf, FieldSpec, FieldValue
from leadflow.reasons import Reason, Reasons
from leadflow.scenario import Scenario
from leadflow.team import Team
from leadflow.values import ChannelId, Fields, MemberId, RoleId
from leadflow.worktime import WorkCalendar


if TYPE_CHECKING:
    from datetime import datetime


__all__ = ("Playbook",)

_K = TypeVar("_K")
_T = TypeVar("_T")


@attrs.frozen(kw_only=True)
class Playbook:
    """
    Hold everything that a company decides about its leads.

    Built in Python or loaded from TOML (`leadflow.playbook.load`) with the same
    checks: the constructor raises `~leadflow.errors.DefinitionError` with all
    problems at once.

    *region* is the ISO 3166 country that national phone numbers are read in,
    *currency* ISO 4217.  *policies*, *calendars* are (name, value) pairs.
    *policy* names the one for channels that name none.  *scenarios* may hold
    several versions of one; the newest opens new interests, the others serve
    those under way (R37).  *replies* are prepared answers (R8).  *simple* switches
    leads off (R24).  *sales_roles* are those whose incoming calls always make leads
    (R3).
    """

    name: str = "playbook"
    language: str = "en"
    region: str = ""
    currency: str = ""
    team: Team = attrs.field(factory=Team)
    channels: tuple[ChannelSettings, ...] = ()
    lead_states: tuple[LeadState, ...] = LEAD_STATES
    lead_ends: tuple[str, str] = ("Converted", "Rejected")
    reasons: tuple[Reason, ...] = ()
    fields: tuple[FieldSpec, ...] = ()
    replies: tuple[QuickReply, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    policies: tuple[tuple[str, Policy], ...] = ()
    policy: str = ""
    calendars: tuple[tuple[str, WorkCalendar], ...] = ()
    calendar: str = ""
    sales_roles: tuple[RoleId, ...] = ()
    simple: bool = False

    _channels: Mapping[str, ChannelSettings] = attrs.field(
        init=False, eq=False, repr=False
    )
    _policies: Mapping[str, Policy] = attrs.field(init=False, eq=False, repr=False)
    _calendars: Mapping[str, WorkCalendar] = attrs.field(
        init=False, eq=False, repr=False
    )
    _scenarios: Mapping[tuple[str, int], Scenario] = attrs.field(
        init=False, eq=False, repr=False
    )
    _newest: Mapping[str, Scenario] = attrs.field(init=False, eq=False, repr=False)
    _needs: Mapping[str, Needs] = attrs.field(init=False, eq=False, repr=False)
    _fields: Mapping[str, FieldSpec] = attrs.field(init=False, eq=False, repr=False)
    _catalogue: Reasons = attrs.field(init=False, eq=False, repr=False)
    _flow: Flow = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        # Late: the checks read the value that they check.
        from leadflow.playbook._check import check_playbook  # noqa: PLC0415 - late, for a light import

        newest: dict[str, Scenario] = {}
        for scenario in self.scenarios:
            known = newest.get(scenario.id)
            if known is None or known.version < scenario.version:
                newest[scenario.id] = scenario
        views: dict[str, object] = {
            "_channels": {channel.id: channel for channel in self.channels},
            "_policies": dict(self.policies),
            "_needs": {
                name: needs(policy, team=self.team) for name, policy in self.policies
            },
            "_calendars": dict(self.calendars),
            "_scenarios": {(s.id, s.version): s for s in self.scenarios},
            "_newest": newest,
            "_fields": {field.id: field for field in self.fields},
            "_catalogue": Reasons(self.reasons),
        }
        for name, view in views.items():
            object.__setattr__(self, name, view)
        problems = check_playbook(self)
        if problems:
            raise DefinitionError(problems)
        converted, rejected = self.lead_ends
        flow = flow_of(
            lead_definition(self.lead_states, converted=converted, rejected=rejected)
        )
        object.__setattr__(self, "_flow", flow)

    @property
    def lead_flow(self) -> Flow:
        """Return the table of the lead's state machine (R19)."""
        return self._flow

    @property
    def catalogue(self) -> Reasons:
        """Return the catalogue of reasons (R22)."""
        return self._catalogue

    def channel(self, id: ChannelId) -> ChannelSettings:  # noqa: A002 - the field's own name
        """
        Return the settings of a channel.

        Raises:
            UnknownRecord: the playbook has no such channel.
        """
        return _found(self._channels, id, "channel")

    def scenario(self, id: str = "", version: int | None = None) -> Scenario:  # noqa: A002 - the field's own name
        """
        Return a scenario: the newest version, or the one that is asked for.

        Without *id* it is the playbook's first.

        Raises:
            UnknownRecord: there is no such scenario, or no such version of it.
        """
        if version is not None:
            return _found(self._scenarios, (id, version), "scenario")
        if not id:
            if not self.scenarios:
                raise UnknownRecord(
                    "playbook.unknown-scenario", "the playbook has no scenarios"
                )
            id = self.scenarios[0].id  # noqa: A001 - the field's own name
        return _found(self._newest, id, "scenario")

    def policy_for(self, channel: ChannelSettings) -> tuple[str, Policy | None]:
        """
        Return the name and the assignment policy of *channel*, or the default.
        """
        name = channel.policy or self.policy
        return name, self.policy_named(name) if name else None

    def policy_named(self, name: str) -> Policy:
        """
        Return an assignment policy.

        Raises:
            UnknownRecord: the playbook has no such policy.
        """
        return _found(self._policies, name, "policy")

    def calendar_for(self, channel: ChannelSettings) -> WorkCalendar:
        """
        Return the working hours of *channel*, or the company's; else 24/7.
        """
        name = channel.calendar or self.calendar
        return self._calendars[name] if name else WorkCalendar()

    def respond_by(self, channel: ChannelSettings, at: datetime) -> datetime | None:
        """
        Return until when what came in at *at* must be answered, None if never.
        """
        if channel.response_time is None:
            return None
        return self.calendar_for(channel).add(at, channel.response_time)

    def needs_of(self, policy: str) -> Needs:
        """
        Return what has to be read for the policy of that name.

        Raises:
            UnknownRecord: the playbook has no such policy.
        """
        return _found(self._needs, policy, "policy")

    @cached_property
    def counts_load(self) -> bool:
        """Tell whether any policy or member asks how much each has to do."""
        return any(m.capacity is not None for m in self.team.members) or any(
            wanted.load for wanted in self._needs.values()
        )

    def check_member(self, id: str, *, subject: str = "") -> MemberId:  # noqa: A002 - the field's own name
        """
        Return *id* as a member's.

        Raises:
            UnknownRecord: there is no such member.
        """
        if self.team.find(MemberId(id)) is None:
            raise UnknownRecord(
                "team.unknown-member", f"there is no member {id}", subject=subject
            )
        return MemberId(id)

    def clean_fields(
        self,
        given: Mapping[str, FieldValue | Iterable[str]],
        of: FieldOf,
        *,
        subject: str = "",
    ) -> Fields:
        """
        Return custom field values in their canonical texts (R20).

        Raises:
            Refused: a field is not declared for *of*, or a value is not of its
                type; all wrong ones are named at once.
        """
        clean: list[tuple[str, tuple[str, ...]]] = []
        wrong: list[str] = []
        missing: list[str] = []
        for name, value in given.items():
            spec = self._fields.get(name)
            if spec is None or of not in spec.of:
                article = "an" if of == "interest" else "a"
                wrong.append(f"there is no field {name} of {article} {of}")
                missing.append(name)
                continue
            try:
                clean.append((name, spec.clean(value)))
            except Refused as error:
                wrong.append(error.message)
                missing.append(name)
        if wrong:
            raise Refused(
                "field.not-accepted",
                "; ".join(wrong),
                subject=subject,
                missing=missing,
            )
        return tuple(sorted(clean))

    def field(self, id: str) -> FieldSpec:  # noqa: A002 - the field's own name
        """
        Return the declaration of a custom field.

        Raises:
            UnknownRecord: the playbook has no such field.
        """
        return _found(self._fields, id, "field")

    def quick_reply(self, id: str, language: str = "") -> QuickReply:  # noqa: A002 - the field's own name
        """
        Return a prepared answer in *language*, else in the playbook's, else any.

        Raises:
            UnknownRecord: the playbook has no such reply.
        """
        texts = {reply.language: reply for reply in self.replies if reply.id == id}
        if not texts:
            raise UnknownRecord(
                "playbook.unknown-reply", f"the playbook has no reply {id}"
            )
        wanted = (language, language.partition("-")[0], self.language, "")
        found = (texts[each] for each in wanted if each in texts)
        return next(found, next(iter(texts.values())))

    def serves_sales(self, member: MemberId) -> bool:
        """
        Tell whether *member* is in one of the sales roles (R3).
        """
        found = self.team.find(member)
        return found is not None and not found.roles.isdisjoint(self.sales_roles)


def _found(known: Mapping[_K, _T], key: _K, what: str) -> _T:
    try:
        return known[key]
    except KeyError:
        name = key if isinstance(key, str) else "/".join(str(k) for k in key)  # type: ignore[attr-defined]
        raise UnknownRecord(
            f"playbook.unknown-{what}", f"the playbook has no {what} {name}"
        ) from None
