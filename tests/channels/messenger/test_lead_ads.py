"""
Lead ads: a pointer, its fetch, and the lead that the fetch brings.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.channels import Delivery, Ignored, Inbound, Outcome, PointerOnly
from leadflow.channels.messenger import MessengerChannel
from leadflow.errors import Malformed, Refused
from leadflow.values import Source
from tests.channels._hooks import ACCESS_TOKEN, APP_SECRET, NOW, hook


PAGE = "1755847768034402"
LEAD = "912345678901234"
FIELDS = "created_time,field_data,ad_id,form_id,campaign_id,is_organic"
CHANNEL = MessengerChannel(
    id="ads",
    page_id=PAGE,
    app_secret=APP_SECRET,
    access_token=ACCESS_TOKEN,
    messages=False,
    fields={"какой_бюджет?": "subject"},
)
BODY: dict[str, Any] = {
    "id": LEAD,
    "created_time": "2026-05-11T09:59:00+0000",
    "ad_id": "77",
    "form_id": "1122334455",
    "campaign_id": "88",
    "is_organic": False,
    "field_data": [
        {"name": "full_name", "values": ["Анна Каренина"]},
        {"name": "phone_number", "values": ["+79161234567"]},
        {"name": "email", "values": ["Anna@Example.com"]},
        {"name": "company_name", "values": ["Каренин и сын"]},
        {"name": "какой_бюджет?", "values": ["до 100 тысяч"]},
        {"name": "комнаты", "values": ["кухня", "прихожая"]},
    ],
}


def pointer(channel: MessengerChannel = CHANNEL) -> PointerOnly:
    """
    Return what the event of a new lead is.
    """
    value = {"leadgen_id": LEAD, "page_id": PAGE, "form_id": "1", "created_time": 1}
    changes = [{"field": "leadgen", "value": value}]
    body = {"object": "page", "entry": [{"id": PAGE, "changes": changes}]}
    [outcome] = channel.read(hook(body)).outcomes
    assert isinstance(outcome, PointerOnly), outcome
    return outcome


def answer(body: object) -> Delivery:
    """
    Return what the Graph API answered.
    """
    return Delivery(
        body=json.dumps(body).encode(), received_at=NOW + timedelta(minutes=1)
    )


def resolved(body: object, **changes: Any) -> Outcome:
    """
    Return the one outcome of *body* as the answer to the pointer.
    """
    [outcome] = (
        attrs.evolve(CHANNEL, **changes).resolve(pointer(), answer(body)).outcomes
    )
    return outcome


def lead(**changes: Any) -> Inbound:
    """
    Return the inbound that the lead with *changes* is.
    """
    outcome = resolved({**BODY, **changes})
    assert isinstance(outcome, Inbound), outcome
    return outcome


def problem(body: object) -> str:
    """
    Return why *body* can't be read.
    """
    outcome = resolved(body)
    assert isinstance(outcome, Malformed), outcome
    return outcome.reason


class TestPointer:
    def test_key(self) -> None:
        """
        A lead counts once by its id, before and after it is fetched (R5).
        """
        assert LEAD == pointer().external_id == lead().external_id

    def test_fetch(self) -> None:
        """
        The lead is asked of the Graph API by its id, with the page's token.
        """
        fetch = pointer().fetch

        assert (
            "GET",
            f"https://graph.facebook.com/v23.0/{LEAD}?fields={FIELDS}",
            (("Authorization", f"Bearer {ACCESS_TOKEN}"),),
        ) == (fetch.method, fetch.url, fetch.headers)

    def test_fetch_without_a_token(self) -> None:
        """
        Without a token the transport has to add one.
        """
        assert () == pointer(attrs.evolve(CHANNEL, access_token="")).fetch.headers

    def test_hides_the_token(self) -> None:
        """
        The token stands in no text of the pointer.
        """
        assert ACCESS_TOKEN not in repr(pointer())


class TestLead:
    def test_who(self) -> None:
        """
        Name, company, phone and e-mail are read from the usual questions.
        """
        found = lead()

        assert (
            "Анна Каренина",
            "Каренин и сын",
            ["+79161234567", "anna@example.com"],
        ) == (
            found.person.name,
            found.person.company,
            [point.value for point in found.contact_points],
        )

    def test_own_questions(self) -> None:
        """
        Own questions mean what the settings say, or are kept in order.
        """
        found = lead()

        assert (
            "до 100 тысяч",
            (
                ("комнаты", "кухня"),
                ("комнаты", "прихожая"),
                ("form_id", "1122334455"),
                ("ad_id", "77"),
            ),
        ) == (found.subject, found.extra)

    @pytest.mark.parametrize(
        ("organic", "medium"), [(True, "organic"), (False, "lead_ad")]
    )
    def test_source(self, organic: bool, medium: str) -> None:
        """
        The campaign is the source; without an ad it was organic.
        """
        assert (
            Source(
                name="meta",
                medium=medium,
                campaign="88",
                marks=(("ad_id", "77"), ("form_id", "1122334455")),
            )
            == lead(is_organic=organic).source
        )

    @pytest.mark.parametrize(
        ("created", "expected"),
        [
            ("2026-05-11T09:59:00+0000", datetime(2026, 5, 11, 9, 59, tzinfo=UTC)),
            ("2026-05-11T12:59:00+03:00", datetime(2026, 5, 11, 9, 59, tzinfo=UTC)),
            (1778493540, datetime(2026, 5, 11, 9, 59, tzinfo=UTC)),
            ("2036-05-11T09:59:00+0000", NOW + timedelta(days=1)),
            ("2026-05-11T09:59:00", None),
            ("0001-01-01T00:00:00+14:00", None),
            ("Tuesday", None),
            (None, None),
        ],
        ids=range(8),
    )
    def test_time(self, created: object, expected: datetime | None) -> None:
        """
        The time is ISO 8601 with a zone, or seconds.
        """
        assert expected == lead(created_time=created).sent_at

    def test_received_when_it_was_told_of(self) -> None:
        """
        A lead came in when its event did, not when it was fetched.
        """
        assert NOW == lead().received_at

    def test_of_meta_itself(self) -> None:
        """
        A lead of the testing tool is no person's (R12).
        """
        dummy = "<test lead: dummy data for full_name>"
        outcome = resolved(
            {**BODY, "field_data": [{"name": "full_name", "values": [dummy]}]}
        )
        assert isinstance(outcome, Ignored)

        assert "platform_test" == outcome.reason


class TestUnreadable:
    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"error": {"code": 190, "message": "Expired"}}, "graph-error"),
            ({"error": None}, "graph-error"),
            ({**BODY, "id": "1"}, "other-lead"),
            ({"id": LEAD}, "no-field-data"),
            ({**BODY, "field_data": {}}, "no-field-data"),
            ({**BODY, "field_data": []}, "no-contact"),
            ({**BODY, "field_data": [{"name": "a", "values": ["b"]}]}, "no-contact"),
            ({**BODY, "field_data": [{"name": "email", "values": None}]}, "no-contact"),
            ([], "no-field-data"),
        ],
        ids=range(9),
    )
    def test_reason(self, body: object, expected: str) -> None:
        """
        Each way of being unreadable has a name.
        """
        assert expected == problem(body)

    def test_error_hides_the_token(self) -> None:
        """
        A token that an error repeats stays out of the excerpt.
        """
        outcome = resolved({"error": {"code": 190, "message": f"bad {ACCESS_TOKEN}"}})

        assert ACCESS_TOKEN not in repr(vars(outcome))

    def test_too_large(self) -> None:
        """
        An answer over the limit is not read.
        """
        outcome = resolved("x" * 100, max_bytes=50)

        assert Malformed("too-large", place="body") == outcome

    @given(st.binary(max_size=200))
    def test_any_bytes(self, body: bytes) -> None:
        """
        Any answer comes to outcomes, and nothing is raised.
        """
        given_answer = Delivery(body=body, received_at=NOW)

        assert CHANNEL.resolve(pointer(), given_answer).outcomes

    @given(
        st.recursive(
            st.none()
            | st.booleans()
            | st.floats()
            | st.integers()
            | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "id",
                            "data",
                            "error",
                            "field_data",
                            "name",
                            "values",
                            "paging",
                        ]
                    ),
                    inner,
                    max_size=4,
                )
            ),
        )
    )
    def test_any_json(self, body: object) -> None:
        """
        Any JSON comes to outcomes too.
        """
        given_answer = Delivery(body=json.dumps(body).encode(), received_at=NOW)

        assert CHANNEL.resolve(pointer(), given_answer).outcomes


class TestMissed:
    """
    What the hook missed is read by the form.
    """

    def missed(self) -> PointerOnly:
        """Return the pointer at a form's leads of the last day."""
        return CHANNEL.missed_leads("1122334455", NOW - timedelta(days=1), NOW)

    def test_fetch(self) -> None:
        """
        The form's leads since an instant are asked for.
        """
        url = urlsplit(self.missed().fetch.url)
        query = parse_qs(url.query)

        assert (
            "/v23.0/1122334455/leads",
            [
                {
                    "field": "time_created",
                    "operator": "GREATER_THAN",
                    "value": 1778407230,
                }
            ],
        ) == (url.path, json.loads(query["filtering"][0]))

    def test_page(self) -> None:
        """
        A page holds many leads, good and bad, and points at the next one.
        """
        page = {
            "data": [BODY, {"id": "2"}, {**BODY, "id": "3"}],
            "paging": {
                "cursors": {"after": "QVFI"},
                "next": "https://graph.facebook.com/v23.0/1122334455/leads?after=QVFI",
            },
        }
        outcomes = CHANNEL.resolve(self.missed(), answer(page)).outcomes

        assert [Inbound, Malformed, Inbound, PointerOnly] == [type(o) for o in outcomes]

    def test_token_goes_to_no_other_host(self) -> None:
        """
        A next page anywhere else is not followed.
        """
        page = {
            "data": [BODY],
            "paging": {
                "cursors": {"after": "QVFI"},
                "next": "https://evil.example/leads",
            },
        }
        outcomes = CHANNEL.resolve(self.missed(), answer(page)).outcomes

        assert [Inbound] == [type(outcome) for outcome in outcomes]

    def test_nothing(self) -> None:
        """
        A page without leads is empty.
        """
        [outcome] = CHANNEL.resolve(self.missed(), answer({"data": []})).outcomes
        assert isinstance(outcome, Ignored)

        assert "empty" == outcome.reason

    def test_no_form(self) -> None:
        """
        A form's id has digits only: it stands in the URL.
        """
        with pytest.raises(Refused) as caught:
            CHANNEL.missed_leads("../me", NOW, NOW)

        assert "messenger.form.unknown" == caught.value.rule
