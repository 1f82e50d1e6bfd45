"""
Check a playbook as a whole: every name that one part says, another part has.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, get_args

from leadflow._problems import (
    check_currency,
    check_ids,
    check_region,
    unknown,
    unknown_value,
)
from leadflow.assignment import check_policies
from leadflow.channels.replies import check_reply
from leadflow.channels.settings import ChannelKind, RepeatRule
from leadflow.charts import check, lead_definition
from leadflow.errors import Problem
from leadflow.playbook.fields import FieldOf, FieldType
from leadflow.reasons import ReasonUse
from leadflow.scenario import check_scenario
from leadflow.team import check_team


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leadflow.channels.settings import ChannelSettings
    from leadflow.playbook.value import Playbook


__all__ = ("check_playbook",)


def check_playbook(playbook: Playbook) -> tuple[Problem, ...]:
    """
    Return all that is wrong of *playbook*, each with the path to its place.
    """
    return tuple(_problems(playbook))


def _problems(playbook: Playbook) -> Iterator[Problem]:
    yield from check_region(playbook.region, "region")
    yield from check_currency(playbook.currency, "currency")
    yield from check_team(playbook.team, "team")
    yield from _names(playbook)
    yield from check(lead_definition(playbook.lead_states), "lead_states")
    yield from _reasons(playbook)
    yield from _fields(playbook)
    policies = {name for name, _ in playbook.policies}
    calendars = {name for name, _ in playbook.calendars}
    yield from _known("policy", playbook.policy, policies, "policy")
    yield from _known("calendar", playbook.calendar, calendars, "calendar")
    roles = {role.id for role in playbook.team.roles}
    for number, role in enumerate(playbook.sales_roles):
        yield from _known(f"sales_roles[{number}]", role, roles, "role")
    yield from check_policies(
        ((f"policies.{name}", policy) for name, policy in playbook.policies),
        playbook.team,
    )
    for number, channel in enumerate(playbook.channels):
        yield from _channel(playbook, channel, f"channels[{number}]")
    for number, reply in enumerate(playbook.replies):
        yield from check_reply(reply, f"replies[{number}]")
    yield from _scenarios(playbook)


def _names(playbook: Playbook) -> Iterator[Problem]:
    yield from check_ids((each.id for each in playbook.channels), "channels", "channel")
    yield from check_ids((each.id for each in playbook.reasons), "reasons", "reason")
    yield from check_ids((each.id for each in playbook.fields), "fields", "field")
    replies = (
        f"{each.id} in {each.language}" if each.id and each.language else each.id
        for each in playbook.replies
    )
    yield from check_ids(replies, "replies", "reply")
    # A file has them as tables by name; pairs in code may say a name again.
    policies = (name for name, _ in playbook.policies)
    yield from check_ids(policies, "policies", "policy", "name")
    calendars = (name for name, _ in playbook.calendars)
    yield from check_ids(calendars, "calendars", "calendar", "name")
    versions = (
        f"{each.id} version {each.version}" if each.id else ""
        for each in playbook.scenarios
    )
    yield from check_ids(versions, "scenarios", "scenario")


def _known(path: str, name: str, known: Iterable[str], what: str) -> Iterator[Problem]:
    if name and name not in known:
        yield unknown(path, what, name)


def _words(path: str, given: Iterable[object], words: object) -> Iterator[Problem]:
    """
    Yield what is none of the words of a Literal; a file is read by them already.
    """
    known = get_args(words)
    for each in given:
        if each not in known:
            yield unknown_value(path, each, known)


def _duration(path: str, duration: timedelta | None) -> Iterator[Problem]:
    if duration is not None and (duration < timedelta(0) or duration.microseconds):
        message = f"{duration} is negative, or not of whole seconds"
        yield Problem(path, "bad-duration", message)


def _reasons(playbook: Playbook) -> Iterator[Problem]:
    for number, reason in enumerate(playbook.reasons):
        path = f"reasons[{number}].use"
        yield from _words(path, reason.use, ReasonUse)
        if not reason.use:
            message = f"the reason {reason.id} ends neither leads nor interests"
            yield Problem(path, "missing-key", message)


def _fields(playbook: Playbook) -> Iterator[Problem]:
    for number, field in enumerate(playbook.fields):
        path = f"fields[{number}]"
        yield from _words(f"{path}.type", (field.type,), FieldType)
        yield from _words(f"{path}.of", field.of, FieldOf)
        if not field.of:
            message = f"the field {field.id} is of no record"
            yield Problem(f"{path}.of", "missing-key", message)
        choices = (each for each, _ in field.choices)
        yield from check_ids(choices, f"{path}.choices", "choice")
        needs = field.type in ("choice", "choices")
        if needs != bool(field.choices):
            yield Problem(
                f"{path}.choices",
                "choices",
                f"the field {field.id} of type {field.type} "
                f"{'needs' if needs else 'has no'} choices",
            )


def _channel(
    playbook: Playbook, channel: ChannelSettings, path: str
) -> Iterator[Problem]:
    yield from _words(f"{path}.kind", (channel.kind,), ChannelKind)
    yield from _words(f"{path}.repeats", (channel.repeats,), RepeatRule)
    yield from _duration(f"{path}.response_time", channel.response_time)
    policies = {name for name, _ in playbook.policies}
    calendars = {name for name, _ in playbook.calendars}
    scenarios = {scenario.id for scenario in playbook.scenarios}
    yield from _known(f"{path}.policy", channel.policy, policies, "policy")
    yield from _known(f"{path}.calendar", channel.calendar, calendars, "calendar")
    yield from _known(f"{path}.scenario", channel.scenario, scenarios, "scenario")
    for number, level in enumerate(channel.escalation):
        place = f"{path}.escalation[{number}]"
        yield from _duration(f"{place}.after", level.after)
        yield from _known(f"{place}.policy", level.policy, policies, "policy")
        if not level.policy:
            message = "an escalation needs 'policy'"
            yield Problem(f"{place}.policy", "missing-key", message)
    if channel.escalation and channel.response_time is None:
        yield Problem(
            f"{path}.escalation",
            "no-response-time",
            "an escalation needs a response_time to start from",
        )
    yield from check_region(channel.region, f"{path}.region")
    roles = {f"role:{role.id}" for role in playbook.team.roles}
    members = {member.id for member in playbook.team.members}
    for number, who in enumerate(channel.visible_to):
        if who not in roles and who not in members:
            yield Problem(
                f"{path}.visible_to[{number}]",
                "unknown-member",
                f"there is no member or role {who!r}",
            )
    numbers = (extension for extension, _ in channel.extensions)
    yield from check_ids(numbers, f"{path}.extensions", "extension", "number")
    for extension, member in channel.extensions:
        yield from _known(f"{path}.extensions.{extension}", member, members, "member")


def _scenarios(playbook: Playbook) -> Iterator[Problem]:
    declared = {field.id for field in playbook.fields if "interest" in field.of}
    reasons = {reason.id for reason in playbook.reasons if "interests" in reason.use}
    for number, scenario in enumerate(playbook.scenarios):
        path = f"scenarios[{number}]"
        yield from check_scenario(scenario, declared, path)
        for place, reason in enumerate(scenario.reasons):
            yield from _known(f"{path}.reasons[{place}]", reason, reasons, "reason")
    if playbook.simple and not playbook.scenarios:
        yield Problem("simple", "no-scenario", "simple mode needs a scenario")
