"""
Tests for `leadflow.identity`.
"""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadflow.identity import (
    Candidate,
    Match,
    MatchKey,
    Standing,
    Strength,
    company_name,
    compare,
    domain,
    duplicates,
    email,
    handle,
    is_free_mail,
    match_keys,
    merge_contacts,
    merge_set,
    person_name,
    phone,
    phone_region,
)
from leadflow.values import ContactPoint, Person


def value(point: ContactPoint | None) -> str:
    """
    Return a contact's normalised value, empty where there is no contact.
    """
    return point.value if point else ""


def raw_phone(text: str) -> ContactPoint:
    """
    Make what a reader keeps of a phone that is none for certain.
    """
    return ContactPoint(kind="phone", value="", raw=text)


def keys_of(*points: ContactPoint | None, **more: str) -> frozenset[MatchKey]:
    """
    Return the keys of contact points; name and company by keyword.
    """
    person = Person(name=more.pop("name", ""), company=more.pop("company", ""))
    return match_keys([point for point in points if point], person, **more)


def best(match: Match | None) -> tuple[Strength, str] | None:
    """
    Return a match's strength and its best evidence.
    """
    return (match.strength, str(match.keys[0])) if match else None


class TestPhone:
    @pytest.mark.parametrize(
        ("text", "region", "expected"),
        [
            pytest.param("+91 (984) 555-2671", None, "+919845552671", id="D14"),
            pytest.param("9845552671", "IN", "+919845552671", id="D14-national"),
            pytest.param("0456998877", "BE", "+32456998877", id="D17"),
            pytest.param("(803)-456-6126", "US", "+18034566126", id="D26"),
            pytest.param("8034566126", "US", "+18034566126", id="D26-bare"),
            pytest.param("+32485001122", None, "+32485001122", id="D26-plus"),
            pytest.param("0032485001122", None, "+32485001122", id="D26-zeros"),
            ("8 916 123-45-67", "RU", "+79161234567"),
            ("79161234567", "RU", "+79161234567"),
            ("916 123 45 67", "ru", "+79161234567"),
            ("8 800 555-35-35", "RU", "+78005553535"),
            ("8 701 123 45 67", "RU", "+77011234567"),
            ("8 10 49 171 1234567", "RU", "+491711234567"),
            ("00491711234567", "RU", "+491711234567"),
            ("(0049) 171 1234567", "RU", "+491711234567"),
            ("011 44 20 7946 0018", "US", "+442079460018"),
            ("tel:+7-916-123-45-67", None, "+79161234567"),
            ("sip:+79161234567@pbx.example.com", None, "+79161234567"),
            ("+٧ ٩١٦ ١٢٣ ٤٥ ٦٧", None, "+79161234567"),
            ("\u202a+7 916 123\u00a045\u00a067\u202c", None, "+79161234567"),
            ("+7 916 123-45-67", "XX", "+79161234567"),
        ],
    )
    def test_has_one_spelling(
        self, text: str, region: str | None, expected: str
    ) -> None:
        """
        A phone is E.164, however it was written (D14, D17, D26).
        """
        assert expected == value(phone(text, region))

    @pytest.mark.parametrize(
        ("text", "region"),
        [
            pytest.param("0456998877", None, id="D17"),
            pytest.param("0456998877", "", id="D17-empty"),
            pytest.param("abc", "US", id="D16"),
            pytest.param("12345", "US", id="D16-short"),
            pytest.param("", "US", id="D5"),
            pytest.param("     ", "US", id="D27"),
            ("9845552671", "XX"),
            ("anonymous", "RU"),
            ("restricted", "RU"),
            ("unknown", "RU"),
            ("private", "RU"),
            ("+0", "RU"),
            ("0", "RU"),
            ("112", "RU"),
            ("0501234567", "RU"),
            ("00000000000", "RU"),
            ("+1 (555) 123-4567", None),
            ("9" * 300, "RU"),
        ],
    )
    def test_is_nothing_rather_than_a_guess(
        self, text: str, region: str | None
    ) -> None:
        """
        What is no phone for certain is no contact (D5, D16, D17, D27).
        """
        assert None is phone(text, region)

    def test_keeps_the_text_and_the_extension_apart(self) -> None:
        """
        The value is the number alone; text and extension stand beside it.
        """
        expected = ContactPoint(
            kind="phone",
            value="+79161234567",
            raw="8 916 123-45-67 доб. 123",
            label="ext. 123",
        )

        assert expected == phone("8 916 123-45-67 доб. 123", "RU")

    def test_reads_every_region_in_its_own_writing(self) -> None:
        """
        The example numbers of all regions are read from their national form.
        """
        numbers = [
            (region, number)
            for region in sorted(phonenumbers.SUPPORTED_REGIONS)
            for kind in (
                phonenumbers.PhoneNumberType.FIXED_LINE,
                phonenumbers.PhoneNumberType.MOBILE,
            )
            if (number := phonenumbers.example_number_for_type(region, kind))
        ]
        form = phonenumbers.PhoneNumberFormat

        wrong = [
            region
            for region, number in numbers
            if value(phone(phonenumbers.format_number(number, form.NATIONAL), region))
            != phonenumbers.format_number(number, form.E164)
        ]

        assert [] == wrong

    @pytest.mark.parametrize(
        ("number", "region"),
        [
            pytest.param("+16135550177", "CA", id="D20-CA"),
            pytest.param("+12025550124", "US", id="D20-US"),
            ("+79161234567", "RU"),
            ("+77011234567", "KZ"),
            ("+80000000000", ""),
            ("+97", ""),
        ],
    )
    def test_d20_the_region_is_more_than_the_code(
        self, number: str, region: str
    ) -> None:
        """
        Countries that share a code are told apart by the number (D20).
        """
        assert region == phone_region(number)


