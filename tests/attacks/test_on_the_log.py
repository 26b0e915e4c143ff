"""Attacks by whoever runs the log, knows its private key, and writes what he likes."""

import hashlib
from collections import Counter
from dataclasses import replace

import pytest

from assignment import compose, contributor, ed25519, entries, note
from assignment.canon import canon, parse, sha
from assignment.contributor import RefusedError, UnreachableError
from assignment.docket import Rules
from assignment.draw import FULL, FULL_POST, Request, draw_request, seed_of
from assignment.ledger import apply_moves, moves_of_dropout
from assignment.replay import State
from assignment.verify import verify
from tests.assignment.court import (
    COMMIT,
    LOG_SEED,
    ORDER,
    ORIGIN,
    PublishedLog,
    answers,
    begun,
    by_hand,
    drawn,
    drop,
    eventful_log,
    freeze,
    linked,
    member,
    members,
    register,
    roster,
)
from tests.attacks import attack

OPERATOR = "operator of the log"
CAUGHT, REFUSED, HARMLESS = "caught", "refused", "without effect"
BY_REPLAY = "the verifier replays the log and names the entry"


@pytest.fixture(scope="module")
def honest():
    return eventful_log()


def index_of(log, kind, nth=0):
    return [n for n, line in enumerate(log.lines) if parse(line)["type"] == kind][nth]


def judged(lines, trust):
    """What a verifier says who has only the gazette: no checkpoint of the operator's."""
    return verify(lines, replace(trust, checkpoint="")).findings


def edited(log, index, **changes):
    entry = parse(log.lines[index])
    return [*log.lines[:index], canon({**entry, **changes}), *log.lines[index + 1 :]]


def named(findings, index):
    assert findings, "nothing was found"
    assert index in {finding.index for finding in findings}


def signed(lines):
    """A checkpoint that the operator signs over any history he likes."""
    state = State()
    for line in lines:
        state.frontier.add(line)
    text = note.Checkpoint(origin=ORIGIN, size=len(lines), root=state.frontier.root()).text()
    key = ed25519.public_key(LOG_SEED)
    return text + "\n" + note.signature_line(ORIGIN, key, ed25519.sign(LOG_SEED, text.encode()))


@attack(OPERATOR, CAUGHT, BY_REPLAY)
def test_changed_result(honest):
    """writes another judge into a result"""
    index = index_of(honest, "result")
    seats = parse(honest.lines[index])["seats"]
    other = {**seats[0], "judge": "J-104"}
    named(judged(edited(honest, index, seats=[other, *seats[1:]]), honest.trust()), index)


@attack(OPERATOR, CAUGHT, BY_REPLAY)
def test_changed_leave(honest):
    """writes a leave into the past, so that a judge could not have been drawn"""
    index = index_of(honest, "roster")
    findings = judged(edited(honest, index, availability=0), honest.trust())
    named(findings, index_of(honest, "case", 1))


@attack(OPERATOR, CAUGHT, BY_REPLAY)
def test_changed_weight(honest):
    """makes a case lighter after it was drawn"""
    index = index_of(honest, "case")
    request = parse(honest.lines[index])["request"]
    lighter = {**request, "seats": [1, *request["seats"][1:]]}
    named(judged(edited(honest, index, request=lighter), honest.trust()), index)


@attack(OPERATOR, CAUGHT, BY_REPLAY)
def test_added_exclusion(honest):
    """excludes an unwelcome judge after the fact"""
    at = parse(honest.lines[index_of(honest, "case")])["at"]
    name = parse(honest.lines[index_of(honest, "case")])["request"]["id"]
    place = index_of(honest, "case") + 1
    entry = canon(compose.exclusion(at, name, "J-101", "statutory", ORDER))
    lines = [*honest.lines[:place], entry, *honest.lines[place:]]
    named(judged(lines, honest.trust()), place)


@attack(OPERATOR, CAUGHT, "an absence that the roster does not know is no ground")
def test_invented_absence():
    """declares a judge absent for one case only"""
    log = begun(members())
    log.add(compose.exclusion(log.at(), "2026-OSH-CTY-000001", "J-101", "absence", ORDER))
    name = register(log, 1, "OSH-CTY")
    assert name == "2026-OSH-CTY-000001"
    named(judged(log.lines, log.trust()), index_of(log, "exclusion"))


