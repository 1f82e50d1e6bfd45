"""
Read a playbook from TOML or plain data, and write it back.

Reading is strict, because people mistype: an unknown key is a problem, a value
of the wrong type is one, and all problems are told at once with their paths.
The checks of the whole are those of the constructor.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs

from leadflow._durations import write_duration
from leadflow._tables import Table, filled
from leadflow.assignment import Policy, parse_policy, policy_to_data
from leadflow.channels.replies import QuickReply
from leadflow.channels.settings import (
    ChannelKind,
    ChannelSettings,
    Escalation,
    RepeatRule,
)
from leadflow.charts import LEAD_STATES, LeadState
from leadflow.errors import DefinitionError, Problem
from leadflow.playbook.fields import FieldOf, FieldSpec, FieldType
from leadflow.playbook.value import Playbook
from leadflow.reasons import Reason, ReasonUse
from leadflow.scenario import Scenario, parse_scenario, scenario_to_data
from leadflow.team import Team, parse_team, team_to_data
from leadflow.values import ChannelId, MemberId, RoleId
from leadflow.worktime import WorkCalendar, calendar_to_data, parse_calendar


__all__ = ("FORMAT", "load", "loads", "playbook_of", "playbook_to_data")

FORMAT = 1
"""The version of the file format; a file says ``format = 1``."""


def load(path: str | Path) -> Playbook:
    """
    Read a playbook from the TOML file at *path*.

    Raises:
        DefinitionError: the file cannot be read as UTF-8 TOML, or anything in
            it is wrong; all problems at once.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise DefinitionError([Problem(str(path), "unreadable", message)]) from None
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 at byte {error.start}"
        raise DefinitionError([Problem(str(path), "not-utf-8", message)]) from None
    return loads(text)


