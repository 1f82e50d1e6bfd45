"""
The strict hooks of the codec, on a cattrs converter of our own.

Every type has a hook that takes exactly its own kind of value; a type without
one is an error when the codec is built, not when the first message of the year
needs it.  Success costs nothing extra: the path to what is wrong is only looked
for after something was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from json import dumps
from typing import Any, get_args, get_origin

from cattrs import Converter, override
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from leadflow._codec_places import Decode, at, sequence
from leadflow._codec_types import (
    SHAPES,
    check_choices,
    choices,
    is_attrs,
    is_enum,
    is_literal,
    is_mapping,
    is_set,
    is_tuple,
    is_union,
    omissible,
    shapes,
    stored_fields,
    strip,
    type_name,
    union_members,
    value_classes,
)
from leadflow._codec_values import (
    ATOMS,
    Encode,
    Unfit,
    Unsupported,
    encode_plain,
    unfit,
)


__all__ = ("TAG", "Hooks")

TAG = "$"
"""The key under which a union's member tells its name; no field is called so."""


class Hooks:
    """
    Make strict encoding and decoding functions, one pair a type.

    *tags* names the attrs classes that stand in unions; *omit_defaults* leaves
    out fields that equal their default, where that is safe.
    """

    def __init__(self, tags: Mapping[type, str], *, omit_defaults: bool = True) -> None:
        self.tags = tags
        self._omit = omit_defaults
        self._under_way: set[Any] = set()
        self._parts: dict[
            Encode, Callable[[Any], Iterable[tuple[str, Any, Encode]]]
        ] = {}
        self._converter = converter = Converter()
        for type_, (_, encode, decode) in ATOMS.items():
            converter.register_unstructure_hook(type_, encode)
            converter.register_structure_hook(type_, _typed(decode))
        for belongs, make_encode, make_decode in (
            (lambda t: strip(t) is not t, self._encode_bare, self._decode_bare),
            (lambda t: t is Any, self._encode_any, self._decode_any),
            (is_attrs, self._encode_class, self._decode_class),
            (is_enum, self._encode_enum, self._decode_choice),
            (is_literal, self._encode_literal, self._decode_choice),
            (is_tuple, self._encode_tuple, self._decode_tuple),
            (is_set, self._encode_set, self._decode_set),
            (is_mapping, self._encode_mapping, self._decode_mapping),
            (is_union, self._encode_union, self._decode_union),
        ):
            converter.register_unstructure_hook_factory(belongs, make_encode)
            converter.register_structure_hook_factory(belongs, make_decode)

    def encoder(self, type_: Any) -> Encode:
        """
        Return the function that turns a value of *type_* into JSON's kinds.

        Raises:
            Unsupported: there is no strict way to store *type_*.
        """
        self._check(type_)
        hook: Encode = self._late(type_, "unstructure")
        return hook

    def decoder(self, type_: Any) -> Decode:
        """
        Return the function that turns JSON's kinds into a value of *type_*.
        """
        self._check(type_)
        hook: Decode = self._late(type_, "structure")
        return hook

    def locate(self, encode: Encode, value: Any) -> str:
        """
        Return the path to the part of *value* that *encode* stumbles over.
        """
        path = ""
        while encode in self._parts:
            for label, part, encode_part in self._parts[encode](value):
                try:
                    encode_part(part)
                except Unfit:
                    path += label
                    encode, value = encode_part, part
                    break
            else:
                break
        return path.lstrip(".")

    def _check(self, type_: Any) -> None:
        """Refuse what would fall through to cattrs' own, lenient hooks."""
        bare = strip(type_)
        known = bare is Any or bare in ATOMS
        if not known and not any(
            belongs(bare)
            for belongs in (
                *(is_attrs, is_enum, is_literal, is_tuple),
                *(is_set, is_mapping, is_union),
            )
        ):
            raise Unsupported(
                f"{type_name(type_)} has no strict stored form: use tuple, frozenset,"
                " Mapping, attrs classes and single values"
            )

    def _late(self, type_: Any, way: str) -> Any:
        """Return a hook; where types contain each other, one that looks later."""
        mark = (way, type_)
        get: Any = getattr(self._converter, f"get_{way}_hook")
        if mark not in self._under_way:
            self._under_way.add(mark)
            try:
                return get(type_)
            finally:
                self._under_way.discard(mark)
        if way == "structure":
            return lambda value, _: get(type_)(value, type_)

        def late(value: Any) -> Any:
            return get(type_)(value)

        self._parts[late] = lambda value: [("", value, get(type_))]
        return late

    # -- wrappers of types

    def _encode_bare(self, type_: Any) -> Encode:
        return self.encoder(strip(type_))

    def _decode_bare(self, type_: Any) -> Decode:
        bare = strip(type_)
        decode = self.decoder(bare)
        return lambda value, _: decode(value, bare)

    def _encode_any(self, _type: Any) -> Encode:
        return encode_plain

    def _decode_any(self, _type: Any) -> Decode:
        return _typed(lambda value: value)

    # -- attrs classes

    def _encode_class(self, cls: Any) -> Encode:
        fields = stored_fields(cls)
        encoders = [(field.name, self.encoder(field.type)) for field in fields]
        how: dict[str, Any] = {
            name: override(
                unstruct_hook=encode, omit_if_default=self._omit and omissible(field)
            )
            for field, (name, encode) in zip(fields, encoders, strict=True)
        }
        generated = make_dict_unstructure_fn(cls, self._converter, **how)
        name = cls.__name__

        def encode(value: Any) -> Any:
            if value.__class__ is not cls:
                unfit(name, value)
            return generated(value)

        def parts(value: Any) -> Iterable[tuple[str, Any, Encode]]:
            if value.__class__ is cls:
                for field, encode_field in encoders:
                    yield f".{field}", getattr(value, field), encode_field

        self._parts[encode] = parts
        return encode

    def _decode_class(self, cls: Any) -> Decode:
        how: dict[str, Any] = {
            field.name: override(struct_hook=self.decoder(field.type))
            for field in stored_fields(cls)
        }
        generated = make_dict_structure_fn(cls, self._converter, **how)
        name = cls.__name__

        def decode(value: Any, _: Any) -> Any:
            if value.__class__ is not dict:
                unfit(f"an object for {name}", value)
            return generated(value, cls)

        return decode

    # -- choices

    def _encode_enum(self, cls: Any) -> Encode:
        check_choices(cls)

        def encode(value: Any) -> Any:
            if value.__class__ is not cls:
                unfit(cls.__name__, value)
            return value.value

        return encode

    def _encode_literal(self, type_: Any) -> Encode:
        choose = self._decode_choice(type_)
        return lambda value: choose(value, type_)

    def _decode_choice(self, type_: Any) -> Decode:
        check_choices(type_)
        # True equals 1, so that the class is part of the key.
        table = {
            (value.__class__, value): value if is_literal(type_) else type_(value)
            for value in choices(type_)
        }
        expected = f"one of {', '.join(repr(value) for value in choices(type_))}"

        def choose(value: Any, _: Any) -> Any:
            try:
                return table[value.__class__, value]
            except (KeyError, TypeError):
                raise Unfit(f"expected {expected}, found {value!r}"[:500]) from None

        return choose

    # -- containers

    def _items(self, type_: Any) -> tuple[Any, tuple[Any, ...] | None]:
        """Return the item type, or the types of a tuple of fixed length."""
        arguments = get_args(type_)
        if get_origin(type_) is tuple and not (
            len(arguments) == 2 and arguments[1] is Ellipsis
        ):
            return None, arguments
        return arguments[0], None

    def _encode_tuple(self, type_: Any) -> Encode:
        item, fixed = self._items(type_)
        each = None if fixed is None else [self.encoder(part) for part in fixed]
        encode_item: Any = None if each is not None else self.encoder(item)
        # Tuples of text are the most frequent, and need no call for each item.
        all_text = {encode_item} if each is None else set(each)
        is_text = all_text == {ATOMS[str][1]}
        length = None if each is None else len(each)

        def encode(value: Any) -> Any:
            if value.__class__ is not tuple:
                unfit("a tuple", value)
            if length is not None and len(value) != length:
                raise Unfit(f"expected {length} items, found {len(value)}")
            if is_text:
                for part in value:
                    if part.__class__ is not str:
                        unfit("text", part)
                return value
            if each is None:
                return [encode_item(part) for part in value]
            return [
                encode_part(part) for encode_part, part in zip(each, value, strict=True)
            ]

        def parts(value: Any) -> Iterable[tuple[str, Any, Encode]]:
            if value.__class__ is tuple:
                for index, part in enumerate(value):
                    if each is None or index < len(each):
                        chosen = encode_item if each is None else each[index]
                        yield f"[{index}]", part, chosen

        self._parts[encode] = parts
        return encode

    def _decode_tuple(self, type_: Any) -> Decode:
        item, fixed = self._items(type_)
        if fixed is None:
            return sequence(tuple, item, self.decoder(item))
        each = [(self.decoder(part), part) for part in fixed]

        def decode(value: Any, _: Any) -> Any:
            if value.__class__ is not list:
                unfit("a list", value)
            if len(value) != len(each):
                raise Unfit(f"expected {len(each)} items, found {len(value)}")
            done: list[Any] = []
            try:
                for (decode_part, part_type), part in zip(each, value, strict=True):
                    done.append(decode_part(part, part_type))
            except Exception as error:  # noqa: BLE001 - re-raised with its place
                at(error, len(done), type_)
            return tuple(done)

        return decode

    def _encode_set(self, type_: Any) -> Encode:
        encode_item = self.encoder(get_args(type_)[0])

        def encode(value: Any) -> Any:
            if value.__class__ is not frozenset:
                unfit("a frozenset", value)
            items = [encode_item(part) for part in value]
            # One set has one text: the order must not hang on hashes.
            try:
                items.sort()
            except TypeError:
                items.sort(key=dumps)
            return items

        def parts(value: Any) -> Iterable[tuple[str, Any, Encode]]:
            if value.__class__ is frozenset:
                for part in value:
                    yield "{}", part, encode_item

        self._parts[encode] = parts
        return encode

    def _decode_set(self, type_: Any) -> Decode:
        item = get_args(type_)[0]
        return sequence(frozenset, item, self.decoder(item))

    def _encode_mapping(self, type_: Any) -> Encode:
        key_type, item = get_args(type_)
        if strip(key_type) is not str:
            raise Unsupported(f"{type_} has keys that are not text")
        encode_item = self.encoder(item)

        def encode(value: Any) -> Any:
            if not isinstance(value, Mapping):
                unfit("a mapping", value)
            for key in value:
                if key.__class__ is not str:
                    unfit("a text as key", key)
            return {key: encode_item(part) for key, part in value.items()}

        def parts(value: Any) -> Iterable[tuple[str, Any, Encode]]:
            if isinstance(value, Mapping):
                for key, part in value.items():
                    yield f"[{key!r}]", part, encode_item

        self._parts[encode] = parts
        return encode

    def _decode_mapping(self, type_: Any) -> Decode:
        item = get_args(type_)[1]
        decode_item = self.decoder(item)

        def decode(value: Any, _: Any) -> Any:
            if value.__class__ is not dict:
                unfit("an object", value)
            done: dict[str, Any] = {}
            key = ""
            try:
                for key, part in value.items():
                    done[key] = decode_item(part, item)
            except Exception as error:  # noqa: BLE001 - re-raised with its place
                at(error, key, type_)
            return done

        return decode

    # -- unions

    def _encode_union(self, type_: Any) -> Encode:
        members = union_members(type_)
        self._check_union(type_, members)
        tagged = sum(map(is_attrs, members)) > 1
        by_class: dict[type, Encode] = {}
        for member in members:
            encode_member = self.encoder(member)
            if tagged and is_attrs(member):
                encode_member = self._with_tag(encode_member, self.tags[member])
            for cls in value_classes(member):
                by_class[cls] = encode_member
        others = by_class.pop(Mapping, None)
        expected = " | ".join(map(type_name, members))

        def encode(value: Any) -> Any:
            try:
                chosen = by_class[value.__class__]
            except KeyError:
                if others is None or not isinstance(value, Mapping):
                    unfit(expected, value)
                chosen = others
            return chosen(value)

        def parts(value: Any) -> Iterable[tuple[str, Any, Encode]]:
            chosen = by_class.get(value.__class__, others)
            if chosen is not None:
                yield "", value, chosen

        self._parts[encode] = parts
        return encode

    def _with_tag(self, encode: Encode, tag: str) -> Encode:
        def encode_tagged(value: Any) -> Any:
            data = encode(value)
            data[TAG] = tag
            return data

        self._parts[encode_tagged] = lambda value: [("", value, encode)]
        return encode_tagged

    def _decode_union(self, type_: Any) -> Decode:
        members = union_members(type_)
        self._check_union(type_, members)
        classes = [member for member in members if is_attrs(member)]
        by_shape: dict[str, tuple[Decode, Any]] = {}
        for member in members:
            pair = (self.decoder(member), member)
            for shape in shapes(member):
                by_shape[shape] = pair
        if len(classes) > 1:
            by_shape["object"] = (self._decode_tagged(classes), type_)
        by_class = {
            cls: by_shape[shape] for cls, shape in SHAPES.items() if shape in by_shape
        }
        expected = " | ".join(map(type_name, members))

        def decode(value: Any, _: Any) -> Any:
            chosen = by_class.get(value.__class__)
            if chosen is None:
                unfit(expected, value)
            return chosen[0](value, chosen[1])

        return decode

    def _decode_tagged(self, classes: Sequence[Any]) -> Decode:
        table = {self.tags[cls]: (self.decoder(cls), cls) for cls in classes}

        def decode(value: Any, _: Any) -> Any:
            tag = value.get(TAG)
            chosen = table.get(tag) if tag.__class__ is str else None
            if chosen is None:
                raise Unfit(f"the tag {tag!r} names no member of the union"[:200])
            return chosen[0](value, chosen[1])

        return decode

    def _check_union(self, type_: Any, members: Sequence[Any]) -> None:
        seen: dict[str, Any] = {}
        for member in members:
            if is_attrs(member):
                continue
            for shape in shapes(member):
                if shape in seen:
                    raise Unsupported(
                        f"{type_name(seen[shape])} and {type_name(member)} in"
                        f" {type_} are both stored as {shape}"
                    )
                seen[shape] = member
        classes = [member for member in members if is_attrs(member)]
        if classes and "object" in seen:
            raise Unsupported(f"{type_} holds both classes and mappings")
        untagged = [cls.__name__ for cls in classes if cls not in self.tags]
        if len(classes) > 1 and untagged:
            raise Unsupported(
                f"{', '.join(untagged)} in a union need a name: builder.value(…)"
            )


def _typed(decode: Encode) -> Decode:
    return lambda value, _: decode(value)
