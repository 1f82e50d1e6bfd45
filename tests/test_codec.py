"""
Tests of `leadflow.codec`: what is stored comes back as it was, or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Any, Literal, NewType
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.codec import Codec, CodecBuilder, Unrecognised
from leadflow.errors import Damaged, DefinitionError, Refused


Colour = Enum("Colour", {"RED": "red", "BLUE": "blue"})
Nick = NewType("Nick", str)
NO_ID = UUID(int=0)
Loose = str | int | bool | tuple[str, ...]


@attrs.frozen
class Phone:
    number: str


@attrs.frozen
class Mail:
    address: str
    domain: str = ""


@attrs.frozen
class Node:
    name: str
    children: tuple[Node, ...] = ()
    above: Leaf | Node | None = None


@attrs.frozen
class Leaf:
    name: str = ""


@attrs.frozen(kw_only=True)
class Everything:
    text: str = "x"
    number: int = 7
    flag: bool = False
    ratio: float = 0.0
    amount: Decimal = Decimal(0)
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    day: date = date(2026, 1, 1)
    clock: time = time(9)
    span: timedelta = timedelta(0)
    id: UUID = NO_ID
    colour: Colour = Colour.RED
    side: Literal["left", "right", 1] = "left"
    nick: Nick | None = None
    words: tuple[str, ...] = ()
    pair: tuple[str, int] = ("", 0)
    tags: frozenset[str] = frozenset()
    table: Mapping[str, Loose] = attrs.field(factory=dict)
    contact: Phone | Mail | None = None
    price: Decimal | int | None = None
    plain: Any = None


def built() -> Codec:
    """Return a codec of all the classes above."""
    return (
        CodecBuilder()
        .event("all.there", 1, Everything)
        .record("node", 1, Node)
        .value("phone", Phone)
        .value("mail", Mail)
        .value("leaf", Leaf)
        .build()
    )


CODEC = built()
TEXT = st.text(
    st.characters(categories=["L", "N", "P", "S", "Z", "Cc"]) | st.just("\ud83d")
).filter(lambda text: "\ud83d" not in text[:-1])
INSTANTS = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
).map(lambda instant: instant.replace(fold=0))
EVERYTHING = st.builds(
    Everything,
    text=TEXT,
    number=st.integers(),
    flag=st.booleans(),
    ratio=st.floats(allow_nan=False, allow_infinity=False),
    amount=st.decimals(allow_nan=False, allow_infinity=False),
    at=INSTANTS,
    day=st.dates(),
    clock=st.times().map(lambda clock: clock.replace(fold=0)),
    span=st.timedeltas(),
    id=st.uuids(),
    colour=st.sampled_from(list(Colour)),
    side=st.sampled_from(["left", "right", 1]),
    nick=st.none() | TEXT.map(Nick),
    words=st.lists(TEXT).map(tuple),
    pair=st.tuples(TEXT, st.integers()),
    tags=st.frozensets(TEXT),
    table=st.dictionaries(
        TEXT, TEXT | st.integers() | st.booleans() | st.lists(TEXT).map(tuple)
    ),
    contact=st.none() | st.builds(Phone, TEXT) | st.builds(Mail, TEXT, TEXT),
    price=st.none()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False),
    plain=st.recursive(
        st.none() | st.booleans() | st.integers() | TEXT,
        lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
        max_leaves=5,
    ),
)


def stored(**fields: object) -> str:
    """Return stored text as some older code may have written it."""
    return json.dumps(fields)


def again(value: Everything) -> Everything:
    """Return *value* after it was stored and read."""
    return CODEC.decode_event(*CODEC.encode_event(value))


class TestRoundTrip:
    """What goes in comes out."""

    @given(EVERYTHING)
    def test_decoding_undoes_encoding(self, value: Everything) -> None:
        """Any value comes back equal, down to the kinds of its parts."""
        back = again(value)

        assert (value, repr_in_utc(value)) == (back, repr_in_utc(back))

    @given(EVERYTHING)
    def test_text_is_ascii_and_the_same_each_time(self, value: Everything) -> None:
        """Encoding is a function: one value, one text, ASCII only."""
        text = CODEC.encode_event(value)[2]

        assert (text, True) == (CODEC.encode_event(again(value))[2], text.isascii())

    @pytest.mark.parametrize(
        "text", ["", "\0", "\ud800", "🙂", "a\u2028b", "x" * 2**20]
    )
    def test_odd_text_is_kept(self, text: str) -> None:
        """NUL, lone surrogates, emoji and a megabyte come back exactly."""
        assert text == again(Everything(text=text)).text

    def test_other_zones_come_back_in_utc(self) -> None:
        """An instant of another zone is the same instant in UTC."""
        noon = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=3)))

        assert (noon, UTC) == (
            again(Everything(at=noon)).at,
            again(Everything(at=noon)).at.tzinfo,
        )

    def test_exponents_of_decimals_are_kept(self) -> None:
        """0.00 equals the default 0 and is stored all the same."""
        assert "0.00" == str(again(Everything(amount=Decimal("0.00"))).amount)

    def test_recursive_classes(self) -> None:
        """A class that holds itself, bare and in a union, round-trips."""
        tree = Node("a", (Node("b", above=Leaf()), Node("c", above=Node("d"))))
        version, text = CODEC.encode_state("node", tree)

        assert tree == CODEC.decode_state("node", version, text)

    def test_order_of_a_set_hangs_on_nothing(self) -> None:
        """A frozenset is stored sorted."""
        text = CODEC.encode_event(Everything(tags=frozenset("dbca")))[2]

        assert ["a", "b", "c", "d"] == json.loads(text)["tags"]


class TestDefaults:
    """Defaults are left out where that is safe."""

    def test_nothing_is_written_for_defaults(self) -> None:
        """A value of safe defaults only shows what is not safe to leave out."""
        text = CODEC.encode_event(Everything())[2]

        assert {"ratio", "amount", "clock", "side", "price"} >= set(json.loads(text))

    def test_spelling_out_shows_all(self) -> None:
        """Spelled out, every field is there."""
        names = {field.name for field in attrs.fields(Everything)}

        assert names == set(CODEC.spell_out(Everything()))

    def test_unknown_keys_are_passed_over(self) -> None:
        """Data of newer code with a further field is read."""
        assert Everything(text="a") == CODEC.decode_event(
            "all.there", 1, stored(text="a", invented=[1])
        )


class TestStrictness:
    """Nothing is coerced."""

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("text", None),
            ("text", 1),
            ("number", True),
            ("number", 1.9),
            ("number", "1"),
            ("flag", 0),
            ("flag", "yes"),
            ("ratio", 1),
            ("amount", 1),
            ("amount", "NaN"),
            ("amount", "one"),
            ("at", "2026-01-01T00:00:00"),
            ("at", 17),
            ("at", "yesterday"),
            ("day", "2026-13-01"),
            ("clock", "09:00+01:00"),
            ("span", "P1D"),
            ("span", 10**30),
            ("id", "no uuid"),
            ("colour", "green"),
            ("side", True),
            ("side", ["left"]),
            ("words", "abc"),
            ("words", {"a": 1}),
            ("words", ["a", 1]),
            ("pair", ["a"]),
            ("pair", ["a", "b"]),
            ("tags", "abc"),
            ("table", [["a", 1]]),
            ("table", {"a": None}),
            ("contact", {"number": "1"}),
            ("contact", {"$": "fax", "number": "1"}),
            ("contact", {"$": ["phone"], "number": "1"}),
            ("contact", "phone"),
            ("price", 1.5),
        ],
    )
    def test_stored_value_of_another_kind(self, field: str, value: object) -> None:
        """A stored value of another kind is damage, and the path is told."""
        with pytest.raises(Damaged, match=rf"all.there v1: .*at {field}"):
            CODEC.decode_event("all.there", 1, stored(**{field: value}))

    @pytest.mark.parametrize(
        ("field", "value", "rule"),
        [
            ("text", None, "codec.wrong-type"),
            ("text", Nick, "codec.wrong-type"),
            ("number", True, "codec.wrong-type"),
            ("flag", 1, "codec.wrong-type"),
            ("ratio", float("nan"), "codec.not-finite"),
            ("ratio", 1, "codec.wrong-type"),
            ("amount", Decimal("Infinity"), "codec.not-finite"),
            ("amount", 1, "codec.wrong-type"),
            ("at", datetime(2026, 1, 1), "codec.naive-datetime"),  # noqa: DTZ001
            ("at", date(2026, 1, 1), "codec.wrong-type"),
            ("at", datetime.min.replace(tzinfo=timezone(timedelta(hours=1))), None),
            ("day", datetime(2026, 1, 1, tzinfo=UTC), "codec.wrong-type"),
            ("clock", time(1, tzinfo=UTC), "codec.wrong-type"),
            ("clock", "09:00", "codec.wrong-type"),
            ("span", 1, "codec.wrong-type"),
            ("id", "0", "codec.wrong-type"),
            ("colour", "red", "codec.wrong-type"),
            ("side", True, "codec.wrong-type"),
            ("words", ["a"], "codec.wrong-type"),
            ("words", "abc", "codec.wrong-type"),
            ("pair", ("a",), "codec.wrong-type"),
            ("tags", {"a"}, "codec.wrong-type"),
            ("table", {1: "a"}, "codec.wrong-type"),
            ("table", (), "codec.wrong-type"),
            ("contact", Leaf(), "codec.wrong-type"),
            ("price", 1.5, "codec.wrong-type"),
            ("plain", (1, 2), "codec.not-plain"),
        ],
    )
    def test_value_of_another_kind_is_refused(
        self, field: str, value: object, rule: str | None
    ) -> None:
        """A value that is not of its field's kind is refused with its path."""
        with pytest.raises(Refused) as caught:
            CODEC.encode_event(attrs.evolve(Everything(), **{field: value}))

        assert (rule or "codec.wrong-type", True) == (
            caught.value.rule,
            caught.value.message.startswith(f"{field}"),
        )

    def test_path_leads_through_containers(self) -> None:
        """The path names fields, indexes and keys down to the value."""
        tree = Node("a", (Node("b"), Node("c", (Node(name=1),))))  # type: ignore[arg-type]
        with pytest.raises(Refused, match=r"children\[1\]\.children\[0\]\.name: exp"):
            CODEC.encode_state("node", tree)

    def test_path_of_damage_leads_through_containers(self) -> None:
        """Damage deep inside is told with its path."""
        text = stored(name="a", children=[{"name": "b"}, {"name": 3}])
        with pytest.raises(Damaged, match=r"expected text, found int at children\[1\]"):
            CODEC.decode_state("node", 1, text)

    def test_missing_field(self) -> None:
        """A required field that is missing is damage, not a KeyError."""
        with pytest.raises(Damaged, match="required field 'name' missing"):
            CODEC.decode_state("node", 1, "{}")

    def test_depth_without_end(self) -> None:
        """A value nested beyond Python's stack is refused, not a RecursionError."""
        tree = Node("leaf")
        for _ in range(20_000):
            tree = Node("n", (tree,))
        with pytest.raises(Refused):
            CODEC.encode_state("node", tree)

    @pytest.mark.parametrize(
        "text", ["", "[", "[]", "null", '{"text":NaN}', "[" * 9**5]
    )
    def test_no_json_object(self, text: str) -> None:
        """What is no JSON object is damage."""
        with pytest.raises(Damaged):
            CODEC.decode_event("all.there", 1, text)

    def test_unknown_names(self) -> None:
        """Classes and names that nobody registered have errors of ours."""
        with pytest.raises(Refused, match=r"codec\.unknown-class"):
            CODEC.encode_event(Phone("1"))
        with pytest.raises(Refused, match=r"codec\.unknown-name"):
            CODEC.encode_state("lead", Phone("1"))
        with pytest.raises(Damaged, match="no event is called"):
            CODEC.decode_event("lead.lost", 1, "{}")
        with pytest.raises(Damaged, match="no record is called"):
            CODEC.decode_state("lead", 1, "{}")

    def test_state_of_another_class(self) -> None:
        """A record's state has to be of the record's class."""
        with pytest.raises(Refused, match="expected Node, found Leaf"):
            CODEC.encode_state("node", Leaf())


