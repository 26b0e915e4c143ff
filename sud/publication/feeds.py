"""Feeds: the same lists for machines, as Atom, CSV and iCalendar; plain data to text."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

_ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One decision of the feed."""

    key: str
    title: str
    summary: str
    url: str
    published: datetime
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One hearing of a cause list, in words."""

    key: str
    starts: datetime
    ends: datetime
    stamped: datetime
    summary: str
    place: str
    note: str
    cancelled: bool
    row: Sequence[str]


def atom(title: str, url: str, language: str, entries: Sequence[Entry], *, now: datetime) -> bytes:
    """Return an Atom feed; the newest entry dates it."""
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language})

    def tell(parent: ET.Element, name: str, text: str = "", **facts: str) -> None:
        ET.SubElement(parent, f"{{{_ATOM}}}{name}", facts).text = text or None

    tell(feed, "title", title)
    tell(feed, "id", url)
    tell(feed, "link", rel="self", href=url)
    tell(feed, "updated", _stamp(max((entry.updated for entry in entries), default=now)))
    author = ET.SubElement(feed, f"{{{_ATOM}}}author")
    tell(author, "name", title)
    for entry in entries:
        one = ET.SubElement(feed, f"{{{_ATOM}}}entry")
        tell(one, "title", entry.title)
        tell(one, "id", f"urn:uuid:{entry.key}")
        tell(one, "link", href=entry.url)
        tell(one, "published", _stamp(entry.published))
        tell(one, "updated", _stamp(entry.updated))
        tell(one, "summary", entry.summary)
    told: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return told


def table(heads: Sequence[str], events: Sequence[Event]) -> bytes:
    """Return the list as CSV that a spreadsheet opens with its letters right."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([_harmless(cell) for cell in event.row] for event in events)
    return text.getvalue().encode("utf-8-sig")


def calendar(name: str, events: Sequence[Event]) -> bytes:
    """Return the list as iCalendar (RFC 5545)."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//AIS Sud//Cause list//KY",
        f"X-WR-CALNAME:{_escaped(name)}",
    ]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.key}@ais-sud",
            f"DTSTAMP:{_basic(event.stamped)}",
            f"DTSTART:{_basic(event.starts)}",
            f"DTEND:{_basic(event.ends)}",
            f"SUMMARY:{_escaped(event.summary)}",
            f"LOCATION:{_escaped(event.place)}",
            f"DESCRIPTION:{_escaped(event.note)}",
            f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) for line in lines).encode()


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _basic(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Return a line cut at 75 octets, as the calendar's law wants, never inside a letter."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > 74:  # noqa: PLR2004 - 75 with the leading space
            pieces.append(piece)
            piece = ""
        piece += letter
    return "\r\n ".join((*pieces, piece)) + "\r\n"


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