class TestEmail:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param("Alice@Example.com", "alice@example.com", id="D7"),
            (" anna@example.com ", "anna@example.com"),
            ("<anna@example.com>", "anna@example.com"),
            ("Anna Ivanova <Anna@Example.COM>", "anna@example.com"),
            ("mailto:anna%40example.com?subject=Hi", "anna@example.com"),
            ("MAILTO:anna@example.com", "anna@example.com"),
            ("anna@example.com.", "anna@example.com"),
            ("anna@example.com;", "anna@example.com"),
            ("anna+shop@example.com", "anna+shop@example.com"),
            ("anna@пример.рф", "anna@xn--e1afmkfd.xn--p1ai"),
            ("anna@xn--e1afmkfd.xn--p1ai", "anna@xn--e1afmkfd.xn--p1ai"),
            ("ａnna＠example．com", "anna@example.com"),
            ("anna\u200b@example.com", "anna@example.com"),
        ],
    )
    def test_has_one_spelling(self, text: str, expected: str) -> None:
        """
        A mailbox is lower case, its domain ASCII, its wrapping gone (D7).
        """
        assert expected == value(email(text))

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "anna",
            "@example.com",
            "anna@",
            "anna@localhost",
            "anna@-example.com",
            "anna@exa_mple.com",
            "anna@192.168.0.1",
            "anna ivanova@example.com",
            '"a@b"@example.com',
            "a@b@example.com",
            f"{'a' * 65}@example.com",
            f"anna@{'a' * 64}.com",
            f"anna@{'ы' * 80}.com",
            f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 30}.com",
        ],
    )
    def test_is_nothing_where_it_is_none(self, text: str) -> None:
        """
        What has not the form of an address is no contact.
        """
        assert None is email(text)

    def test_keeps_the_text(self) -> None:
        """
        Capitals are kept for the eye (D7).
        """
        expected = ContactPoint(
            kind="email", value="alice@example.com", raw="Alice@Example.com"
        )

        assert expected == email("Alice@Example.com")


class TestHandle:
    @pytest.mark.parametrize(
        ("network", "text", "expected"),
        [
            ("telegram", "@Anna_Shop", "@anna_shop"),
            ("Telegram", "anna_shop", "@anna_shop"),
            ("telegram", "https://t.me/Anna_Shop?start=1", "@anna_shop"),
            ("telegram", "telegram.me/Anna_Shop/", "@anna_shop"),
            ("telegram", "tg://resolve?domain=Anna_Shop", "@anna_shop"),
            ("telegram", "tg://user?id=12345678", "12345678"),
            ("telegram", "12345678", "12345678"),
            ("vk", "https://vk.com/id42", "42"),
            ("vk", "https://m.vk.com/id42?from=1", "42"),
            ("vk", "id42", "42"),
            ("vk", "42", "42"),
            ("vk", "[id42|Anna]", "42"),
            ("vk", "*id42", "42"),
            ("vk", "vk.me/write42", "42"),
            ("vk", "vk.com/Durov", "@durov"),
            ("vk", "@durov", "@durov"),
            ("vk", "vk.com/club7", "-7"),
            ("vk", "public7", "-7"),
            ("instagram", "https://www.instagram.com/Anna.Shop/", "@anna.shop"),
            ("facebook", "https://facebook.com/profile.php?id=100", "100"),
            ("facebook", "fb.com/Anna.Shop", "@annashop"),
            ("messenger", "m.me/100", "100"),
            ("ok", "https://ok.ru/profile/123", "123"),
            ("ok", "ok.ru/anna.shop", "@anna.shop"),
            ("whatsapp", "+7 916 123-45-67", "+79161234567"),
            ("whatsapp", "79161234567", "+79161234567"),
            ("whatsapp", "https://wa.me/79161234567?text=Hi", "+79161234567"),
            (
                "whatsapp",
                "https://api.whatsapp.com/send?phone=%2B79161234567",
                "+79161234567",
            ),
            ("whatsapp", "whatsapp://send?phone=+79161234567", "+79161234567"),
            ("whatsapp", "551187654321@s.whatsapp.net", "+551187654321"),
            ("whatsapp", "551187654321", "+551187654321"),
            ("whatsapp", "US.13491208655302741918", "US.13491208655302741918"),
            ("viber", "viber://chat?number=%2B79161234567", "+79161234567"),
            ("viber", "01234567890A=", "01234567890A="),
            ("avito", "u2i-Abc", "u2i-Abc"),
            ("max", "@Anna", "@anna"),
        ],
    )
    def test_reads_ids_names_and_links(
        self, network: str, text: str, expected: str
    ) -> None:
        """
        An id stays an id, a name is lower case after an @.
        """
        assert expected == value(handle(network, text))

    @pytest.mark.parametrize(
        ("network", "text"),
        [
            ("telegram", ""),
            ("telegram", "ann"),
            ("telegram", "Anna Ivanova"),
            ("telegram", "+79161234567"),
            ("telegram", "79161234567"),
            ("telegram", "https://t.me/+AbCdEf"),
            ("telegram", "t.me/joinchat/AbCdEf"),
            ("telegram", "https://example.com/anna"),
            ("vk", "vk.com/wall-1_2"),
            ("vk", "vk.com/im?sel=42"),
            ("instagram", "instagram.com/p/AbC"),
            ("ok", "ok.ru/group/123"),
            ("facebook", "facebook.com/profile.php"),
            ("whatsapp", "8 916 123-45-67"),
            ("whatsapp", ""),
            ("viber", "viber://chat"),
            ("max", "two words"),
            ("max", "x" * 300),
        ],
    )
    def test_is_nothing_where_it_names_nobody(self, network: str, text: str) -> None:
        """
        Links to other places and texts that are no account make no contact.
        """
        assert None is handle(network, text)

    def test_a_national_number_needs_its_region(self) -> None:
        """
        With the region a national number is an account of WhatsApp.
        """
        found = handle("whatsapp", "8 916 123-45-67", region="RU")

        assert "+79161234567" == value(found)

    def test_a_phone_in_the_wrong_field_is_no_id(self) -> None:
        """
        Ten digits that are a phone of the region are no Telegram account.
        """
        assert None is handle("telegram", "9161234567", region="RU")


