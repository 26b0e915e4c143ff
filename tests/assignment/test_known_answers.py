"""The published vectors, to the byte."""

import copy
import io
import json
import random
import sys
from pathlib import Path

import pytest

from assignment import __main__ as command
from assignment import chain
from assignment.draw import ImpossibleError, drawn_from_file, uniform
from assignment.ledger import charge

KAT = json.loads((Path(__file__).parent / "data" / "draw-kat-1.json").read_text())


def the_input():
    return {
        "epoch": KAT["epoch"],
        "freeze_root": KAT["freeze_root"],
        "contributions": [[name, values[KAT["used"]]] for name, values in KAT["chains"].items()],
        "requests": KAT["requests"],
        "ledger": KAT["dev0"],
    }


def expected():
    return {"seed": KAT["seed"], "results": KAT["results"], "ledger": KAT["dev1"]}


def test_epoch():
    assert drawn_from_file(the_input()) == expected()


@pytest.mark.parametrize("shuffle", range(5))
def test_order_of_everything_in_the_file_means_nothing(shuffle):
    facts = copy.deepcopy(the_input())
    chance = random.Random(shuffle)  # noqa: S311 - an order, no secret
    chance.shuffle(facts["requests"])
    chance.shuffle(facts["contributions"])
    for request in facts["requests"]:
        chance.shuffle(request["candidates"])
    facts["ledger"] = dict(sorted(facts["ledger"].items(), reverse=shuffle % 2 == 0))
    assert drawn_from_file(facts) == expected()


@pytest.mark.parametrize("name", sorted(KAT["chains"]))
def test_chains(name):
    values = [bytes.fromhex(value) for value in KAT["chains"][name]]
    for epoch in range(len(values)):
        assert chain.earlier(name, values[-1], 10, epoch) == values[epoch]


@pytest.mark.parametrize("vector", KAT["uniform"])
def test_uniform(vector):
    found = uniform(bytes.fromhex(KAT["seed"]), bytes.fromhex(vector["label"]), int(vector["W"]))
    assert found == (int(vector["u"]), vector["rejected"])


def test_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(the_input())))
    assert command.main(["draw"]) == 0
    assert json.loads(capsys.readouterr().out) == expected()


def test_a_case_of_one_micropoint_goes_to_the_first_by_id():
    ledger = {}
    charge(ledger, 1, (("A", 500), ("B", 1000)), "B")
    assert ledger == {"A": -1, "B": 1}


def broken(**changes):
    facts = copy.deepcopy(the_input())
    facts.update(changes)
    return facts


def broken_request(**changes):
    request = {**KAT["requests"][0], **changes}
    return broken(requests=[request])


@pytest.mark.parametrize(
    "facts",
    [
        [],
        {},
        broken(extra=1),
        broken(epoch=7),
        broken(freeze_root="00"),
        broken(contributions={}),
        broken(contributions=[["bar"]]),
        broken(contributions=[["bar", "zz"]]),
        broken(contributions=[["bar", "00" * 32], ["bar", "00" * 32]]),
        broken(requests={}),
        broken(requests=[KAT["requests"][0]] * 2),
        broken(ledger=[]),
        broken(ledger={"J-001": "1"}),
        broken(ledger={"J-001": True}),
        broken(requests=[7]),
        broken(requests=[{}]),
        broken_request(ver="kg-draw/2"),
        broken_request(id="Дело"),
        broken_request(id=""),
        broken_request(commit="0" * 63),
        broken_request(attempt=-1),
        broken_request(attempt=2**53),
        broken_request(seats=[]),
        broken_request(seats=[0]),
        broken_request(seats=[1.5]),
        broken_request(seats=[1] * 10),
        broken_request(seats="1"),
        broken_request(candidates={}),
        broken_request(candidates=[["J-001"]]),
        broken_request(candidates=[[1, 1000]]),
        broken_request(candidates=[["J-001", 0]]),
        broken_request(candidates=[["J-001", 1001]]),
        broken_request(candidates=[["J-001", True]]),
        broken_request(candidates=[["J-001", 500], ["J-001", 1000]]),
        broken_request(candidates=[]),
        broken_request(seats=[1, 1], candidates=[["J-001", 1000]]),
    ],
)
def test_what_is_not_a_draw_is_refused(facts, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(facts)))
    assert command.main(["draw"]) == command.UNUSABLE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("draw: ")


def test_text_that_is_not_json(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("{"))
    assert command.main(["draw"]) == command.UNUSABLE
    assert "draw: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ([], "the fields are epoch, freeze_root, contributions, requests, ledger"),
        (broken(epoch=7), "the epoch is a text"),
        (broken(freeze_root="00"), "freeze_root is not 64 hexadecimal digits"),
        (broken(contributions={}), "contributions are a list of [id, hex]"),
        (broken(contributions=[["bar"]]), "a contribution is [id, 64 hexadecimal digits]"),
        (broken(contributions=[["Ө", "00" * 32]]), "a contribution is [id, 64 hexadecimal digits]"),
        (
            broken(contributions=[["bar", "00" * 32], ["bar", "00" * 32]]),
            "a contributor is named twice",
        ),
        (broken(requests={}), "requests are a list"),
        (broken(requests=[KAT["requests"][0]] * 2), "a request is named twice"),
        (broken(ledger=[]), "the ledger gives a whole number of micro-points for each judge"),
        (
            broken(requests=[7]),
            "a request has just the fields attempt, candidates, cat, commit, court, id, seats, ver",
        ),
        (broken_request(ver="kg-draw/2"), "the version is not kg-draw/1"),
        (broken_request(id=""), "the field id is not a short ASCII name"),
        (broken_request(commit=""), "the field commit is not 64 hexadecimal digits"),
        (broken_request(attempt=-1), "the field attempt is not a count"),
        (broken_request(seats=[]), "one to nine seats"),
        (broken_request(seats=[0]), "a seat weighs a positive number"),
        (broken_request(candidates={}), "candidates are a list"),
        (broken_request(candidates=[["J-001"]]), "a candidate is a pair"),
        (broken_request(candidates=[["", 1]]), "a candidate's id is not a short ASCII name"),
        (
            broken_request(candidates=[["J-001", 0]]),
            "a candidate's availability is 1 to 1000 per mille",
        ),
        (broken_request(candidates=[["J-001", 5], ["J-001", 6]]), "a candidate is named twice"),
        (broken_request(candidates=[]), "there are fewer candidates than seats"),
    ],
)
def test_why_it_is_refused_is_said(facts, what):
    with pytest.raises(ImpossibleError) as refused:
        drawn_from_file(facts)
    assert str(refused.value) == what


def test_as_many_seats_as_candidates_and_no_more_than_nine():
    bench = [[f"J-{number}", 1000] for number in range(9)]
    out = drawn_from_file(broken_request(seats=[1] * 9, candidates=bench))
    assert sorted(seat["judge"] for seat in out["results"][0][1]) == [judge for judge, _ in bench]