@attack(OPERATOR, CAUGHT, "a value is on its chain, or it is not")
def test_changed_value(honest):
    """puts a value of his own in the place of a contributor's"""
    index = index_of(honest, "reveal")
    findings = judged(edited(honest, index, value="ab" * 32), honest.trust())
    named(findings, index)


@attack(OPERATOR, CAUGHT, "the contributors signed a root that has the case in it")
def test_deleted_case(honest):
    """lets a case disappear from the log"""
    index = index_of(honest, "case", 1)
    lines = [*honest.lines[:index], *honest.lines[index + 1 :]]
    assert judged(lines, honest.trust())


@attack(OPERATOR, CAUGHT, "the contributors signed a root of this order")
def test_swapped_order(honest):
    """swaps two cases that were registered one after the other"""
    first = index_of(honest, "case")
    lines = list(honest.lines)
    second = first + 1
    one, two = parse(lines[first]), parse(lines[second])
    lines[first], lines[second] = canon({**two, "at": one["at"]}), canon({**one, "at": two["at"]})
    assert judged(lines, honest.trust())


@attack(OPERATOR, REFUSED, "a contributor reveals once, and only over a log that merely grew")
def test_rollback_with_a_second_draw():
    """draws, does not like it, rolls the log back, and asks for values once more"""
    log = begun(members())
    register(log, 1, "OSH-CTY")
    memories = drawn(log, members())
    other = PublishedLog()
    for line in log.lines[: index_of(log, "freeze")]:
        other.add(parse(line))
    register(other, 2, "OSH-CTY")  # another root, and with it another judge
    freeze(other)
    before = len(other.lines)
    for memory in memories:
        with pytest.raises(RefusedError, match=r"rollback|fork"):
            contributor.attend(memory, other, lambda _: None, 1_795_000_100)
    assert len(other.lines) == before


@attack(OPERATOR, REFUSED, "each contributor holds the log to what it saw before")
def test_two_histories_for_two_contributors():
    """shows one history to the bar and another to the Ombudsman"""
    bar, court, ombudsman = members()
    log = begun([bar, court, ombudsman])
    register(log, 1, "OSH-CTY")
    freeze(log)
    other = PublishedLog()
    for line in log.lines[: index_of(log, "freeze")]:
        other.add(parse(line))
    register(other, 2, "OSH-CTY")
    freeze(other)
    answers(log, [bar])
    answers(other, [ombudsman])
    values = [parse(line) for line in (*log.lines, *other.lines) if b'"reveal"' in line]
    assert len(values) == 2
    # Neither history has the values of all, and no contributor gives both histories one.
    assert log.state.drawn(1) is None
    assert other.state.drawn(1) is None
    bar = contributor.attend(bar, log, lambda _: None, 1)[0]
    with pytest.raises(RefusedError):
        contributor.attend(bar, other, lambda _: None, 2)


@attack(OPERATOR, HARMLESS, "the value follows from the next one; the epoch waits until then")
def test_withheld_value():
    """loses the answer of a contributor because it leads to the wrong judge"""
    log = begun(members())
    register(log, 1, "OSH-CTY")
    freeze(log)
    bar, court, ombudsman = members()
    bar, court = answers(log, [bar, court])
    kept = []
    with pytest.raises(UnreachableError):
        contributor.attend(ombudsman, Deaf(log), kept.append, 1)
    lost = kept[-1]
    assert log.state.missing(1) == ["ombudsman"]
    register(log, 2, "OSH-CTY")
    freeze(log)
    answers(log, [bar, court])
    assert log.state.drawn(1) is None
    answers(log, [replace(lost, unsaid=lost.unsaid[1:])])  # only what comes after is heard
    assert log.state.missing(1) == []
    assert log.state.drawn(1) is not None


class Deaf:
    """The log as the operator shows it, who does not hear what is answered."""

    def __init__(self, log):
        self.log = log

    def __getattr__(self, name):
        return getattr(self.log, name)

    def answer(self, facts):
        raise UnreachableError("nobody heard")