class TestDomain:
    @pytest.mark.parametrize(
        "text",
        [
            "https://www.example.com/path",
            "HTTPS://EXAMPLE.COM",
            "example.com",
            "//example.com?x=1",
            "http://user:secret@example.com:8080/#top",
            "bob@Example.com",
            " www.example.com. ",
        ],
    )
    def test_d6_has_one_spelling(self, text: str) -> None:
        """
        Links, addresses and names of a site all give its domain (D6).
        """
        assert "example.com" == domain(text)

    @pytest.mark.parametrize("text", ["", "example", "two words", "a..b", "http://"])
    def test_is_empty_where_there_is_none(self, text: str) -> None:
        """
        What names no site has no domain.
        """
        assert "" == domain(text)

    def test_is_written_in_ascii(self) -> None:
        """
        A domain in other letters is written as the network does.
        """
        assert "xn--e1afmkfd.xn--p1ai" == domain("https://Пример.РФ/о-нас")

    @pytest.mark.parametrize(
        ("name", "free"),
        [
            ("mail.ru", True),
            ("yandex.ru", True),
            ("yandex.kz", True),
            ("gmail.com", True),
            ("yahoo.co.uk", True),
            ("163.com", True),
            ("mymail.com", False),
            ("yandex-team.ru", False),
            ("corp.mail.example.ru", False),
        ],
    )
    def test_knows_where_everybody_has_a_mailbox(self, name: str, free: bool) -> None:
        """
        Free mail of Russia and of the world says nothing of a company (D21).
        """
        assert free is is_free_mail(name)


class TestNames:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param("Acme", "acme", id="D13"),
            pytest.param("Acme Corporation", "acme", id="D13-form"),
            ("ACME, Inc.", "acme"),
            ("Acme Co., Ltd.", "acme"),
            ("Acme L.L.C.", "acme"),
            ("Acme GmbH & Co. KG", "acme"),
            ("Acme S.r.l.", "acme"),
            ("Acme sp. z o.o.", "acme"),
            ("Acme A/S", "acme"),
            ("Acme Pvt. Ltd.", "acme"),
            ("LLC Acme", "acme"),
            ('ООО "Рога и Копыта"', "рога и копыта"),
            ("Рога и копыта, ООО", "рога и копыта"),
            (
                "Общество с ограниченной ответственностью «Рога и копыта»",
                "рога и копыта",
            ),
            ("ИП Семёнов", "семенов"),
            ("АО «Йод»", "йод"),
            ("Smith and Sons Ltd", "smith & sons"),
            ("Smith & Sons", "smith & sons"),
            ("O’Brien LLC", "obrien"),
            ("IP Telephony", "ip telephony"),
            ("Corporation", "corporation"),
            ("Société Générale SA", "societe generale"),
            ("n/a", ""),
            ("Частное лицо", ""),
            ("", ""),
            ("---", ""),
        ],
    )
    def test_a_company_has_one_spelling(self, text: str, expected: str) -> None:
        """
        Case, accents, quotes and the legal form do not count (D13).
        """
        assert expected == company_name(text)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Артём Иванов", "артем иванов"),
            ("ИВАНОВ  Артем", "артем иванов"),
            ("г-н Артём Иванов", "артем иванов"),
            ("Dr. José O'Neil", "jose oneil"),
            ("Smith, John", "john smith"),
            ("Анна-Мария", "анна мария"),
            ("", ""),
        ],
    )
    def test_a_person_has_one_spelling(self, text: str, expected: str) -> None:
        """
        Case, order, accents and titles of a person's name do not count.
        """
        assert expected == person_name(text)