class TestVersions:
    """Old data is brought up one step at a time."""

    @staticmethod
    def codec() -> Codec:
        """Return a codec whose one event has come to its third version."""

        def rename(data: dict[str, Any]) -> dict[str, Any]:
            data["address"] = data.pop("mail")
            return data

        def add_domain(data: dict[str, Any]) -> dict[str, Any]:
            return {**data, "domain": data["address"].partition("@")[2]}

        return (
            CodecBuilder()
            .event("mail.given", 3, Mail)
            .upcast("mail.given", 2, add_domain)
            .upcast("mail.given", 1, rename)
            .build()
        )

    def test_steps_are_taken_in_order(self) -> None:
        """Version 1 passes both steps, version 2 the second, version 3 none."""
        codec = self.codec()

        assert [Mail("a@b", "b"), Mail("a@b", "b"), Mail("a@b")] == [
            codec.decode_event("mail.given", 1, stored(mail="a@b")),
            codec.decode_event("mail.given", 2, stored(address="a@b")),
            codec.decode_event("mail.given", 3, stored(address="a@b")),
        ]

    def test_names_list_every_readable_version(self) -> None:
        """Each (name, version) that can be read is listed."""
        assert (("mail.given", 1), ("mail.given", 2), ("mail.given", 3)) == (
            self.codec().names
        )

    @pytest.mark.parametrize("version", [0, 4])
    def test_versions_outside(self, version: int) -> None:
        """A newer version, or one that never was, is damage."""
        with pytest.raises(Damaged):
            self.codec().decode_event("mail.given", version, "{}")

    def test_a_step_that_fails(self) -> None:
        """A step that stumbles over damaged data tells so."""
        with pytest.raises(Damaged, match="the step up from v1 failed: required"):
            self.codec().decode_event("mail.given", 1, "{}")

    def test_lenient_readers(self) -> None:
        """A lenient codec passes on what it does not know."""
        lenient = self.codec().lenient()

        assert [
            Unrecognised(name="mail.given", version=4, data={"a": 1}),
            Unrecognised(name="mail.lost", version=1, data={}),
            Mail("a@b"),
        ] == [
            lenient.decode_event("mail.given", 4, '{"a":1}'),
            lenient.decode_event("mail.lost", 1, "{}"),
            lenient.decode_event("mail.given", 3, stored(address="a@b")),
        ]

    def test_problems_are_told_at_once(self) -> None:
        """Gaps, doubles, bad names and lax types are reported together."""

        @attrs.frozen
        class Lax:
            raw: bytes

        @attrs.frozen
        class Vague:
            value: str | Decimal

        builder = (
            CodecBuilder()
            .event("Mail Given", 1, Leaf)
            .event("mail.given", 3, Mail)
            .event("mail.given", 0, Mail)
            .record("lax", 1, Lax)
            .record("vague", 1, Vague)
            .record("number", 1, int)
            .upcast("mail.sent", 1, dict)
            .upcast("phone", 1, dict)
            .upcast("phone", 1, dict)
            .upcast("phone", 2, dict)
            .record("phone", 2, Phone)
            .record("tree", 2, Node)
        )
        with pytest.raises(DefinitionError) as caught:
            builder.build()

        assert {
            "bad-name",
            "bad-version",
            "class-taken",
            "name-taken",
            "no-attrs-class",
            "no-strict-form",
            "step-missing",
            "step-out-of-range",
            "step-taken",
            "unknown-name",
        } == {problem.rule for problem in caught.value.problems}


