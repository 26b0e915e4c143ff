"""A party's receipt proves its entry offline, and nothing else."""

import base64
import dataclasses
import json

import pytest

from assignment import __main__ as command
from assignment import ed25519, note, tree
from assignment.canon import canon, parse, sha
from assignment.compose import commitment
from assignment.receipt import Receipt, UnprovenError, check
from assignment.verify import Trust

SEED = bytes(range(32))
ORIGIN = "draws.example"
SALT, FILES = sha(b"salt"), sha(b"files")
NUMBER = "ГД-5/26.Т5"
INDEX = 5


@pytest.fixture
def trust():
    return Trust(origin=ORIGIN, key=ed25519.public_key(SEED), contributors=())


@pytest.fixture
def receipt():
    request = {
        "id": "TLS-TLS-2026-000001",
        "commit": commitment(SALT, NUMBER, FILES),
        "candidates": [["J-001", 1000], ["J-002", 500]],
    }
    entry = {"type": "case", "at": "2026-11-23T10:00:00+06:00", "request": request}
    lines = [b"%d" % number for number in range(9)]
    lines[INDEX] = canon(entry)
    nodes = {(0, number): tree.leaf_hash(line) for number, line in enumerate(lines)}
    for size in range(len(lines)):
        for level, place, value in tree.grown(size, nodes[0, size], lambda *name: nodes[name]):
            nodes[level, place] = value
    point = note.Checkpoint(
        origin=ORIGIN, size=len(lines), root=tree.root(len(lines), lambda *name: nodes[name])
    )
    text = point.text()
    signature = ed25519.sign(SEED, text.encode())
    return Receipt(
        index=INDEX,
        entry=entry,
        number=NUMBER,
        files=FILES,
        salt=SALT,
        path=tuple(tree.inclusion(INDEX, len(lines), lambda *name: nodes[name])),
        checkpoint=text + "\n" + note.signature_line(ORIGIN, ed25519.public_key(SEED), signature),
    )


def test_a_receipt_says_what_it_proves(receipt, trust):
    said = check(Receipt.of(receipt.text()), trust)
    assert said == [
        "Entry 5 is in the log draws.example of 9 entries.",
        "It is a case entry, logged on 2026-11-23T10:00:00+06:00.",
        f"It is about case {NUMBER}, which it calls TLS-TLS-2026-000001.",
        "Who could be drawn was settled by it: J-001, J-002.",
    ]


def test_an_entry_without_candidates(receipt, trust):
    del receipt.entry["request"]["candidates"]
    with pytest.raises(UnprovenError, match="not in the log"):
        check(receipt, trust)


def test_the_file_is_a_tlog_proof(receipt):
    first, extra, index, *path = receipt.text().partition("\n\n")[0].split("\n")
    assert first == "c2sp.org/tlog-proof@v1"
    assert parse(base64.b64decode(extra.removeprefix("extra ")))["number"] == NUMBER
    assert index == "index 5"
    assert tuple(map(base64.b64decode, path)) == receipt.path
    assert receipt.text().endswith(f"\n\n{receipt.checkpoint}")
    assert Receipt.of(receipt.text()) == receipt


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"index": 4}, "not in the log"),
        ({"index": 9}, "not in the log"),
        ({"path": ()}, "not in the log"),
        ({"number": "ГД-6/26.Т5"}, "not about the case"),
        ({"salt": sha(b"other")}, "not about the case"),
        ({"files": sha(b"other")}, "not about the case"),
        ({"checkpoint": "nothing"}, "the checkpoint"),
        ({"entry": {"type": "case"}}, "not in the log"),
    ],
)
def test_a_changed_receipt_proves_nothing(receipt, trust, changes, why):
    with pytest.raises(UnprovenError, match=why):
        check(dataclasses.replace(receipt, **changes), trust)


def test_an_entry_about_no_case_proves_nothing(receipt, trust):
    other = {**receipt.entry, "request": "TLS-TLS-2026-000001"}
    line = canon(other)
    root = tree.leaf_hash(line)
    text = note.Checkpoint(origin=ORIGIN, size=1, root=root).text()
    signed = note.signature_line(ORIGIN, trust.key, ed25519.sign(SEED, text.encode()))
    alone = dataclasses.replace(
        receipt, index=0, entry=other, path=(), checkpoint=f"{text}\n{signed}"
    )
    with pytest.raises(UnprovenError, match="not about the case"):
        check(alone, trust)


def test_an_entry_that_settles_no_list(receipt, trust):
    request = {"id": "TLS-TLS-2026-000001", "commit": receipt.entry["request"]["commit"]}
    other = {**receipt.entry, "type": "linked", "request": request}
    text = note.Checkpoint(origin=ORIGIN, size=1, root=tree.leaf_hash(canon(other))).text()
    signed = note.signature_line(ORIGIN, trust.key, ed25519.sign(SEED, text.encode()))
    alone = dataclasses.replace(
        receipt, index=0, entry=other, path=(), checkpoint=f"{text}\n{signed}"
    )
    assert check(alone, trust)[-1].startswith("It is about case")


def test_another_key_signed_the_checkpoint(receipt, trust):
    other = dataclasses.replace(trust, key=ed25519.public_key(bytes(32)))
    with pytest.raises(UnprovenError, match="did not sign"):
        check(receipt, other)


def changed(receipt, **facts):
    lines = receipt.text().split("\n")
    extra = parse(base64.b64decode(lines[1].removeprefix("extra ")))
    lines[1] = "extra " + base64.b64encode(canon({**extra, **facts})).decode()
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nextra e30=\nindex 0",
        "c2sp.org/tlog-proof@v1\nextra e30=\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nextra e30=\nindex zero\n\n",
        "c2sp.org/tlog-proof@v1\nextra e30=\nplace 0\n\n",
        "c2sp.org/tlog-proof@v2\nextra W10=\nindex 0\n\n",
    ],
)
def test_what_is_no_receipt(text):
    with pytest.raises(UnprovenError, match="not the proof"):
        Receipt.of(text)


@pytest.mark.parametrize("facts", [{"entry": 1}, {"number": 1}, {"files": "x"}, {"salt": None}])
def test_what_is_no_receipt_inside(receipt, facts):
    with pytest.raises(UnprovenError, match="not the proof"):
        Receipt.of(changed(receipt, **facts))


def test_the_command(receipt, trust, tmp_path, capsys):
    mine, keys = tmp_path / "mine.tlog-proof", tmp_path / "trust.json"
    mine.write_text(receipt.text(), "utf-8")
    keys.write_text(json.dumps(trust.plain()))
    assert command.main(["included", str(mine), "--trust", str(keys)]) == 0
    assert NUMBER in capsys.readouterr().out
    mine.write_text(receipt.text().replace("index 5", "index 4"), "utf-8")
    assert command.main(["included", str(mine), "--trust", str(keys)]) == command.UNUSABLE
    assert "included: the entry is not in the log" in capsys.readouterr().err
