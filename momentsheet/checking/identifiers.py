"""Well-known identifiers: organisation numbers, bank accounts, KID, postal codes, phones, e-mail addresses.

The rules come from python-stdnum, phonenumbers and email-validator; here stands only what those leave open:
which country's rule holds, zeros that a spreadsheet took away, and KID.
"""

from __future__ import annotations

import re
from importlib import import_module
from types import ModuleType
from typing import Any

from momentsheet.checking.fold import DASHES, TO_SPACE


class InvalidIdentifier(ValueError):
    """The text is not such an identifier; `suggestion` is a spelling that would be one."""

    def __init__(self, suggestion: str | None = None) -> None:
        self.suggestion = suggestion
        super().__init__("invalid identifier")


UNKNOWN_COUNTRY = "??"  # the row's country is itself wrong: nobody can say whose rules hold
ORG_NUMBERS = {"NO": "stdnum.no.orgnr", "SE": "stdnum.se.orgnr", "DK": "stdnum.dk.cvr", "FI": "stdnum.fi.ytunnus"}
ORG_WORD = re.compile(
    r"^(?:foretaks|org(?:anisasjons|anisations)?)[.\s]*(?:nr|nummer|no|number)[.:\s]*|^cvr[.\s-]*(?:nr)?[.:\s]*(?=\d)",
    re.IGNORECASE,
)
POSTAL_CODES = {"NO": 4, "DK": 4, "SE": 5, "FI": 5}


def read_org_number(text: str, country: str) -> tuple[str, str | None]:
    """The organisation number as its country writes it (digits; FI with dash). Other countries: as it stands."""
    if country not in ORG_NUMBERS:
        return text, None
    bare = re.sub(r"[\s.\u00a0\u202f]", "", ORG_WORD.sub("", text)).upper()
    if country == "NO":
        bare = re.sub(r"^NO(?:ORGNR:?)?", "", bare).removesuffix("MVA").replace("-", "")
    if country in {"SE", "DK", "FI"}:
        bare = re.sub(rf"^{country}(?=\d)", "", bare)
    if country == "SE":
        bare = re.sub(r"^16(?=\d{6}-?\d{4}$)", "", bare)
    if not bare.isascii():  # python-stdnum takes full-width digits
        raise InvalidIdentifier
    number = _validated(_stdnum(ORG_NUMBERS[country]), bare)
    if country == "FI":
        number = f"{number[:-1]}-{number[-1]}"
    if country == "SE" and number[2] < "2":  # a personal number, not a company's
        raise InvalidIdentifier
    return number, None if number == text else "spelling"


def read_bank_account(text: str, country: str) -> tuple[str, str | None]:
    """A Norwegian account as 11 digits; IBAN anywhere. A lost zero comes back only where the check digit proves it."""
    bare = re.sub(r"[\s.\u00a0\u202f-]", "", text).upper()
    if re.match(r"[A-Z]{2}\d\d", bare):
        number = _validated(_stdnum("stdnum.iban"), bare)
        return number, None if number == text else "spelling"
    if country != "NO":
        return text, None
    if re.fullmatch(r"\d{10}", bare, re.ASCII):
        return _validated(_stdnum("stdnum.no.kontonr"), "0" + bare), "leading_zero"
    if not re.fullmatch(r"\d{11}", bare, re.ASCII):
        raise InvalidIdentifier
    number = _validated(_stdnum("stdnum.no.kontonr"), bare)
    return number, None if number == text else "spelling"