Number = Enum("Number", {"ONE": 1, "TWO": 2})
Side = Literal["left", "right"]
Either = Annotated[Side | Number | None, "said more of"]


@attrs.frozen(kw_only=True)
class Mixed:
    either: Either = None
    nick: Nick | int = 0
    many: tuple[int, ...] | bool = False
    few: frozenset[str] | bool = False
    table: Mapping[str, int] | str = ""
    sets: frozenset[tuple[str, int]] = frozenset()
    rows: tuple[tuple[int, Side], ...] = ()
    odd: frozenset[int | str] = frozenset()
    ready: bool = attrs.field(init=False, default=True)


class TestUnions:
    CODEC = CodecBuilder().record("mixed", 1, Mixed).build()

    @pytest.mark.parametrize(
        "value",
        [
            Mixed(either="left"),
            Mixed(either=Number.TWO),
            Mixed(nick=Nick("x")),
            Mixed(nick=3),
            Mixed(many=(1, 2)),
            Mixed(many=True),
            Mixed(few=frozenset("ab")),
            Mixed(table={"a": 1}),
            Mixed(table="a"),
            Mixed(sets=frozenset({("b", 1), ("a", 2)})),
            Mixed(rows=((1, "left"), (2, "right"))),
            Mixed(odd=frozenset({2, "b", 1, "a"})),
        ],
        # Not by their texts: a set says its own in any order.
        ids=range(12),
    )
    def test_members_are_told_apart(self, value: Mixed) -> None:
        """
        Members of a union are told apart by what JSON shows of them.
        """
        version, text = self.CODEC.encode_state("mixed", value)

        assert value == self.CODEC.decode_state("mixed", version, text)

    def test_other_mappings_are_mappings(self) -> None:
        """
        Any mapping is stored where a mapping may stand.
        """
        value = Mixed(table=MappingProxyType({"a": 1}))

        assert (1, '{"table":{"a":1}}') == self.CODEC.encode_state("mixed", value)

    @pytest.mark.parametrize(
        ("field", "value", "path"),
        [
            ("few", frozenset({1}), "few{}"),
            ("many", ("a",), "many[0]"),
            ("table", {"a": "b"}, "table['a']"),
            ("table", 1, "table"),
            ("rows", ((1, "up"),), "rows[0][1]"),
            ("rows", ((1,),), "rows[0]"),
            ("either", 7, "either"),
        ],
    )
    def test_path_of_what_is_refused(
        self, field: str, value: object, path: str
    ) -> None:
        """
        What is refused inside of a union is told with its path.
        """
        with pytest.raises(Refused) as caught:
            self.CODEC.encode_state("mixed", attrs.evolve(Mixed(), **{field: value}))

        assert caught.value.message.startswith(f"{path}: ")

    @pytest.mark.parametrize(
        ("type_", "problem"),
        [
            (list[str], "has no strict stored form"),
            (bytes, "has no strict stored form"),
            (tuple[bytes, ...], "has no strict stored form"),
            (Mapping[int, str], "keys that are not text"),
            (str | Decimal, "both stored as text"),
            (int | timedelta, "both stored as integer"),
            (tuple[int, ...] | frozenset[int], "both stored as list"),
            (Leaf | Mapping[str, str], "both classes and mappings"),
            (Leaf | Phone, "need a name"),
            (Any | str, "both stored as"),
            (Literal[b"x"], "neither text nor number"),
            (Enum("Real", {"HALF": 0.5}), "neither text nor number"),
        ],
        ids=str,
    )
    def test_types_without_a_strict_form(self, type_: Any, problem: str) -> None:
        """
        A type that could come back as another is refused when the codec is built.
        """
        cls = attrs.make_class("Loose", {"value": attrs.field(type=type_)})
        with pytest.raises(DefinitionError, match=problem):
            CodecBuilder().record("loose", 1, cls).build()

    def test_fields_without_a_type(self) -> None:
        """
        A field without a type is refused.
        """
        cls = attrs.make_class("Bare", ["value"])
        with pytest.raises(DefinitionError, match=r"Bare\.value has no type"):
            CodecBuilder().record("bare", 1, cls).build()

    def test_types_that_are_not_there(self) -> None:
        """
        A field whose type cannot be found is told, not raised as a NameError.
        """
        cls = attrs.make_class("Lost", {"value": attrs.field(type="Nowhere")})
        with pytest.raises(DefinitionError, match="Nowhere"):
            CodecBuilder().record("lost", 1, cls).build()


