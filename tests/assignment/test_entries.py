"""The form of each field of each entry: what is let in, and what is not."""

import pytest

from assignment import entries
from assignment.canon import LARGEST, MalformedError, canon, parse, sha
from assignment.draw import REACH
from tests.assignment.court import eventful_log, members
from tests.assignment.test_beacon import MAINNET, QUICKNET, QUICKNET_1000
from tests.assignment.test_rotation import rotated

HASH, SIGNATURE = "0a" * 32, "0a" * 64
NAMES = ["J-1", "BSK-LEN/duty", "1/2026-11-21T09:00+06/all", "a" * 80, "A b._:/+-"]
NO_NAMES = ["", "-a", " a", "a" * 81, "судья", "a\n", "a,b", "a\u0661", None, 7, ["a"]]
MOMENTS = ["2026-11-21T09:00:00+06:00", "2024-02-29T23:59:59+06:00"]
NO_MOMENTS = [
    "2026-11-21T09:00:00", "2026-11-21T09:00:00+05:00", "2026-11-21T09:00:00Z",
    "2026-02-29T09:00:00+06:00", "2026-11-21T09:60:00+06:00", "2026-11-21 09:00:00+06:00",
    "\u0662\u0660\u0662\u0666-11-21T09:00:00+06:00", "2026-11-21T09:00:00.5+06:00", "", 0, None,
]  # fmt: skip
DAYS = ["2026-11-21", "2024-02-29"]
NO_DAYS = ["2026-11-31", "20261121", "2026-W47-6", "\u0662\u0660\u0662\u0666-11-21", "", 0, None]
HASHES, NO_HASHES = [HASH, "0" * 64], [HASH[1:], HASH + "0", HASH.upper(), "g" * 64, 7, None]
COUNTS, NO_COUNTS = [0, 1, LARGEST], [-1, LARGEST + 1, True, "1", 1.0, None]
POSITIVE, NO_POSITIVE = [1, 2, LARGEST], [0, *NO_COUNTS]
FLAGS, NO_FLAGS = [True, False], [0, 1, "true", None]
SIGNATURES, NO_SIGNATURES = [SIGNATURE], [SIGNATURE[2:], SIGNATURE + "00", "g" * 128, 7, None]
LISTS = [["A"], ["A", "B"]]
NO_LISTS = [["B", "A"], ["A", "A"], [""], [7], [None], "AB", {"A": 1}, None]
RULE = {**QUICKNET, "delay": 300}
WEIGHTS = [{}, {"C1": 1}, {"C1": entries.HEAVIEST, "C2": 1}]
NO_WEIGHTS = [{"C1": 0}, {"C1": True}, {"C1": "1"}, {"C1": entries.HEAVIEST + 1}, {"": 1}, [], None]
ASSURANCES = (["full", "reduced", "demonstration"], ["none", "", 7, None, ["full"]])
APPROVERS = ([["U-1", "U-2"]], [["U-1"], ["U-1", "U-2", "U-3"], *NO_LISTS])
SEAT = {"seat": 0, "judge": "J-1", "tickets": ["1", "20"], "u": "0", "rejected": 0}
NO_SEATS = [
    {**SEAT, "seat": -1}, {**SEAT, "judge": ""}, {**SEAT, "tickets": ["01"]}, {**SEAT, "u": "-1"},
    {**SEAT, "tickets": [1]}, {**SEAT, "tickets": "1"}, {**SEAT, "u": "1" * 101}, {**SEAT, "u": 1},
    {**SEAT, "rejected": -1}, {**SEAT, "more": 1}, {}, 7, None,
]  # fmt: skip
BAR = members()[0].public().plain()
COURT = members()[1].public().plain()
REQUEST = {
    "id": "R", "ver": "kg-draw/1", "court": "C", "cat": "C2", "seats": [1],
    "candidates": [["J-1", 1], ["J-2", 1000]], "commit": HASH, "attempt": 0,
}  # fmt: skip
NO_REQUESTS = [
    {**REQUEST, "seats": [entries.HEAVIEST + 1]}, {**REQUEST, "seats": [0]}, {**REQUEST, "ver": ""},
    {**REQUEST, "candidates": REQUEST["candidates"][::-1]}, {**REQUEST, "candidates": []},
    {**REQUEST, "more": 1}, {}, [], None,
]  # fmt: skip
REQUESTS = [REQUEST, {**REQUEST, "seats": [entries.HEAVIEST, 1], "attempt": 7}]
CODES = {
    "class": ["absence", "not-in-pool", "statutory", "panel"],
    "pool": ["own", "inter", "small"],
    "linked": ["refiled", "related", "joined", "duty"],
    "manual": ["statute", "no-judge", "outage"],
    "dropout": ["recusal", "absence", "left", "statutory", "panel", "category"],
}
NO_CODES = ["kinship", "", 7, None, ["own"]]

