"""What moves a ledger without a draw, what changes the rules, and when either begins to count."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from assignment import beacon, compose, docket, ed25519, rotation
from assignment.canon import parse, sha
from assignment.docket import Rules
from assignment.draw import REACH
from assignment.ledger import charge
from assignment.verify import verify
from tests.assignment.court import (
    COMMIT,
    ORDER,
    ORIGIN,
    PublishedLog,
    answers,
    begun,
    by_hand,
    correct,
    draw,
    drawn,
    drop,
    freeze,
    linked,
    member,
    places,
    register,
    roster,
)
from tests.assignment.test_beacon import QUICKNET, QUICKNET_1000
from tests.assignment.test_log_rules import exclude, found, pool, rules

EARLY = "{} counts from the next epoch at the earliest"


@pytest.fixture
def memories():
    return [member("bar")]


@pytest.fixture
def log(memories):
    """A log with one case of each court that has its judge, and manual assignment allowed."""
    log = begun(memories)
    rules(log, manual=True)
    register(log, 1)
    register(log, 2, "OSH-CTY", seats=3)
    memories[:] = drawn(log, memories)
    return log


ONE, PANEL = "2026-BSK-LEN-000001", "2026-OSH-CTY-000002"


def owed(log):
    """The sum of all deviations, with every move that is queued."""
    names = set(log.state.ledgers) | {
        name for moved in log.state.queued.values() for name, _ in moved
    }
    return sum(sum(log.state.standing(name).values()) for name in names)


# ------------------------------------------------------------------ links


def test_a_link_is_charged_and_never_drawn(log, memories):
    before = log.state.standing("BSK-LEN")
    name = linked(log, 3, to=ONE)
    record = log.state.records[name]
    assert record.judges == log.state.records[ONE].judges
    assert (record.kind, record.home, record.cat) == (docket.LINKED, "BSK-LEN", "C2")
    after = log.state.standing("BSK-LEN")
    judge = record.judges[0]
    assert after[judge] > before[judge]
    assert all(after[other] < before[other] for other in before if other != judge)
    assert owed(log) == 0
    assert log.state.ledgers["BSK-LEN"] == before  # it counts when this epoch is drawn
    register(log, 4)
    drawn(log, memories)
    assert found(log) == []
    assert name not in [parse(log.lines[place])["request"] for place in places(log, "result")]
    assert "linked: 1 (taken back: 0)" in verify(log.lines, log.trust()).summary()


def test_who_does_not_try_such_cases_is_not_credited(log):
    roster(log, "THIRD", "J-301", 1000, "2026-01-01", cats=["C1"])
    roster(log, "THIRD", "J-302", 1000, "2026-01-01")
    by_hand(log, 3, "THIRD", "J-301")
    assert found(log) == []
    assert log.state.standing("THIRD") == {"J-301": 250_000, "J-302": -250_000}
    entry = compose.linked(
        log.state, log.at(), name="L-1", ledger="THIRD", category="C2", commit=COMMIT, to=ONE,
        seats=1, ground="joined", document=ORDER,
    )  # fmt: skip
    assert entry["request"]["candidates"] == [["J-302", 1000]]


def test_a_link_to_a_panel_and_to_its_reporting_judge(log):
    panel = log.state.records[PANEL].judges
    assert log.state.records[linked(log, 3, to=PANEL)].judges == panel
    facts = {"name": "L-1", "ledger": "OSH-CTY", "category": "C1", "commit": COMMIT, "to": PANEL,
             "ground": "related", "document": ORDER}  # fmt: skip
    entry = compose.linked(log.state, log.at(), seats=1, **facts)
    assert entry["judges"] == panel[:1]
    assert found(log, entry) == []
    other = {**entry, "judges": panel[1:2]}
    stranger = ["these are not the judges of the case that it is linked to"]
    assert found(log, other) == stranger
    assert found(log, {**entry, "to": "R-1"}) == stranger
    drop(log, PANEL, 0, "recusal")
    # A member that stays is not the one to whom the case is known.
    assert log.state.records[PANEL].judges == panel[1:]
    assert found(log, other) == stranger
    assert log.state.records[PANEL].holders(1) == []


def test_a_link_to_a_judge_who_is_excluded(log):
    judge = log.state.records[ONE].judges[0]
    exclude(log, "2026-L-000003", judge)
    linked(log, 3, to=ONE)
    assert found(log) == ["a judge who is excluded cannot be given a case"]
    assert log.state.records["2026-L-000003"].excluded == {judge}
    assert log.state.excluded == {}


def test_a_link_with_other_facts(log):
    linked(log, 3, to=ONE)
    entry = parse(log.lines[-1])
    request = entry["request"]
    assert found(log, entry) == ["this request was logged before"]
    for changes, what in [
        ({"attempt": 1}, "this request is new: it was never drawn"),
        ({"seats": [1]}, "the weights of the seats are not those of the category table"),
        ({"candidates": request["candidates"][1:]},
         "the candidates are not the judges on the roster minus the exclusions"),
    ]:  # fmt: skip
        assert found(log, {**entry, "request": {**request, "id": "L-1", **changes}}) == [what]
    both = {**entry, "request": {**request, "id": "L-1"}, "judges": entry["judges"] * 2}
    assert "each seat has one judge of its own" in found(log, both)


def test_a_link_is_taken_back_before_the_next_freeze_alone(log, memories):
    before = log.state.standing("BSK-LEN")
    name = linked(log, 3, to=ONE)
    entry = compose.unlinked(log.at(), name, ORDER)
    log.add(entry)
    assert found(log) == []
    assert log.state.standing("BSK-LEN") == before
    assert log.state.records[name].judges == []
    what = ["only a link that no freeze has followed yet can be taken back"]
    assert found(log, entry) == what
    assert found(log, {**entry, "request": ONE}) == what
    assert found(log, {**entry, "request": "R-1"}) == what
    late = linked(log, 4, to=ONE)
    gone = linked(log, 5, to=ONE)
    drop(log, gone, 0, "recusal")
    assert found(log, {**entry, "request": gone}) == what  # its judge has kept a part already
    register(log, 6)
    drawn(log, memories)
    assert found(log, {**entry, "request": late}) == what
    assert found(log) == []


# ------------------------------------------------------------------ by hand


def test_by_hand(log, memories):
    name = by_hand(log, 3, "BSK-LEN", "J-003")
    assert found(log) == []
    assert log.state.records[name].judges == ["J-003"]
    assert log.state.records[name].kind == docket.MANUAL
    assert owed(log) == 0
    entry = parse(log.lines[-1])
    assert entry["approvers"] == ["U-1", "U-2"]
    assert found(log, entry) == ["this request was logged before"]
    fresh = {**entry, "request": {**entry["request"], "id": "M-1"}}
    approved = ["who could be drawn cannot approve an assignment by hand"]
    assert found(log, {**fresh, "approvers": ["J-001", "U-1"]}) == approved  # on the roster
    assert found(log, {**fresh, "judges": ["U-1"]}) == approved
    exclude(log, "M-1", "J-002")
    request = {**fresh["request"], "candidates": [["J-001", 1000], ["J-003", 700]]}
    assert found(log, {**fresh, "request": request, "judges": ["J-002"]}) == [
        "a judge who is excluded cannot be given a case"
    ]
    assert "assigned by hand: 1" in verify(log.lines, log.trust()).summary()


def test_by_hand_where_the_rules_do_not_allow_it(memories):
    log = begun(memories)
    by_hand(log, 1, "BSK-LEN", "J-001")
    assert found(log) == ["the rules do not allow to assign a case by hand"]


def test_by_hand_to_a_panel(log):
    by_hand(log, 3, "OSH-CTY", "J-104", "J-101", "J-102")
    assert found(log) == []
    assert parse(log.lines[-1])["request"]["seats"] == [500_000, 300_000, 300_000]
    with pytest.raises(compose.TooFewError) as few:
        by_hand(log, 4, "NOBODY", "J-101")
    assert (few.value.eligible, few.value.minimum) == (0, 1)


# ------------------------------------------------------------------ corrections


def test_a_correction_moves_the_ledger_and_not_the_judge(log, memories):
    before, record = log.state.standing("BSK-LEN"), log.state.records[ONE]
    correct(log, ONE, "C3")
    fresh, after = log.state.records[ONE], log.state.standing("BSK-LEN")
    assert (fresh.cat, fresh.judges, fresh.seats[0].weight) == ("C3", record.judges, 2_500_000)
    wanted = dict(before)
    charge(wanted, 1_500_000, record.seats[0].candidates, record.judges[0])
    assert after == wanted  # as for a case that weighs what was missing
    assert fresh.seats[0].credited == 2_500_000
    assert owed(log) == 0
    drop(log, ONE, 0, "category")
    entry = compose.redraw(
        log.state, log.at(), group="all", name=ONE, commit=COMMIT, order=ORDER.hex()
    )
    assert (entry["request"]["cat"], entry["request"]["seats"]) == ("C3", [2_500_000])
    log.add(entry)
    drawn(log, memories)
    assert found(log) == []
    assert owed(log) == 0
    assert "weights corrected: 1" in verify(log.lines, log.trust()).summary()


def test_corrections_that_cannot_be(log, memories):
    (judge,) = log.state.records[ONE].judges
    facts = {"name": ONE, "category": "C1", "document": ORDER, "approvers": ["U-1", "U-2"]}
    good = compose.correction(log.at(), **facts)
    assert found(log, good) == []
    assert found(log, {**good, "cat": "C9"}) == ["the category table does not have this class"]
    assert found(log, {**good, "approvers": [judge, "U-1"]}) == [
        "who has the case cannot approve what it weighs"
    ]
    nobody = ["no judge has this request"]
    register(log, 3)
    assert found(log, {**good, "request": "R-1"}) == nobody
    assert found(log, {**good, "request": "2026-BSK-LEN-000003"}) == nobody
    drop(log, PANEL, 0, "recusal")
    assert found(log, {**good, "request": PANEL}) == nobody
    assert found(log, {**good, "approvers": ["U-1"]}) != []
    assert found(log, {**good, "approvers": ["U-2", "U-1"]}) != []


# ------------------------------------------------------------------ when it counts


def test_no_move_bends_a_draw_whose_freeze_has_happened(log, memories):
    for number in range(3, 9):
        register(log, number)
    frozen = freeze(log)
    answers(log, memories)
    due = log.state.copied().drawn(frozen).drawn
    straight = log.state.copied()
    linked(log, 10, to=ONE)
    copy = linked(log, 11, to=ONE)
    log.add(compose.unlinked(log.at(), copy, ORDER))
    by_hand(log, 12, "BSK-LEN", "J-001")
    correct(log, ONE, "C3")
    drop(log, ONE, 0, "recusal")
    roster(log, "BSK-LEN", "J-001", 0, "2026-01-01")
    rules(log, minimum=1)
    draw(log, frozen)
    assert found(log) == []
    assert [(request, seats) for request, seats in due] == [
        (request, seats) for request, seats in straight.drawn(frozen).drawn
    ]
    results = [parse(log.lines[place]) for place in places(log, "result")[-6:]]
    assert [one["seats"] for one in results] == [
        [seat.plain() for seat in seats] for _, seats in due
    ]
    # They count in the next.
    assert log.state.standing("BSK-LEN") != log.state.ledgers["BSK-LEN"]
    standing = log.state.standing("BSK-LEN")
    register(log, 20)
    again = freeze(log)
    answers(log, memories)
    ((request, (seat,)),) = log.state.drawn(again).drawn
    assert seat.deviations == tuple(standing.get(judge, 0) for judge, _ in request.candidates)
    draw(log, again)
    assert found(log) == []


def test_the_rules_change_by_epochs(log, memories):
    rules(log, minimum=7, version="strict")
    assert log.state.rules.minimum == 3
    assert log.state.rules.version == "2026-1"
    register(log, 3)
    entry = {**parse(log.lines[places(log, "rules")[-1]]), "epoch": 2}
    assert found(log, entry) == [EARLY.format("a change of the rules")]
    drawn(log, memories)
    assert (log.state.rules.minimum, log.state.rules.version) == (7, "strict")
    rules(log, minimum=2)  # the last word counts, whenever it was said
    rules(log, minimum=5)
    assert log.state.rules.minimum == 7
    assert found(log) == []


def test_the_rules_of_a_log_without_any():
    log = begun([member("bar")])
    assert log.state.rules == Rules(minimum=3, redraws=2, absence=14, manual=False, beacon=None)


def test_a_pool_changes_by_epochs(log):
    entry = pool(log, "BSK-LEN", "OSH-CTY")
    assert entry["epoch"] == 3
    assert log.state.rosters.pool_of("BSK-LEN", 2) is None
    assert log.state.rosters.pool_of("BSK-LEN/duty", 3) == "POOL"
    assert found(log, {**entry, "epoch": 2}) == [EARLY.format("a change of a pool")]
    assert found(log, {**entry, "pool": "OSH-CTY"}) == ["this is the name of a court"]
    # Two courts without a case may join at once, but a court that is in use leaves by epochs.
    assert pool(log, "A", "B", name="NEW")["epoch"] == 2
    assert pool(log, "A", name="NEW")["epoch"] == 2
    begin = pool(log, "BSK-LEN", name="NEXT")
    register(log, 5)
    freeze(log)
    assert found(log, {**begin, "courts": ["A"], "epoch": 3}) == [
        EARLY.format("a change of a pool")
    ]
    assert pool(log, "A", name="NEXT")["epoch"] == 4
    assert found(log) == []


@pytest.mark.parametrize("court", ["POOL", "BSK-LEN/duty"])
def test_a_roster_is_of_a_court(log, court):
    pool(log, "BSK-LEN", "OSH-CTY")
    roster(log, court, "J-301", 1000, "2026-01-01")
    assert found(log) == ["this is not the name of a court"]


def test_a_backlog_is_brought_along_once():
    log = begun([member("bar")], courts={})
    roster(log, "NEW", "J-1", 1000, "2026-01-01", start=REACH)
    roster(log, "NEW", "J-2", 1000, "2026-01-01", start=-5)
    assert found(log) == []
    assert log.state.ledgers == {"NEW": {"J-1": REACH, "J-2": -5}}
    what = ["a backlog is brought along only before the first case of a court"]
    twice = {**parse(log.lines[-1]), "start": 4}
    assert found(log, twice) == what
    roster(log, "NEW", "J-3", 1000, "2026-01-01")
    assert found(log, {**twice, "start": REACH + 1}) == [
        "the field start of a roster does not have its form"
    ]
    register(log, 1, "NEW")
    assert found(log, {**twice, "judge": "J-4", "epoch": 2}) == what


def test_a_court_in_use_changes_by_epochs_even_by_a_link(log):
    roster(log, "THIRD", "J-301", 1000, "2026-01-01")
    assert parse(log.lines[-1])["epoch"] == 2
    assert log.state.rosters.begun == {"BSK-LEN", "OSH-CTY"}
    entry = compose.linked(
        log.state, log.at(), name="L-1", ledger="THIRD", category="C2", commit=COMMIT, to=ONE,
        seats=1, ground="joined", document=ORDER,
    )  # fmt: skip
    log.add(entry)
    assert found(log) == []
    roster(log, "THIRD", "J-302", 1000, "2026-01-01")
    assert parse(log.lines[-1])["epoch"] == 3


# ------------------------------------------------------------------ beacon and rotation


def strong(memories):
    """A log whose rules ask for a beacon, such that quicknet's round 1000 is the due one."""
    pytest.importorskip("drand_verify")
    log = begun(memories)
    made = datetime.fromisoformat(clock(log, 3)).timestamp() + 300
    rule = {**QUICKNET, "genesis": int(made) - 999 * QUICKNET["period"], "delay": 300}
    rules(log, beacon=rule)
    register(log, 1)
    freeze(log)
    return log


