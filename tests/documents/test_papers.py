"""Papers on the sheet: every word arrives, every font is inside, equal facts give equal bytes."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import jsonschema
import pikepdf
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from reportlab.pdfgen.canvas import Canvas

from documents.papers import acts, letters, minutes, receipts
from documents.papers.certified import certified
from documents.papers.facts import Participant, SignatureBox, Verification
from documents.pdfa import faults
from documents.wording import LANGUAGES, wording
from tests.documents import samples
from tests.documents.samples import NAMES, printed, printed_in

KYRGYZ = acts.Parts(
    introductory="Судья Асанова А. Б. ишти карап чыгып,",
    descriptive="Доогер № 17 келишим боюнча 850 000 сом өткөрүлгөнүн көрсөткөн.\n\nЖаңы сап.",
    reasoning="Сот <төмөнкүнү> & жүйөлөйт: «ң ө ү Ң Ө Ү».",
    operative="1. Доо канааттандырылсын.\n2. Өндүрүлсүн.",
)
ACT = acts.Act(
    language="ky",
    kind="decision",
    court="Бишкек шаарынын Свердлов райондук соту",
    number="ГД-319/26-Б4",
    place="Бишкек шаары",
    day=date(2026, 3, 10),
    judges=("Асанова Айгүл Бакытовна",),
    participants=(
        Participant(role="доогер", name="Сыдыков Нурлан Өмүрбекович"),
        Participant(role="жоопкер", name="«Көл-Төр» ЖЧК", detail="Өкүлү: Ү. Ң."),
    ),
    parts=KYRGYZ,
    subject="Карызды өндүрүү жөнүндө",
    appeal=acts.Appeal(days=30, court="Бишкек шаарынын Свердлов райондук соту"),
    verification=Verification(
        code="7K3M-Q9TX-2HDV-W4EA", url="https://sud.example.kg/verify/7K3MQ9TX2HDVW4EA"
    ),
)
PUBLIC = acts.PublicAct(
    language="ky",
    kind="decision",
    court=ACT.court,
    number=ACT.number,
    place=ACT.place,
    day=ACT.day,
    judges=ACT.judges,
    parts=replace(KYRGYZ, operative="1. А.Б. доосу канааттандырылсын."),
    published=date(2026, 4, 20),
    policy="1",
    url="https://sud.example.kg/decisions/1",
)
RECEIPT = receipts.Receipt(
    language="ru",
    number="К-2026-000123",
    filed=datetime(2026, 3, 1, 20, 15, 22, tzinfo=UTC),
    court="Свердловский районный суд города Бишкек",
    filer="Сыдыков Нурлан Өмүрбекович",
    files=(receipts.ReceivedFile(name="Доо арыз.pdf", size=348_112, sha256="9f86d081" * 8),),
    claim=85_000_000,
    duty=2_475_050,
)


def text(pdf: bytes) -> str:
    """The text of a PDF on one line, as a reader's eye takes it."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def fonts(pdf: bytes) -> Iterator[DictionaryObject]:
    for page in PdfReader(io.BytesIO(pdf)).pages:
        resources = page["/Resources"].get_object()
        assert isinstance(resources, DictionaryObject)
        listed = resources["/Font"].get_object()
        assert isinstance(listed, DictionaryObject)
        for font in listed.values():
            found = font.get_object()
            assert isinstance(found, DictionaryObject)
            yield found


def _act(facts: acts.Act) -> bytes:
    return acts.act(facts).pdf


def _public(facts: acts.PublicAct) -> bytes:
    return acts.public_act(facts).pdf


def _receipt(facts: receipts.Receipt) -> bytes:
    return receipts.receipt(facts).pdf


def test_every_font_is_inside() -> None:
    for name, pdf in ((name, one.pdf) for name, one in printed().items()):
        names = set()
        for font in fonts(pdf):
            descriptor = font["/FontDescriptor"].get_object()
            assert isinstance(descriptor, DictionaryObject), name
            assert "/FontFile2" in descriptor, name
            names.add(str(font["/BaseFont"]))
        assert names
        assert all("+PT" in font for font in names), names
        assert b"Helvetica" not in pdf


