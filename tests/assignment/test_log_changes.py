"""A log in which everything happens: whatever is changed, left out, doubled or moved is found."""

from dataclasses import fields

import pytest

from assignment.canon import canon, parse
from assignment.entries import ENTRIES
from assignment.replay import State, replay
from assignment.verify import verify
from tests.assignment.court import eventful_log, places

BY_SIGNATURE = {"at", "group", "order", "time"}
"""Fields that say nothing the reader could work out: the signed root alone tells what they were."""


@pytest.fixture(scope="module")
def log():
    return eventful_log()


@pytest.fixture(scope="module")
def before(log):
    """The state in front of each entry."""
    states = [State()]
    for line in log.lines:
        states.append(states[-1].copied())
        states[-1].apply(line)
    return states


def facts(state):
    """Everything a state says, in a form that can be compared; caches say nothing."""
    plain = {field.name: getattr(state, field.name) for field in fields(state)}
    frontier, rosters = plain.pop("frontier"), plain.pop("rosters")
    counts = {name: number for name, number in plain.pop("counts").items() if number}
    return repr(
        (frontier.size, frontier.root(), rosters.changes, rosters.pools, sorted(rosters.begun))
    ) + repr((plain, sorted(counts.items())))


def changed(value):  # noqa: C901 - one case for each kind of JSON value
    """Return values that are near to this one, of its own form as far as possible."""
    match value:
        case None:
            yield from ([], {}, 0)
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
            if value:
                yield value[:-1]
                yield [*value, value[-1]]
            for place, item in enumerate(value):
                for other in changed(item):
                    yield [*value[:place], other, *value[place + 1 :]]
        case dict():
            yield {**value, "more": 0}
            for name, item in value.items():
                yield {key: inner for key, inner in value.items() if key != name}
                for other in changed(item):
                    yield {**value, name: other}


def first_fault(before, lines, index):
    """The entry that the reader names when the log goes on with these lines at an index."""
    state = before[index].copied()
    for line in lines:
        state.apply(line)
        if state.findings:
            return state.findings[0].index
    return None


def is_found(log, before, index, lines):
    """Whether a log that differs from this entry on is found false at this entry or after it."""
    fault = first_fault(before, lines, index)
    if fault is None:
        # What no contributor has signed yet stands under the checkpoint alone.
        assert index > places(log, "freeze")[-1]
        fault = verify([*log.lines[:index], *lines], log.trust()).findings[0].index
    return fault >= min(index, index + len(lines) - 1)


def test_it_is_true_and_everything_is_in_it(log, before):
    assert verify(log.lines, log.trust()).findings == []
    assert {parse(line)["type"] for line in log.lines} == set(ENTRIES) - {"beacon", "rotation"}
    assert facts(replay(log.lines)) == facts(log.state) == facts(before[-1])
    requests = [parse(line)["request"] for line in log.lines if parse(line)["type"] == "case"]
    assert {len(request["seats"]) for request in requests} == {1, 3}
    assert {request["attempt"] for request in requests} == {0, 1, 2}


def test_every_change_of_every_field_is_found(log, before):
    for index, line in enumerate(log.lines):
        for other in changed(parse(line)):
            assert is_found(log, before, index, [canon(other), *log.lines[index + 1 :]]), other


@pytest.mark.parametrize("kind", ["case", "linked", "freeze", "reveal", "result", "close"])
def test_what_the_reader_works_out_is_found_where_it_stands(log, before, kind):
    """Even while no signature covers it, and whoever signs it afterwards."""
    for index in places(log, kind):
        entry = parse(log.lines[index])
        for other in changed(entry):
            if tells_something_else(entry, other):
                assert first_fault(before, [canon(other)], index) == index, other


def tells_something_else(entry, other):
    """Whether an entry differs by more than a name, an order or a hash that may be any."""
    one, two = ({**plain, "document": ""} for plain in (entry, other))
    for plain in (one, two):
        for field in BY_SIGNATURE | {"signature"}:
            plain.pop(field, None)
        if isinstance(plain.get("request"), dict):
            plain["request"] = {**plain["request"], "commit": "", "id": ""}
    return one != two and entry.keys() == other.keys()


def test_every_missing_doubled_or_swapped_entry_is_found(log, before):
    for index, line in enumerate(log.lines):
        rest = log.lines[index + 1 :]
        assert is_found(log, before, index, rest)
        assert is_found(log, before, index, [line, line, *rest])
        if rest:
            assert is_found(log, before, index, [rest[0], line, *rest[1:]])


@pytest.mark.parametrize("count", range(1, 12))
def test_a_missing_end_is_found(log, count):
    lines = log.lines[:-count]
    what = f"the log ends here, but a checkpoint of {len(log.lines)} entries was signed"
    found = [(finding.index, finding.what) for finding in verify(lines, log.trust()).findings]
    assert (len(lines) - 1, what) in found


def test_a_copy_goes_its_own_way(log, before):
    """Whatever entry is read by a copy, the state that it was made from stays."""
    for index, line in enumerate(log.lines):
        copied = before[index].copied()
        assert facts(copied) == facts(before[index])
        untouched = facts(before[index])
        copied.apply(line)
        copied.apply(b"nonsense")
        copied.drawn(copied.closed + 1)
        assert facts(before[index]) == untouched
        assert facts(copied) != untouched
