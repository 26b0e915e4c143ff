"""A whole log: true when it is, and caught whenever one byte of meaning is not."""

import json
from dataclasses import replace

import pytest

from assignment import compose, ed25519, note
from assignment.canon import canon, parse, sha
from assignment.contributor import _answered
from assignment.draw import REACH
from assignment.replay import replay
from assignment.verify import Trust, verify
from tests.assignment.court import (
    LOG_SEED,
    ORDER,
    ORIGIN,
    PublishedLog,
    answers,
    begun,
    draw,
    freeze,
    member,
    members,
    places,
    register,
    roster,
    whole_log,
)


@pytest.fixture(scope="module")
def log():
    return whole_log(cases=3)


def findings(lines, trust):
    return [(finding.index, finding.what) for finding in verify(lines, trust).findings]


def rewritten(log, index, **changes):
    """The lines of the log with some fields of one entry changed."""
    entry = {**parse(log.lines[index]), **changes}
    return [*log.lines[:index], canon(entry), *log.lines[index + 1 :]]


def test_a_true_log(log):
    assert log.state.findings == []
    report = verify(log.lines, log.trust())
    assert report.findings == []
    summary = "\n".join(report.summary())
    assert "epochs: 2 drawn and closed, 0 waiting" in summary
    assert "draws: 7" in summary
    assert "assurance full: 7" in summary
    assert "requests not yet frozen: 1" in summary
    assert "not under any signature" not in summary


def test_ledgers_only_move(log):
    for ledger in log.state.ledgers.values():
        assert sum(ledger.values()) == 0
        assert max(abs(deviation) for deviation in ledger.values()) < REACH


def test_a_change_of_the_roster_waits_for_the_next_epoch(log):
    first, second = places(log, "freeze")
    for index in places(log, "case"):
        request = parse(log.lines[index])["request"]
        if request["court"] == "BSK-LEN":
            judges = {judge for judge, _ in request["candidates"]}
            assert ("J-002" in judges) == (index < second)
        elif index > first:
            excluded = {parse(log.lines[place])["request"] for place in places(log, "exclusion")}
            judges = {judge for judge, _ in request["candidates"]}
            assert ("J-103" in judges) == (request["id"] not in excluded)


def test_the_checkpoint_must_be_signed_by_the_log(log):
    text = compose.checkpoint(log.state).text()
    stranger = sha(b"stranger")
    forged = (
        text
        + "\n"
        + note.signature_line(
            ORIGIN,
            ed25519.public_key(LOG_SEED),
            ed25519.sign(stranger, text.encode()),
        )
    )
    for checkpoint, what in [
        (forged, "the log did not sign this checkpoint"),
        (text + "\n— other AAAA\n", "the log did not sign this checkpoint"),
        ("nonsense", "a signed note is a text"),
        (
            log.checkpoint().replace(ORIGIN, "other.example"),
            "this is a checkpoint of other.example",
        ),
    ]:
        (finding,) = findings(log.lines, replace(log.trust(), checkpoint=checkpoint))
        assert what in finding[1]


def test_what_is_under_no_signature_is_said(log):
    report = verify(log.lines, replace(log.trust(), checkpoint=""))
    assert report.findings == []
    uncovered = len(log.lines) - places(log, "freeze")[-1] - 1
    assert f"note: the last {uncovered} entries are not under any signature" in report.summary()


def test_other_anchors_are_not_trusted(log):
    trust = log.trust()
    other = replace(trust, contributors=trust.contributors[:2])
    assert findings(log.lines, other)[0][0] == 0


def test_an_empty_log(log):
    assert findings([], log.trust()) == [(0, "the log is empty")]


def test_lines_that_are_no_entries(log):
    index = len(log.lines) - 1
    trust = replace(log.trust(), checkpoint="")
    for line, what in [
        (b"", "this is not JSON"),
        (b"[]", "does not know entries of the type None"),
        (b'{"type":"wish"}', "does not know entries of the type 'wish'"),
        (b'{"type":["case"]}', "does not know entries"),
        (log.lines[0], "a log begins with its genesis entry, and has only one"),
        (log.lines[index].replace(b":", b": ", 1), "canonical form"),
        (b'{"at":"yesterday","type":"weights"}', "needs a field"),
    ]:
        (finding,) = findings([*log.lines, line], trust)
        assert finding[0] == index + 1
        assert what in finding[1]


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("genesis", "contributors", []),
        ("genesis", "contributors", [7]),
        ("genesis", "contributors", 7),
        ("genesis", "ver", "kg-draw/2"),
        ("weights", "table", []),
        ("weights", "table", {"C2": 0}),
        ("roster", "availability", 1001),
        ("roster", "availability", True),
        ("roster", "from", "2026-02-30"),
        ("roster", "from", "20260101"),
        ("roster", "at", "2026-02-30T00:00:00+06:00"),
        ("roster", "at", "2026-02-03"),
        ("roster", "at", 7),
        ("exclusion", "class", "kinship"),
        ("exclusion", "class", []),
        ("case", "request", {}),
        ("case", "group", "спешные дела"),
        ("freeze", "requests", 0),
        ("freeze", "ledger", "0"),
        ("reveal", "signature", "0"),
        ("reveal", "time", 0),
        ("result", "seats", {}),
        ("result", "seats", [{}]),
        ("result", "seats", [7]),
        ("result", "assurance", "complete"),
        ("close", "results", -1),
    ],
)
def test_a_field_out_of_its_form(log, kind, field, value):
    index = places(log, kind)[-1]
    assert findings(rewritten(log, index, **{field: value}), log.trust())[0][0] <= index
    assert index in [
        place for place, _ in findings(rewritten(log, index, **{field: value}), log.trust())
    ]


