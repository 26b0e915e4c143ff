"""What the reader holds the court to: from whom a case is drawn, and what may move a ledger."""

import pytest

from assignment import compose
from assignment.canon import canon, parse
from assignment.compose import TooFewError
from assignment.docket import Rules
from assignment.verify import verify
from tests.assignment.court import (
    COMMIT,
    COURTS,
    ORDER,
    begun,
    drawn,
    drop,
    freeze,
    member,
    places,
    register,
    roster,
)

TWO = {"SMALL": {"J-201": 1000, "J-202": 700}}


@pytest.fixture
def memories():
    return [member("bar")]


@pytest.fixture
def log(memories):
    return begun(memories, courts=COURTS | TWO)


def found(log, entry=None):
    """What is wrong with the log, or what would be if it went on with this entry."""
    state = log.state.copied()
    if entry is not None:
        state.apply(canon({**entry, "at": max(entry["at"], state.at)}))
    return [finding.what for finding in state.findings]


def rules(log, **wanted):
    log.add(compose.rules(log.state, log.at(), Rules(**{"version": "2026-1", **wanted})))


def pool(log, *courts, name="POOL"):
    entry = compose.pool(log.state, log.at(), name=name, courts=courts, order=ORDER)
    log.add(entry)
    return entry


def exclude(log, name, judge, ground="statutory"):
    log.add(compose.exclusion(log.at(), name, judge, ground, ORDER))


def again(log, name, **facts):
    entry = compose.redraw(log.state, log.at(), group="all", name=name, commit=COMMIT, **facts)
    log.add(entry)
    return entry


def latest(log, kind="case"):
    return parse(log.lines[places(log, kind)[-1]])


def judges(entry):
    return [judge for judge, _ in entry["request"]["candidates"]]


# ------------------------------------------------------------------ from whom a case is drawn


def test_too_few_judges_wait(log):
    with pytest.raises(TooFewError) as few:
        register(log, 1, "SMALL")
    assert (few.value.eligible, few.value.minimum) == (2, 3)
    assert str(few.value) == "2 judges are eligible, 3 are needed"
    with pytest.raises(TooFewError) as few:
        register(log, 1, "NOBODY", order=ORDER.hex())
    assert few.value.eligible == 0
    register(log, 1, "SMALL/duty")  # on a rota of two, one is drawn
    assert judges(latest(log)) == ["J-201", "J-202"]
    with pytest.raises(TooFewError) as few:
        register(log, 1, "SMALL/duty", seats=3)
    assert (few.value.eligible, few.value.minimum) == (2, 3)


def test_an_order_lets_two_be_drawn_from(log, memories):
    register(log, 1, "SMALL", order=ORDER.hex())
    entry = latest(log)
    assert (entry["pool"], entry["order"]) == ("small", ORDER.hex())
    assert found(log) == []
    fresh = {**entry["request"], "id": "R-1"}
    what = "an order is named where too few judges are eligible, and only there"
    assert found(log, {**entry, "request": fresh, "order": ""}) == [what]
    register(log, 2, order=ORDER.hex())  # where it is not needed, it is not named
    assert latest(log)["order"] == ""
    drawn(log, memories)
    assert (
        "  among fewer judges than the smallest pool, by an order: 1"
        in verify(log.lines, log.trust()).summary()
    )


def test_the_pool_of_neighbours(log, memories):
    pool(log, "SMALL", "BSK-LEN")
    register(log, 1, "SMALL")
    entry = latest(log)
    assert (entry["pool"], entry["request"]["court"]) == ("inter", "POOL")
    assert judges(entry) == ["J-001", "J-002", "J-003", "J-201", "J-202"]
    register(log, 2, "BSK-LEN")
    assert (latest(log)["pool"], latest(log)["request"]["court"]) == ("own", "BSK-LEN")
    drawn(log, memories)
    assert found(log) == []
    assert set(log.state.ledgers) == {"POOL", "BSK-LEN"}
    assert (
        "  among judges of neighbouring courts too: 1" in verify(log.lines, log.trust()).summary()
    )
    for ledger in log.state.ledgers.values():
        assert sum(ledger.values()) == 0
    assert found(log, {**entry, "home": "POOL", "request": {**entry["request"], "id": "R-1"}})[
        0
    ] == ("a case is of a court, not of a pool")