class TestKeys:
    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("+1 (555) 123-4567", id="D1"),
            pytest.param("15551234567", id="D2"),
            pytest.param("555-123-4567", id="D3"),
            "001 555 123 4567",
            "(555) 123-4567 ext. 89",
        ],
    )
    def test_numbers_that_cannot_exist_have_their_digits(self, text: str) -> None:
        """
        A phone that is no contact is still found by its last digits (D1-D3).
        """
        assert {MatchKey("loose", "digits", "5551234567")} == keys_of(raw_phone(text))

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("", id="D5"),
            pytest.param("abc", id="D16"),
            pytest.param("12345", id="D16-short"),
            pytest.param("   ", id="D27"),
            "0000000000",
            "9999999",
        ],
    )
    def test_an_empty_key_is_no_key(self, text: str) -> None:
        """
        Nothing, spaces, words and a few digits never match (D5, D16, D27).
        """
        assert frozenset() == keys_of(raw_phone(text))

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("+39 06 698 12345", "06 698 12345"),
            ("+32 456 99 88 77", "0456 99 88 77"),
            ("+7 916 123-45-67", "8 916 123-45-67"),
            ("+86 138 1234 5678", "138 1234 5678"),
            ("+49 171 1234567", "0171/1234567"),
            ("+380 50 123 4567", "050 123 45 67"),
        ],
    )
    def test_digits_join_both_writings(self, left: str, right: str) -> None:
        """
        A number with its code and one without are alike to a person's eye.
        """
        found = compare(keys_of(phone(left, None)), keys_of(raw_phone(right)))

        assert "loose" == (found.strength if found else None)

    def test_d7_capitals_do_not_matter(self) -> None:
        """
        A search for Alice@Example.com finds alice@example.com (D7).
        """
        found = compare(
            keys_of(email("alice@example.com")), keys_of(email("Alice@Example.com"))
        )

        assert ("exact", "email:alice@example.com") == best(found)

    def test_d9_a_first_name_matches_nobody(self) -> None:
        """
        A first name alone, or with an initial, is no key (D9).
        """
        assert frozenset() == keys_of(name="Иван") | keys_of(name="Иван И.")

    def test_a_full_name_matches_loosely(self) -> None:
        """
        Name and surname in any order, with or without patronymic, are a hint.
        """
        found = compare(
            keys_of(name="Иванов Иван Петрович"), keys_of(name="Иван Иванов")
        )

        assert ("loose", "name:иван иванов") == best(found)

    def test_part_of_a_name_is_no_match(self) -> None:
        """
        "Asa Depape" is not "casa depapel" (PEERS 2.4).
        """
        assert None is compare(keys_of(name="Asa Depape"), keys_of(name="casa depapel"))

    def test_d13_a_company_matches_without_its_form(self) -> None:
        """
        "Acme" and "Acme Corporation" are alike (D13).
        """
        found = compare(keys_of(company="Acme"), keys_of(company="Acme Corporation"))

        assert ("loose", "company:acme") == best(found)

    def test_d13_two_letters_are_no_company(self) -> None:
        """
        "AB" matches nothing, itself included (D13).
        """
        assert None is compare(keys_of(company="AB"), keys_of(company="AB"))

    def test_d14_a_region_makes_numbers_the_same(self) -> None:
        """
        With its region the national number is the international one (D14).
        """
        found = compare(
            keys_of(phone("+91 (984) 555-2671", None)),
            keys_of(phone("9845552671", "IN")),
        )

        assert ("exact", "phone:+919845552671") == best(found)

    def test_d16_different_texts_are_different(self) -> None:
        """
        Neither a word and a number nor two short numbers match (D16).
        """
        pairs = [("abc", "9845552671"), ("12345", "67890")]

        found = [
            compare(keys_of(raw_phone(left)), keys_of(raw_phone(right)))
            for left, right in pairs
        ]

        assert [None, None] == found

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("(803)-456-6126", "8034566126"),
            ("+32485001122", "0032485001122"),
        ],
    )
    def test_d26_writings_of_a_number_are_the_same(self, left: str, right: str) -> None:
        """
        Brackets, dashes and a leading 00 do not make another number (D26).
        """
        found = compare(keys_of(phone(left, "US")), keys_of(phone(right, "US")))

        assert "exact" == (found.strength if found else None)

    def test_d21_colleagues_are_alike(self) -> None:
        """
        Two mailboxes of one company's domain are a hint (D21).
        """
        found = compare(
            keys_of(email("bob@mymail.com")), keys_of(email("alice@mymail.com"))
        )

        assert ("loose", "domain:mymail.com") == best(found)

    def test_d21_free_mail_makes_no_colleagues(self) -> None:
        """
        Two mailboxes at mail.ru have nothing in common (D21).
        """
        assert None is compare(
            keys_of(email("bob@mail.ru")), keys_of(email("alice@mail.ru"))
        )

    def test_d23_one_parent_company_is_a_hint(self) -> None:
        """
        Leads of two contacts under one company are alike (D23).
        """
        found = compare(
            keys_of(email("bob@a.com"), account="7"),
            keys_of(email("eva@b.com"), account="7"),
        )

        assert ("loose", "account:7") == best(found)

    def test_one_client_is_a_strong_key(self) -> None:
        """
        Two records of one client belong together whatever else they say.
        """
        found = compare(keys_of(client="7"), keys_of(client="7"))

        assert ("strong", "client:7") == best(found)

    def test_d34_punctuation_and_subdomains_are_loose(self) -> None:
        """
        john_doe@us.ibm.com is like johndoe@ibm.com, no more (D34).
        """
        found = compare(
            keys_of(email("john_doe@us.ibm.com")), keys_of(email("johndoe@ibm.com"))
        )

        assert "loose" == (found.strength if found else None)

    def test_d34_the_mailbox_is_part_of_the_evidence(self) -> None:
        """
        The simplified mailbox of both is johndoe@ibm.com (D34).
        """
        keys = keys_of(email("john_doe@us.ibm.com"))

        assert MatchKey("loose", "mailbox", "johndoe@ibm.com") in keys

    def test_d35_a_plus_tag_counts_but_loosely(self) -> None:
        """
        anna+a and anna+b are the same person only at the loose level (D35).
        """
        found = compare(
            keys_of(email("anna+a@gmail.com")), keys_of(email("anna+b@gmail.com"))
        )

        assert ("loose", "mailbox:anna@gmail.com") == best(found)

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("msk.ru", "spb.ru"),
            ("co.uk", "com.br"),
        ],
    )
    def test_shared_endings_are_no_company(self, left: str, right: str) -> None:
        """
        Two firms below one shared ending have different domains.
        """
        found = [
            compare(
                keys_of(email(f"bob@first.{ending}")),
                keys_of(email(f"eva@second.{ending}")),
            )
            for ending in (left, right)
        ]

        assert [None, None] == found

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            pytest.param("+5511987654321", "+55 11 8765-4321", id="Brazil"),
            pytest.param("+5491123456789", "+54 11 2345-6789", id="Argentina"),
            pytest.param("+5215512345678", "+52 55 1234 5678", id="Mexico"),
        ],
    )
    def test_a_country_s_extra_digit_is_strong(self, left: str, right: str) -> None:
        """
        Numbers with and without the mobile digit are one phone (PEERS 3, 21).
        """
        a, b = (keys_of(phone(text, None) or raw_phone(text)) for text in (left, right))

        found = compare(a, b)

        assert "strong" == (found.strength if found else None)

    def test_a_newer_brazilian_mobile_keeps_its_digit(self) -> None:
        """
        A mobile that never was without the 9 is not a landline's number.
        """
        found = compare(
            keys_of(phone("+5511921234567", None)),
            keys_of(phone("+551121234567", None)),
        )

        assert None is found

    def test_a_network_s_phone_is_a_phone(self) -> None:
        """
        An account of WhatsApp is found by the phone that it is.
        """
        adapter = ContactPoint(kind="whatsapp", value="79161234567")

        found = compare(keys_of(adapter), keys_of(phone("8 916 1234567", "RU")))

        assert ("exact", "phone:+79161234567") == best(found)

    def test_an_id_that_is_no_phone_is_itself(self) -> None:
        """
        A network's opaque id is an exact key of that network.
        """
        keys = keys_of(handle("whatsapp", "US.134912"))

        assert {MatchKey("exact", "whatsapp", "US.134912")} == keys

    def test_a_name_in_a_network_is_strong(self) -> None:
        """
        A name can change hands; what a form says meets what the network says.
        """
        seen = ContactPoint(kind="telegram", value="42", label="@Anna_Shop")

        found = compare(keys_of(seen), keys_of(handle("telegram", "t.me/anna_shop")))

        assert ("strong", "telegram:@anna_shop") == best(found)

    @pytest.mark.parametrize(
        ("kind", "raw"), [("email", "anna(at)example.com"), ("telegram", "Anna!")]
    )
    def test_what_could_not_be_normalised_has_no_keys(
        self, kind: str, raw: str
    ) -> None:
        """
        A mailbox or account that is none for certain matches nothing.
        """
        assert frozenset() == keys_of(ContactPoint(kind=kind, value="", raw=raw))

    def test_a_mailbox_of_punctuation_has_no_simple_form(self) -> None:
        """
        Nothing is left of "_" without punctuation, and nothing is no key.
        """
        keys = keys_of(email("_@mail.ru"))

        assert {MatchKey("exact", "email", "_@mail.ru")} == keys


