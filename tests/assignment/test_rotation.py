"""A contributor's new chain and key: who has to sign for it, and when it counts."""

import pytest

from assignment import ed25519, rotation
from assignment.canon import canon, parse, sha
from tests.assignment.court import ORIGIN, member, members

BODIES = {body.id: body.public() for body in members()}
SEEDS = {body.id: body.seed for body in members()}
INTAKE = 5


def rotated(*signers, first=INTAKE + rotation.NOTICE, **changes):
    """An entry that gives the bar a new chain, signed by these contributors."""
    fresh = member("bar", epochs=40).public().plain()
    fresh |= {"key": ed25519.public_key(sha(b"new key")).hex(), "anchor": sha(b"new").hex()}
    fresh |= changes
    message = rotation.rotation_message(ORIGIN, first, fresh)
    facts = {
        "first": first,
        "contributor": fresh,
        "signatures": {
            name: ed25519.sign(SEEDS.get(name, sha(b"other")), message).hex() for name in signers
        },
    }
    return rotation.compose_rotation("2026-11-21T09:00:00+06:00", facts)


def faults(entry, bodies=BODIES):
    return rotation.faults(ORIGIN, INTAKE, bodies, entry)


@pytest.mark.parametrize("signers", [["bar"], ["court", "ombudsman"], ["bar", "court"]])
def test_endorsed(signers):
    entry = rotated(*signers)
    assert parse(canon(entry)) == entry
    assert faults(entry) == []


@pytest.mark.parametrize("signers", [[], ["court"], ["ombudsman"], ["nobody"], ["bar", "nobody"]])
def test_not_endorsed(signers):
    assert faults(rotated(*signers)) == [
        "a rotation is signed by the old key, or by all other contributors"
    ]


def test_a_signature_for_another_chain_or_epoch():
    entry = rotated("bar")
    for other in (
        {**entry, "first": entry["first"] + 1},
        {**entry, "contributor": {**entry["contributor"], "epochs": 41}},
        {**entry, "signatures": rotated("bar", epochs=50)["signatures"]},
        {**entry, "signatures": {"bar": rotated("court")["signatures"]["court"]}},
    ):
        assert faults(other) == [
            "a rotation is signed by the old key, or by all other contributors"
        ]
    assert not rotation.is_endorsed("other.example/log", BODIES, entry)


def test_the_only_contributor_has_no_others():
    alone = {"bar": BODIES["bar"]}
    assert faults(rotated(), alone) != []
    assert faults(rotated("bar"), alone) == []


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (rotated("bar", first=INTAKE + 1), "counts from epoch 7"),
        (rotated("bar", id="press"), "it adds none"),
        (rotated("bar", institution="court"), "whose contributor"),
        (rotated("bar", judiciary=True), "whose contributor"),
        (rotated("bar", key=BODIES["bar"].key.hex()), "a new key and a new chain"),
        (rotated("bar", anchor=BODIES["bar"].anchor.hex()), "a new key and a new chain"),
        (rotated("bar", epochs=6), "ends before it begins"),
    ],
)
def test_refused(entry, what):
    (fault,) = faults(entry)
    assert what in fault


def test_a_chain_of_one_value():
    assert faults(rotated("bar", epochs=INTAKE + rotation.NOTICE)) == []


def test_what_is_wrong_is_said():
    entry = rotated("court", first=6, institution="court", key=BODIES["bar"].key.hex(), epochs=5)
    assert faults(entry) == [
        "a rotation does not change whose contributor it is",
        "a rotation brings a new key and a new chain",
        "a rotation counts from epoch 7 at the earliest",
        "the new chain ends before it begins to count",
        "a rotation is signed by the old key, or by all other contributors",
    ]
    assert faults(rotated("bar", id="press")) == [
        "a rotation gives a known contributor a new chain, it adds none"
    ]
