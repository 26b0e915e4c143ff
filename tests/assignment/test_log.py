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
    ORIGIN,
    PublishedLog,
    answers,
    begun,
    draw,
    freeze,
    member,
    members,
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


def places(log, kind):
    return [index for index, line in enumerate(log.lines) if parse(line)["type"] == kind]


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


def changed(value):  # noqa: C901 - one case for each kind of JSON value
    """Return values that are near to this one, of its own form as far as possible."""
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
            if value:
                yield value - 1
        case str():
            last = value[-1:] or "0"
            yield value[:-1] + ("0" if last != "0" else "1")
        case list():
            yield value[:-1]
            yield [*value, value[-1]]
            for place, item in enumerate(value):
                for other in changed(item):
                    yield [*value[:place], other, *value[place + 1 :]]
        case dict():
            for name, item in value.items():
                yield {key: inner for key, inner in value.items() if key != name}
                for other in changed(item):
                    yield {**value, name: other}


def test_every_change_of_every_field_is_caught(log):
    trust = log.trust()
    for index, line in enumerate(log.lines):
        for other in changed(parse(line)):
            lines = [*log.lines[:index], canon(other), *log.lines[index + 1 :]]
            assert findings(lines, trust), (index, other)


def test_what_no_checkpoint_covers_is_caught_by_its_meaning(log):
    """With anchors and keys alone, every change up to the last draw is still caught."""
    trust = replace(log.trust(), checkpoint="")
    frozen, last = places(log, "freeze")[-1], places(log, "close")[-1]
    for index in range(last + 1):
        original = parse(log.lines[index])
        for other in changed(original):
            if index > frozen and (
                original["type"] == "roster" or {**other, "at": ""} == {**original, "at": ""}
            ):
                continue  # a time, or a change of the roster to come: under no signature yet
            lines = [*log.lines[:index], canon(other), *log.lines[index + 1 :]]
            assert findings(lines, trust), (index, other)


@pytest.mark.parametrize("count", range(1, 12))
def test_a_missing_end_is_caught(log, count):
    lines = log.lines[:-count]
    what = f"the log ends here, but a checkpoint of {len(log.lines)} entries was signed"
    assert (len(lines) - 1, what) in findings(lines, log.trust())


def test_a_missing_or_moved_entry_is_caught(log):
    for index in range(len(log.lines)):
        assert findings(log.lines[:index] + log.lines[index + 1 :], log.trust())
        swapped = list(log.lines)
        swapped[index - 1], swapped[index] = swapped[index], swapped[index - 1]
        assert findings(swapped, log.trust())


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
        (log.lines[0], "the log begins with its only genesis entry"),
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


def test_the_only_judge_is_no_draw():
    bodies = [member("bar")]
    log = begun(bodies, courts={"ONE": {"J-900": 1000}})
    register(log, 1, "ONE")
    freeze(log)
    answers(log, bodies)
    draw(log, 1)
    assert "no draw (only one judge eligible): 1" in verify(log.lines, log.trust()).summary()


def test_a_copy_goes_its_own_way():
    log, _ = small()
    copied = log.state.copied()
    before = (log.state.size, set(log.state.known), log.state.frozen)
    copied.apply(canon(compose.freeze(copied, log.at(), "all")))
    copied.apply(b"nonsense")
    copied.known.add("R-1")
    assert (log.state.size, log.state.known, log.state.frozen) == before
    assert log.state.findings == []
    assert replay(log.lines).frontier.root() == log.state.frontier.root()


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
        ({"attempt": 1}, "this request is drawn again, but no entry says why"),
        ({"seats": [5]}, "the weights of the seats are not those of the category table"),
        ({"cat": "C9"}, "the weights of the seats are not those of the category table"),
    ]:
        fresh = {**case["request"], "id": f"R-{len(log.lines)}", **changes}
        assert wrong(log, {**case, "at": log.at(), "request": fresh})[-1] == what


def test_a_panel_has_its_own_weights():
    log, memories = small()
    case = parse(log.lines[-1])
    panel = {**case["request"], "id": "R-1", "seats": [1_000_000, 300_000, 300_000]}
    assert wrong(log, {**case, "at": log.at(), "request": panel}) == []
    freeze(log)
    answers(log, memories)
    draw(log, 1)
    assert verify(log.lines, log.trust()).findings == []


def test_a_leave_by_its_days():
    log, _ = small()
    freeze(log)
    state = log.state
    for day, share in [("2026-12-01", 0), ("2026-12-15", 1000), ("2026-12-01", 300)]:
        roster(log, "BSK-LEN", "J-001", share, day)
    assert state.roster("BSK-LEN", "2026-11-30")["J-001"] == 1000
    assert state.intake == 2
    log.state.frozen += 1  # as after the next freeze
    assert state.roster("BSK-LEN", "2026-11-30")["J-001"] == 1000
    assert state.roster("BSK-LEN", "2026-12-01")["J-001"] == 300
    assert state.roster("BSK-LEN", "2026-12-15")["J-001"] == 1000


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
    with pytest.raises(ValueError, match="trust file"):
        Trust.of(plain)