def test_a_pool_may_be_too_small_as_well(log):
    rules(log, minimum=6)
    pool(log, "SMALL", "BSK-LEN")
    with pytest.raises(TooFewError) as few:
        register(log, 1, "SMALL")
    assert (few.value.eligible, few.value.minimum) == (2, 6)
    register(log, 1, "SMALL", order=ORDER.hex())
    assert (latest(log)["pool"], judges(latest(log))) == ("small", ["J-201", "J-202"])


def test_who_is_at_two_courts_of_a_pool_counts_once(log):
    roster(log, "BSK-LEN", "J-201", 0, "2026-01-01")  # has moved from here to the small court
    roster(log, "SMALL", "J-001", 500, "2026-01-01")  # helps out there
    roster(log, "SMALL", "J-003", 0, "2026-01-01")
    pool(log, "SMALL", "BSK-LEN")
    exclude(log, "2026-SMALL-000001", "J-202")
    rules(log, minimum=4)
    register(log, 1, "SMALL")
    assert latest(log)["request"]["candidates"] == [
        ["J-001", 1000], ["J-002", 500], ["J-003", 700], ["J-201", 1000],
    ]  # fmt: skip


def test_specialisation(log):
    roster(log, "BSK-LEN", "J-004", 1000, "2026-01-01", cats=["C3", "C1"])
    roster(log, "BSK-LEN", "J-005", 1, "2026-01-01", cats=["C2"])
    roster(log, "BSK-LEN", "J-006", 1000, "2026-01-01", cats=[])
    for category, extra in [("C1", ["J-004"]), ("C2", ["J-005"]), ("C3", ["J-004"])]:
        register(log, int(category[1]), category=category)
        assert judges(latest(log)) == ["J-001", "J-002", "J-003", *extra]
    assert found(log) == []


def test_a_leave_after_the_case_changes_nothing_for_it(log, memories):
    name = register(log, 1, "OSH-CTY")
    before = judges(latest(log))
    roster(log, "OSH-CTY", "J-101", 0, "2026-01-01")
    register(log, 2, "OSH-CTY")
    assert judges(latest(log)) == before  # a change counts from the next epoch
    drawn(log, memories)
    assert [judge for judge, _ in log.state.records[name].seats[0].candidates] == before
    register(log, 3, "OSH-CTY")
    assert judges(latest(log)) == ["J-102", "J-103", "J-104"]
    assert found(log) == []


def test_a_leave_by_its_days(log):
    register(log, 1)
    freeze(log)
    for day, share in [("2026-12-01", 0), ("2026-12-15", 1000), ("2026-12-01", 300)]:
        roster(log, "BSK-LEN", "J-001", share, day)
    assert log.state.posts("BSK-LEN", "2026-12-01")["J-001"].availability == 1000
    register(log, 2)
    freeze(log)
    shares = {day: log.state.posts("BSK-LEN", day)["J-001"].availability for day in (
        "2026-11-30", "2026-12-01", "2026-12-14", "2026-12-15")}  # fmt: skip
    assert list(shares.values()) == [1000, 300, 300, 1000]
    assert "J-001" not in log.state.posts("BSK-LEN", "2025-12-31")


def test_the_excluded_are_not_drawn(log, memories):
    for number, judge in enumerate(["J-101", "J-102", "J-103", "J-104"], 1):
        name = f"2026-OSH-CTY-{number:06}"
        exclude(log, name, judge)
        exclude(log, name, judge, "panel")
        register(log, number, "OSH-CTY")
        assert judge not in judges(latest(log))
    drawn(log, memories)
    assert found(log) == []
    for record in log.state.records.values():
        assert not set(record.judges) & record.excluded
    assert log.state.excluded == {}


@pytest.mark.parametrize("ground", ["absence", "not-in-pool"])
def test_the_roster_alone_tells_who_is_absent(log, ground):
    entry = compose.exclusion(log.at(), "2026-BSK-LEN-000001", "J-001", ground, ORDER)
    assert found(log, entry) == ["who is absent, or not of this pool, is told by the roster alone"]


