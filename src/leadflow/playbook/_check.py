"""
Check a playbook as a whole: every name that one part says, another part has.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from leadflow.assignment import check_policies
from leadflow.charts import check, lead_definition
from leadflow.errors import Problem
from leadflow.interest import OWN_FIELDS
from leadflow.scenario import check_scenario
from leadflow.team import check_team


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leadflow.channels.settings import ChannelSettings
    from leadflow.playbook.value import Playbook


__all__ = ("check_playbook",)

_REGION = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")


def check_playbook(playbook: Playbook) -> tuple[Problem, ...]:
    """
    Return all that is wrong of *playbook*, each with the path to its place.
    """
    return tuple(_problems(playbook))


def _problems(playbook: Playbook) -> Iterator[Problem]:
    if playbook.region and not _REGION.fullmatch(playbook.region):
        yield Problem(
            "region", "bad-region", f"{playbook.region!r} is no ISO 3166 country code"
        )
    if playbook.currency and not _CURRENCY.fullmatch(playbook.currency):
        yield Problem(
            "currency", "bad-currency", f"{playbook.currency!r} is no ISO 4217 code"
        )
    yield from check_team(playbook.team, "team")
    yield from _doubled("channels", (channel.id for channel in playbook.channels))
    yield from _doubled("reasons", (reason.id for reason in playbook.reasons))
    yield from _doubled("fields", (field.id for field in playbook.fields))
    yield from _doubled("policies", (name for name, _ in playbook.policies))
    yield from _doubled("calendars", (name for name, _ in playbook.calendars))
    yield from _doubled(
        "scenarios", (f"{s.id} version {s.version}" for s in playbook.scenarios)
    )
    yield from check(lead_definition(playbook.lead_states), "lead_states")
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
    yield from _scenarios(playbook)


def _doubled(path: str, ids: Iterable[str]) -> Iterator[Problem]:
    for each, count in Counter(ids).items():
        if not each:
            yield Problem(path, "missing-key", "an id is empty")
        elif count > 1:
            yield Problem(path, "duplicate-id", f"{each!r} stands here {count} times")


def _known(path: str, name: str, known: Iterable[str], what: str) -> Iterator[Problem]:
    if name and name not in known:
        yield Problem(path, f"unknown-{what}", f"there is no {what} {name!r}")


def _fields(playbook: Playbook) -> Iterator[Problem]:
    for number, field in enumerate(playbook.fields):
        needs = field.type in ("choice", "choices")
        if needs != bool(field.choices):
            yield Problem(
                f"fields[{number}].choices",
                "choices",
                f"the field {field.id} of type {field.type} "
                f"{'needs' if needs else 'has no'} choices",
            )


def _channel(
    playbook: Playbook, channel: ChannelSettings, path: str
) -> Iterator[Problem]:
    policies = {name for name, _ in playbook.policies}
    calendars = {name for name, _ in playbook.calendars}
    scenarios = {scenario.id for scenario in playbook.scenarios}
    yield from _known(f"{path}.policy", channel.policy, policies, "policy")
    yield from _known(f"{path}.calendar", channel.calendar, calendars, "calendar")
    yield from _known(f"{path}.scenario", channel.scenario, scenarios, "scenario")
    for number, level in enumerate(channel.escalation):
        place = f"{path}.escalation[{number}].policy"
        yield from _known(place, level.policy, policies, "policy")
    if channel.escalation and channel.response_time is None:
        yield Problem(
            f"{path}.escalation",
            "no-response-time",
            "an escalation needs a response_time to start from",
        )
    if channel.region and not _REGION.fullmatch(channel.region):
        yield Problem(
            f"{path}.region",
            "bad-region",
            f"{channel.region!r} is no ISO 3166 country code",
        )
    roles = {f"role:{role.id}" for role in playbook.team.roles}
    members = {member.id for member in playbook.team.members}
    for number, who in enumerate(channel.visible_to):
        if who not in roles and who not in members:
            yield Problem(
                f"{path}.visible_to[{number}]",
                "unknown-member",
                f"there is no member or role {who!r}",
            )
    for extension, member in channel.extensions:
        yield from _known(f"{path}.extensions.{extension}", member, members, "member")


def _scenarios(playbook: Playbook) -> Iterator[Problem]:
    declared = OWN_FIELDS | {
        field.id for field in playbook.fields if "interest" in field.of
    }
    reasons = {reason.id for reason in playbook.reasons if "interests" in reason.use}
    for number, scenario in enumerate(playbook.scenarios):
        path = f"scenarios[{number}]"
        yield from check_scenario(scenario, declared, path)
        for place, reason in enumerate(scenario.reasons):
            yield from _known(f"{path}.reasons[{place}]", reason, reasons, "reason")
    if playbook.simple and not playbook.scenarios:
        yield Problem("simple", "no-scenario", "simple mode needs a scenario")
