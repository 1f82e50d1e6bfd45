"""
The words by which mail programs mark what they quote, sign and forward.

One table a language and purpose, so that a language is added by adding words.
All are lower-case; the patterns are put together in
`leadflow.channels._quotes`.
"""

from __future__ import annotations


__all__ = (
    "CLOSINGS",
    "DEVICES",
    "FORWARDED",
    "FORWARD_PREFIXES",
    "ORIGINALS",
    "REPLY_PREFIXES",
    "ROLES",
    "WROTE",
)

WROTE = {
    "bg": ("написа",),
    "ca": ("va escriure",),
    "cs": (r"napsal(?:\(a\)|a)?",),
    "da": ("skrev",),
    "de": ("schrieb", "schreibt", "hat geschrieben"),
    "el": ("έγραψε",),
    "en": ("wrote", "writes"),
    "es": ("escribió", "escribio"),
    "et": ("kirjutas",),
    "fi": ("kirjoitti",),
    "fr": ("a écrit", "a ecrit"),
    "hr": ("je napisao", "je napisala", "je napisao/la"),
    "hu": ("írta", "ezt írta"),
    "id": ("menulis",),
    "it": ("ha scritto",),
    "ja": ("書きました", "のメール"),
    "ko": ("작성",),
    "lt": ("rašė", "parašė"),
    "lv": ("rakstīja",),
    "nb": ("skrev",),
    "nl": ("schreef", "heeft het volgende geschreven"),
    "pl": (r"napisał(?:\(a\)|a)?", "pisze"),
    "pt": ("escreveu",),
    "ro": ("a scris",),
    "ru": (r"написал(?:\(а\)|а)?", r"писал(?:\(а\)|а)?", "пишет"),
    "sk": (r"napísal(?:\(a\)|a)?",),
    "sl": ("je napisal", "je napisala"),
    "sv": ("skrev",),
    "tr": ("şunu yazdı", "yazdı", "tarihinde"),
    "uk": (r"написа(?:в|ла)(?:\(ла\))?", "пише"),
    "vi": ("đã viết",),
    "zh": ("写道", "寫道", "写到"),
}
"""What stands in the line above a quote, or ends it."""