class TestNames:
    def test_either_way_by_name(self) -> None:
        """
        States and events are encoded and decoded by their names alike.
        """
        values = [Leaf("x"), Everything(text="y")]
        codec = CodecBuilder().record("leaf", 1, Leaf)
        codec = codec.event("all", 1, Everything).value("phone", Phone)
        built = codec.value("mail", Mail).build()

        assert values == [built.decode(*built.encode(value)) for value in values]
        assert [Leaf, Everything] == [built.class_of(name) for name in ("leaf", "all")]

    def test_strangers(self) -> None:
        """
        What has no name is refused.
        """
        with pytest.raises(Refused, match=r"codec\.unknown-class"):
            CODEC.encode(Phone("1"))
        with pytest.raises(Refused, match=r"codec\.unknown-class"):
            CODEC.spell_out("x")
        with pytest.raises(Refused, match=r"codec\.unknown-name"):
            CODEC.class_of("phone")

    def test_steps_that_answer_no_dict(self) -> None:
        """
        A step up that forgets to answer is told.
        """
        codec = (
            CodecBuilder()
            .event("leaf", 2, Leaf)
            .upcast("leaf", 1, lambda data: None)  # type: ignore[arg-type, return-value]
            .build()
        )
        with pytest.raises(Damaged, match="answered NoneType, no dict"):
            codec.decode_event("leaf", 1, "{}")