def clock(log, minutes):
    probe = PublishedLog(minute=log.minute + minutes - 1)
    return probe.at()


def test_an_epoch_waits_for_its_beacon(memories):
    log = strong(memories)
    assert log.state.missing(1) == ["bar", "drand"]
    answers(log, memories)
    assert log.state.missing(1) == ["drand"]
    assert log.state.drawn(1) is None
    assert "epoch 1 waits for: drand" in verify(log.lines, log.trust()).summary()
    entry = beacon.compose_beacon(log.at(), 1, beacon.carried(json.dumps(QUICKNET_1000)))
    assert found(log, {**entry, "epoch": 2}) == [
        "this epoch is not open: it was never frozen, or is closed"
    ]
    assert found(log, {**entry, "round": 1001}) == [
        "the round that the rule fixes for this epoch is 1000"
    ]
    assert "randomness" in found(log, {**entry, "randomness": "00" * 32})[0]
    log.add(entry)
    assert found(log, entry) == ["the round of this epoch is known already"]
    assert set(log.state.values(1)) == {"bar", "drand"}
    assert log.state.values(1)["drand"].hex() == QUICKNET_1000["randomness"]
    draw(log, 1)
    assert verify(log.lines, log.trust()).findings == []


def test_the_beacon_goes_into_the_seed(memories):
    log = strong(memories)
    answers(log, memories)
    one, two = log.state.copied(), log.state.copied()
    one.epochs[1].randomness, two.epochs[1].randomness = bytes(32), bytes([1]) * 32
    assert one.drawn(1).seed != two.drawn(1).seed