ROLES = {
    "from": (
        *(
            "from",
            "von",
            "de",
            "da",
            "van",
            "od",
            "от",
            "от кого",
            "від",
            "från",
            "fra",
        ),
        *("lähettäjä", "kimden", "feladó", "expéditeur", "remitente", "mittente"),
        *("отправитель", "发件人", "寄件者", "差出人", "보낸 사람", "από", "nadawca"),
        "de la",
    ),
    "date": (
        *("sent", "date", "sent on", "gesendet", "gesendet am", "datum", "envoyé"),
        *("envoyé le", "date d'envoi", "message du", "enviado", "enviado el", "fecha"),
        *("enviada em", "enviado em", "data", "inviato", "inviato il", "verzonden"),
        *(
            "verzonden op",
            "wysłano",
            "data wysłania",
            "отправлено",
            "дата",
            "надіслано",
        ),
        *("skickat", "sendt", "dato", "lähetetty", "päiväys", "gönderildi", "tarih"),
        *(
            "odesláno",
            "odoslané",
            "dátum",
            "küldve",
            "发送时间",
            "日期",
            "送信日時",
            "日付",
        ),
        *("보낸 날짜", "날짜", "ημερομηνία", "trimis", "дата отправки"),
    ),
    "to": (
        *(
            "to",
            "an",
            "à",
            "a",
            "para",
            "aan",
            "do",
            "кому",
            "получатель",
            "till",
            "til",
        ),
        *(
            "vastaanottaja",
            "kime",
            "komu",
            "címzett",
            "收件人",
            "宛先",
            "받는 사람",
            "προς",
        ),
        *("către", "destinatario", "destinataire", "empfänger"),
    ),
    "cc": (
        *("cc", "bcc", "kopie", "copie", "copie à", "kopia", "копия", "копія", "kopi"),
        *("kopio", "másolat", "抄送", "참조", "bilgi", "dw", "reply-to"),
    ),
    "subject": (
        *("subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "temat"),
        *("тема", "assunto", "ämne", "emne", "aihe", "konu", "předmět", "predmet"),
        *("tárgy", "主题", "主旨", "件名", "제목", "θέμα", "subiect", "sujet"),
    ),
}
"""The fields of the block that Outlook and others put above an original."""

ORIGINALS = (
    *("original message", "original appointment", "reply message", "original e-mail"),
    *("исходное сообщение", "оригинальное сообщение", "первоначальное сообщение"),
    *("ursprüngliche nachricht", "originalnachricht", "original-nachricht"),
    *("message d'origine", "message original", "message initial", "message d’origine"),
    *("mensaje original", "mensagem original", "messaggio originale"),
    *("oorspronkelijk bericht", "origineel bericht", "wiadomość oryginalna"),
    *("oryginalna wiadomość", "ursprungligt meddelande", "originalmeddelande"),
    *("oprindelig besked", "oprindelig meddelelse", "opprinnelig melding"),
    *("alkuperäinen viesti", "původní zpráva", "pôvodná správa", "eredeti üzenet"),
    *("orijinal mesaj", "özgün ileti", "початкове повідомлення", "mesaj original"),
    *(
        "оригінальне повідомлення",
        "原始邮件",
        "原始郵件",
        "元のメッセージ",
        "원본 메시지",
    ),
)
"""What stands between dashes above an original that is answered."""

FORWARDED = (
    *("forwarded message", "begin forwarded message", "forwarded by", "fwd message"),
    *("пересылаемое сообщение", "пересланное сообщение", "пересланное письмо"),
    *("перенаправленное сообщение", "начало переадресованного сообщения"),
    *("начало пересылаемого сообщения", "переслане повідомлення"),
    *("weitergeleitete nachricht", "anfang der weitergeleiteten nachricht"),
    *("anfang der weitergeleiteten e-mail", "message transféré", "message transmis"),
    *("début du message transféré", "début du message réexpédié"),
    *("mensaje reenviado", "inicio del mensaje reenviado", "mensagem encaminhada"),
    *("início da mensagem encaminhada", "inicio da mensagem reencaminhada"),
    *("messaggio inoltrato", "inizio messaggio inoltrato", "doorgestuurd bericht"),
    *("begin doorgestuurd bericht", "wiadomość przekazana dalej"),
    *("treść przekazanej wiadomości", "przekazana wiadomość", "wiadomość przekazana"),
    *("vidarebefordrat meddelande", "videresendt melding", "videresendt besked"),
    *("välitetty viesti", "přeposlaná zpráva", "preposlaná správa"),
    *(
        "továbbított üzenet",
        "iletilen mesaj",
        "转发的邮件",
        "轉寄郵件",
        "전달된 메시지",
    ),
)
"""What stands above a mail that is passed on."""

DEVICES = (
    r"sent (?:from|via|with|using) (?:my |the )?\S",
    r"get outlook for \S",
    r"sent by \S+ (?:mail|app)\b",
    r"отправлено (?:с|из|от|через|со) \S",
    r"отправлено мобильной почтой",
    r"послано с \S",
    r"надіслано (?:з|із|від) \S",
    r"von meinem .{2,40} gesendet",
    r"gesendet (?:von|mit|über|aus) \S",
    r"(?:diese nachricht wurde )?von .{2,40} gesendet\.?$",
    r"hol(?:en sie sich|e dir) outlook für \S",
    r"outlook für (?:ios|android) (?:beziehen|herunterladen)",
    r"envoyé (?:de|depuis|à partir|avec|via|par) \S",
    r"(?:télécharger|obtenez|obtenir) outlook pour \S",
    r"enviado (?:desde|do|de|a partir|via|con) (?:mi |meu )?\S",
    r"(?:obtener|obter|obtenha) (?:o )?outlook para \S",
    r"inviato (?:da|dal|con|tramite) \S",
    r"(?:ottieni|scarica) outlook per \S",
    r"(?:verzonden|verstuurd) (?:vanaf|met|via|van) \S",
    r"(?:outlook voor .{2,20} (?:downloaden|ophalen)|download outlook voor \S)",
    r"wysłan[eoy] (?:z|ze|przy|za pomocą|od) \S",
    r"pobierz (?:aplikację )?outlook (?:dla|na) \S",
    r"skickat från \S",
    r"sendt (?:fra|via) \S",
    r"lähetetty \S",
    r"odesláno z \S",
    r"iphone'?umdan gönderildi",
    r"发自我的 ?\S",
    r"從我的 ?\S",
    r"iphoneから送信",
    r"나의 \S+에서 보냄",
)
"""The line that a telephone or a program adds under a text."""

CLOSINGS = (
    (
        r"(?:(?:my|with|and) )?(?:(?:best|kind|kindest|warm|warmest|many) ){0,2}"
        r"regards"
    ),
    r"(?:with )?best wishes",
    r"(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?",
    r"cheers",
    (
        r"с (?:глубоким |большим |огромным |наилучшими )?"
        r"(?:уважением|пожеланиями|наилучшими пожеланиями)"
    ),
    r"с уважением и .{3,40}",
    r"всего (?:доброго|хорошего|наилучшего)",
    r"з повагою",
    (
        r"(?:mit )?(?:den )?"
        r"(?:freundlichen?|besten?|lieben?|herzlichen?|schönen?|vielen?) "
        r"(?:und .{3,20} )?gr(?:ü|ue)(?:ß|ss)en?(?: aus .{2,30})?"
    ),
    r"(?:viele|liebe|beste|schöne|freundliche|herzliche) grüße(?: aus .{2,30})?",
    r"mfg|lg|vg",
    r"hochachtungsvoll",
    r"(?:bien |très )?(?:cordialement|respectueusement|sincèrement)(?: vôtre)?",
    r"(?:bien|sincères) (?:à vous|salutations)|salutations (?:distinguées|cordiales)",
    r"(?:un )?(?:cordial(?:es)? |atentos? )?(?:saludos?|saludo)(?: cordial(?:es)?)?",
    r"atentamente|(?:le saluda )?atentamente",
    r"(?:cordiali|distinti|cari|tanti|migliori) saluti|saluti(?: cordiali)?",
    r"cordialmente",
    r"(?:met )?(?:vriendelijke?|hartelijke?|beste) groet(?:en)?|groet(?:en|jes)?",
    (
        r"(?:z (?:poważaniem|wyrazami szacunku)|pozdrawiam(?: serdecznie)?"
        r"|serdecznie pozdrawiam)"
    ),
    (
        r"(?:atenciosamente|atentamente|com os melhores cumprimentos|cumprimentos"
        r"|(?:um )?abraços?|saudações)"
    ),
    (
        r"(?:med )?(?:vänlig(?:a)? hälsning(?:ar)?|vennlig hilsen|venlig hilsen"
        r"|bästa hälsningar|mvh|hilsen)"
    ),
    r"(?:ystävällisin terveisin|terveisin)",
    r"s pozdravem|s pozdravom",
    r"saygılar(?:ımla|ımızla)?",
    r"üdvözlettel",
)
"""What ends a letter; the sender's name and address stand below."""

REPLY_PREFIXES = (
    *(
        "re",
        "aw",
        "antw",
        "antwort",
        "sv",
        "vs",
        "vá",
        "odp",
        "ynt",
        "rv",
        "res",
        "rif",
    ),
    *("r", "ref", "отв", "ответ", "回复", "回覆", "答复", "返信", "답장", "bls", "atb"),
)

FORWARD_PREFIXES = (
    *("fw", "fwd", "wg", "tr", "rv", "i", "enc", "vb", "vs", "pd", "пер", "переслано"),
    *("fs", "doorst", "转发", "轉寄", "転送", "전달"),
)
