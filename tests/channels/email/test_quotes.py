"""
What is new in a reply, in the ways of many programs and languages.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.channels._quotes import original_subject
from leadflow.channels.email import strip_reply


NEW = "Yes, we take it.\nWhen can you deliver?"

ANNOUNCED = {
    "gmail-en": "On Mon, May 11, 2026 at 9:15 AM Shop <sales@shop.example> wrote:",
    "gmail-ru": "пн, 11 мая 2026 г. в 09:15, Shop <sales@shop.example>:",
    "gmail-de": "Am Mo., 11. Mai 2026 um 09:15 Uhr schrieb Shop <sales@shop.example>:",
    "gmail-fr": "Le lun. 11 mai 2026 à 09:15, Shop <sales@shop.example> a écrit :",
    "gmail-es": "El lun, 11 may 2026 a las 9:15, Shop (<sales@shop.example>) escribió:",
    "gmail-it": (
        "Il giorno lun 11 mag 2026 alle ore 09:15 Shop <s@shop.example> ha\nscritto:"
    ),
    "gmail-nl": "Op ma 11 mei 2026 om 09:15 schreef Shop <sales@shop.example>:",
    "gmail-pl": "pon., 11 maj 2026 o 09:15 Shop <sales@shop.example> napisał(a):",
    "gmail-pt": "Em seg., 11 de mai. de 2026 às 09:15, Shop <s@shop.example> escreveu:",
    "gmail-sv": "Den mån 11 maj 2026 kl 09:15 skrev Shop <sales@shop.example>:",
    "gmail-uk": "пн, 11 трав. 2026 р. о 09:15 Shop <sales@shop.example> пише:",
    "gmail-tr": "Shop <s@shop.example>, 11 May 2026 Pzt, 09:15 tarihinde şunu yazdı:",
    "gmail-cs": "po 11. 5. 2026 v 9:15 odesílatel Shop <s@shop.example> napsal:",
    "gmail-zh": "Shop <sales@shop.example> 于2026年5月11日周一 09:15写道：",
    "gmail-ja": "2026年5月11日(月) 9:15 Shop <s@shop.example>:",
    "apple-en": "On 11 May 2026, at 09:15, Shop <sales@shop.example> wrote:",
    "apple-ru": "11 мая 2026 г., в 9:15, Shop <sales@shop.example> написал(а):",
    "apple-de": "Am 11.05.2026 um 09:15 schrieb Shop <sales@shop.example>:",
    "apple-no-address": "On May 11, 2026, at 9:15 AM, The Shop wrote:",
    "thunderbird-ru": "11.05.2026 09:15, Shop пишет:",
    "thunderbird-fr": "Le 11/05/2026 à 09:15, Shop a écrit :",
    "yandex": '11.05.2026, 09:15, "Shop" <sales@shop.example>:',
    "yandex-fields": (
        "----------------\nКому: Anna (anna@client.example);\nТема: Цена;\n"
        '11.05.2026, 09:15, "Shop" <sales@shop.example>:'
    ),
    "mailru": "Понедельник, 11 мая 2026, 9:15 +03:00 от Shop <sales@shop.example>:",
    "android-ru": (
        '11.05.2026 9:15 пользователь "Shop" <\nsales@shop.example> написал:'
    ),
    "outlook-en": (
        "From: Shop <sales@shop.example>\nSent: Monday, May 11, 2026 9:15 AM\n"
        "To: Anna <anna@client.example>\nSubject: Price\n"
    ),
    "outlook-ru": (
        "От: Shop <sales@shop.example>\nОтправлено: 11 мая 2026 г. 9:15\n"
        "Кому: Anna <anna@client.example>\nТема: Цена\n"
    ),
    "outlook-ru-rule": (
        "________________________________\nОт: Shop <sales@shop.example>\n"
        "Отправлено: 11 мая 2026 г. 9:15\nКому: Anna\nТема: Цена\n"
    ),
    "outlook-bold": (
        "*From:* Shop <sales@shop.example>\n*Sent:* Monday, May 11, 2026 9:15 AM\n"
        "*To:* Anna <anna@client.example>\n*Subject:* Price\n"
    ),
    "outlook-es": (
        "De: Shop <sales@shop.example>\nEnviado: lunes, 11 de mayo de 2026 9:15\n"
        "Para: Anna <anna@client.example>\nAsunto: Precio\n"
    ),
    "outlook-pl": (
        "Od: Shop <sales@shop.example>\nWysłano: poniedziałek, 11 maja 2026 09:15\n"
        "Do: Anna\nTemat: Cena\n"
    ),
    "outlook-express": (
        "----- Original Message ----- \nFrom: Shop\nTo: Anna\n"
        "Sent: Monday, May 11, 2026 9:15 AM\nSubject: Price\n"
    ),
    "original-ru": "-----Исходное сообщение-----\nFrom: Shop\nSent: Monday\nTo: Anna\n",
    "original-de": "-----Ursprüngliche Nachricht-----",
    "zoho": "---- On Mon, 11 May 2026 09:15:50 +0530 sales@shop.example wrote ----",
}

SIGNATURES = {
    "delimiter": "-- \nAnna Lee\n+7 916 123-45-67",
    "delimiter-bare": "--\nAnna",
    "dash": "—\nAnna",
    "iphone": "Sent from my iPhone",
    "iphone-ru": "Отправлено с iPhone",
    "mailru": "Отправлено из мобильной Почты Mail",
    "yandex": "Отправлено из мобильного приложения Яндекс Почты",
    "iphone-de": "Von meinem iPhone gesendet",
    "outlook-de": "Gesendet von Outlook für Android<https://aka.example>",
    "iphone-fr": "Envoyé de mon iPhone",
    "iphone-es": "Enviado desde mi iPhone",
    "iphone-it": "Inviato da iPhone",
    "iphone-nl": "Verstuurd vanaf mijn iPhone",
    "iphone-pl": "Wysłane z iPhone'a",
    "iphone-pt": "Enviado do meu iPhone",
    "outlook-ios": "Get Outlook for iOS<https://aka.example>",
    "regards": "Best regards,\nAnna Lee\nClient Ltd\nhttps://client.example",
    "regards-name": "Kind regards, Anna Lee",
    "ru": "С уважением,\nАнна Ли\nООО «Клиент»\nтел. 8 916 123-45-67",
    "ru-name": "С уважением, Анна Ли",
    "ru-dashes": "--\nС уважением,\nАнна",
    "de": "Mit freundlichen Grüßen\n\nAnna Lee",
    "de-short": "Viele Grüße\nAnna",
    "fr": "Cordialement,\nAnna Lee",
    "es": "Un saludo,\nAnna",
    "it": "Cordiali saluti\nAnna Lee",
    "nl": "Met vriendelijke groet,\nAnna Lee",
    "pl": "Pozdrawiam\nAnna",
    "pt": "Atenciosamente,\nAnna",
    "sv": "Med vänliga hälsningar\nAnna",
    "list": f"{'_' * 47}\nchairs mailing list\nhttp://x.example",
}


class TestQuotes:
    @pytest.mark.parametrize("head", ANNOUNCED.values(), ids=ANNOUNCED)
    def test_announced(self, head: str) -> None:
        """
        Below what announces an original nothing is new.
        """
        assert strip_reply(f"{NEW}\n\n{head}\n\nOur offer stands.\nShop") == NEW

    @pytest.mark.parametrize("head", ANNOUNCED.values(), ids=ANNOUNCED)
    def test_announced_and_marked(self, head: str) -> None:
        """
        An original may be marked too.
        """
        assert strip_reply(f"{NEW}\n\n{head}\n\n> Our offer stands.\n> Shop") == NEW

    def test_answer_below(self) -> None:
        """
        An answer may stand below the quote.
        """
        text = f"On 11 May 2026, Shop <s@shop.example> wrote:\n> Tea?\n> Cake?\n\n{NEW}"

        assert strip_reply(text) == NEW

    def test_answers_between(self) -> None:
        """
        Answers between the quotes are all kept.
        """
        text = (
            "On 11 May 2026, Shop <s@shop.example> wrote:\n> Tea?\nYes.\n> Cake?\nNo."
        )

        assert strip_reply(text) == "Yes.\nNo."

    def test_wrapped_quote(self) -> None:
        """
        What a program wrapped off a quoted line is quoted.
        """
        quote = "> " + "a long line that the program broke " * 2
        text = f"{NEW}\n\n{quote}\nin two pieces\n> and more"

        assert strip_reply(text) == NEW

    def test_bare_date_and_address(self) -> None:
        """
        A date and an address alone count above lines that are marked.
        """
        text = f"{NEW}\n\n2012/4/2 Shop <sales@shop.example>\n\n> Tea?"

        assert strip_reply(text) == NEW

    def test_forward_is_kept(self) -> None:
        """
        What a person passes on is new to us.
        """
        text = (
            f"{NEW}\n\n---------- Forwarded message ---------\nFrom: a@b.example\n\nX"
        )

        assert strip_reply(text) == text

    @pytest.mark.parametrize(
        "text",
        [
            "From: Moscow\nTo: Kazan\nDate: 12 May\nWeight: 3 t\n\nWhat does it cost?",
            "I wrote to you on 11.05.2026 at 9:15 and nobody answered.",
            "My address is anna@client.example.\nCall me at 10:30.",
            "Please do this:\n- first\n- second",
            "He wrote: a book.\nI read it.",
            "Тема: трубы\nКоличество: 40",
            "Sizes > 10 and < 20 are fine.",
            "Sent from the warehouse on Monday, has it arrived?",
            "Cheers for the quick answer, we take all of them as agreed last week.",
            "Regards to your wife, and the price is fine.\nWe take it.",
            "On 12 May 2026 we open.",
            "a -- b -- c",
            "Sent from my desk, it is much easier than from a telephone.",
            "Our mail of 11.05.2026 to <sales@shop.example> was not answered",
            "Прошу выслать:\n\n- счёт\n- договор",
        ],
    )
    def test_own_words(self, text: str) -> None:
        """
        What only looks like a mark is kept.
        """
        assert strip_reply(text) == text

    def test_invisible_marks(self) -> None:
        """
        Marks of direction and fixed spaces do not hide an announcement.
        """
        head = (
            "On\u00a0May 11, 2026, 9:15\u202fAM \u202aShop\u202c <s@s.example> wrote:"
        )

        assert strip_reply(f"{NEW}\n\n{head}\n\nOffer") == NEW


class TestSignatures:
    @pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
    def test_signature(self, signature: str) -> None:
        """
        A signature is no new text.
        """
        assert strip_reply(f"{NEW}\n\n{signature}\n") == NEW

    @pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
    def test_signature_above_a_quote(self, signature: str) -> None:
        """
        A signature above the original goes too.
        """
        head = ANNOUNCED["gmail-en"]

        assert strip_reply(f"{NEW}\n\n{signature}\n\n{head}\n\n> Tea?\n") == NEW

    def test_single_word(self) -> None:
        """
        Under a single word the signature stays.
        """
        assert strip_reply("Hello\n\n-- \nAnna") == "Hello\n\n-- \nAnna".replace(
            "-- ", "--"
        )

    def test_postscript(self) -> None:
        """
        What stands below the signature as a postscript is kept.
        """
        text = f"{NEW}\n\nBest regards,\nAnna\n\nP.S. Call before five."

        assert strip_reply(text) == f"{NEW}\n\nP.S. Call before five."

    def test_long_text_below_a_closing(self) -> None:
        """
        What is too long for an address below a closing is text.
        """
        long = "\n".join(f"Item {index}: a chair" for index in range(30))
        text = f"Hello there.\nBest regards\n{long}"

        assert strip_reply(text) == text


class TestWhole:
    @pytest.mark.parametrize(
        "text",
        [
            "> all\n> quoted",
            "-- \nAnna",
            "On 11 May 2026, Shop <s@shop.example> wrote:\n> Tea?",
            "Sent from my iPhone",
            "С уважением, Анна",
            ">",
            "\u200b",
        ],
    )
    def test_never_empty(self, text: str) -> None:
        """
        Text that is nothing but quote or signature comes back whole.
        """
        assert text.split() == strip_reply(text).split()

    @given(
        st.lists(
            st.sampled_from(
                [
                    *ANNOUNCED.values(),
                    *SIGNATURES.values(),
                    *("> quoted", "plain words", "", "a", "--", ">", "Re:", "От:"),
                ]
            )
            | st.text(max_size=30),
            max_size=12,
        )
    )
    def test_of_any_text(self, lines: list[str]) -> None:
        """
        Of any text something is left, of no more lines than it had.
        """
        text = "\n".join(lines)
        left = strip_reply(text)

        assert bool(text.strip()) == bool(left)
        assert len(left.split("\n")) <= len(text.replace("\r", "\n").split("\n"))

    @given(st.text(alphabet=" \n>:-@<a.1wrote", max_size=300))
    def test_twice_is_never_empty(self, text: str) -> None:
        """
        Stripping what is left leaves something again.
        """
        left = strip_reply(strip_reply(text))

        assert bool(text.strip()) == bool(left)

    @pytest.mark.parametrize(
        "piece",
        ["> ", "a@b.c ", "On 2026 <a@b>\n", "-", "wrote:\n", "From: \n", "\n", "("],
    )
    def test_cost_grows_with_length(self, piece: str) -> None:
        """
        A long text of marks is done with in the end.
        """
        assert strip_reply(piece * 20_000) == strip_reply(piece * 20_000)

    @pytest.mark.parametrize(
        ("subject", "plain"),
        [
            ("Re: x", "x"),
            ("RE : Re[3]: x", "x"),
            ("AW: SV: Odp: x", "x"),
            ("Отв: Re: x", "x"),
            ("回复：x", "x"),
            ("Reply: x", "Reply: x"),
            ("Re", "Re"),
        ],
    )
    def test_subject(self, subject: str, plain: str) -> None:
        """
        The marks of replies go, and nothing else.
        """
        assert plain == original_subject(subject)