@attack("court that knows its own secret", HARMLESS, "one value that it does not know decides")
def test_grinding():
    """tries a hundred wordings of a case until its own value gives the wished judge"""
    bench = tuple((f"J-{number}", FULL_POST) for number in range(7))
    won, trials, tries = 0, 700, 100

    def drawn_by(root, commit, values):
        request = Request(
            id="r", court="C", cat="c", seats=(1_000_000,), candidates=bench, commit=commit
        )
        seats = draw_request(seed_of(root, "1/e", values), request, {name: 0 for name, _ in bench})
        return seats[0].judge

    for trial in range(trials):
        known = {"court": sha(b"known %d" % trial)}
        unknown = {"bar": sha(b"secret %d" % trial)}
        for number in range(tries):  # he guesses the bar's value, and takes the best wording
            commit = hashlib.sha256(b"%d %d" % (trial, number)).hexdigest()
            if drawn_by(sha(commit.encode()), commit, known | {"bar": sha(b"a guess")}) == "J-3":
                break
        won += drawn_by(sha(commit.encode()), commit, known | unknown) == "J-3"
    # A seventh of 700 is 100; beyond 155 an honest draw comes once in 10^8.
    assert 50 < won < 155


@attack("court that knows every value", CAUGHT, "all contributors in one hand is marked as such")
def test_all_values_in_one_hand():
    """runs all contributors itself"""
    one_house = [replace(member(name), institution="courts", judiciary=True) for name in "abc"]
    log = begun(one_house)
    register(log, 1, "OSH-CTY")
    drawn(log, one_house)
    assert verify(log.lines, log.trust()).state.counts["assurance reduced"] == 1


@attack(OPERATOR, CAUGHT, "keys and anchors stand in the gazette")
def test_contributors_of_his_own(honest):
    """begins a log with contributors whose secrets he knows"""
    fake = begun([member("bar"), member("court"), replace(member("ombudsman"), secret=sha(b"his"))])
    findings = verify(fake.lines, replace(honest.trust(), checkpoint="")).findings
    named(findings, 0)


@attack(OPERATOR, CAUGHT, "a change counts from the next epoch, whatever the entry says")
def test_leave_in_the_running_epoch():
    """takes a judge off the roster between the freeze's shadow and the case"""
    log = begun(members())
    register(log, 1, "OSH-CTY")
    entry = compose.roster(
        log.state, log.at(), court="OSH-CTY", judge="J-101", availability=0, day="2026-11-21",
        order=ORDER,
    )  # fmt: skip
    log.add({**entry, "epoch": log.state.intake})
    named(judged(log.lines, log.trust()), len(log.lines) - 1)


@attack("chair", HARMLESS, "who may be drawn is settled when the case is logged")
def test_leave_after_registration():
    """sends a judge on leave once the case is there"""
    log = begun(members())
    name = register(log, 1, "OSH-CTY")
    roster(log, "OSH-CTY", "J-101", 0, "2026-11-21")
    register(log, 2, "OSH-CTY")
    freeze(log)
    candidates = {one.id: dict(one.candidates) for one in log.state.epochs[1].requests}
    assert "J-101" in candidates[name]
    assert not log.state.findings


@attack("chair", REFUSED, "below the smallest pool the neighbours' judges stand in, or it waits")
def test_pool_of_one():
    """gives a narrow specialisation to one judge"""
    log = begun(members())
    for judge in ("J-102", "J-103", "J-104"):
        roster(log, "OSH-CTY", judge, 1000, "2026-11-01", cats=["C1"])
    with pytest.raises(compose.TooFewError):
        register(log, 1, "OSH-CTY", "C2")
    log.add(compose.pool(log.state, log.at(), name="P", courts=["BSK-LEN", "OSH-CTY"], order=ORDER))
    name = register(log, 1, "OSH-CTY", "C2")
    (request,) = log.state.pending["all"]
    assert (request.id, request.court, len(request.candidates)) == (name, "P", 4)


@attack("chair", CAUGHT, "links, dropouts and decisions by hand count from the next freeze on")
def test_ledger_moved_after_the_freeze():
    """knows the values already, and moves a ledger so that the odds change"""
    log = begun(members())
    earlier = register(log, 1, "OSH-CTY")
    memories = drawn(log, members())
    register(log, 2, "OSH-CTY")
    freeze(log)
    still = PublishedLog()
    for line in log.lines:
        still.add(parse(line))
    for number in range(20):
        linked(log, 100 + number, to=earlier)
    answers(log, memories)
    answers(still, memories)
    moved, plain = log.state.drawn(2), still.state.drawn(2)
    assert [seats for _, seats in moved.drawn] == [seats for _, seats in plain.drawn]


