"""Reads the list of a shelf of discs (CSV) in any of our languages, or tells its wrong lines; pure.

Columns are known by their headings, in any order; the name or path of the disc is the only one
that must be there. Semicolons or commas (or tabs), UTF-8 with or without a mark, or the Cyrillic
of old spreadsheets (cp1251).
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, Final

MOST_LINES: Final = 5_000
MOST_BYTES: Final = 2 * 1024 * 1024
LONGEST: Final = 500
"""Of one cell."""
PARTS: Final = 99


class Column(StrEnum):
    """What a list may say of a disc."""

    NAME = "name"
    COURT = "court"
    CASE = "case"
    DAY = "day"
    PART = "part"
    NOTE = "note"


HEADINGS: Final[dict[Column, tuple[str, ...]]] = {
    Column.NAME: (
        *("name", "path", "disc", "file", "folder", "disc name"),
        *("имя", "название", "путь", "диск", "файл", "папка", "наименование", "имя диска"),
        *("аты", "аталышы", "жолу", "дисктин аты", "диск аты"),
    ),
    Column.COURT: (
        *("court", "court code"),
        *("суд", "код суда", "наименование суда"),
        *("сот", "соттун коду", "соттун аты", "сот коду"),
    ),
    Column.CASE: (
        *("case", "case number", "case no", "number"),
        *("дело", "номер дела", "номер", "№ дела"),
        *("иш", "иштин номери", "иш номери", "иштин №", "номери"),
    ),
    Column.DAY: (
        *("date", "hearing date", "date of hearing", "day"),
        *("дата", "дата заседания", "день"),
        *("күнү", "дата", "отурумдун күнү", "отурум күнү", "соттук отурумдун күнү"),
    ),
    Column.PART: (
        *("part", "part number", "disc number"),
        *("часть", "номер части", "номер диска"),
        *("бөлүк", "бөлүгү", "бөлүктүн номери", "дисктин номери"),
    ),
    Column.NOTE: (
        *("note", "notes", "comment", "remark"),
        *("примечание", "комментарий", "заметка"),
        *("эскертүү", "белгилөө", "түшүндүрмө"),
    ),
}
_BY_HEADING: Final = {words: column for column, all_of in HEADINGS.items() for words in all_of}
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:\s*(?:г|ж)\.?)?")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})")


class Fault(StrEnum):
    """What is wrong with a list, or with one of its lines."""

    UNREADABLE = "unreadable"  # no table of text at all
    NO_NAME_COLUMN = "no_name_column"
    COLUMN_TWICE = "column_twice"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    NAME_MISSING = "name_missing"
    NAME_TWICE = "name_twice"
    COURT_UNKNOWN = "court_unknown"
    COURT_NOT_YOURS = "court_not_yours"
    CASE_UNREADABLE = "case_unreadable"
    DAY_UNREADABLE = "day_unreadable"
    PART_UNREADABLE = "part_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the list says of one disc; courts and case numbers as they were written."""

    line: int
    name: str
    court: str = ""
    case: str = ""
    day: date | None = None
    part: int | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept: what is not said is left out."""
        said = {"court": self.court, "case": self.case, "part": self.part, "note": self.note}
        kept = {name: value for name, value in said.items() if value}
        day = {"day": self.day.isoformat()} if self.day else {}
        return {"line": self.line, "name": self.name, **kept, **day}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A line that cannot be taken; `said` is what stands there."""

    line: int
    fault: Fault
    said: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {"line": self.line, "fault": self.fault.value, "said": self.said}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRead:
    """The good lines of a list and its faults. With one fault nothing of it may be taken."""

    lines: tuple[Line, ...]
    faults: tuple[Wrong, ...]


