"""Scans: damaged sheets are read, papers split, blank pages dropped, pages turned, text read."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from documents.scanning import desk, looking, marks, reading, sheets
from documents.scanning.splitting import Leaf, Part, Seen, split
from tests import needs
from tests.documents import scanned

CODE = "7K3MQ9TX2HDVW4EA"
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LETTER = (
    "Талас шаардык сотуна\n\nДоогер: Асанов Бакыт Эркинович, Талас шаары\nЖоопкер: Үсөнов Кубат\n\n"
    "Карызды өндүрүү жөнүндө доо арыз\n2025-жылдын 5-мартында жоопкер 120 000 сом карызга алган,\n"
    "бирок убагында кайтарган жок. Ошондуктан сотту суранам:\n"
    "1. Жоопкерден 120 000 сом өндүрүлсүн.\n"
    "Прошу взыскать с ответчика сумму долга по договору займа."
)
Damage = Callable[[Image.Image], Image.Image]
DAMAGES: dict[str, tuple[Damage, int]] = {
    "as printed": (lambda page: page, 0),
    "skewed by 5°": (lambda page: scanned.skewed(page, 5), 0),
    "skewed by -5°, noisy": (lambda page: scanned.noisy(scanned.skewed(page, -5)), 0),
    "faint": (scanned.faint, 0),
    "faint, skewed, noisy": (
        lambda page: scanned.noisy(scanned.skewed(scanned.faint(page), 4), 14),
        0,
    ),
    "crumpled": (lambda page: scanned.crumpled(page, bend=7), 0),
    "a cup stood on it": (scanned.stained, 0),
    "upside down": (lambda page: scanned.turned(page, 180), 180),
    "sideways": (lambda page: scanned.turned(page, 90), 270),
    "all at once": (
        lambda page: scanned.noisy(scanned.crumpled(scanned.skewed(scanned.turned(page, 180), 5))),
        180,
    ),
}


def cover_pdf(*codes: str) -> bytes:
    facts = sheets.Covers(
        language="ky",
        court="Талас шаардык соту",
        covers=[sheets.Cover(code=code, number="ГД-319/26-Т5", title="Тил кат") for code in codes],
        made=NOW,
    )
    return sheets.covers(facts).pdf


@pytest.fixture(scope="module")
def cover() -> Image.Image:
    """A cover sheet as a scanner sees it at 150 dots an inch."""
    (page,) = scanned.pages_of(cover_pdf(CODE))
    return page


def seen(page: Image.Image, tesseract: str | None = None, room: Path | None = None) -> Seen:
    found = looking._look(page, tesseract, str(room) if room else None)
    return Seen(file=0, page=0, **found)


# ------------------------------------------------------------------ marks


def test_a_mark_carries_the_code_and_nothing_else() -> None:
    assert marks.code_in(marks.mark_of(CODE)) == CODE
    for other in ("https://sud.example/verify/" + CODE, CODE, "SUD/SHEET/short", ""):
        assert marks.code_in(other) is None, "a verification code is no cover sheet"


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_sheet_is_still_read(cover: Image.Image, damage: str) -> None:
    spoil, turn = DAMAGES[damage]
    found = seen(spoil(cover))
    assert (found.code, found.turn, found.certain) == (CODE, turn, True)


def test_a_sheet_torn_through_both_marks_is_no_sheet(cover: Image.Image) -> None:
    torn = cover.copy()
    torn.paste(250, (0, round(cover.height * 0.36), cover.width, cover.height))
    assert seen(torn).code is None


def test_the_same_sheets_are_the_same_bytes() -> None:
    assert cover_pdf(CODE, CODE[::-1]) == cover_pdf(CODE, CODE[::-1])
    assert len(pikepdf.open(io.BytesIO(cover_pdf(CODE, CODE[::-1]))).pages) == 2


# ------------------------------------------------------------------ blank pages


@pytest.mark.parametrize("dpi", [75, 150])
def test_a_dusty_back_is_blank_and_a_single_figure_is_not(dpi: int) -> None:
    def at_150(page: Image.Image) -> Seen:
        size = tuple(round(side * 150 / dpi) for side in page.size)
        return seen(page.resize(size))

    assert at_150(scanned.blank(dpi=dpi)).blank
    assert at_150(scanned.noisy(scanned.blank(dpi=dpi), 8)).blank
    for words in ("\n" * 25 + " " * 30 + "7", "К. Б."):
        assert not at_150(scanned.letter(words, dpi=dpi)).blank
    assert not at_150(scanned.faint(scanned.letter("К. Б.", dpi=dpi))).blank


# ------------------------------------------------------------------ which way is up


def test_lines_from_top_to_bottom_are_noticed() -> None:
    page = scanned.letter(LETTER)
    assert [seen(scanned.turned(page, by)).sideways for by in (0, 90)] == [False, True]


def test_the_program_says_which_way_is_up(tmp_path: Path) -> None:
    program, page = str(needs.program("tesseract")), scanned.letter(LETTER)
    found = seen(scanned.turned(page, 180), program, tmp_path)
    assert (found.turn, found.certain) == (180, True)


# ------------------------------------------------------------------ splitting


def leaf(page: int, **facts: object) -> Seen:
    return Seen(file=0, page=page, **facts)  # type: ignore[arg-type]


def test_pages_belong_to_the_sheet_before_them() -> None:
    parts = split(
        [
            leaf(0),
            leaf(1, blank=True),
            leaf(2, code="A"),
            leaf(3, blank=True),  # the back of the sheet
            leaf(4),
            leaf(5, blank=True),
            leaf(6),
            leaf(7, code="B"),
        ]
    )
    assert parts == (
        Part(code=None, first=1, leaves=(Leaf(file=0, page=0),), blanks=(2,)),
        Part(
            code="A",
            first=3,
            leaves=(Leaf(file=0, page=4), Leaf(file=0, page=6)),
            blanks=(4, 6),
        ),
        Part(code="B", first=8, leaves=()),
    )
    assert split([]) == ()
    assert split([leaf(0, blank=True)]) == ()
    twice = split([leaf(0, code="A"), leaf(1, code="A"), leaf(2)])
    assert [part.code for part in twice] == ["A"], "the same sheet on both sides begins one paper"


def test_a_page_lies_as_its_sheet_does_unless_it_says_otherwise() -> None:
    (part,) = split(
        [
            leaf(0, code="A", turn=180, certain=True),
            leaf(1),
            leaf(2, turn=0, certain=True),
            leaf(3, sideways=True),
            leaf(4, sideways=True, turn=90, certain=True),
        ]
    )
    assert [one.turn for one in part.leaves] == [180, 0, 270, 90]
    assert part.turned == (2, 4, 5)


# ------------------------------------------------------------------ in bounds


def test_pages_are_bound_upright_without_loss(tmp_path: Path) -> None:
    from_feeder, photo = tmp_path / "feeder.pdf", tmp_path / "photo.jpg"
    page = scanned.letter(LETTER, dpi=75)
    with pikepdf.open(io.BytesIO(scanned.as_pdf([page, page], dpi=75))) as pdf:
        pdf.pages[1].Rotate = 90
        pdf.pages[1].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.JavaScript))
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript)
        pdf.save(from_feeder)
    exif = Image.Exif()
    exif[0x0112] = 6
    page.save(photo, "JPEG", exif=exif)
    files = [
        desk.File(path=from_feeder, media_type="application/pdf", pages=2),
        desk.File(path=photo, media_type="image/jpeg", pages=1),
    ]
    leaves = [Leaf(file=0, page=1, turn=90), Leaf(file=1, page=0), Leaf(file=0, page=0)]
    bound = desk.bind(files, leaves)
    assert bound.pages == 3
    with pikepdf.open(io.BytesIO(bound.pdf)) as made, pikepdf.open(from_feeder) as original:
        assert [int(one.get("/Rotate", 0)) for one in made.pages] == [180, 0, 0]
        assert "/OpenAction" not in made.Root
        assert all("/AA" not in one for one in made.pages)
        (kept,) = made.pages[2].get_images().values()
        (was,) = original.pages[0].get_images().values()
        assert kept.read_raw_bytes() == was.read_raw_bytes(), "a picture keeps its bytes"
        width, height = (float(side) for side in made.pages[1].mediabox[2:])
        assert width > height, "turned as its camera says it was held"


def test_what_cannot_be_read_is_said_and_nothing_else(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing follows")
    file = desk.File(path=broken, media_type="application/pdf", pages=1)
    with pytest.raises(desk.Unreadable) as told:
        desk.look([file])
    assert str(told.value) == "file 0"


def test_text_is_recognised_in_both_languages(tmp_path: Path) -> None:
    reader = desk.reader(str(needs.program("tesseract")), "kir+rus+tlh")
    assert reader is not None
    assert set(reader.languages.split("+")) == {"kir", "rus"}, "what is not installed is left out"
    path = tmp_path / "paper.pdf"
    path.write_bytes(scanned.as_pdf([scanned.letter(LETTER, dpi=200)], dpi=200))
    (text,) = desk.read(desk.File(path=path, media_type="application/pdf", pages=1), reader)
    for words in ("Карызды өндүрүү жөнүндө", "Үсөнов Кубат", "взыскать с ответчика"):
        assert words in text
    assert desk.reader("/nowhere/tesseract", "kir+rus") is None


def test_parted_words_are_joined() -> None:
    assert reading.tidy("сот-\nтун  чечими\n\n \nжана") == "соттун чечими\nжана"
    assert reading.tidy("ГД-\n319") == "ГД-\n319"