def test_an_act_says_everything_it_was_given() -> None:
    words = text(_act(ACT))
    for expected in (
        "КЫРГЫЗ РЕСПУБЛИКАСЫНЫН АТЫНАН",
        "ЧЕЧИМ",
        "Иш № ГД-319/26-Б4",
        "2026-жылдын 10-марты Бишкек шаары",
        "Асанова Айгүл Бакытовна",
        "Доогер",
        "Сыдыков Нурлан Өмүрбекович",
        "Өкүлү: Ү. Ң.",
        "ТАПТЫ:",
        "850 000 сом өткөрүлгөнүн",
        "Сот <төмөнкүнү> & жүйөлөйт: «ң ө ү Ң Ө Ү».",
        "ЧЕЧТИ:",
        "2. Өндүрүлсүн.",
        "30 (отуз) күндүн ичинде",
        "7K3M-Q9TX-2HDV-W4EA",
        "https://sud.example.kg/verify/7K3MQ9TX2HDVW4EA",
        "1 / 1",
    ):
        assert expected in words
    assert words.index("ТАПТЫ:") < words.index("850 000") < words.index("ЧЕЧТИ:")


def test_russian_wording() -> None:
    russian = replace(
        ACT,
        language="ru",
        place="город Бишкек",
        appeal=acts.Appeal(days=30, court="Свердловский районный суд города Бишкек"),
    )
    words = text(_act(russian))
    for expected in (
        "ИМЕНЕМ КЫРГЫЗСКОЙ РЕСПУБЛИКИ",
        "РЕШЕНИЕ",
        "10 марта 2026 года город Бишкек",
        "УСТАНОВИЛ:",
        "РЕШИЛ:",
        "в течение 30 (тридцати) дней",
    ):
        assert expected in words


def test_a_draft_says_so_and_carries_no_code() -> None:
    words = text(_act(replace(ACT, verification=None)))
    assert "ДОЛБООР" in words
    assert "юридикалык күчү жок" in words
    assert "электрондук колтамга" not in words
    assert "/verify/" not in words


def test_a_ruling_is_not_in_the_name_of_the_republic_and_may_be_final() -> None:
    ruling = replace(ACT, kind="ruling", appeal=acts.Appeal(days=None, court=ACT.court))
    words = text(_act(ruling))
    assert "АНЫКТАМА" in words
    assert "АНЫКТАДЫ:" in words
    assert "РЕСПУБЛИКАСЫНЫН АТЫНАН" not in words
    assert "Аныктама акыркы болуп саналат" in words


def test_pages_are_counted_and_a_signature_never_stands_alone() -> None:
    for lines in range(28, 45, 4):
        long = replace(KYRGYZ, reasoning="\n".join(f"Жүйө {n}." for n in range(lines)))
        pages = PdfReader(io.BytesIO(_act(replace(ACT, parts=long)))).pages
        last = pages[-1].extract_text()
        assert f"{len(pages)} / {len(pages)}" in last
        assert "2. Өндүрүлсүн." in last
        assert "электрондук колтамга" in last


def test_a_public_copy_has_no_trace_of_the_original() -> None:
    pdf = _public(PUBLIC)
    words = text(pdf)
    assert "Деперсоналдаштырылган текст" in words
    assert "2026-жылдын 20-апрели" in words
    assert "/verify/" not in words
    assert "Сыдыков" not in words
    assert "электрондук колтамга" not in words


def test_a_receipt_shows_time_duty_and_hashes() -> None:
    words = text(_receipt(RECEIPT))
    for expected in (
        "К-2026-000123",
        "2 марта 2026 года, 02:15:22",  # Bishkek is six hours ahead
        "850 000,00 сом",
        "24 750,50 сом",
        "Доо арыз.pdf",
        "340,0 КБ",
    ):
        assert expected in words
    assert "9f86d081" * 8 in words.replace(" ", "")
    assert "Файлы не приложены" in text(_receipt(replace(RECEIPT, files=())))


def test_equal_facts_give_equal_bytes_in_another_process() -> None:
    script = (
        "import hashlib; from tests.documents.samples import printed_in;"
        "print(*(hashlib.sha256(one.pdf).hexdigest() for one in printed_in('ky').values()))"
    )
    other = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    )
    ours = [sha256(one.pdf).hexdigest() for one in printed_in("ky").values()]
    assert other.stdout.split() == ours


