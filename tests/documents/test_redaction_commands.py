"""The commands of the workshop: what they promise to an outsider, and how they refuse."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from documents.__main__ import main
from tests.structure.source import ROOT

CASE = {
    "persons": [
        {
            "role": "истец",
            "names": ["Асанов Бакыт Маратович", "Asanov Bakyt"],
            "pin": "21503189912345",
            "addresses": ["г. Бишкек, ул. 7 апреля, д. 12, кв. 4"],
        },
        {"role": "ответчик", "names": ["Асанова (Токтогулова) Айгүл"]},
        {"role": "свидетель", "names": ["Бакыт уулу Нурлан"], "plates": ["01KG123ABC"]},
        {"role": "judge", "names": ["Токтогулов Эркин Сапарович"]},
    ],
    "organisations": ["ОсОО «Асанов и К»"],
    "keep": ["Мамытова Гүлнара Эмилевна"],
}
TEXT = (
    "Судья Токтогулов Э.С. рассмотрел иск Асанова Бакыта Маратовича к Токтогуловой Айгүл.\n"
    "Истец, 15.03.1899 года рождения, ПИН 21503189912345, проживает: ул. 7 апреля, д. 12, кв. 4.\n"
    "Нурлан Бакыт уулу видел машину 01KG123ABC. ОсОО «Асанов и К» и адвокат Мамытова Г.Э. "
    "возражали. Bakyt Asanov signed. Взыскать 2 500 000 (два миллиона пятьсот тысяч) сомов."
)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "CASE.json"
    path.write_text(json.dumps(CASE, ensure_ascii=False), "utf-8")
    return path


class Run:
    """A command run in this process: its status, and what it said."""

    def __init__(self, capsys: Any, monkeypatch: Any) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def __call__(self, *arguments: object, given: bytes = b"") -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        status = main([str(argument) for argument in arguments])
        said = self._capsys.readouterr()
        return status, said.out, said.err


@pytest.fixture
def run(capsys, monkeypatch) -> Run:
    return Run(capsys, monkeypatch)


def _schema(name: str) -> Any:
    return json.loads((ROOT / "schemas" / f"{name}.v1.json").read_text("utf-8"))


def test_a_text_goes_in_and_what_was_agreed_comes_out(run: Run, case: Path):
    status, out, _ = run("redact", "--case", case, given=TEXT.encode())
    assert status == 0
    told = json.loads(out)
    jsonschema.Draft202012Validator(_schema("redaction-output")).validate(told)
    jsonschema.Draft202012Validator(_schema("redaction-case")).validate(CASE)
    assert told["text"] == (
        "Судья Токтогулов Э.С. рассмотрел иск Истца 1 к Ответчику 1.\n"
        "Истец, [дата рождения], ПИН [ПИН], проживает: [адрес].\n"
        "Свидетель 1 видел машину [номер автомобиля]. ОсОО «Асанов и К» и адвокат Мамытова Г.Э. "
        "возражали. Истец 1 signed. Взыскать 2 500 000 (два миллиона пятьсот тысяч) сомов."
    )
    again, at = [], 0
    for span in told["spans"]:
        again += [TEXT[at : span["start"]], span["alias"]]
        at = span["end"]
    assert "".join([*again, TEXT[at:]]) == told["text"]


@pytest.mark.parametrize(
    ("case_text", "given", "words"),
    [
        ("{", "Текст".encode(), "is no JSON"),
        ("[]", "Текст".encode(), "an object is wanted"),
        ('{"people": []}', "Текст".encode(), "'people' is not understood"),
        ('{"persons": [{"names": "Асан"}]}', "Текст".encode(), "persons[0].names: a list"),
        ('{"persons": [{"names": [7]}]}', "Текст".encode(), "persons[0].names[0]: words"),
        ('{"persons": [{"names": ["1"]}]}', "Текст".encode(), "has no letters"),
        ('{"persons": [{"born": "вчера"}]}', "Текст".encode(), "is no date"),
        ("{}", "Текст".encode("cp1251"), "not in UTF-8"),
        ("{}", b" \n", "the text is empty"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    run: Run, tmp_path: Path, case_text: str, given: bytes, words: str
):
    path = tmp_path / "CASE.json"
    path.write_text(case_text, "utf-8")
    status, out, err = run("redact", "--case", path, given=given)
    assert (status, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_a_missing_case_is_refused(run: Run, tmp_path: Path):
    status, _, err = run("redact", "--case", tmp_path / "no.json", given=b"text")
    assert status == 2
    assert "no.json" in err


def test_an_empty_case_and_keys_left_out_are_fine(run: Run, tmp_path: Path):
    path = tmp_path / "CASE.json"
    path.write_text("{}")
    status, out, _ = run("redact", "--case", path, given="Сот чечим чыгарды.".encode())
    assert status == 0
    assert json.loads(out)["text"] == "Сот чечим чыгарды."


def test_the_language_is_guessed_or_given(run: Run, tmp_path: Path):
    path = tmp_path / "CASE.json"
    path.write_text('{"persons": [{"role": "plaintiff", "names": ["Үсөнова Асел"]}]}', "utf-8")
    text = "Сот Үсөнова Аселдин доо арызын карап чыгып, төмөнкүнү аныктады.".encode()
    _, out, _ = run("redact", "--case", path, given=text)
    assert "1-доогердин" in json.loads(out)["text"]
    _, out, _ = run("redact", "--case", path, "--lang", "ru", given=text)
    assert "Истец 1" in json.loads(out)["text"]


def _paper(text: str = "Решение", title: str = "") -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made)
    canvas.setTitle(title)
    canvas.drawString(72, 700, text)
    canvas.save()
    return made.getvalue()


def _hiding(place: str) -> bytes:
    with pikepdf.open(io.BytesIO(_paper())) as paper:
        if place == "xmp":
            with paper.open_metadata() as meta:
                meta["dc:title"] = "Иск Асанова"
        elif place == "bookmark":
            with paper.open_outline() as outline:
                outline.root.append(pikepdf.OutlineItem("Асанова Айгүл", 0))
        elif place == "attachment":
            paper.attachments["a.json"] = json.dumps({"claimant": "Асанов Бакыт"}).encode()
        elif place == "note":
            paper.pages[0].Annots = pikepdf.Array(
                [
                    pikepdf.Dictionary(
                        Type=pikepdf.Name.Annot,
                        Subtype=pikepdf.Name.Text,
                        Rect=[0, 0, 9, 9],
                        Contents=pikepdf.String("Позвонить Асанову"),
                    )
                ]
            )
        made = io.BytesIO()
        paper.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("a.txt", "Иск Асанова Б.М. удовлетворить.".encode(), "text, 4-16"),
        (
            "a.txt",
            "Тел.: https://sot.kg/%D0%90%D1%81%D0%B0%D0%BD%D0%BE%D0%B2".encode(),
            "unescaped",
        ),
        ("a.html", "<p>Аса<b>нов</b> Бакыт</p>".encode(), "text"),
        ("a.html", '<p title="Асанов Бакыт">Истец 1</p>'.encode(), "markup"),
        ("a.html", "<p>Истец 1</p><!-- Асанов Бакыт -->".encode(), "markup"),
        ("a.json", b'{"a": [{"b": "\\u0410\\u0441\\u0430\\u043d\\u043e\\u0432"}]}', "JSON"),
        ("asanov_bakyt_2026.txt", "Решение".encode(), "file name"),
        ("a.pdf", _paper("Asanov Bakyt"), "page 1"),
        ("a.pdf", _paper("21503189912345"), "page 1"),
        ("a.pdf", _paper(title="Иск Асанова"), "properties"),
        ("a.pdf", _hiding("xmp"), "XMP"),
        ("a.pdf", _hiding("bookmark"), "properties"),
        ("a.pdf", _hiding("attachment"), "attachment"),
        ("a.pdf", _hiding("note"), "properties"),
    ],
)
def test_a_name_left_anywhere_is_named(
    run: Run, case: Path, tmp_path: Path, name: str, content: bytes, where: str
):
    published = tmp_path / name
    published.write_bytes(content)
    status, out, _ = run("check", "--case", case, published)
    assert status == 1
    assert where in out


def test_an_earlier_state_of_a_pdf_is_read_too(run: Run, case: Path, tmp_path: Path):
    first, clean = _paper("Asanov Bakyt"), _paper("Plaintiff 1")
    published = tmp_path / "a.pdf"
    with pikepdf.open(io.BytesIO(first)) as paper:
        number, generation = paper.pages[0].obj.objgen
    with pikepdf.open(io.BytesIO(clean)) as paper:
        page = paper.pages[0].obj.unparse(resolved=True)
    body = (
        first
        + f"\n{number} {generation} obj\n".encode()
        + page.replace(b"/Contents", b"/Nothing")
        + b"\nendobj\n"
    )
    table = f"xref\n{number} 1\n{len(first) + 1:010d} {generation:05d} n \n".encode()
    before = first[first.rindex(b"startxref") + 9 :].split()[0]
    trailer = first[first.rindex(b"trailer") : first.rindex(b"startxref")].strip()
    trailer = trailer.removesuffix(b">>") + b"/Prev " + before + b" >>"
    published.write_bytes(body + table + trailer + f"\nstartxref\n{len(body)}\n%%EOF\n".encode())
    status, out, _ = run("check", "--case", case, published)
    assert status == 1
    assert "earlier state 1" in out


def test_a_clean_file_is_clean(run: Run, case: Path, tmp_path: Path):
    published = tmp_path / "decision-7.txt"
    _, out, _ = run("redact", "--case", case, given=TEXT.encode())
    published.write_text(json.loads(out)["text"], "utf-8")
    status, out, _ = run("check", "--case", case, published)
    assert (status, out) == (0, "nothing of the case is left\n")


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7 broken", b"\x89PNG\r\n\x1a\n\xff\xfe", b"PK\3\4"]
)
def test_a_file_that_cannot_be_read_is_never_called_clean(
    run: Run, case: Path, tmp_path: Path, content: bytes
):
    published = tmp_path / "a.bin"
    published.write_bytes(content)
    status, _, err = run("check", "--case", case, published)
    assert status == 2
    assert err.startswith("check: ")
