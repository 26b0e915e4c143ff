"""The rule as people read it: one text in three languages, and figures that the program finds."""

import html
import io
import re
import subprocess
import sys
import zipfile

import pytest

from assignment import entries
from assignment.draw import tickets
from assignment.ledger import charge, credits_of
from assignment.verify import verify
from sud.allocation import log
from sud.allocation.explaining import program
from sud.allocation.rule import FILES, blocks_of, plain, rule

WEIGHT = 1_000_000
CANDIDATES = [("J-001", 1000), ("J-002", 500), ("J-003", 1000)]
BEFORE = {"J-001": -2_000_000, "J-002": 500_000, "J-003": 1_375_000}
NUMBER = 100_000_000_000_000

languages = pytest.mark.parametrize("language", FILES)


def words_of(language: str) -> str:
    """The whole text on one line, with plain spaces."""
    _, blocks = rule(language)
    lines = [
        plain(line)
        for block in blocks
        for line in (block.line, *block.head, *(cell for row in block.rows for cell in row))
    ]
    return " ".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def grouped(number: int, *, signed: bool = False) -> str:
    mark = "−" if number < 0 else "+" if signed and number else ""
    return mark + f"{abs(number):,}".replace(",", " ")


def percent(part: float, language: str, digits: int = 2) -> str:
    return f"{100 * part:.{digits}f} %".replace(".", "." if language == "en" else ",")


@languages
def test_every_language_has_the_same_paragraphs(language):
    def shape(which):
        return [
            (block.kind, block.number, len(block.head), len(block.rows), block.figures)
            for block in rule(which)[1]
        ]

    assert shape(language) == shape("en")
    numbers = [
        block.number for block in rule(language)[1] if block.kind == "paragraph" and block.number
    ]
    assert len(set(numbers)) == len(numbers) > 40
    assert all(re.fullmatch(r"\d+\.\d+", number) for number in numbers)


@languages
def test_every_language_names_the_same_codes_and_figures(language):
    def codes(which):
        return [
            sorted(span.text for line in lines for span in line if span.kind == "code")
            for block in rule(which)[1]
            for lines in [(block.line, *(cell for row in block.rows for cell in row))]
        ]

    def figures(which):
        text = re.sub(r"J-\d+", "", words_of(which)).replace(",", ".")
        return sorted(re.findall(r"[−+]?\d+(?: \d{3}(?!\d))*(?:\.\d+)?", text))

    assert codes(language) == codes("en")
    assert figures(language) == figures("en")


@languages
def test_the_worked_example_is_what_the_program_finds(language):
    text = words_of(language)
    (table,) = [block for block in rule(language)[1] if len(block.head) == 6]
    odds = tickets(CANDIDATES, list(BEFORE.values()))
    rows = [[plain(cell).replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in table.rows]
    whole = sum(share for _, share in CANDIDATES)
    assert rows == [
        [
            judge,
            str(share),
            grouped(BEFORE[judge], signed=True),
            grouped(number),
            percent(number / sum(odds), language),
            percent(share / whole, language, 0),
        ]
        for (judge, share), number in zip(CANDIDATES, odds, strict=True)
    ]
    assert grouped(sum(odds)) in text
    assert sum(odds) == 4 * 8 * WEIGHT * whole**2
    first, second = odds[0], odds[0] + odds[1]
    assert first <= NUMBER < second
    assert all(grouped(number) in text for number in (NUMBER, first - 1, second - 1))
    assert [part for _, part in credits_of(WEIGHT, CANDIDATES)] == [400_000, 200_000, 400_000]
    after = dict(BEFORE)
    charge(after, WEIGHT, CANDIDATES, "J-002")
    said = [grouped(number, signed=True) for number in after.values()]
    assert all(number in text for number in said)
    assert f"{said[0]}, {said[1]}" in text
    assert grouped(sum(after.values())) in text
    assert sum(after.values()) == sum(BEFORE.values())


@languages
def test_a_dropout_of_the_worked_example(language):
    text = words_of(language)
    after = dict(BEFORE)
    charge(after, WEIGHT, CANDIDATES, "J-002")
    kept = dict(credits_of(WEIGHT, CANDIDATES))
    for judge, part in kept.items():
        after[judge] += -WEIGHT if judge == "J-002" else part
    assert grouped(after["J-002"], signed=True) in text
    rest = [one for one in CANDIDATES if one[0] != "J-002"]
    for judge, part in credits_of(WEIGHT - kept["J-002"], rest):
        after[judge] -= part
    after["J-001"] += WEIGHT
    said = [grouped(number, signed=True) for number in after.values()]
    assert f"{said[0]}, {said[1]}" in text
    assert said[2] in text
    assert sum(after.values()) == sum(BEFORE.values())


@languages
def test_every_type_of_entry_is_told(language):
    (table,) = [block for block in rule(language)[1] if len(block.rows) > 10]
    told = {span.text for row in table.rows for span in row[0] if span.kind == "code"}
    assert told >= set(entries.ENTRIES)


@languages
def test_the_page_says_it(client, language):
    page = client.get(f"/draws/rule?lang={language}")
    title, blocks = rule(language)
    assert page.status_code == 200
    assert f"<h1>{title}</h1>" in page.text
    for block in blocks:
        if block.number:
            assert f'id="p{block.number}"' in page.text
    assert "84\N{NO-BREAK SPACE}625\N{NO-BREAK SPACE}000" in page.text
    assert "assignment verify LOG" not in page.text, "the commands have a page of their own"


@languages
def test_how_to_check_gives_exact_commands(client, contributors, language):
    page = client.get(f"/draws/how?lang={language}").text
    for memory in contributors.memories:
        assert memory.public().anchor.hex()[:32] in page
    assert "python3 -m assignment verify log.jsonl --trust trust.json" in page
    assert "http://localhost/log.jsonl?since=$(wc -l &lt; log.jsonl)" in page


def test_every_line_that_verify_says_is_told(client, contributors):
    report = verify(log.lines(contributors.session, 0), contributors.published.trust())
    page = html.unescape(client.get("/draws/how?lang=en").text)
    said = [*report.summary(), "assurance full: 1", "epoch 3 waits for: bar"]
    for line in said:
        told = re.sub(r"\d+", "…", line.strip().partition(":")[0])
        told = told.replace("assurance full", "assurance full / reduced / demonstration")
        assert f"<code>{told}" in page, line


def test_how_to_check_before_the_log_has_begun(client):
    assert client.get("/draws/how").status_code == 200


def test_the_program_is_the_same_bytes_and_runs_from_its_archive(client, tmp_path):
    packed = client.get("/draws/assignment.zip").data
    program.cache_clear()
    assert program() == packed
    zipfile.ZipFile(io.BytesIO(packed)).extractall(tmp_path)
    asked = subprocess.run(
        [sys.executable, "-P", "-m", "assignment", "--help"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "verify" in asked.stdout
    assert (tmp_path / "assignment" / "README.ky.md").exists()


def test_only_the_markdown_of_the_readme_is_understood():
    heading, text, formula, table = blocks_of(
        "## 3. A\n\n**3.1.** With `code`, **weight** and [a link](x.md)\nof 1 000 000.\n\n"
        "    a = b\n    c = d\n\n| x | y |\n|---|--:|\n| `1` | 2 |\n"
    )
    assert (heading.kind, heading.anchor) == ("heading", "p3")
    assert (text.number, plain(text.line)) == (
        "3.1",
        "With code, weight and a link of 1\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}000.",
    )
    assert plain(formula.line) == "a = b\nc = d"
    assert table.figures == {1}
    assert plain(table.rows[0][0]) == "1"