def test_every_sample_is_named() -> None:
    assert sorted(printed()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_paper_is_archival_and_opaque(name: str) -> None:
    pdf = printed()[name].pdf
    assert faults(pdf) == ()
    assert b"/SMask" not in pdf
    assert re.search(rb"/(ca|CA) 0?\.", pdf) is None


def test_boxes_for_signatures_are_kept_free() -> None:
    for name, one in printed_in("ru").items():
        pages = PdfReader(io.BytesIO(one.pdf)).pages
        for place, box in enumerate(one.boxes, 1):
            assert box.field == f"Signature{place}"
            assert 0 <= box.page < len(pages), name
            assert 85 < box.left < box.right < 560, name
            assert 60 < box.bottom < box.top < 800, name
            assert not written_in(one.pdf, box), name


def written_in(pdf: bytes, box: SignatureBox) -> bool:
    """Whether any letter stands in a box."""
    found = False

    def look(text: str, _: object, matrix: Sequence[float], *__: object) -> None:
        nonlocal found
        inside = box.left <= matrix[4] < box.right and box.bottom < matrix[5] < box.top
        found = found or (bool(text.strip()) and inside)

    PdfReader(io.BytesIO(pdf)).pages[box.page].extract_text(visitor_text=look)
    return found


def test_an_act_carries_its_data() -> None:
    schema = json.loads(Path("schemas/act-data.v1.json").read_text(encoding="utf-8"))
    (attached,) = PdfReader(io.BytesIO(_act(ACT))).attachments[acts.DATA_NAME]
    data = json.loads(attached)
    jsonschema.validate(data, schema)
    assert data["number"] == ACT.number
    assert data["parts"]["operative"] == ACT.parts.operative
    assert [one["name"] for one in data["participants"]] == [one.name for one in ACT.participants]
    for untold in (_public(PUBLIC), _act(replace(ACT, verification=None))):
        assert not PdfReader(io.BytesIO(untold)).attachments


def test_a_machine_can_read_the_page_aloud() -> None:
    with pikepdf.open(io.BytesIO(_act(ACT))) as pdf:
        document = pdf.Root.StructTreeRoot.K
        roles = [str(one.S) for one in document.K]
        assert roles.count("/H1") == 1
        assert roles.count("/H2") == 2
        assert [str(one.Alt) for one in document.K if "/Alt" in one] == [samples.VERIFICATION.url]
        assert len(pdf.Root.StructTreeRoot.ParentTree.Nums[1]) == len(roles)


def test_what_cannot_be_printed_is_refused_by_name() -> None:
    with pytest.raises(letters.UnprintableError) as refused:
        _act(replace(ACT, subject="法 жөнүндө"))
    assert refused.value.signs == "法"


def test_a_certified_copy_says_so_on_every_page() -> None:
    for language, mark in (("ky", "КӨЧҮРМӨСҮ ТУУРА"), ("ru", "КОПИЯ ВЕРНА")):
        copy, original = printed()[f"certified-{language}"], printed()[f"act-{language}"]
        pages = PdfReader(io.BytesIO(copy.pdf)).pages
        assert len(pages) == len(PdfReader(io.BytesIO(original.pdf)).pages) + 1
        assert all(mark in page.extract_text() for page in pages)
        assert "Жумабаева Үмүт Асановна" in pages[-1].extract_text()
        assert [box.page for box in copy.boxes] == [len(pages) - 1]


def test_a_copy_of_a_strangers_paper_claims_nothing() -> None:
    stranger = io.BytesIO()
    canvas = Canvas(stranger)
    canvas.drawString(100, 100, "a scan")
    canvas.save()
    copy = certified(stranger.getvalue(), samples.certification_of("ru"))
    assert b"pdfaid:part" not in copy
    assert "КОПИЯ ВЕРНА" in text(copy)


def test_no_office_is_broken_beside_a_signature() -> None:
    assert text(printed()["panel-ru"].pdf).count("Председательствующий") == 2
    assert "Төрагалык кылуучу" in text(printed()["panel-ky"].pdf)


def test_names_stand_in_the_case_that_the_sentence_wants() -> None:
    russian, kyrgyz = (text(printed()[f"summons-{language}"].pdf) for language in ("ru", "ky"))
    assert "Токтогуловой Айгүл Бакытовне" in russian
    assert "в качестве ответчика" in russian
    assert "Токтогулова Айгүл Бакытовнага" in kyrgyz
    assert "жоопкер катары" in kyrgyz
    assert "24 марта 2026 года, вторник" in russian
    assert "2026-жылдын 24-марты, шейшемби" in kyrgyz


def test_a_long_hearing_repeats_the_heads_and_signs_beside_text() -> None:
    long = minutes.minutes(samples.minutes_of("ru", steps=120))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(long.pdf)).pages]
    assert len(pages) > 5
    assert sum("Что происходило" in page for page in pages) >= len(pages) - 1
    assert pages[-1].count("подпись") == 2
    assert "Стороны вправе" in pages[-1]