class TestMatch:
    def test_evidence_is_told_best_first(self) -> None:
        """
        A match names all common keys, the best first.
        """
        found = compare(
            keys_of(email("bob@mymail.com"), name="Bob Roe"),
            keys_of(email("bob@mymail.com"), name="Bob Roe"),
        )

        assert [
            "email:bob@mymail.com",
            "domain:mymail.com",
            "mailbox:bob@mymail.com",
            "name:bob roe",
        ] == [str(key) for key in (found.keys if found else ())]

    @pytest.mark.parametrize(
        ("left", "right", "names", "certain"),
        [
            ("Anna Roe", "Roe Anna", "same", True),
            ("Anna Roe", "Bob Roe", "different", False),
            ("Anna Roe", "", "unknown", True),
            ("Anna Roe", "Anna", "unknown", True),
        ],
    )
    def test_a_phone_is_certain_unless_names_differ(
        self, left: str, right: str, names: str, certain: bool
    ) -> None:
        """
        A shared phone joins nobody by itself against their names (PEERS 5.3).
        """
        point = phone("+79161234567", None)

        found = compare(keys_of(point, name=left), keys_of(point, name=right))

        assert (names, certain) == (
            (found.names, found.certain) if found else ("", None)
        )

    def test_an_address_is_certain_against_the_names(self) -> None:
        """
        One mailbox is one person, by whatever name.
        """
        point = email("anna@mail.ru")

        found = compare(
            keys_of(point, name="Anna Roe"), keys_of(point, name="Anna Doe")
        )

        assert found
        assert found.certain

    def test_a_loose_match_is_never_certain(self) -> None:
        """
        A hint is for a person to look at.
        """
        found = compare(keys_of(company="Acme"), keys_of(company="Acme"))

        assert found
        assert not found.certain