@attack("judge", REFUSED, "a re-draw needs an order, shows the old draw, and excludes the judge")
def test_drawn_again_without_a_reason():
    """enters the same case once more, in the hope of another judge"""
    log = begun(members())
    name = register(log, 1, "OSH-CTY")
    drawn(log, members())
    case = parse(log.lines[index_of(log, "case")])
    again = {**case, "at": log.at(), "request": {**case["request"], "attempt": 1}}
    log.add(again)
    named(judged(log.lines, log.trust()), len(log.lines) - 1)
    assert name == case["request"]["id"]


@attack("judge", CAUGHT, "an absence counts as a ground when the roster shows it for so long")
def test_dropout_for_an_absence_of_a_day():
    """gets rid of a case by being away for a day"""
    log = begun(members())
    name = register(log, 1, "OSH-CTY")
    drawn(log, members())
    drop(log, name, 0, "absence")
    named(judged(log.lines, log.trust()), len(log.lines) - 1)


@attack("judge", HARMLESS, "the leaver keeps the credit: the next case comes sooner")
def test_shedding_cases():
    """leaves every third case to lighten the load"""
    bench = tuple((f"J-{number}", FULL_POST) for number in range(5))
    ledger = dict.fromkeys(dict(bench), 0)
    held, number = Counter(), 0
    for number in range(3000):
        request = Request(
            id=f"r{number}", court="C", cat="c", seats=(FULL,), candidates=bench, commit=COMMIT
        )
        (seat,) = draw_request(sha(b"epoch"), request, ledger)
        held["tried"] += seat.judge == "J-0"
        if seat.judge == "J-0" and held["tried"] % 3 == 0:
            moves, left = moves_of_dropout(FULL, FULL, bench, "J-0")
            apply_moves(ledger, moves)
            again = replace(request, candidates=bench[1:], attempt=1)
            (seat,) = draw_request(sha(b"epoch"), again, ledger, [left])
        held[seat.judge] += 1
    assert sum(ledger.values()) == 0
    # A fair share is 600. Without a ledger he would hold two thirds of it.
    assert held["J-0"] > 520


@attack("official", CAUGHT, "the rules do not allow it, and say so publicly when they do")
def test_assignment_by_hand():
    """assigns a case by hand while that is off"""
    log = begun(members())
    by_hand(log, 1, "OSH-CTY", "J-101")
    named(judged(log.lines, log.trust()), len(log.lines) - 1)


@attack("official", CAUGHT, "an approver is never one who could be drawn")
def test_approver_in_the_pool():
    """lets a judge of the court approve an assignment by hand"""
    log = begun(members())
    log.add(compose.rules(log.state, log.at(), Rules(manual=True, version="1")))
    by_hand(log, 1, "OSH-CTY", "J-101")
    entry = parse(log.lines[-1])
    lines = [*log.lines[:-1], canon({**entry, "approvers": ["J-102", "U-1"]})]
    named(judged(lines, log.trust()), len(lines) - 1)


@attack(OPERATOR, CAUGHT, "only untouched history fits the checkpoint somebody has kept")
def test_rewritten_end(honest):
    """cuts off the end that no contributor has signed yet, and writes another"""
    trust = honest.trust()
    lines = honest.lines[:-1]
    assert verify([*lines, honest.lines[-2]], trust).findings
    assert verify(lines, trust).findings
    assert verify(lines, replace(trust, checkpoint=signed(lines))).findings == []


@attack("stranger", REFUSED, "a value is signed together with the frozen root")
def test_replayed_value():
    """hands in an old answer once more, or that of another epoch"""
    log = begun(members())
    register(log, 1, "OSH-CTY")
    memories = drawn(log, members())
    old = parse(log.lines[index_of(log, "reveal")])
    register(log, 2, "OSH-CTY")
    number = freeze(log)
    epoch = log.state.epochs[number]
    facts = {**old, "epoch": number, "size": epoch.size, "root": epoch.root.hex()}
    assert log.state.reveal_faults(facts)
    assert log.state.reveal_faults(old) != []
    assert memories
    assert entries.read(canon(old))


@attack(OPERATOR, CAUGHT, "time never runs back in the log")
def test_clock_turned_back():
    """dates an entry before the one in front of it"""
    log = begun(members())
    early = log.at()
    register(log, 1, "OSH-CTY")
    log.add(compose.incident(early, 0, "late"))
    named(judged(log.lines, log.trust()), len(log.lines) - 1)
