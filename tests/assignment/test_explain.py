"""The story of a request is told to its end, whatever happened to it."""

import pytest

from assignment.canon import parse
from assignment.explain import UnknownRequestError, explain
from tests.assignment.court import (
    answers,
    begun,
    eventful_log,
    freeze,
    members,
    register,
    roster,
    whole_log,
)


@pytest.fixture(scope="module")
def log():
    return eventful_log()


def story(log, name):
    return "\n".join(explain(log.lines, name))


def named(log, **facts):
    """The request of the first entry with these facts."""
    for line in log.lines:
        entry = parse(line)
        if facts.items() <= entry.items():
            request = entry["request"]
            return request["id"] if isinstance(request, dict) else request
    raise AssertionError(facts)


def test_a_draw_with_an_exclusion():
    log = whole_log(cases=3)
    text = story(log, named(log, type="exclusion"))
    assert "judge J-103 must not be drawn: statutory." in text
    assert "Candidates (share of a full post): J-101 (100 %), J-102 (100 %), J-104 (25 %)." in text
    assert "Judge J-103 could not be drawn: excluded, has left, or sits already." in text
    assert "Contributor ombudsman revealed" in text
    assert "assurance full" in text
    assert text.count("<- drawn") == 1
    drawn = text.rpartition("The number falls to ")[2].partition(".")[0]
    assert text.endswith(f"It is with {drawn}.")


def test_a_panel_one_of_whom_left(log):
    text = story(log, named(log, type="dropout", ground="recusal"))
    assert "Seats: 1.000 cases, 0.300 cases, 0.300 cases." in text
    assert "left seat 1: recusal" in text
    assert "was logged to be drawn again (re-draw 1)" in text
    assert text.count("<- drawn") == 4


def test_a_case_that_went_to_the_pool(log):
    text = story(log, named(log, type="dropout", ground="statutory"))
    assert "the class was put right to C3, approved by U-1 and U-2; the judge stays." in text
    assert "it is drawn from the pool POOL." in text
    assert text.count("of the result") + text.count(": the result.") == 3


def test_cases_without_a_draw(log):
    by_hand = named(log, type="manual")
    assert "was assigned by hand to J-003: statute" in story(log, by_hand)
    assert story(log, by_hand).endswith("It is with J-003.")
    back = named(log, type="unlinked")
    assert "the link was taken back" in story(log, back)
    assert story(log, back).endswith("It is not in the log itself.")
    kept = named(log, type="linked")
    assert "went without a draw to the judge of 2026-BSK-LEN-000002" in story(log, kept)


def test_who_is_on_the_roster_and_could_not_be_drawn():
    log = begun(members())
    roster(log, "OSH-CTY", "J-102", 0, "2026-11-01")
    roster(log, "OSH-CTY", "J-105", 1000, "2026-11-01")
    roster(log, "OSH-CTY", "J-106", 1000, "2026-11-01", cats=["C1"])
    text = story(log, register(log, 1, "OSH-CTY"))
    assert "Judge J-102 could not be drawn: absence." in text
    assert "Judge J-106 could not be drawn: not-in-pool." in text


def test_few_judges_and_an_order():
    log = begun(members(), courts={"SMALL": {"J-201": 1000}})
    text = story(log, register(log, 1, "SMALL", order="ab" * 32))
    assert f"an order lets it be drawn: {'ab' * 32}." in text


def test_seats_that_wait_for_their_re_draw():
    log = eventful_log()
    name = named(log, type="dropout", ground="recusal")
    lines = log.lines[: 1 + next(n for n, line in enumerate(log.lines) if b"recusal" in line)]
    assert list(explain(lines, name))[-1] == "Seats to be drawn again: 1."


def test_what_is_not_drawn_yet():
    memories = members()
    log = begun(memories)
    name = register(log, 1)
    assert story(log, name).endswith("It waits for the next freeze.")
    register(log, 2, group="detention")
    freeze(log, "detention")
    assert list(explain([*log.lines, b"{}"], name))[-1] == "It waits for the next freeze."
    freeze(log)
    answers(log, memories[:1])
    assert story(log, name).endswith("The draw waits for: court, ombudsman.")
    answers(log, memories[1:])
    assert story(log, name).endswith("The draw waits for: its turn.")


def test_what_the_log_does_not_have(log):
    with pytest.raises(UnknownRequestError):
        story(log, "2026-BSK-LEN-999999")


def test_an_exclusion_alone_is_no_case():
    log = whole_log(cases=3)
    name = named(log, type="exclusion")
    lines = log.lines[: 1 + next(n for n, line in enumerate(log.lines) if b'"exclusion"' in line)]
    assert list(explain(lines, name))[-1] == "It is not in the log itself."


def test_a_result_that_was_not_due_is_no_story(log):
    result = next(line for line in log.lines if parse(line)["type"] == "result")
    text = list(explain([*log.lines, result], parse(result)["request"]))
    assert text[-1].startswith("It is with")