BOB = keys_of(email("bob@mymail.com"), name="Bob Roe")


def lead(id: str, standing: Standing = "open", tenant: str = "") -> Candidate:  # noqa: A002
    """
    Make a lead of Bob's.
    """
    return Candidate(id=id, kind="lead", keys=BOB, standing=standing, tenant=tenant)


def interest(id: str, standing: Standing = "open") -> Candidate:  # noqa: A002
    """
    Make an interest of Bob's.
    """
    return Candidate(id=id, kind="interest", keys=BOB, standing=standing)


class TestDuplicates:
    def test_d8_a_record_found_twice_is_told_once(self) -> None:
        """
        A record found by e-mail and by name stands there once (D8).
        """
        found = duplicates(lead("1"), [lead("2"), lead("2")])

        assert ["2"] == [each.candidate.id for each in found]

    def test_d8_all_its_evidence_is_told(self) -> None:
        """
        The one entry names the e-mail and the name (D8).
        """
        (found,) = duplicates(lead("1"), [lead("2")])

        assert {"email", "name"} <= {key.kind for key in found.match.keys}

    def test_d10_an_inactive_record_is_not_shown(self) -> None:
        """
        An archived record with the same e-mail is not returned (D10).
        """
        assert () == duplicates(lead("1"), [lead("2", "archived")])

    def test_d11_another_tenant_is_another_world(self) -> None:
        """
        The same e-mail in another organisation is not returned (D11).
        """
        assert () == duplicates(lead("1"), [lead("2", tenant="other")])

    def test_d12_a_record_is_not_its_own_duplicate(self) -> None:
        """
        The record that is being edited is not returned (D12).
        """
        assert () == duplicates(lead("1"), [lead("1")])

    def test_an_interest_with_the_same_id_is_another_record(self) -> None:
        """
        Ids are of a kind each.
        """
        assert 1 == len(duplicates(lead("1"), [interest("1")]))

    def test_d21_colleagues_are_shown(self) -> None:
        """
        A colleague's lead is a possible duplicate (D21).
        """
        other = Candidate(id="2", kind="lead", keys=keys_of(email("eva@mymail.com")))

        assert ["loose"] == [
            each.match.strength for each in duplicates(lead("1"), [other])
        ]

    def test_d23_leads_under_one_company_are_shown(self) -> None:
        """
        Leads of two contacts of one company are possible duplicates (D23).
        """
        one, two = (
            Candidate(id=key, kind="lead", keys=keys_of(email(address), account="7"))
            for key, address in [("1", "bob@a.com"), ("2", "eva@b.com")]
        )

        assert ["2"] == [each.candidate.id for each in duplicates(one, [two])]

    def test_d24_a_lost_lead_is_shown(self) -> None:
        """
        A lost lead with the same e-mail is shown as a duplicate (D24).
        """
        assert 1 == len(duplicates(lead("1"), [lead("2", "lost")]))

    def test_d24_a_lost_lead_is_not_merged(self) -> None:
        """
        A lost lead with the same e-mail is no part of the merge set (D24).
        """
        subject = lead("1")

        assert (subject,) == merge_set(subject, [lead("2", "lost")])

    def test_the_best_match_comes_first(self) -> None:
        """
        An exact match stands before a loose one.
        """
        other = Candidate(id="2", kind="lead", keys=keys_of(email("eva@mymail.com")))

        found = duplicates(lead("1"), [other, lead("3")])

        assert ["3", "2"] == [each.candidate.id for each in found]

    @pytest.mark.parametrize(("hits", "shown"), [(20, 20), (21, 0)])
    def test_a_key_with_too_many_hits_tells_nothing(
        self, hits: int, shown: int
    ) -> None:
        """
        Twenty-one colleagues are a large company, and no duplicates (PEERS 2.2).
        """
        colleagues = [
            Candidate(
                id=str(number),
                kind="lead",
                keys=keys_of(email(f"person{number}@mymail.com")),
            )
            for number in range(2, 2 + hits)
        ]

        assert shown == len(duplicates(lead("1"), colleagues))

    def test_a_crowd_leaves_the_other_evidence(self) -> None:
        """
        Who has more in common than the crowd's key is still found by that.
        """
        colleagues = [
            Candidate(
                id=str(number),
                kind="lead",
                keys=keys_of(email(f"person{number}@mymail.com")),
            )
            for number in range(2, 30)
        ]

        found = duplicates(lead("1"), [*colleagues, lead("99")])

        assert [("99", False)] == [
            (each.candidate.id, any(key.kind == "domain" for key in each.match.keys))
            for each in found
        ]


