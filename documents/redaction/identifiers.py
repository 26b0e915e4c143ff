"""Identifiers: finds numbers, dates and addresses that lead to a person, by shape and by file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from documents.redaction.addresses import addresses
from documents.redaction.births import dates_of_birth
from documents.redaction.findings import Doubt, Kind, Layer, Span
from documents.redaction.known import Known
from documents.redaction.known_addresses import known_addresses

_PLACEHOLDERS = {
    "ky": {
        Kind.PIN: "[ПИН]", Kind.ADDRESS: "[дарек]", Kind.PHONE: "[телефон]",
        Kind.EMAIL: "[электрондук почта]", Kind.BIRTH: "[туулган күнү]",
        Kind.DOCUMENT: "[документ]", Kind.ACCOUNT: "[эсеп]", Kind.PLATE: "[унаанын номери]",
        Kind.CADASTRE: "[кадастр коду]", Kind.OTHER: "[жеке маалымат]",
        Kind.PERSON: "[жаран]",
    },
    "ru": {
        Kind.PIN: "[ПИН]", Kind.ADDRESS: "[адрес]", Kind.PHONE: "[телефон]",
        Kind.EMAIL: "[электронная почта]", Kind.BIRTH: "[дата рождения]",
        Kind.DOCUMENT: "[документ]", Kind.ACCOUNT: "[счёт]", Kind.PLATE: "[номер автомобиля]",
        Kind.CADASTRE: "[кадастровый код]", Kind.OTHER: "[личные сведения]",
        Kind.PERSON: "[гражданин]",
    },
}  # fmt: skip

_LONG_NUMBER = re.compile(r"(?<![\d.,/])\d(?:[\s\u00a0-]?\d){13}(?![\d/])")
_PHONE = re.compile(r"(?<![\w.,/№-])(?:\+?\s?996|0)(?:[\s\u00a0()-]{0,2}\d){9}(?!\w|[.,/]\d)")
_LANDLINE = re.compile(
    r"(?:тел(?:ефон\w*)?|факс)\.?\s*:?\s*(\(?\d{2,5}\)?[\s-]?\d{1,3}[\s-]?\d{2}[\s-]?\d{2})(?!\d)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ID_CARD = re.compile(r"(?<!\w)(?:ID|AN|AC|АН|АС|ИД)\s?[№N]?\s?\d{7}(?!\d)")
_ACCOUNT = re.compile(r"(?<![\d.,/-])\d{4}(?:\s?\d{4}){3}(?![\d/-])")
_PLATE = re.compile(r"(?<!\w)\d{2}\s?(?:KG|КГ)\s?\d{3}\s?[A-ZА-Я]{2,3}(?!\w)")
_CADASTRE = re.compile(r"(?<![\d-])\d{1,2}-\d{2}-\d{2}-\d{4}-\d{4}(?:-\d{2}-\d{3})?(?![\d-])")


def placeholder(kind: Kind, language: str) -> str:
    """Return the words that stand for a number or an address."""
    return _PLACEHOLDERS["ky" if language == "ky" else "ru"][kind]


def identifiers(text: str, known: Known) -> tuple[Span, ...]:
    """Return every place that holds an identifier, the known ones first."""
    return (
        *_known_numbers(text, known),
        *_addresses(text, known),
        *_births(text, known),
        *_shapes(text, known),
    )


def _span(
    text: str,
    start: int,
    end: int,
    kind: Kind,
    known: Known,
    *,
    layer: Layer = Layer.IDENTIFIER,
    confidence: float = 0.95,
    person: str | None = None,
    doubt: Doubt | None = None,
) -> Span:
    return Span(
        start=start,
        end=end,
        original=text[start:end],
        replacement=placeholder(kind, known.language),
        kind=kind,
        layer=layer,
        confidence=confidence,
        person=person,
        doubt=doubt,
        applied=doubt is not Doubt.UNSURE,
    )


def _loose(value: str, *, last: int | None = None) -> re.Pattern[str] | None:
    """Return a pattern for a number however its signs are spaced."""
    signs = re.findall(r"[^\W_]", value)
    if last is not None:
        signs = signs[-last:]
    if len(signs) < 5:  # noqa: PLR2004 - shorter ones would be found in every sum
        return None
    between = r"[\s\u00a0().-]{0,2}"
    return re.compile(
        r"(?<![^\W_])" * (last is None) + between.join(map(re.escape, signs)) + r"(?![^\W_])",
        re.IGNORECASE,
    )


def _known_numbers(text: str, known: Known) -> Iterator[Span]:
    for person in known.persons:
        for kind, values, last in (
            (Kind.PIN, person.pins, None),
            (Kind.PHONE, person.phones, 9),
            (Kind.DOCUMENT, person.documents, None),
            (Kind.PLATE, person.plates, None),
            (Kind.ACCOUNT, person.accounts, None),
            (Kind.CADASTRE, person.property, None),
            (Kind.OTHER, person.other, None),
        ):
            for value in values:
                if (pattern := _loose(value, last=last)) is None:
                    continue
                for found in pattern.finditer(text):
                    start = found.start()
                    if kind is Kind.PHONE:
                        lead = re.search(
                            r"(?:\+?\s?996|0)?[\s(-]{0,2}$", text[max(0, start - 8) : start]
                        )
                        start -= len(lead[0]) if lead and lead[0].strip() else start
                    yield _span(
                        text, start, found.end(), kind, known,
                        layer=Layer.CASE, confidence=1.0, person=person.key,
                    )  # fmt: skip
        for email in person.emails:
            for found in re.finditer(re.escape(email.strip()), text, re.IGNORECASE):
                if email.strip():
                    yield _span(
                        text, *found.span(), Kind.EMAIL, known,
                        layer=Layer.CASE, confidence=1.0, person=person.key,
                    )  # fmt: skip


def _births(text: str, known: Known) -> Iterator[Span]:
    """Give dates of birth: those of the file wherever they stand, others by the words around."""
    bearers = {person.born: person.key for person in reversed(known.persons) if person.born}
    for start, end, day in dates_of_birth(text, frozenset(bearers)):
        of_file = day in bearers
        yield _span(
            text, start, end, Kind.BIRTH, known,
            layer=Layer.CASE if of_file else Layer.IDENTIFIER,
            confidence=1.0 if of_file else 0.97,
            person=bearers[day] if of_file and day else None,
        )  # fmt: skip


def _addresses(text: str, known: Known) -> Iterator[Span]:
    """Give the addresses of the text; town and village around a known one are part of it."""
    rows = list(addresses(text))
    for start, end, person in known_addresses(text, known):
        around = [row for row in rows if row.start < end and start < row.end]
        yield _span(
            text,
            min((start, *(row.start for row in around))),
            max((end, *(row.end for row in around))),
            Kind.ADDRESS,
            known,
            layer=Layer.CASE,
            confidence=0.99,
            person=person,
        )
    for row in rows:
        yield _span(text, row.start, row.end, Kind.ADDRESS, known, confidence=row.confidence)


def _shapes(text: str, known: Known) -> Iterator[Span]:
    """Give what is an identifier by its shape, known to the case file or not."""
    for found in _LONG_NUMBER.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if digits[0] == "0":  # of a legal entity: handbook 6.2
            continue
        sure = is_pin(digits)
        yield _span(
            text, *found.span(), Kind.PIN, known,
            confidence=0.99 if sure else 0.5, doubt=None if sure else Doubt.UNSURE,
        )  # fmt: skip
    for pattern, kind, confidence in (
        (_EMAIL, Kind.EMAIL, 0.98),
        (_PHONE, Kind.PHONE, 0.95),
        (_ID_CARD, Kind.DOCUMENT, 0.95),
        (_ACCOUNT, Kind.ACCOUNT, 0.9),
        (_PLATE, Kind.PLATE, 0.9),
        (_CADASTRE, Kind.CADASTRE, 0.95),
    ):
        for found in pattern.finditer(text):
            yield _span(text, *found.span(), kind, known, confidence=confidence)
    for found in _LANDLINE.finditer(text):
        yield _span(text, *found.span(1), Kind.PHONE, known, confidence=0.95)


def is_pin(digits: str) -> bool:
    """Tell whether 14 digits are a natural person's number: sex, a real date, a serial."""
    return born_of(digits) is not None


def born_of(pin: str) -> date | None:
    """Return the birth date that a natural person's number carries (handbook 6.1)."""
    if re.fullmatch(r"[12]\d{13}", pin) is None:
        return None
    try:
        return date(int(pin[5:9]), int(pin[3:5]), int(pin[1:3]))
    except ValueError:
        return None