def test_a_speech_longer_than_a_page_and_an_endless_word() -> None:
    facts = samples.minutes_of("ky", steps=1)
    speech = minutes.Step(at="10:31", words="Сөз " * 3000 + "ө" * 600)
    pages = PdfReader(io.BytesIO(minutes.minutes(replace(facts, steps=[speech])).pdf)).pages
    assert len(pages) > 4
    assert pages[0].extract_text().count("Сөз") > 20


def test_a_double_surname_goes_on_after_its_hyphen_beside_a_signature() -> None:
    judge = "Абдырахманова-Мырзабекова Жаңылай Турдумамбетовна"
    signed = text(_act(replace(samples.act("ky"), judges=(judge,)))).rpartition("ЧЕЧТИ:")[2]
    assert re.search(r"Абдырахманова- ?Мырзабекова", signed)


def test_a_long_last_paragraph_fills_its_page() -> None:
    """The signatures take three lines along, not the whole paragraph."""
    lone = replace(ACT, parts=replace(KYRGYZ, operative="Өндүрүлсүн жана кайтарылсын. " * 200))
    first, last = (page.extract_text() for page in PdfReader(io.BytesIO(_act(lone))).pages[-2:])
    assert "Өндүрүлсүн" in last
    assert "электрондук колтамга" in last
    assert first.count("Өндүрүлсүн") > 30


def test_properties_name_the_paper() -> None:
    properties = PdfReader(io.BytesIO(_act(ACT))).metadata
    assert properties is not None
    assert properties.title == "Чечим ГД-319/26-Б4"
    assert properties.author == ACT.court
    assert properties.creation_date == datetime(2026, 3, 10, 6, tzinfo=UTC)


def test_signs_that_no_font_has_are_named() -> None:
    assert letters.unprintable("Ңөү — № 5 «ё» 10 %\r\n\tA") == ""
    assert letters.unprintable("сот 😀 法 😀") == "法😀"


def test_facts_are_made_legible_to_the_last_name() -> None:
    facts = replace(ACT, participants=[replace(ACT.participants[0], name="Асан\x07 法 😀")])
    assert letters.legible(ACT) == ACT
    assert letters.legible(facts).participants[0].name == "Асан? ? ?"
    assert faults(acts.act(letters.legible(facts)).pdf) == ()


def test_text_from_a_word_processor_is_cleaned() -> None:
    assert letters.clean("и\u0306 a\u00ad\u200bb\u00a0 c\r\nd ") == "й ab c\nd"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_act_can_be_written(language: str) -> None:
    for kind, words in wording(language).acts.items():
        printed = text(_act(replace(ACT, language=language, kind=kind)))
        assert words.heading.upper() in printed
        assert words.resolved.upper() in printed


def test_both_languages_have_the_same_words() -> None:
    kyrgyz, russian = (wording(language) for language in LANGUAGES)
    assert kyrgyz.acts.keys() == russian.acts.keys()
    for name, section in kyrgyz.sections.items():
        assert section.keys() == russian.sections[name].keys(), name
        for key, phrase in section.items():
            places = set(re.findall(r"{\w+}", phrase))
            assert places == set(re.findall(r"{\w+}", russian.sections[name][key])), (name, key)
