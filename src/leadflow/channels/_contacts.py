"""Stand in for the identity room until it is there."""

from __future__ import annotations

from leadflow.values import ContactPoint


def phone(text: str, region: str) -> ContactPoint | None:
    """Return the phone."""
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) == 11 and digits[0] in "78" and region == "RU":
        return ContactPoint(kind="phone", value="+7" + digits[1:], raw=text)
    if len(digits) > 8 and text.strip().startswith("+"):
        return ContactPoint(kind="phone", value="+" + digits, raw=text)
    return None


def email(text: str) -> ContactPoint | None:
    """Return the e-mail."""
    local, at, domain = text.strip().rpartition("@")
    if not at or "." not in domain or " " in text.strip():
        return None
    return ContactPoint(kind="email", value=f"{local}@{domain.lower()}", raw=text)


def handle(network: str, text: str) -> ContactPoint | None:
    """Return the handle."""
    return ContactPoint(kind=network, value=text.strip().lstrip("@"), raw=text)
