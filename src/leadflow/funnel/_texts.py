"""
The texts of reports: the same keys in each language.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Mapping


__all__ = ("ENGLISH", "RUSSIAN")

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "report": "Funnel report",
        "period": "{start} to {end}",
        "as-of": "as of {moment}",
        "subject.lead": "Leads",
        "subject.interest": "Interests",
        "subject.client": "Clients",
        "anchor.cohort": "{subjects} that came in from {period}",
        "anchor.cohort-stage": "{subjects} that came to “{stage}” from {period}",
        "anchor.event": "{subjects} at each stage by the date of that stage, {period}",
        "anchor.closed": "{subjects} closed from {period}",
        "anchor.snapshot": "{subjects} that stood open",
        "reading.passed": "A bar counts who got at least that far.",
        "reading.reached": "A bar counts who was in the stage itself.",
        "reading.ordered": "A bar counts who took all stages so far in order.",
        "reading.strict": "A bar counts who took all stages so far one after another.",
        "window": "Only the first {length} of each are seen.",
        "window-hours": "Only the first {length} of working time of each are seen.",
        "section.leads": "Funnel of leads",
        "section.interests": "Funnel of interests: {title}",
        "section.analysis": "Lead analysis by channel",
        "section.reasons": "Reasons: {title}",
        "section.breakdown": "{title}, by {dimension}",
        "by.owner": "member",
        "by.source": "source",
        "by.channel": "channel",
        "by.channel_kind": "kind of channel",
        "by.client": "client",
        "by.scenario": "scenario",
        "by.reason": "reason",
        "by.currency": "currency",
        "by.bucket": "period",
        "kind.email": "E-mail",
        "kind.call": "Call",
        "kind.callback": "Callback",
        "kind.online_call": "Online call",
        "kind.chat": "Chat",
        "kind.messenger": "Messenger",
        "kind.social": "Social network",
        "kind.form": "Web form",
        "kind.visit": "Visit",
        "kind.import": "Import",
        "none": "(none)",
        "all": "All",
        "stage": "Stage",
        "figure.entered": "Entered",
        "figure.passed": "Passed",
        "figure.reached": "Were there",
        "figure.skipped": "Skipped",
        "figure.converted": "Went on",
        "figure.dropped": "Dropped out",
        "figure.pending": "Pending",
        "figure.returns": "Came back",
        "figure.entries": "Visits",
        "figure.here": "Here now",
        "figure.left": "Lost from here",
        "figure.active": "Active",
        "figure.won_ever": "Ever won",
        "figure.won_now": "Won",
        "figure.lost": "Lost",
        "figure.amount": "Amount",
        "figure.rate": "Rate",
        "figure.wilson": "95% interval",
        "figure.median_dwell": "Median stay",
        "figure.closed": "Closed",
        "lead.new": "New",
        "lead.rejected": "Rejected",
        "lead.converted": "Converted",
        "lead.total": "Leads",
        "lead.conversion": "Conversion",
        "lead.results": "What they became",
        "outcome.open": "open",
        "outcome.won": "won",
        "outcome.lost": "lost",
        "channel": "Channel",
        "band": "How good",
        "band.below-average": "below average",
        "band.average": "average",
        "band.above-average": "above average",
        "band.good": "good",
        "band.best": "among the best",
        "reason": "Reason",
        "left-from": "Left from",
        "total": "Total",
        "group": "Group",
        "empty": "Nothing to count here.",
        "more": "… and {number} more",
        "tile.leads": "Leads",
        "tile.conversion": "Conversion of leads",
        "tile.interests": "Interests",
        "tile.active": "Active",
        "tile.won": "Won",
        "tile.lost": "Lost",
        "of-all": "{share} of all",
        "of-closed": "{share} of the closed",
        "chart": "Bars of {title}",
        "chart-row": (
            "{stage}: {entered}; went on {converted}, pending {pending},"
            " dropped out {dropped}"
        ),
        "bar-row": "{group}: {number}",
        "interval-row": "{rate}, 95% interval {low} to {high}",
        "notes": "Reading notes",
        "note.fates": (
            "Everyone who entered a stage went on, dropped out, or is pending; what is"
            " still open is never counted as lost."
        ),
        "note.skipped": (
            "Skipped are those who got further without having been in the stage."
        ),
        "note.rate": (
            "The rate is the share of those who entered that went on, with its 95%"
            " Wilson interval; few cases make it wide."
        ),
        "note.dwell": (
            "The median stay counts unfinished stays as unfinished (Kaplan–Meier)."
        ),
        "note.coarse": "Some stamps are known to the day only; so are the durations.",
        "note.matured": "{matured} of {population} are decided.",
        "note.ties": (
            "Rows with the same instant as the one before, taken in the order of"
            " the record: {number}."
        ),
        "anomaly.closed-before-open": (
            "Closed by an earlier clock than opened: counted, but in no duration"
        ),
        "anomaly.unknown-stage": "Were in a stage that is not declared",
        "anomaly.version-clash": "Two rows claim one version",
        "unit.day": "d",
        "unit.hour": "h",
        "unit.minute": "min",
        "unit.second": "s",
    }
)
"""The texts in English."""

RUSSIAN: Mapping[str, str] = MappingProxyType(
    {
        "report": "Отчёт по воронке",
        "period": "{start} – {end}",
        "as-of": "по состоянию на {moment}",
        "subject.lead": "Лиды",
        "subject.interest": "Интересы",
        "subject.client": "Клиенты",
        "anchor.cohort": "{subjects}, поступившие за период {period}",
        "anchor.cohort-stage": "{subjects}, дошедшие до этапа «{stage}» за {period}",
        "anchor.event": "{subjects} на каждом этапе по дате этапа, {period}",
        "anchor.closed": "{subjects}, закрытые за период {period}",
        "anchor.snapshot": "{subjects}, открытые на момент отчёта",
        "reading.passed": "Полоса показывает, сколько дошло хотя бы до этого этапа.",
        "reading.reached": "Полоса показывает, сколько побывало на самом этапе.",
        "reading.ordered": "Полоса показывает, сколько прошло все этапы по порядку.",
        "reading.strict": "Полоса показывает, сколько прошло все этапы подряд.",
        "window": "У каждого учтены только первые {length}.",
        "window-hours": "У каждого учтены только первые {length} рабочего времени.",
        "section.leads": "Воронка лидов",
        "section.interests": "Воронка интересов: {title}",
        "section.analysis": "Анализ лидов по каналам",
        "section.reasons": "Причины отказа: {title}",
        "section.breakdown": "{title}: {dimension}",
        "by.owner": "по ответственным",
        "by.source": "по источникам",
        "by.channel": "по каналам",
        "by.channel_kind": "по видам каналов",
        "by.client": "по клиентам",
        "by.scenario": "по сценариям",
        "by.reason": "по причинам",
        "by.currency": "по валютам",
        "by.bucket": "по периодам",
        "kind.email": "Электронная почта",
        "kind.call": "Звонок",
        "kind.callback": "Обратный звонок",
        "kind.online_call": "Онлайн-звонок",
        "kind.chat": "Чат",
        "kind.messenger": "Мессенджер",
        "kind.social": "Социальная сеть",
        "kind.form": "Заявка с сайта",
        "kind.visit": "Визит",
        "kind.import": "Загрузка",
        "none": "(не указано)",
        "all": "Все",
        "stage": "Этап",
        "figure.entered": "Вошли",
        "figure.passed": "Прошли",
        "figure.reached": "Побывали",
        "figure.skipped": "Пропустили",
        "figure.converted": "Перешли дальше",
        "figure.dropped": "Отсеялись",
        "figure.pending": "В ожидании",
        "figure.returns": "Возвращались",
        "figure.entries": "Визиты",
        "figure.here": "Сейчас здесь",
        "figure.left": "Потеряны отсюда",
        "figure.active": "Активные",
        "figure.won_ever": "Когда-либо выиграны",
        "figure.won_now": "Выиграны",
        "figure.lost": "Проиграны",
        "figure.amount": "Сумма",
        "figure.rate": "Доля",
        "figure.wilson": "Интервал 95 %",
        "figure.median_dwell": "Медиана на этапе",
        "figure.closed": "Закрытые",
        "lead.new": "Новые",
        "lead.rejected": "Отклонены",
        "lead.converted": "Конвертированы",
        "lead.total": "Лиды",
        "lead.conversion": "Конверсия",
        "lead.results": "Чем стали",
        "outcome.open": "в работе",
        "outcome.won": "выигран",
        "outcome.lost": "проигран",
        "channel": "Канал",
        "band": "Оценка",
        "band.below-average": "ниже среднего",
        "band.average": "средняя",
        "band.above-average": "выше среднего",
        "band.good": "хорошая",
        "band.best": "уровень лучших",
        "reason": "Причина",
        "left-from": "С какого этапа",
        "total": "Всего",
        "group": "Группа",
        "empty": "Считать здесь нечего.",
        "more": "… и ещё {number}",
        "tile.leads": "Лиды",
        "tile.conversion": "Конверсия лидов",
        "tile.interests": "Интересы",
        "tile.active": "Активные",
        "tile.won": "Выиграны",
        "tile.lost": "Проиграны",
        "of-all": "{share} от всех",
        "of-closed": "{share} от закрытых",
        "chart": "Диаграмма: {title}",
        "chart-row": (
            "{stage}: {entered}; перешли дальше {converted}, в ожидании {pending},"
            " отсеялись {dropped}"
        ),
        "bar-row": "{group}: {number}",
        "interval-row": "{rate}, интервал 95 % от {low} до {high}",
        "notes": "Как читать",
        "note.fates": (
            "Каждый, кто вошёл в этап, перешёл дальше, отсеялся или ещё в ожидании;"
            " открытое никогда не считается потерянным."
        ),
        "note.skipped": "Пропустили – те, кто прошёл дальше, не побывав на этапе.",
        "note.rate": (
            "Доля – сколько из вошедших перешло дальше, с интервалом Уилсона 95 %;"
            " при малом числе случаев он широк."
        ),
        "note.dwell": (
            "Медиана времени на этапе учитывает незавершённые визиты как"
            " незавершённые (Каплан–Майер)."
        ),
        "note.coarse": (
            "Часть отметок времени известна с точностью до дня; длительности – тоже."
        ),
        "note.matured": "Исход известен у {matured} из {population}.",
        "note.ties": (
            "Записей с тем же временем, что у предыдущей (взяты в порядке журнала):"
            " {number}."
        ),
        "anomaly.closed-before-open": (
            "Закрыты раньше, чем открыты: учтены, но не в длительностях"
        ),
        "anomaly.unknown-stage": "Побывали на необъявленном этапе",
        "anomaly.version-clash": "Две записи с одной версией",
        "unit.day": "д",
        "unit.hour": "ч",
        "unit.minute": "мин",
        "unit.second": "с",
    }
)
"""The texts in Russian."""