class TestMergeSet:
    SUBJECT = lead("1")
    TEN = (
        lead("2"),
        lead("3"),
        lead("4"),
        interest("5"),
        interest("6"),
        interest("7", "lost"),
        lead("8", "lost"),
        lead("9", "archived"),
        interest("10", "archived"),
        interest("11", "won"),
    )

    def test_d28_lost_archived_and_won_stay_out(self) -> None:
        """
        Of ten look-alikes five may be merged, with the record itself (D28).
        """
        found = merge_set(self.SUBJECT, self.TEN)

        assert ["1", "2", "3", "4", "5", "6"] == sorted(each.id for each in found)

    def test_d29_lost_interests_come_back(self) -> None:
        """
        With the lost ones only interests come back, no lead and nothing won (D29).
        """
        found = merge_set(self.SUBJECT, self.TEN, include_lost=True)

        assert {"7", "10"} == {each.id for each in found} - {
            each.id for each in merge_set(self.SUBJECT, self.TEN)
        }

    def test_the_record_itself_is_first(self) -> None:
        """
        Merging with others takes the record along (PEERS 3, 7).
        """
        assert self.SUBJECT == merge_set(self.SUBJECT, self.TEN)[0]

    def test_a_hint_merges_nothing(self) -> None:
        """
        A colleague is no part of a merge set.
        """
        other = Candidate(id="2", kind="lead", keys=keys_of(email("eva@mymail.com")))

        assert (self.SUBJECT,) == merge_set(self.SUBJECT, [other])


class TestMergeContacts:
    def test_keeps_order_and_takes_each_once(self) -> None:
        """
        The union keeps the first of equal contacts, in order.
        """
        one, same = phone("+79161234567", None), phone("8 916 123-45-67", "RU")
        other = email("anna@mail.ru")
        assert one
        assert same
        assert other

        assert (one, other) == merge_contacts([one, other], [same])

    def test_takes_the_label_of_an_equal_contact(self) -> None:
        """
        A label that only the second one has is not lost (R30).
        """
        plain = ContactPoint(kind="phone", value="+79161234567", raw="a")
        labelled = ContactPoint(
            kind="phone", value="+79161234567", raw="b", label="work"
        )

        (found,) = merge_contacts([plain], [labelled])

        assert ("a", "work") == (found.raw, found.label)

    def test_keeps_different_texts_that_are_no_contacts(self) -> None:
        """
        What could not be normalised is told apart by its text.
        """
        points = [raw_phone("123"), raw_phone("124")]

        assert tuple(points) == merge_contacts(points, [raw_phone("123")])


# -- properties ----------------------------------------------------------------

TEXTS = st.text(max_size=40) | st.text(alphabet="+0123456789 ()-@.aZя", max_size=20)
NETWORKS = st.sampled_from(
    ["telegram", "vk", "instagram", "facebook", "ok", "whatsapp", "viber", "max"]
)

POINTS = st.one_of(
    st.sampled_from(
        [
            "+79161234567",
            "+5511987654321",
            "+551187654321",
            "89161234567",
            "9161234567",
            "555-123-4567",
        ]
    ).map(lambda text: phone(text, None) or raw_phone(text)),
    st.builds(
        lambda local, name: email(f"{local}@{name}"),
        st.sampled_from(["anna", "an.na", "Anna+1", "bob"]),
        st.sampled_from(["mail.ru", "ibm.com", "us.ibm.com"]),
    ),
    st.sampled_from(["@anna_shop", "42424242"]).map(
        lambda text: handle("telegram", text)
    ),
    st.just(ContactPoint(kind="whatsapp", value="79161234567")),
    st.just(ContactPoint(kind="telegram", value="42424242", label="@anna_shop")),
).map(lambda point: point or raw_phone(""))