def read(content: bytes) -> ListRead:
    """Read a list; line numbers count as a spreadsheet does, the headings being line 1."""
    if len(content) > MOST_BYTES:
        return _broken(1, Fault.TOO_LONG)
    text = _text(content)
    if text is None:
        return _broken(1, Fault.UNREADABLE)
    try:
        rows = [
            (number, [_plain(cell) for cell in row])
            for number, row in _numbered(text)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error:
        return _broken(1, Fault.UNREADABLE)
    if not rows:
        return _broken(1, Fault.EMPTY)
    if len(rows) > MOST_LINES:
        return _broken(MOST_LINES + 1, Fault.TOO_LONG)
    return _lines(rows)


def _lines(rows: list[tuple[int, list[str]]]) -> ListRead:
    number, heads = rows[0]
    columns = [_BY_HEADING.get(head.casefold().strip(" :.").replace("ё", "е")) for head in heads]
    named = [column for column in columns if column is not None]
    if Column.NAME not in named:
        return _broken(number, Fault.NO_NAME_COLUMN)
    if len(named) != len(set(named)):
        return _broken(number, Fault.COLUMN_TWICE)
    lines: list[Line] = []
    faults: list[Wrong] = []
    seen: set[str] = set()
    for place, row in rows[1:]:
        cells = {
            column: cell[:LONGEST]
            for column, cell in zip(columns, row, strict=False)
            if column is not None
        }
        line, wrong = _line(place, cells, seen)
        lines += [line] if line else []
        faults += wrong
    if not lines and not faults:
        return _broken(number, Fault.EMPTY)
    return ListRead(lines=tuple(lines), faults=tuple(faults))


def _line(place: int, cells: dict[Column, str], seen: set[str]) -> tuple[Line | None, list[Wrong]]:
    wrong: list[Wrong] = []
    name = cells.get(Column.NAME, "")
    if not name:
        wrong.append(Wrong(line=place, fault=Fault.NAME_MISSING))
    elif place_of(name) in seen:
        wrong.append(Wrong(line=place, fault=Fault.NAME_TWICE, said=name))
    seen.add(place_of(name))
    said_day, said_part = cells.get(Column.DAY, ""), cells.get(Column.PART, "")
    day, part = day_of(said_day), _part(said_part)
    if said_day and day is None:
        wrong.append(Wrong(line=place, fault=Fault.DAY_UNREADABLE, said=said_day))
    if said_part and part is None:
        wrong.append(Wrong(line=place, fault=Fault.PART_UNREADABLE, said=said_part))
    if wrong:
        return None, wrong
    return Line(
        line=place,
        name=name,
        court=cells.get(Column.COURT, ""),
        case=cells.get(Column.CASE, ""),
        day=day,
        part=part,
        note=cells.get(Column.NOTE, ""),
    ), []


def line_of(lines: Iterable[dict[str, Any]], place: str) -> dict[str, Any] | None:
    """Return the line that is about the disc at this place: by its path, else by its last name."""
    wanted = place_of(place)
    last = PurePosixPath(wanted).name
    by_name = None
    for line in lines:
        said = place_of(line["name"])
        if said == wanted:
            return line
        if said == last:
            by_name = line
    return by_name


def place_of(name: str) -> str:
    """Return a path as it is compared: no case, no leading or trailing slash, one kind of them."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").casefold()
    return "/".join(part for part in plain.split("/") if part not in {"", "."})


def day_of(said: str) -> date | None:
    """Read 12.03.2026, 12/3/26 or 2026-03-12; None when it is no day."""
    if match := _YEAR_FIRST.fullmatch(said):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DAY_FIRST.fullmatch(said):
        day, month, year = (int(part) for part in match.groups())
        year += 2000 if year < 100 else 0  # noqa: PLR2004 - a year of two figures
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _part(said: str) -> int | None:
    return int(said) if said.isdecimal() and 1 <= int(said) <= PARTS else None


def _text(content: bytes) -> str | None:
    if b"\0" in content[:4096]:
        return content.decode("utf-16") if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else None
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _numbered(text: str) -> Iterable[tuple[int, list[str]]]:
    head = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins = 1
    for row in reader:
        yield begins, row
        begins = reader.line_num + 1


def _plain(cell: str) -> str:
    composed = unicodedata.normalize("NFC", cell)
    return " ".join("".join(sign if sign.isprintable() else " " for sign in composed).split())


def _broken(line: int, fault: Fault) -> ListRead:
    return ListRead(lines=(), faults=(Wrong(line=line, fault=fault),))