def test_three_of_one_case_are_three(log, memories):
    name = register(log, 1, "OSH-CTY", seats=3)
    drawn(log, memories)
    assert len(set(log.state.records[name].judges)) == 3
    entry = parse(log.lines[places(log, "case")[0]])
    for seats in ([1_000_000, 300_000], [1_000_000] * 3, [300_000, 1_000_000, 300_000]):
        request = {**entry["request"], "id": "R-1", "seats": seats}
        assert found(log, {**entry, "request": request}) == [
            "the weights of the seats are not those of the category table"
        ]


# ------------------------------------------------------------------ drawn again


def test_a_redraw_never_returns_who_left(log, memories):
    rules(log, minimum=1, redraws=9)
    name = register(log, 1, "OSH-CTY")
    left = []
    for attempt in range(1, 4):
        memories = drawn(log, memories)
        left += log.state.records[name].judges
        drop(log, name, 0, "recusal")
        assert log.state.records[name].excluded == frozenset(left)
        assert again(log, name)["request"]["attempt"] == attempt
        assert not set(judges(latest(log))) & set(left)
    memories = drawn(log, memories)
    assert len({*left, *log.state.records[name].judges}) == 4
    drop(log, name, 0, "recusal")
    with pytest.raises(TooFewError):
        again(log, name, order=ORDER.hex())
    assert found(log) == []
    assert "re-draws: 3" in verify(log.lines, log.trust()).summary()


def test_after_the_redraws_the_neighbours(log, memories):
    rules(log, minimum=1, redraws=1)
    pool(log, "SMALL", "OSH-CTY")
    name = register(log, 1, "OSH-CTY")
    pools = []
    for _ in range(3):
        memories = drawn(log, memories)
        drop(log, name, 0, "recusal")
        pools.append(again(log, name)["pool"])
    assert pools == ["own", "inter", "inter"]
    drawn(log, memories)
    assert found(log) == []
    assert sum(sum(ledger.values()) for ledger in log.state.ledgers.values()) == 0


def test_after_the_redraws_without_neighbours_an_order(log, memories):
    rules(log, minimum=1, redraws=0)
    name = register(log, 1, "OSH-CTY")
    drawn(log, memories)
    drop(log, name, 0, "recusal")
    with pytest.raises(TooFewError):
        again(log, name)
    assert again(log, name, order=ORDER.hex())["pool"] == "small"
    assert found(log) == []


def test_only_the_seat_that_was_left_is_drawn(log, memories):
    name = register(log, 1, "OSH-CTY", seats=3)
    memories = drawn(log, memories)
    first, _, third = log.state.records[name].judges
    drop(log, name, 1, "left")
    rules(log, minimum=1)
    log.add(compose.incident(log.at(), 1, "power-cut"))
    with pytest.raises(TooFewError):
        again(log, name)  # the new minimum counts from the next epoch
    entry = again(log, name, order=ORDER.hex())
    assert entry["request"]["seats"] == [300_000]
    assert not {first, third} & set(judges(entry))
    drawn(log, memories)
    assert log.state.records[name].judges[::2] == [first, third]
    assert found(log) == []


def test_a_redraw_of_something_else(log, memories):
    name = register(log, 1, "OSH-CTY", seats=3)
    other = register(log, 2, "OSH-CTY")
    memories = drawn(log, memories)
    drop(log, name, 2, "left")
    entry = compose.redraw(
        log.state, log.at(), group="all", name=name, commit=COMMIT, order=ORDER.hex()
    )
    weights = "the weights of the seats are not those of the category table"
    same = "a re-draw is of the same case: its court and class stay"
    request = entry["request"]
    assert found(log, entry) == []
    assert found(log, {**entry, "request": {**request, "cat": "C1"}}) == [same]
    assert same in found(log, {**entry, "home": "BSK-LEN"})
    assert found(log, {**entry, "request": {**request, "attempt": 2}}) == [
        "this is attempt 1 to draw this request"
    ]
    two = {**entry, "request": {**request, "seats": [300_000, 300_000], "candidates": [
        ["J-101", 1000], ["J-102", 1000]]}}  # fmt: skip
    assert weights in found(log, two)
    assert found(log, {**entry, "request": {**request, "id": other}}) == [
        "this request was logged before"
    ]
    # Nobody could say which seats were meant: the log is false, but it can be read to its end.
    log.add(two)
    register(log, 3, "OSH-CTY")
    drawn(log, memories)
    assert log.state.records[name].seats[2] is None