def loads(text: str) -> Playbook:
    """
    Read a playbook from TOML *text*.

    Raises:
        DefinitionError: *text* is no TOML, or anything in it is wrong; all
            problems at once.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Beside its own, a number without end and lists in lists without end.
        raise DefinitionError([_toml_problem(error)]) from None
    return playbook_of(data)


def _toml_problem(error: Exception) -> Problem:
    message = str(error)
    place = re.search(r"line (\d+), column (\d+)", message)
    where = f"line {place[1]}, column {place[2]}" if place else "the end"
    said = re.sub(r"\s*\(at [^)]*\)$", "", message)
    return Problem(where, "not-toml", said[:1].lower() + said[1:])


def playbook_of(data: Mapping[str, object]) -> Playbook:
    """
    Read a playbook from plain *data*, as TOML or JSON give it.

    Raises:
        DefinitionError: anything is wrong; all problems at once.
    """
    problems: list[Problem] = []
    table = Table.of(data, "", problems, what="a playbook")
    written = table.whole("format", None)
    if written != FORMAT:
        table.wrong("format", "unknown-format", f"format is {FORMAT}, not {written}")
    calendars = _calendars(table, problems)
    told = table.take("team")
    team, found = parse_team({} if told is None else told, "team", calendars=calendars)
    problems += found
    scenarios = _scenarios(table, problems)
    given: dict[str, Any] = {
        "name": table.text("name") or "playbook",
        "language": table.text("language") or "en",
        "region": table.text("region"),
        "currency": table.text("currency"),
        "policy": table.text("policy"),
        "calendar": table.text("calendar"),
        "simple": table.flag("simple", default=False),
        "sales_roles": tuple(RoleId(role) for role in table.texts("sales_roles")),
        "team": team or Team(),
        "calendars": tuple(calendars.items()),
        "lead_states": table.tables("lead_states", _lead_state, what="a state")
        or LEAD_STATES,
        "lead_ends": table.table("lead_ends", _lead_ends, what="a lead's end"),
        "reasons": table.tables("reasons", _reason, what="a reason"),
        "fields": table.tables("fields", _field, what="a field"),
        "channels": table.tables("channels", _channel, what="a channel"),
        "replies": table.tables("replies", _reply, what="a reply"),
        "policies": _policies(table, problems),
        "scenarios": tuple(scenarios.values()),
    }
    table.end()
    try:
        playbook = Playbook(**given)
    except DefinitionError as error:
        found = [_in_the_file(each, tuple(scenarios)) for each in error.problems]
        problems += _untold(found, problems, data)
        raise DefinitionError(problems) from None
    if problems:
        raise DefinitionError(problems)
    return playbook


def _in_the_file(problem: Problem, scenarios: tuple[str, ...]) -> Problem:
    """
    Return *problem* with its place in the file, where broken scenarios count too.
    """
    part, _, rest = problem.path.partition("]")
    if not part.startswith("scenarios["):
        return problem
    place = scenarios[int(part.removeprefix("scenarios["))]
    return attrs.evolve(problem, path=f"{place}{rest}")


def _untold(
    found: Iterable[Problem], told: Iterable[Problem], data: Mapping[str, object]
) -> list[Problem]:
    """
    Return what is not told already: what could not be read is not also missing.
    """
    places = {problem.path for problem in told}
    broken = {
        (part, name)
        for part in ("policies", "scenarios")
        for name in _names(data.get(part))
        if any(_inside(place, part, name, data) for place in places)
    }
    rules = {"unknown-policy": "policies", "unknown-scenario": "scenarios"}
    team = any(place.startswith("team") for place in places)
    return [
        problem
        for problem in found
        if places.isdisjoint({problem.path, problem.path.removesuffix(".id")})
        and not any(
            rules.get(problem.rule) == part and problem.message.endswith(repr(name))
            for part, name in broken
        )
        and not (team and problem.rule in {"unknown-member", "unknown-role"})
        and not (team and problem.path.startswith(("team", "policies")))
    ]


def _names(part: object) -> list[str]:
    if isinstance(part, Mapping):
        return [str(name) for name in part]
    if isinstance(part, list):
        tables = (each if isinstance(each, Mapping) else {} for each in part)
        return [str(each.get("id")) for each in tables]
    return []


def _inside(place: str, part: str, name: str, data: Mapping[str, object]) -> bool:
    if isinstance(data.get(part), Mapping):
        return place.startswith(f"{part}.{name}")
    return place.startswith(f"{part}[{_names(data.get(part)).index(name)}]")


def _calendars(table: Table, problems: list[Problem]) -> dict[str, WorkCalendar]:
    calendars: dict[str, WorkCalendar] = {}
    for name, path, each in table.entries("calendars"):
        calendar, found = parse_calendar(each, path)
        problems += found
        # A broken one stands in, so that its name is not also unknown.
        calendars[name] = calendar or WorkCalendar()
    return calendars


def _policies(table: Table, problems: list[Problem]) -> tuple[tuple[str, Policy], ...]:
    policies: list[tuple[str, Policy]] = []
    for name, path, each in table.entries("policies"):
        policy, found = parse_policy(each, path)
        problems += found
        if policy is not None:
            policies.append((name, policy))
    return tuple(policies)


def _scenarios(table: Table, problems: list[Problem]) -> dict[str, Scenario]:
    """
    Return those that could be read, by their places.
    """
    scenarios: dict[str, Scenario] = {}
    for path, each in table.items("scenarios"):
        scenario, found = parse_scenario(each, path)
        problems += found
        if scenario is not None:
            scenarios[path] = scenario
    return scenarios


def _lead_state(table: Table) -> LeadState:
    return LeadState(
        table.text("id", required=True), table.text("title"), table.text("colour")
    )


def _lead_ends(table: Table) -> tuple[str, str]:
    return (
        table.text("converted") or "Converted",
        table.text("rejected") or "Rejected",
    )


def _reason(table: Table) -> Reason:
    return Reason(
        id=table.text("id", required=True),
        title=table.text("title"),
        use=table.choices("use", ReasonUse, ("leads", "interests")),
        comment_required=table.flag("comment_required", default=False),
    )


def _field(table: Table) -> FieldSpec:
    return FieldSpec(
        id=table.text("id", required=True),
        title=table.text("title"),
        type=table.choice("type", FieldType, "text"),
        of=table.choices("of", FieldOf, ("lead", "interest")),
        choices=table.text_pairs("choices"),
    )


def _channel(table: Table) -> ChannelSettings:
    return ChannelSettings(
        id=ChannelId(table.text("id", required=True)),
        kind=table.choice("kind", ChannelKind, "form", required=True),
        title=table.text("title"),
        lead_source=table.flag("lead_source", default=True),
        policy=table.text("policy"),
        reason_required=table.flag("reason_required", default=False),
        visible_to=table.texts("visible_to"),
        response_time=table.duration("response_time"),
        calendar=table.text("calendar"),
        escalation=table.tables("escalation", _escalation, what="an escalation"),
        auto_reply=table.text("auto_reply"),
        away_reply=table.text("away_reply"),
        scenario=table.text("scenario"),
        region=table.text("region"),
        repeats=table.choice("repeats", RepeatRule, "lead"),
        extensions=tuple(
            (extension, MemberId(who))
            for extension, who in table.text_pairs("extensions")
        ),
        missed_call_task=table.text("missed_call_task"),
    )


def _reply(table: Table) -> QuickReply:
    return QuickReply(
        id=table.text("id", required=True),
        text=table.text("text", required=True),
        title=table.text("title"),
        language=table.text("language"),
    )


def _escalation(table: Table) -> Escalation:
    return Escalation(
        after=table.duration("after", required=True) or timedelta(0),
        policy=table.text("policy", required=True),
    )


# -- and back ------------------------------------------------------------------


def playbook_to_data(playbook: Playbook) -> dict[str, object]:
    """
    Write *playbook* as plain data that `playbook_of` reads back equal.

    Raises:
        DefinitionError: a duration is negative or not of whole seconds, which no
            text says (rule ``bad-duration``).
    """
    calendars = dict(playbook.calendars)
    converted, rejected = playbook.lead_ends
    return filled(
        format=FORMAT,
        name=playbook.name,
        language=playbook.language,
        region=playbook.region,
        currency=playbook.currency,
        policy=playbook.policy,
        calendar=playbook.calendar,
        simple=playbook.simple,
        sales_roles=list(playbook.sales_roles),
        calendars={name: calendar_to_data(each) for name, each in calendars.items()},
        team=team_to_data(playbook.team, calendars=calendars),
        lead_states=[
            filled(id=state.id, title=state.title, colour=state.colour)
            for state in playbook.lead_states
        ],
        lead_ends={"converted": converted, "rejected": rejected},
        reasons=[
            filled(
                id=reason.id,
                title=reason.title,
                use=list(reason.use),
                comment_required=reason.comment_required,
            )
            for reason in playbook.reasons
        ],
        fields=[
            filled(
                id=field.id,
                title=field.title,
                type=field.type,
                of=list(field.of),
                choices=dict(field.choices),
            )
            for field in playbook.fields
        ],
        channels=[_channel_to_data(channel) for channel in playbook.channels],
        replies=[
            filled(
                id=reply.id,
                title=reply.title,
                language=reply.language,
                text=reply.text,
            )
            for reply in playbook.replies
        ],
        policies={name: policy_to_data(each) for name, each in playbook.policies},
        scenarios=[scenario_to_data(scenario) for scenario in playbook.scenarios],
    )


def _channel_to_data(channel: ChannelSettings) -> dict[str, object]:
    data = filled(
        id=channel.id,
        kind=channel.kind,
        title=channel.title,
        policy=channel.policy,
        reason_required=channel.reason_required,
        visible_to=list(channel.visible_to),
        calendar=channel.calendar,
        escalation=[
            {"after": write_duration(level.after), "policy": level.policy}
            for level in channel.escalation
        ],
        auto_reply=channel.auto_reply,
        away_reply=channel.away_reply,
        scenario=channel.scenario,
        region=channel.region,
        extensions=dict(channel.extensions),
        missed_call_task=channel.missed_call_task,
    )
    if not channel.lead_source:
        data["lead_source"] = False
    if channel.response_time is not None:
        data["response_time"] = write_duration(channel.response_time)
    if channel.repeats != "lead":
        data["repeats"] = channel.repeats
    return data