class TestPayloads:
    """Payloads of timers and effects are plain data."""

    def test_plain_data_comes_back(self) -> None:
        """Nested plain data round-trips."""
        data = {"a": [1, {"b": None, "c": 1.5}], "\0": "\ud800", "d": True}

        assert data == CODEC.decode_data(CODEC.encode_data(data))

    @pytest.mark.parametrize(
        "value", [(1,), {1}, Decimal(1), date(2026, 1, 1), b"x", float("inf"), {1: 2}]
    )
    def test_other_data_is_refused(self, value: object) -> None:
        """What JSON cannot say is refused with its path."""
        with pytest.raises(Refused, match=r"at a\[0\]: .*codec\.not-plain"):
            CODEC.encode_data({"a": [value]})

    def test_payload_that_holds_itself(self) -> None:
        """A payload that holds itself is refused."""
        data: dict[str, Any] = {}
        data["self"] = data
        with pytest.raises(Refused, match="nested too deeply"):
            CODEC.encode_data(data)

    def test_payload_that_is_no_mapping(self) -> None:
        """A payload is a mapping."""
        with pytest.raises(Refused, match="expected a mapping, found list"):
            CODEC.encode_data([])  # type: ignore[arg-type]


def test_other_json_libraries() -> None:
    """A codec works with functions that write bytes, as orjson's do."""
    codec = (
        CodecBuilder()
        .record("leaf", 1, Leaf)
        .build(
            dumps=lambda data: json.dumps(data, ensure_ascii=False).encode(),
            loads=json.loads,
        )
    )

    assert (1, '{"name": "ä"}') == codec.encode_state("leaf", Leaf("ä"))
    with pytest.raises(Refused, match=r"codec\.not-encodable"):
        codec.encode_state("leaf", Leaf("\ud800"))


def repr_in_utc(value: Everything) -> str:
    """Return what shows the kinds of all parts, the zone and order aside."""
    ordered = attrs.evolve(value, at=value.at.astimezone(UTC), tags=frozenset())
    return repr(ordered)