def test_candidates_in_another_order_are_another_request(log):
    index = places(log, "case")[0]
    request = parse(log.lines[index])["request"]
    request["candidates"].reverse()
    assert (index, "the field request of a case does not have its form") in findings(
        rewritten(log, index, request=request), log.trust()
    )


def small(**facts):
    memories = members()
    log = begun(memories, **facts)
    register(log, 1)
    return log, memories


def test_waiting_epochs_and_a_contributor_who_comes_late():
    log, (bar, court, ombudsman) = small()
    freeze(log)
    bar, court = answers(log, [bar, court])
    assert log.state.missing(1) == ["ombudsman"]
    assert log.state.drawn(1) is None
    register(log, 2)
    freeze(log)
    assert "epoch 1 waits for: ombudsman" in verify(log.lines, log.trust()).summary()
    answers(log, [bar, court])
    answers(log, [ombudsman])
    assert "epoch 1 waits for: its draw" in verify(log.lines, log.trust()).summary()
    assert log.state.drawn(2) is None  # its ledger begins where epoch 1 ends
    draw(log, 1)
    draw(log, 2)
    assert verify(log.lines, log.trust()).findings == []
    assert log.state.closed == 2


def test_a_lost_value_follows_from_the_next():
    log, memories = small()
    freeze(log)
    register(log, 2)
    freeze(log)
    answers(log, memories[:2])
    kept = PublishedLog.answer

    def lost(self, facts):
        if facts["epoch"] == 2:
            kept(self, facts)

    PublishedLog.answer = lost
    try:
        answers(log, memories[2:])
    finally:
        PublishedLog.answer = kept
    draw(log, 1)
    draw(log, 2)
    assert verify(log.lines, log.trust()).findings == []
    assert set(log.state.values(2)) == {"bar", "court", "ombudsman"}


def test_groups_freeze_apart():
    log, memories = small()
    register(log, 2, group="detention")
    freeze(log, "detention")
    memories = answers(log, memories)
    draw(log, 1)
    assert [request.id for request in log.state.pending["all"]] == ["2026-BSK-LEN-000001"]
    freeze(log)
    answers(log, memories)
    draw(log, 2)
    assert verify(log.lines, log.trust()).findings == []


@pytest.mark.parametrize(
    ("bodies", "demonstration", "assurance"),
    [
        ([member("bar"), member("court", judiciary=True)], False, "full"),
        ([member("bar")], False, "reduced"),
        ([member("court", judiciary=True), member("academy", judiciary=True)], False, "reduced"),
        ([member("bar"), member("court", judiciary=True)], True, "demonstration"),
    ],
)
def test_assurance(bodies, demonstration, assurance):
    log = begun(bodies, demonstration=demonstration)
    register(log, 1)
    freeze(log)
    answers(log, bodies)
    draw(log, 1)
    report = verify(log.lines, log.trust())
    assert report.findings == []
    assert f"  assurance {assurance}: 1" in report.summary()
    assert log.state.copied().assurance(1) == assurance


def test_the_only_judge_is_no_draw():
    bodies = [member("bar")]
    log = begun(bodies, courts={"ONE": {"J-900": 1000}})
    register(log, 1, "ONE", order=ORDER.hex())
    freeze(log)
    answers(log, bodies)
    draw(log, 1)
    assert "no draw (only one judge eligible): 1" in verify(log.lines, log.trust()).summary()


def wrong(log, entry):
    log.add(entry)
    return [finding.what for finding in log.state.findings]


def test_an_entry_before_its_time():
    log, _ = small()
    entry = compose.weights("2026-11-20T00:00:00+06:00", "2026-2", {"C2": 1})
    assert wrong(log, entry) == ["this entry is dated before the one in front of it"]


def test_an_exclusion_after_its_case():
    log, _ = small()
    entry = compose.exclusion(log.at(), "2026-BSK-LEN-000001", "J-001", "statutory", sha(b""))
    assert wrong(log, entry) == ["this exclusion comes after its case was logged"]


def test_a_change_of_the_roster_in_the_running_epoch():
    log, _ = small()
    entry = roster(log, "BSK-LEN", "J-001", 0, "2026-01-01")
    assert entry["epoch"] == 2
    assert wrong(log, {**entry, "epoch": 1}) == [
        "a change of the roster counts from the next epoch at the earliest"
    ]