def test_a_beacon_that_nobody_asked_for(log):
    register(log, 3)
    freeze(log)
    entry = beacon.compose_beacon(log.at(), 2, beacon.carried(json.dumps(QUICKNET_1000)))
    assert found(log, entry) == ["the rules ask for no beacon"]
    for field, value in [("at", "now"), ("round", 0), ("more", 1)]:
        assert found(log, {**entry, "at": log.state.at, field: value}) != []


def test_a_contributor_called_like_the_beacon():
    log = begun([member("drand")])
    assert found(log)[0] == "this name is kept for the beacon"


def test_a_rotation(log, memories):
    """From its first epoch on the new chain and key count, and not before."""
    fresh = replace(member("bar", epochs=30), secret=sha(b"new"), seed=sha(b"new key"))
    facts = {"first": 4, "contributor": fresh.public().plain()}
    message = rotation.rotation_message(ORIGIN, 4, facts["contributor"])
    facts["signatures"] = {"bar": ed25519.sign(memories[0].seed, message).hex()}
    entry = rotation.compose_rotation(log.at(), facts)
    assert "counts from epoch 4" in found(log, {**entry, "first": 3})[0]
    log.add(entry)
    assert found(log) == []
    register(log, 3)
    freeze(log)
    register(log, 4)
    freeze(log)
    assert log.state.missing(3) == ["bar"]
    old = answers(log, memories)
    assert log.state.missing(3) == []
    assert log.state.knows("bar", 3)
    assert not log.state.knows("bar", 4)
    assert not log.state.knows("press", 3)
    register(log, 5)
    freeze(log)
    assert log.state.contributors["bar"] == fresh.public()
    assert log.state.bodies_of(3)["bar"].contributor == old[0].public()
    assert log.state.founders == (memories[0].public(),)
    assert log.state.missing(4) == ["bar"]
    draw(log, 2)
    draw(log, 3)
    assert log.state.drawn(4) is None
    answers(log, [fresh])
    draw(log, 4)
    assert verify(log.lines, log.trust()).findings == []
    assert log.state.copied().bodies == log.state.bodies
