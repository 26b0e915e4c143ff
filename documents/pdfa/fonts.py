"""The part of the archival check that looks into fonts: embedded, mapped, as wide as said."""

import struct
from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream

_NEEDED = (b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp")
_SYMBOLIC = 4
_TOLERANCE = 1
"""In thousandths of the letter size, as ISO 19005-3, 6.2.11.5 allows."""


def font_faults(font: Dictionary | Stream) -> Iterator[str]:
    """What is wrong with one font dictionary; a descendant font is asked for by its parent."""
    kind = font.get("/Subtype")
    if kind in {Name.CIDFontType0, Name.CIDFontType2, Name.Type3, None}:
        return
    if kind == Name.Type0:
        yield from _composite(font)
        return
    descriptor = font.get("/FontDescriptor")
    program = _program(descriptor)
    if program is None:
        yield f"6.2.11.4 the font {font.get('/BaseFont')} is not embedded"
        return
    if kind == Name.TrueType:
        yield from _true_type(font, program.read_bytes())


def _program(descriptor: Any) -> Stream | None:
    for key in ("/FontFile", "/FontFile2", "/FontFile3"):
        program = None if descriptor is None else descriptor.get(key)
        if isinstance(program, Stream):
            return program
    return None


def _composite(font: Dictionary | Stream) -> Iterator[str]:
    for descendant in font.get("/DescendantFonts", Array()):
        if _program(descendant.get("/FontDescriptor")) is None:
            yield f"6.2.11.4 the font {font.get('/BaseFont')} is not embedded"
        if descendant.get("/Subtype") == Name.CIDFontType2 and "/CIDToGIDMap" not in descendant:
            yield f"6.2.11.3.2 the font {font.get('/BaseFont')} does not say which glyphs it means"
    encoding = font.get("/Encoding")
    if isinstance(encoding, Name) and encoding not in {Name("/Identity-H"), Name("/Identity-V")}:
        yield f"6.2.11.3.3 the font {font.get('/BaseFont')} has a map that is not embedded"


def _true_type(font: Dictionary | Stream, data: bytes) -> Iterator[str]:
    name = font.get("/BaseFont")
    tables = _tables(data)
    if any(needed not in tables for needed in _NEEDED):
        yield f"6.2.11.4 the font {name} is not whole"
        return
    if int(font.FontDescriptor.get("/Flags", 0)) & _SYMBOLIC:
        if "/Encoding" in font:
            yield f"6.2.11.6 the symbolic font {name} has an encoding"
        maps = _maps(tables)
        if len(maps) != 1:
            yield f"6.2.11.6 the symbolic font {name} has {len(maps)} maps"
            return
        (glyphs,) = maps
        yield from _widths(font, tables, glyphs)


def _widths(
    font: Dictionary | Stream, tables: dict[bytes, bytes], glyphs: dict[int, int]
) -> Iterator[str]:
    (unit,) = struct.unpack_from(">H", tables[b"head"], 18)
    (metrics,) = struct.unpack_from(">H", tables[b"hhea"], 34)
    first = int(font.get("/FirstChar", 0))
    for code, said in enumerate(font.get("/Widths", Array()), first):
        glyph = glyphs.get(code, 0)
        if not glyph:
            continue  # the code is not used: to use it would show the sign for "no such glyph"
        (width,) = struct.unpack_from(">H", tables[b"hmtx"], 4 * min(glyph, metrics - 1))
        if abs(float(said) - 1000 * width / unit) > _TOLERANCE:
            yield f"6.2.11.5 the font {font.get('/BaseFont')} has letters of another width"
            return


def _tables(data: bytes) -> dict[bytes, bytes]:
    try:
        (count,) = struct.unpack_from(">H", data, 4)
        entries = [struct.unpack_from(">4s4xII", data, 12 + 16 * place) for place in range(count)]
    except struct.error:
        return {}
    return {tag: data[offset : offset + length] for tag, offset, length in entries}


def _maps(tables: dict[bytes, bytes]) -> list[dict[int, int]]:
    """The font's character maps, of which our fonts have one in the trimmed form (6) or (0)."""
    table = tables.get(b"cmap", b"")
    if not table:
        return []
    (count,) = struct.unpack_from(">H", table, 2)
    found = []
    for place in range(count):
        (offset,) = struct.unpack_from(">I", table, 4 + 8 * place + 4)
        (form,) = struct.unpack_from(">H", table, offset)
        glyphs: dict[int, int] = {}
        if form == 6:  # noqa: PLR2004 - as OpenType numbers them
            first, length = struct.unpack_from(">HH", table, offset + 6)
            numbers = struct.unpack_from(f">{length}H", table, offset + 10)
            glyphs = dict(enumerate(numbers, first))
        elif form == 0:
            glyphs = dict(enumerate(table[offset + 6 : offset + 262]))
        found.append(glyphs)
    return found