def test_exclusions_before_a_redraw(log, memories):
    rules(log, minimum=1)
    name = register(log, 1, "OSH-CTY")
    late = compose.exclusion(log.at(), name, "J-101", "statutory", ORDER)
    what = ["this exclusion comes after its case was logged"]
    assert found(log, late) == what
    drawn(log, memories)
    assert found(log, late) == what
    drop(log, name, 0, "recusal")
    free = log.state.candidates("OSH-CTY", name, "2026-11-21", "C2")[0][0]
    exclude(log, name, free)
    assert free not in judges(again(log, name))
    assert free in log.state.records[name].excluded
    assert found(log, late) == what


@pytest.mark.parametrize(
    ("seat", "judge", "what"),
    [(3, None, "does not hold this seat"), (0, "J-999", "judge J-999 does not hold this seat")],
)
def test_who_does_not_sit_cannot_leave(log, memories, seat, judge, what):
    name = register(log, 1)
    entry = {"type": "dropout", "at": log.at(), "request": name, "seat": 0, "judge": "J-001",
             "ground": "recusal", "document": ORDER.hex()}  # fmt: skip
    early = ["no draw has given this request to a judge yet"]
    assert found(log, entry) == early
    assert found(log, {**entry, "request": "R-1"}) == early
    drawn(log, memories)
    holder = log.state.records[name].judges[0]
    wrong = {**entry, "seat": seat, "judge": judge or holder}
    assert what in found(log, wrong)[0]
    drop(log, name, 0, "recusal")
    assert found(log, {**entry, "judge": holder}) == [f"judge {holder} does not hold this seat"]
    assert compose.dropout(
        log.state, log.at(), name=name, seat=0, ground="left", document=ORDER
    )["judge"] == ""  # fmt: skip


# ------------------------------------------------------------------ absence


def absent(log, judge, *changes, court="BSK-LEN"):
    for day, share in changes:
        roster(log, court, judge, share, day)


@pytest.mark.parametrize(
    ("changes", "beyond"),
    [
        ([("2026-11-21", 0)], True),
        ([("2026-11-20", 0), ("2026-12-06", 1000)], True),
        ([("2026-11-21", 0), ("2026-12-06", 1000)], True),  # back on the fifteenth day
        ([("2026-11-21", 0), ("2026-12-05", 1000)], False),  # fourteen days are not more than 14
        ([("2026-11-22", 0)], False),
        ([("2026-11-21", 300)], False),
        ([], False),
    ],
)
def test_a_long_absence(log, memories, changes, beyond):
    name = register(log, 1)
    drawn(log, memories)
    judge = log.state.records[name].judges[0]
    absent(log, judge, *changes)
    assert log.state.rosters.absent_beyond(judge, "2026-11-21", 14) == beyond
    entry = compose.dropout(
        log.state, log.at(), name=name, seat=0, ground="absence", document=ORDER
    )
    what = "the roster does not say that this judge is absent for over 14 days"
    assert found(log, entry) == ([] if beyond else [what])


def test_who_has_moved_is_not_absent(log):
    absent(log, "J-001", ("2026-11-01", 0))
    assert log.state.rosters.absent_beyond("J-001", "2026-11-21", 14)
    absent(log, "J-001", ("2026-12-01", 1000), court="SMALL")
    assert not log.state.rosters.absent_beyond("J-001", "2026-11-21", 14)
    assert log.state.rosters.absent_beyond("J-001", "2026-11-21", 9)
    assert not log.state.rosters.absent_beyond("J-001", "2026-12-21", 14)
    assert not log.state.rosters.absent_beyond("J-999", "2026-11-21", 14)


@pytest.mark.parametrize(("day", "days"), [("9999-12-31", 14), ("2026-11-21", 2**53 - 1)])
def test_an_absence_to_the_end_of_the_calendar(log, day, days):
    absent(log, "J-001", ("2026-11-01", 0))
    assert log.state.rosters.absent_beyond("J-001", day, days)