def read_kid(text: str, _country: str) -> tuple[str, str | None]:
    """A payment id: 2-25 digits, the last one a check digit (`-` stands for 10). Whether it is right, rules ask."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not re.fullmatch(r"\d{1,24}[\d-]", bare, re.ASCII):
        raise InvalidIdentifier
    return bare, None if bare == text else "spelling"


def is_mod10(kid: str) -> bool:
    """True if the last digit is the Luhn check digit of the others."""
    return kid.isdigit() and bool(_stdnum("stdnum.luhn").is_valid(kid))


def is_mod11(kid: str) -> bool:
    """True if the last character checks the others with weights 2 to 7 from the right, modulo 11."""
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(kid[:-1])))
    check = (11 - total % 11) % 11
    return kid[-1] == ("-" if check == 10 else str(check))


CODE_AND_PLACE = re.compile(r"([0-9]{4,5})[^\W\d_][^\d_]*")  # 0150OSLO


def read_postal_code(text: str, country: str) -> tuple[str, str | None]:
    """Four digits in NO and DK, five in SE and FI, a lost zero back where the width proves it; else as it stands."""
    if country not in POSTAL_CODES:
        return text, None
    width = POSTAL_CODES[country]
    bare = re.sub(rf"^{country}?-?(?=\d)", "", re.sub(r"[\s\u00a0\u202f]", "", text), flags=re.IGNORECASE)
    if match := CODE_AND_PLACE.fullmatch(bare):
        # Taking the place away would lose it where it stands nowhere else.
        raise InvalidIdentifier(match[1] if len(match[1]) == width else None)
    if not re.fullmatch(r"\d{3,5}", bare, re.ASCII) or len(bare) > width:
        raise InvalidIdentifier
    if len(bare) < width:
        # Only NO and FI have codes that begin with zero: 0158 in Oslo, 00100 in Helsinki.
        if country not in {"NO", "FI"}:
            raise InvalidIdentifier
        return bare.zfill(width), "leading_zero"
    return bare, None if bare == text else "spelling"


PHONE_WORD = re.compile(r"^(?:tlf|tel|telefon|mob|mobil|phone)\b[.:]*\s*", re.IGNORECASE)
TRUNK_ZERO = re.compile(r"^((?:\+|00)\d{1,3}) ?\(0\)", re.ASCII)  # +47 (0)22 00 00 10
TWO_PHONES = re.compile(r"\s*/\s*")
NOT_DIALLED = re.compile(r"[^+\d ()./-]", re.ASCII)


def read_phone(text: str, country: str) -> tuple[str, str | None]:
    """A phone number as E.164; numbers without country code are the country's."""
    if country == UNKNOWN_COUNTRY:
        return text, None
    plain = TRUNK_ZERO.sub(r"\1 ", PHONE_WORD.sub("", text.translate(TO_SPACE).translate(DASHES)))
    # The library drops extensions and names, dials letters and takes any script's digits: none of that silently.
    dialled = NOT_DIALLED.split(plain, maxsplit=1)[0]
    if dialled != plain:
        raise InvalidIdentifier(_dialled(dialled, country))
    number = _dialled(plain, country)
    if number is None:
        parts = [_dialled(part, country) for part in TWO_PHONES.split(plain)]
        raise InvalidIdentifier(parts[0] if len(parts) > 1 and all(parts) else None)
    return number, None if number == text else "phone"


def _dialled(text: str, country: str) -> str | None:
    """A number as E.164, None if it is none that exists in the country."""
    import phonenumbers  # noqa: PLC0415 - its tables are only loaded when there are phones

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def read_email(text: str) -> str:
    """One e-mail address, in lower case; InvalidIdentifier if it is not one. No network is asked."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - only when there are addresses

    try:
        return str(validate_email(text, check_deliverability=False).normalized).lower()
    except EmailNotValidError:
        raise InvalidIdentifier from None


def named_email(text: str) -> str | None:
    """The one address of a text that says whose it is or what to do with it; None for every other text."""
    match = MAIL_TO.fullmatch(text) or NAME_AND_ADDRESS.fullmatch(text)
    try:
        return read_email(match[1].strip()) if match else None
    except InvalidIdentifier:
        return None


MAIL_TO = re.compile(r"mailto:\s*([^\s?<>]+)", re.IGNORECASE)
NAME_AND_ADDRESS = re.compile(r"[^<>@]*<\s*(?:mailto:)?([^<>\s]+)\s*>")  # Kari Nordmann <kari@firma.example>


def suggest_email(text: str) -> str | None:
    """The address that was probably meant, None if nothing is near."""
    named = re.search(r"<([^<>]*)>", text)  # Kari Nordmann <kari@firma.example>
    candidate = re.sub(r"^mailto:|[<>\"']", "", named.group(1) if named else text, flags=re.IGNORECASE)
    candidate = re.sub(r"\(at\)|\[at\]", "@", candidate.replace(",", "."), flags=re.IGNORECASE)
    candidate = re.sub(r"\s*([@.])\s*", r"\1", candidate).strip(" .;")
    try:
        return read_email(candidate)
    except InvalidIdentifier:
        return None


# Private functions


def _stdnum(name: str) -> ModuleType:
    return import_module(name)


def _validated(module: Any, text: str) -> str:
    from stdnum.exceptions import ValidationError  # noqa: PLC0415 - beside its use

    try:
        return str(module.validate(text))
    except ValidationError:
        raise InvalidIdentifier from None