def test_a_case_twice_again_or_of_another_weight():
    log, _ = small()
    case = parse(log.lines[-1])
    assert wrong(log, {**case, "at": log.at()}) == ["this request was logged before"]
    for changes, what in [
        (
            {"attempt": 1},
            "this is attempt 0 to draw this request: no entry says why it is drawn again",
        ),
        ({"seats": [5]}, "the weights of the seats are not those of the category table"),
        ({"cat": "C9"}, "the weights of the seats are not those of the category table"),
    ]:
        fresh = {**case["request"], "id": f"R-{len(log.lines)}", **changes}
        assert wrong(log, {**case, "at": log.at(), "request": fresh})[-1] == what


def test_freezes_out_of_line():
    log, _ = small()
    good = compose.freeze(log.state, log.at(), "all")
    found = wrong(log, {**good, "epoch": 2, "id": "x", "requests": 2, "ledger": "0" * 64})
    assert found == [
        "the epoch frozen after 0 is 1, not 2",
        "the name of the epoch is not made of its number, time and group",
        "1 requests were waiting, not 2",
        "the ledgers are not those that follow from the log",
    ]


def test_reveals_that_do_not_fit():
    log, memories = small()
    freeze(log)
    answers(log, memories[:1])
    good = parse(log.lines[-1])
    strangers = {**good, "contributor": "press"}
    assert log.state.reveal_faults(strangers) == ["this contributor is not in the genesis entry"]
    assert "this epoch is not open" in log.state.reveal_faults({**good, "epoch": 2})[0]
    assert "known already" in log.state.reveal_faults(good)[0]
    late = {**good, "contributor": "ombudsman"}
    assert "frozen root" in log.state.reveal_faults({**late, "size": 1})[0]
    assert log.state.reveal_faults(late) == [
        "the value is not on the chain that leads to the published anchor",
        "the signature of the value and the root is not the contributor's",
        "the cosignature of the frozen checkpoint is not the contributor's",
    ]


def test_a_chain_that_is_used_up():
    body = member("bar", epochs=1)
    log = begun([body])
    for number in (1, 2):
        register(log, number)
        freeze(log)
    longer = replace(body, epochs=2)
    assert "the chain of this contributor is used up" in log.state.reveal_faults(
        {**parse(_reveal(log, longer)), "contributor": "bar"}
    )


def _reveal(log, body):
    epoch = log.state.epochs[2]
    memory = _answered(replace(body, origin=ORIGIN, used=1), 2, epoch.size, epoch.root, 5)
    return canon(compose.reveal(log.at(), memory.unsaid[0]))


def test_results_and_closes_out_of_turn():
    log, memories = small()
    freeze(log)
    answers(log, memories)
    epoch = log.state.drawn(1)
    (result,) = compose.results(log.at(), epoch)
    closing = compose.close(log.state, log.at(), epoch)
    no_draw = "no draw is due here: its epoch is not frozen, still waits, or is all drawn"
    assert replay([*log.lines, canon({**result, "epoch": 2})]).findings[0].what == no_draw
    assert (
        "cannot be closed" in replay([*log.lines, canon({**closing, "epoch": 2})]).findings[0].what
    )
    early = replay([*log.lines, canon(closing)])
    assert "not all have a result" in early.findings[0].what
    log.add(result)
    again = replay([*log.lines, canon({**result, "at": closing["at"]})])
    assert again.findings[0].what == no_draw
    log.add(closing)
    assert log.state.findings == []


def test_a_result_before_all_values_are_known():
    log, memories = small()
    freeze(log)
    bodies = answers(log, memories[:2])
    assert bodies
    result = {
        "type": "result", "at": log.at(), "epoch": 1, "request": "2026-BSK-LEN-000001",
        "seats": [], "assurance": "full",
    }  # fmt: skip
    assert "no draw is due here" in wrong(log, result)[0]


def test_incidents():
    log, _ = small()
    entry = {"type": "incident", "at": log.at(), "epoch": 0, "code": "power-cut"}
    assert wrong(log, entry) == []
    assert wrong(log, {**entry, "epoch": 1}) == [
        "this incident names an epoch that was never frozen"
    ]
    assert "incidents: 2" in verify(log.lines, log.trust()).summary()


def test_progress_is_told(log, monkeypatch):
    monkeypatch.setattr("assignment.verify.PROGRESS", 10)
    told = []
    verify(log.lines, log.trust(), told.append)
    assert told == list(range(10, len(log.lines) + 1, 10))


def test_trust_file_reads_back(log):
    trust = log.trust()
    assert Trust.of(json.loads(json.dumps(trust.plain()))) == trust
    plain = trust.plain()
    del plain["checkpoint"]
    assert Trust.of(plain) == replace(trust, checkpoint="")


@pytest.mark.parametrize("plain", [[], {}, 7])
def test_no_trust_file(plain):
    with pytest.raises(ValueError, match=r"^a trust file "):
        Trust.of(plain)