PEOPLE = st.builds(
    Person,
    name=st.sampled_from(
        ["", "Иван", "Иван Иванов", "Иванов Иван Петрович", "Bob Roe"]
    ),
    company=st.sampled_from(["", "AB", "Acme", "Acme Corporation"]),
)

KEYS = st.builds(match_keys, st.lists(POINTS, max_size=3), PEOPLE)

CANDIDATES = st.builds(
    Candidate,
    id=st.sampled_from("123456"),
    kind=st.sampled_from(["lead", "interest"]),
    keys=KEYS,
    standing=st.sampled_from(["open", "won", "lost"]),
    tenant=st.sampled_from(["", "other"]),
)


class TestProperties:
    @given(KEYS, KEYS)
    def test_matching_is_symmetric(
        self, a: frozenset[MatchKey], b: frozenset[MatchKey]
    ) -> None:
        """
        If one record matches another, the other matches it, in the same way.
        """
        assert compare(a, b) == compare(b, a)

    @given(KEYS)
    def test_matching_is_reflexive_where_there_are_keys(
        self, keys: frozenset[MatchKey]
    ) -> None:
        """
        A record with keys matches itself by all of them, and one without by none.
        """
        found = compare(keys, keys)

        assert keys == frozenset(found.keys if found else ())

    @given(CANDIDATES, CANDIDATES)
    def test_being_a_duplicate_is_symmetric(self, a: Candidate, b: Candidate) -> None:
        """
        One is shown beside the other just when the other is beside it.
        """
        assert bool(duplicates(a, [b])) == bool(duplicates(b, [a]))

    @given(CANDIDATES, st.lists(CANDIDATES, max_size=8))
    def test_what_may_be_merged_is_shown(
        self, subject: Candidate, others: list[Candidate]
    ) -> None:
        """
        Nothing is merged that a person would not have been shown.
        """
        shown = [each.candidate for each in duplicates(subject, others)]

        assert all(each in shown for each in merge_set(subject, others)[1:])

    @given(TEXTS, st.sampled_from([None, "RU", "US", "BR", "IT"]))
    @example("+", "RU")
    @example("00", None)
    def test_a_phone_is_normalised_once(self, text: str, region: str | None) -> None:
        """
        Any text gives a phone that reads back as itself, or nothing, or its keys.
        """
        found = phone(text, region)
        keys_of(raw_phone(text))

        assert value(found) == (value(phone(found.value, None)) if found else "")

    @given(st.integers(9_000_000_000, 9_999_999_999))
    def test_russian_writings_are_one_number(self, number: int) -> None:
        """
        With 8, with 7 and with nothing before it a number is the same.
        """
        found = {value(phone(f"{lead}{number}", "RU")) for lead in ("", "7", "8", "+7")}

        assert 1 == len(found)

    @given(TEXTS | st.emails())
    def test_an_email_is_normalised_once(self, text: str) -> None:
        """
        Any text gives a mailbox that reads back as itself, or nothing.
        """
        found = value(email(text))

        assert found == (value(email(found)) if found else "")

    @given(NETWORKS, TEXTS)
    def test_a_handle_is_normalised_once(self, network: str, text: str) -> None:
        """
        Any text gives an account that reads back as itself, or nothing.
        """
        found = value(handle(network, text))

        assert found == (value(handle(network, found)) if found else "")

    @given(TEXTS)
    def test_names_and_domains_are_normalised_once(self, text: str) -> None:
        """
        A normalised name or domain is its own normal form.
        """
        once = [fold(text) for fold in (company_name, person_name, domain)]

        assert once == [
            fold(name)
            for fold, name in zip(
                (company_name, person_name, domain), once, strict=True
            )
        ]

    @given(st.lists(POINTS), st.lists(POINTS), st.lists(POINTS))
    def test_merging_is_associative(
        self, a: list[ContactPoint], b: list[ContactPoint], c: list[ContactPoint]
    ) -> None:
        """
        Contacts of three records are the same whichever two come first.
        """
        left = merge_contacts(merge_contacts(a, b), c)

        assert left == merge_contacts(a, merge_contacts(b, c))

    @given(st.lists(POINTS))
    def test_merging_with_itself_changes_nothing(self, a: list[ContactPoint]) -> None:
        """
        A record merged with itself has its contacts once.
        """
        once = merge_contacts(a, [])

        assert once == merge_contacts(a, once)

    @given(st.lists(POINTS), st.lists(POINTS))
    def test_merging_loses_no_contact(
        self, a: list[ContactPoint], b: list[ContactPoint]
    ) -> None:
        """
        The merged record has the keys of both.
        """
        found = {point.key or point.raw for point in merge_contacts(a, b)}

        assert {point.key or point.raw for point in (*a, *b)} == found
