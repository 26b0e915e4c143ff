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
from assignment.draw import drawn_from_file, uniform
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