FORMS = {
    ("*", "at"): (MOMENTS, NO_MOMENTS),
    ("genesis", "ver"): (["kg-draw/1"], ["kg-draw/2", 1, None]),
    ("genesis", "origin"): (NAMES, NO_NAMES),
    ("genesis", "key"): (HASHES, NO_HASHES),
    ("genesis", "demonstration"): (FLAGS, NO_FLAGS),
    ("genesis", "contributors"): (
        [[BAR], [BAR, COURT]],
        [[], [COURT, BAR], [BAR, BAR], [{}], [7], 7, {}, *([{**BAR, field: None}] for field in BAR),
         [{**BAR, "more": 1}], [{**BAR, "epochs": 0}]],
    ),
    ("rules", "version"): (NAMES, NO_NAMES),
    ("rules", "minimum"): (POSITIVE, NO_POSITIVE),
    ("rules", "redraws"): (COUNTS, NO_COUNTS),
    ("rules", "absence"): (COUNTS, NO_COUNTS),
    ("rules", "manual"): (FLAGS, NO_FLAGS),
    ("rules", "beacon"): ([None, RULE, MAINNET], [{}, [], "quicknet", {**RULE, "delay": 0}]),
    ("rules", "epoch"): (POSITIVE, NO_POSITIVE),
    ("rules", "order"): (["", *HASHES], NO_HASHES),
    ("pool", "pool"): (NAMES, NO_NAMES),
    ("pool", "courts"): (LISTS, [[], *NO_LISTS]),
    ("pool", "epoch"): (POSITIVE, NO_POSITIVE),
    ("pool", "order"): (HASHES, NO_HASHES),
    ("roster", "court"): (NAMES, NO_NAMES),
    ("roster", "judge"): (NAMES, NO_NAMES),
    ("roster", "availability"): ([0, 1, 1000], [-1, 1001, True, "1", None]),
    ("roster", "cats"): ([None, [], *LISTS], [cats for cats in NO_LISTS if cats is not None]),
    ("roster", "from"): (DAYS, NO_DAYS),
    ("roster", "epoch"): (POSITIVE, NO_POSITIVE),
    ("roster", "order"): (HASHES, NO_HASHES),
    ("roster", "start"): ([-REACH, -1, 0, REACH], [-REACH - 1, REACH + 1, True, "0", None]),
    ("weights", "version"): (NAMES, NO_NAMES),
    ("weights", "table"): (WEIGHTS, NO_WEIGHTS),
    ("exclusion", "request"): (NAMES, NO_NAMES),
    ("exclusion", "judge"): (NAMES, NO_NAMES),
    ("exclusion", "class"): (CODES["class"], NO_CODES),
    ("exclusion", "document"): (HASHES, NO_HASHES),
    ("case", "group"): (NAMES, NO_NAMES),
    ("case", "home"): (NAMES, NO_NAMES),
    ("case", "pool"): (CODES["pool"], NO_CODES),
    ("case", "order"): (["", *HASHES], NO_HASHES),
    ("case", "request"): (REQUESTS, NO_REQUESTS),
    ("linked", "request"): (REQUESTS, NO_REQUESTS),
    ("linked", "to"): (NAMES, NO_NAMES),
    ("linked", "judges"): ([["J-2", "J-1"], ["J-1"]], [[], [""], [None], "J-1", None]),
    ("linked", "ground"): (CODES["linked"], NO_CODES),
    ("linked", "document"): (HASHES, NO_HASHES),
    ("unlinked", "request"): (NAMES, NO_NAMES),
    ("unlinked", "document"): (HASHES, NO_HASHES),
    ("manual", "request"): (REQUESTS, NO_REQUESTS),
    ("manual", "judges"): ([["J-2", "J-1"], ["J-1"]], [[], [""], [None], "J-1", None]),
    ("manual", "ground"): (CODES["manual"], NO_CODES),
    ("manual", "document"): (HASHES, NO_HASHES),
    ("manual", "approvers"): APPROVERS,
    ("dropout", "request"): (NAMES, NO_NAMES),
    ("dropout", "seat"): (COUNTS, NO_COUNTS),
    ("dropout", "judge"): (NAMES, NO_NAMES),
    ("dropout", "ground"): (CODES["dropout"], NO_CODES),
    ("dropout", "document"): (HASHES, NO_HASHES),
    ("correction", "request"): (NAMES, NO_NAMES),
    ("correction", "cat"): (NAMES, NO_NAMES),
    ("correction", "document"): (HASHES, NO_HASHES),
    ("correction", "approvers"): APPROVERS,
    ("freeze", "epoch"): (POSITIVE, NO_POSITIVE),
    ("freeze", "id"): (NAMES, NO_NAMES),
    ("freeze", "group"): (NAMES, NO_NAMES),
    ("freeze", "requests"): (POSITIVE, NO_POSITIVE),
    ("freeze", "ledger"): (HASHES, NO_HASHES),
    ("reveal", "epoch"): (POSITIVE, NO_POSITIVE),
    ("reveal", "contributor"): (NAMES, NO_NAMES),
    ("reveal", "value"): (HASHES, NO_HASHES),
    ("reveal", "size"): (POSITIVE, NO_POSITIVE),
    ("reveal", "root"): (HASHES, NO_HASHES),
    ("reveal", "signature"): (SIGNATURES, NO_SIGNATURES),
    ("reveal", "time"): (POSITIVE, NO_POSITIVE),
    ("reveal", "cosignature"): (SIGNATURES, NO_SIGNATURES),
    ("beacon", "epoch"): (POSITIVE, NO_POSITIVE),
    ("beacon", "round"): (POSITIVE, NO_POSITIVE),
    ("beacon", "randomness"): (HASHES, NO_HASHES),
    ("beacon", "signature"): (["00" * 48, "00" * 96], [HASH, "", 7, None]),
    ("result", "epoch"): (POSITIVE, NO_POSITIVE),
    ("result", "request"): (NAMES, NO_NAMES),
    ("result", "seats"): (
        [[], [SEAT], [{**SEAT, "u": "1" * 100}]], [*([seat] for seat in NO_SEATS), {}],
    ),
    ("result", "assurance"): ASSURANCES,
    ("close", "epoch"): (POSITIVE, NO_POSITIVE),
    ("close", "results"): (POSITIVE, NO_POSITIVE),
    ("close", "ledger"): (HASHES, NO_HASHES),
    ("close", "assurance"): ASSURANCES,
    ("incident", "epoch"): (COUNTS, NO_COUNTS),
    ("incident", "code"): (NAMES, NO_NAMES),
    ("rotation", "first"): (POSITIVE, NO_POSITIVE),
    ("rotation", "contributor"): ([BAR], [{}, None, {**BAR, "judiciary": 1}]),
    ("rotation", "signatures"): (
        [{}, {"bar": SIGNATURE}], [{"": SIGNATURE}, {"bar": HASH}, {"bar": None}, [], None],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def examples():
    """One good entry of each type."""
    found = {entry["type"]: entry for entry in map(parse, eventful_log().lines)}
    at = found["genesis"]["at"]
    round_facts = {name: QUICKNET_1000[name] for name in ("round", "randomness", "signature")}
    found["beacon"] = {"type": "beacon", "at": at, "epoch": 1, **round_facts}
    found["rotation"] = rotated("bar")
    return found


def test_every_field_is_tried():
    fields = {(kind, name) for kind, checks in entries.ENTRIES.items() for name in checks}
    assert fields | {("*", "at")} == set(FORMS)


@pytest.mark.parametrize("kind", sorted(entries.ENTRIES))
def test_the_form_of_each_field(examples, kind):
    entry = examples[kind]
    assert entries.read(canon(entry)) == entry
    for (types, name), (right, wrong) in FORMS.items():
        if types not in {"*", kind}:
            continue
        for value in right:
            entries.read(canon({**entry, name: value}))
        for value in wrong:
            with pytest.raises(MalformedError):
                entries.read(canon({**entry, name: value}))
    for name in entry:
        with pytest.raises(MalformedError):
            entries.read(canon({key: value for key, value in entry.items() if key != name}))
    with pytest.raises(MalformedError):
        entries.read(canon({**entry, "more": 0}))


def test_what_is_wrong_is_said(examples):
    for changes, what in [
        ({"more": 1}, "a close has no field more"),
        ({"results": 0}, "the field results of a close does not have its form"),
        ({"type": "end"}, "this version does not know entries of the type 'end'"),
    ]:
        with pytest.raises(MalformedError, match=f"^{what}$"):
            entries.read(canon({**examples["close"], **changes}))
    del examples["close"]["at"]
    with pytest.raises(MalformedError, match=r"^a close needs a field at$"):
        entries.read(canon(examples["close"]))
    request = {**REQUEST, "commit": "0"}
    with pytest.raises(MalformedError, match="commit is not 64 hexadecimal digits"):
        entries.read(canon({**examples["case"], "request": request}))


def test_a_contributor_reads_back():
    assert entries.Contributor.of(BAR).plain() == BAR
    with pytest.raises(MalformedError, match=r"^a contributor is an object with fields$"):
        entries.Contributor.of([])


def test_what_a_contributor_signs():
    """To the byte: other programs sign it too."""
    root, value = sha(b"root"), sha(b"value")
    assert entries.reveal_message("log.example", 7, 42, root, value) == (
        b'{"epoch":7,"origin":"log.example","root":"%s","size":42,"value":"%s",'
        b'"what":"kg-draw/1/reveal"}' % (root.hex().encode(), value.hex().encode())
    )
    name = entries.epoch_id(7, "2026-11-21T09:30:00+06:00", "all")
    assert name == "7/2026-11-21T09:30+06/all"
