"""
What the team reads out of a text, and what it answers.
"""

from __future__ import annotations

import re


__all__ = ("answer_to", "is_foreign_to_us", "is_project", "is_spam")

_SPAM = re.compile(r"\bseo\b|crypto|криптовалюта|backlinks", re.IGNORECASE)
_FOREIGN = re.compile(
    r"vacancy|\bcv\b|reupholster|резюме|вакансия|перетяжк", re.IGNORECASE
)
_PROJECT = re.compile(r"custom project|индивидуальный проект|built-in", re.IGNORECASE)
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def is_spam(text: str) -> bool:
    """
    Tell whether *text* sells us something.
    """
    return _SPAM.search(text) is not None


def is_foreign_to_us(text: str) -> bool:
    """
    Tell whether *text* asks for what we do not sell.
    """
    return _FOREIGN.search(text) is not None


def is_project(text: str) -> bool:
    """
    Tell whether *text* asks for work on order.
    """
    return _PROJECT.search(text) is not None


def answer_to(text: str, name: str) -> str:
    """
    Return an answer to *text* in its language, signed with *name*.
    """
    if _CYRILLIC.search(text):
        return (
            f"Здравствуйте! Спасибо за обращение, занимаюсь вашим вопросом.\n\n{name}"
        )
    return f"Hello, thank you for writing to us. I am looking into it.\n\n{name}"
