"""Prints the table of hostile files: what each is, what became of it, and what that cost.

`python -m tests.bench.hostile` (`--write` puts it into documents/intake/README.md).
"""

import io
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from documents.intake import Bounds, Broken, Limits, Objection, Refused, Usage, examine, measured
from documents.intake.examination import SUFFIXES
from tests.documents.hostile import FILES, Hostile

README = Path(__file__).parents[2] / "documents" / "intake" / "README.md"
BEGIN, END = "<!-- hostile files -->\n", "<!-- end -->\n"
MEBIBYTE = 1 << 20
BECAME = {
    Objection.EMPTY: "refused: empty",
    Objection.UNSUPPORTED: "refused: kind not taken",
    Objection.MISMATCH: "refused: not what its name says",
    Objection.ENCRYPTED: "refused: locked, with advice",
    Objection.TOO_MANY_PAGES: "refused: too many pages",
    Objection.BOMB: "refused: bomb",
    Objection.MACROS: "refused: runs programs",
    Objection.TWO_IN_ONE: "refused: two files in one",
    Objection.DAMAGED: "refused: damaged",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One file's fate; no usage where it was turned away before anything was parsed."""

    file: Hostile
    size: int
    became: str
    usage: Usage | None


def row(file: Hostile) -> Row:
    """Take one file in as the house does, and then parse it alone to see what that takes."""
    data = file.make()
    try:
        found = examine(io.BytesIO(data), name=file.name).found
        became = f"taken, told: {', '.join(found)}" if found else "taken, nothing acts"
        parsed = True
    except Refused as refused:
        became = BECAME[refused.code]
        parsed = refused.code not in {Objection.EMPTY, Objection.UNSUPPORTED, Objection.MISMATCH}
    return Row(
        file=file, size=len(data), became=became, usage=_usage(file, data) if parsed else None
    )


def _usage(file: Hostile, data: bytes) -> Usage | None:
    limits = Limits()
    with tempfile.NamedTemporaryFile() as copy:
        copy.write(data)
        copy.flush()
        path, kind = Path(copy.name), SUFFIXES[Path(file.name).suffix]
        if not data.startswith((b"%PDF", b"PK", b"\xff\xd8", b"\x89PNG", b"II", b"MM")):
            return None
        request = {"kind": kind.value, "path": copy.name, "limits": asdict(limits)}
        bounds = Bounds(memory=limits.memory, seconds=limits.seconds)
        try:
            return measured("documents.intake.inspection", request, bounds, reads=(path,))[1]
        except Broken as broken:
            return broken.usage


def table(rows: list[Row]) -> str:
    """Return the table in Markdown."""
    lines = [
        "| file | bytes | what became of it | processor, s | memory, MiB |",
        "|---|---:|---|---:|---:|",
    ]
    for one in rows:
        spent = (
            f"{one.usage.seconds:.2f} | {one.usage.memory / MEBIBYTE:.0f}" if one.usage else "– | –"
        )
        size = f"{one.size:,}".replace(",", " ")
        lines.append(f"| {one.file.what} | {size} | {one.became} | {spent} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print the table, or write it into the page about intake."""
    begun = time.monotonic()
    rows = [row(file) for file in FILES]
    refused = sum(one.became.startswith("refused") for one in rows)
    text = table(rows)
    sys.stdout.write(text)
    sys.stdout.write(
        f"\n{len(rows)} files: {refused} refused, {len(rows) - refused} taken and told, "
        f"{time.monotonic() - begun:.0f} s\n"
    )
    if "--write" in sys.argv:
        page = README.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        after = rest.partition(END)[2]
        README.write_text(f"{before}{BEGIN}{text}{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
