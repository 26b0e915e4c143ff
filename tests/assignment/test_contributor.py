"""What a contributor signs, what it refuses, and what it remembers after a crash."""

from dataclasses import replace

import pytest

from assignment import chain, compose, contributor, ed25519, ladder, note, rotation
from assignment.canon import sha
from assignment.contributor import (
    DeclinedError,
    ProvenError,
    RefusedError,
    UnreachableError,
    attend,
)
from assignment.memory import BusyError, held, kept, load, remembered, store
from assignment.tree import Frontier, grown
from assignment.verify import Trust, verify
from tests.assignment.court import (
    LOG_SEED,
    ORIGIN,
    PublishedLog,
    answers,
    begun,
    draw,
    freeze,
    leaf,
    member,
    members,
    register,
)

NOW = 1_795_000_000


def look(memory, log, save=lambda _: None):
    return attend(memory, log, save, NOW)


def small():
    log = begun(members())
    register(log, 1)
    return log


def refused(memory, log, what, kind=RefusedError):
    """The refusal, and the memory that was saved with it."""
    saved = [memory]
    before = list(log.lines)
    with pytest.raises(kind, match=what) as told:
        look(memory, log, saved.append)
    assert log.lines == before  # nothing was answered
    assert isinstance(told.value, kind)
    assert type(told.value) is kind
    return saved[-1]


def test_nothing_to_say():
    log = small()
    memory, said = look(member("bar"), log)
    assert said == []
    assert (memory.size, memory.used) == (len(log.lines), 0)
    assert look(memory, log) == (memory, [])


def test_each_epoch_is_answered_once():
    log = small()
    freeze(log)
    memory, said = look(member("bar"), log)
    assert said == [1]
    again, said = look(memory, log)
    assert said == []
    assert again.unsaid == ()
    register(log, 2)
    freeze(log)
    register(log, 3)
    freeze(log)
    again, said = look(again, log)
    assert said == [2, 3]


def test_after_an_absence_all_epochs_are_answered_in_order():
    """A day away: the others' values wait, and every epoch is drawn when the third comes back."""
    log = begun(members())
    bar, *others = members()
    for number in range(1, 9):
        register(log, number)
        freeze(log)
        others = answers(log, others)
    assert log.state.missing(1) == ["bar"]
    _, said = look(bar, log)
    assert said == list(range(1, 9))
    for number in range(1, 9):
        draw(log, number)
    assert verify(log.lines, log.trust()).findings == []


def test_a_later_value_yields_the_earlier_ones():
    log = begun(members())
    for number in (1, 2, 3):
        register(log, number)
        freeze(log)
    memories = answers(log, members()[1:])

    class Deaf(PublishedLog):
        def answer(self, facts):
            if facts["epoch"] < 3:
                raise DeclinedError("409")
            super().answer(facts)

    deaf = Deaf(**vars(log))
    saved = []
    with pytest.raises(DeclinedError, match="epoch 1: 409; epoch 2: 409"):
        look(member("bar"), deaf, saved.append)
    log = PublishedLog(**vars(deaf))
    assert log.state.missing(1) == []
    for number in (1, 2, 3):
        draw(log, number)
    assert verify(log.lines, log.trust()).findings == []
    memory, said = look(saved[-1], log)
    assert (said, memory.unsaid) == ([], ())  # nobody waits for the first two any more
    assert len(memories) == 2


def test_an_answer_is_on_disk_before_it_is_given(tmp_path):
    log = small()
    freeze(log)
    path = tmp_path / "bar.json"
    store(path, member("bar"))

    class CutError(Exception):
        pass

    class CutOff(PublishedLog):
        def answer(self, facts):
            raise CutError(facts["value"])

    cut = CutOff(**vars(log))
    with pytest.raises(CutError) as said:
        attend(load(path), cut, lambda fresh: store(path, fresh), NOW)
    left = load(path)
    assert left.used == 1
    assert left.unsaid[0]["value"] == str(said.value)
    memory, said = attend(left, log, lambda fresh: store(path, fresh), NOW + 60)
    assert said == [1]
    assert memory.unsaid == left.unsaid  # the same bytes, with the time of the first try


def test_nothing_is_said_when_it_cannot_be_remembered():
    log = small()
    freeze(log)
    memory = look(member("bar"), small())[0]

    def full(_):
        raise OSError("no space left")

    before = list(log.lines)
    with pytest.raises(OSError, match="no space"):
        attend(memory, log, full, NOW)
    assert log.lines == before


def test_rollback():
    log = small()
    memory, _ = look(member("bar"), log)
    assert refused(memory, begun(members()), "rollback: the log had").refused is None
    assert look(memory, log) == (memory, [])  # a stale copy on the way ends nothing


def forked():
    other = begun(members())
    register(other, 99)
    return other


def test_a_fork_of_the_same_size_ends_it():
    """Two histories under the log's own signature: that can never be made good."""
    log = small()
    memory, _ = look(member("bar"), log)
    kept_ = refused(memory, forked(), "fork: the log has two histories", ProvenError)
    assert kept_.refused["before"] == log.checkpoint()
    assert kept_.refused["note"] == forked().checkpoint()
    assert replace(kept_, refused=None) == memory
    freeze(log)
    again = refused(kept_, log, "fork: the log has two histories", ProvenError)
    assert again == kept_  # the true log is not answered either, until people have looked
    assert look(replace(again, refused=None), log)[1] == [1]


def test_fork_that_grew():
    memory, _ = look(member("bar"), small())
    other = forked()
    freeze(other)
    refused(memory, other, "is not in this log")


def test_entries_that_are_not_those_of_the_checkpoint():
    """Whoever sits between log and contributor can give any entries: that ends nothing."""
    log = small()
    freeze(log)

    class Other(PublishedLog):
        def entries(self, start, end):
            return [
                line.replace(b'"epoch":1', b'"epoch":9') for line in super().entries(start, end)
            ]

    refused(member("bar"), Other(**vars(log)), "do not make up")
    assert look(member("bar"), log)[1] == [1]


@pytest.mark.parametrize("given", [[], [b"{}"] * 1000])
def test_a_log_that_gives_other_entries_than_asked(given):
    class Odd(PublishedLog):
        def entries(self, start, end):
            return given

    with pytest.raises(UnreachableError, match="that were asked for"):
        look(member("bar"), Odd(**vars(small())))


def test_a_checkpoint_of_another_key():
    log = small()
    memory, _ = look(member("bar"), log)
    refused(replace(memory, log_key=sha(b"other")), log, "did not sign")


def test_a_log_that_does_not_know_me():
    log = small()
    refused(member("press"), log, "knows no contributor press")
    stranger = replace(member("bar"), secret=sha(b"another"))
    saved = refused(stranger, log, "does not know my key and my anchor")
    freeze(log)
    saved = refused(saved, log, "does not know my key and my anchor")
    assert (saved.used, saved.unsaid) == (1, ())


@pytest.mark.parametrize("field", ["origin", "log_key"])
def test_a_genesis_of_another_log(field):
    """A trust file that names other keys than the log's first entry."""
    log = small()
    own = ed25519.public_key(LOG_SEED)
    memory = contributor.introduced(member("bar"), log.trust())
    other = begun(members())
    other.lines[0] = other.lines[0].replace(
        *{"origin": (b"log.example", b"log.elsewhere"), "log_key": (own.hex().encode(), b"0" * 64)}[
            field
        ]
    )
    rebuilt = Rebuilt(other.lines, log)
    refused(memory, rebuilt, "another name or key", ProvenError)


class Rebuilt(PublishedLog):
    """A log of any lines at all, under the signature of the true one."""

    def __init__(self, lines, log):
        super().__init__(state=log.state)
        for line in lines:
            for level, place, value in grown(len(self.lines), leaf(line), self.node):
                self.nodes[level, place] = value
            self.lines.append(line)

    def checkpoint(self):
        frontier = Frontier()
        for line in self.lines:
            frontier.add(line)
        text = note.Checkpoint(origin=ORIGIN, size=frontier.size, root=frontier.root()).text()
        signature = ed25519.sign(LOG_SEED, text.encode())
        return text + "\n" + note.signature_line(ORIGIN, ed25519.public_key(LOG_SEED), signature)


def test_an_epoch_twice():
    log = small()
    freeze(log)
    memory, _ = look(member("bar"), log)
    register(log, 2)
    log.add({**compose.freeze(log.state, log.at(), "all"), "epoch": 1})
    saved = refused(memory, log, "epoch 1 was used already", ProvenError)
    assert saved.used == 1


def test_an_epoch_ahead():
    log = small()
    log.add({**compose.freeze(log.state, log.at(), "all"), "epoch": 2})
    refused(member("bar"), log, "epoch 2 would skip", ProvenError)


def test_a_chain_at_its_end():
    bodies = [member("bar", epochs=1)]
    log = begun(bodies)
    register(log, 1)
    freeze(log)
    memory, said = look(bodies[0], log)
    assert said == [1]
    register(log, 2)
    freeze(log)
    assert refused(memory, log, "used up").used == 2


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"freeze"}',
        b'"type":"freeze"',
        b'["type":"freeze"]',
        b'["\\"type\\":\\"freeze\\""]',
    ],
)
def test_a_malformed_freeze(line):
    log = small()
    rebuilt = Rebuilt([*log.lines, line], log)
    if b"\\" in line:  # a text, of no concern
        assert look(member("bar"), rebuilt)[0].size == len(rebuilt.lines)
    else:
        refused(member("bar"), rebuilt, "malformed", ProvenError)


@pytest.mark.parametrize("line", [b"nonsense", b"{}", b'{"a":{"type":"freeze"},"type":"later"}'])
def test_what_does_not_concern_a_contributor(line):
    """The verifier looks at it; here it is a leaf like others."""
    log = small()
    rebuilt = Rebuilt([*log.lines, line], log)
    assert look(member("bar"), rebuilt)[0].size == len(rebuilt.lines)


def test_a_long_log_is_kept_by_strides(monkeypatch):
    """What was read stays read when the line breaks: each stride is proven to be in the log."""
    monkeypatch.setattr(contributor, "STRIDE", 10)
    log = small()
    freeze(log)
    for number in range(2, 40):
        register(log, number)

    class Weak(PublishedLog):
        def entries(self, start, end):
            if start >= 30:
                raise UnreachableError("gone")
            return super().entries(start, end)

    saved = []
    with pytest.raises(UnreachableError):
        look(member("bar"), Weak(**vars(log)), saved.append)
    assert saved[-1].size == 30
    memory, said = look(saved[-1], log, saved.append)
    assert (memory.size, said) == (saved[-1].size, [1])
    assert memory.root == log.state.frontier.root() or memory.size < log.state.size

    class Swapped(PublishedLog):
        def entries(self, start, end):
            return [line.replace(b"J-001", b"J-009") for line in super().entries(start, end)]

    refused(member("bar"), Swapped(**vars(log)), "do not make up")


def test_a_memory_survives_its_file(tmp_path):
    log = small()
    freeze(log)
    memory, _ = look(member("bar"), log)
    memory = contributor.rotated(memory, None, None)
    path = tmp_path / "bar.json"
    store(path, memory)
    assert load(path) == memory
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["bar.json"]


def test_a_memory_from_before_rotations():
    memory, _ = look(member("bar"), small())
    older = kept(memory).replace('"since": 1,', "")
    assert older != kept(memory)
    assert remembered(older) == memory


@pytest.mark.parametrize("text", ["", "[]", "{}", "5", '{"size": 1}'])
def test_a_damaged_file(text, tmp_path):
    (tmp_path / "bar.json").write_text(text)
    with pytest.raises(ValueError, match="damaged"):
        load(tmp_path / "bar.json")


def test_only_one_works_with_a_file(tmp_path):
    path = tmp_path / "bar.json"
    with held(path), pytest.raises(BusyError, match="only one may"), held(path):
        pass
    with held(path):
        pass


@pytest.mark.parametrize("length", [0, 1, 2, ladder.STEP, ladder.STEP + 1, 3 * ladder.STEP - 1])
def test_every_value_from_the_ladder_is_on_the_chain(length):
    secret = sha(b"secret")
    value = chain.tail(secret, "bar")
    for epoch in range(length, -1, -1):
        assert ladder.value_at(secret, "bar", length, epoch) == value
        value = chain.earlier("bar", value, epoch, epoch - 1)
    for epoch in (-1, length + 1):
        with pytest.raises(ValueError, match="has values 0 to"):
            ladder.value_at(secret, "bar", length, epoch)


def away(count):
    """A log with so many frozen epochs, and the memory of a bar that answered them."""
    log = begun(members())
    bar = member("bar")
    for number in range(1, count + 1):
        register(log, number)
        freeze(log)
        bar, _ = look(bar, log)
    return log, bar


def rotate(log, facts):
    log.add(rotation.compose_rotation(log.at(), facts))


def next_epoch(log):
    register(log, 1000 + len(log.lines))
    return freeze(log)


def test_rotation():
    _, bar = away(2)
    bar = contributor.rotated(bar, None, None)
    facts = contributor.rotation_facts(bar)
    assert facts["first"] == bar.used + 1 + contributor.LEAD
    assert contributor.rotated(bar, 90, 900) == bar  # made once, it is the next one
    assert remembered(kept(bar)) == bar
    entry = rotation.compose_rotation("2026-12-01T00:00:00+06:00", facts)
    bodies = {body.id: body.public() for body in members()}
    assert rotation.faults(ORIGIN, bar.used + 1, bodies, entry) == []


def test_from_its_first_epoch_on_the_new_chain_answers():
    log, bar = away(2)
    bar = contributor.rotated(bar, 5, 50)
    new = bar.following
    rotate(log, contributor.rotation_facts(bar))
    others = answers(log, members()[1:])
    for epoch in (3, 4, 5, 6):
        assert next_epoch(log) == epoch
        bar, said = look(bar, log)
        others = answers(log, others)
        assert said == [epoch]
        assert bar.following == (replace(new, logged=True) if epoch < 5 else None)
    assert (bar.since, bar.epochs, bar.secret, bar.seed) == (5, 50, new.secret, new.seed)
    for epoch in range(1, 7):
        draw(log, epoch)
    assert verify(log.lines, log.trust()).findings == []
    # Whoever comes to this log with nothing but the new chain finds its place in it.
    fresh = replace(member("bar", epochs=50), secret=new.secret, seed=new.seed)
    fresh, said = look(fresh, log)
    assert (fresh.since, fresh.used, fresh.unsaid, said) == (5, 6, (), [])


def test_a_rotation_that_the_log_does_not_have_is_not_turned_to():
    log, bar = away(2)
    bar = contributor.rotated(bar, 5, 50)
    for epoch in (3, 4, 5, 6):
        next_epoch(log)
        bar, said = look(bar, log)
        assert said == [epoch]
    assert bar.epochs == 20
    assert log.state.findings == []


def test_the_rotation_of_somebody_else_changes_nothing():
    log, bar = away(2)
    court, _ = look(members()[1], log)
    court = contributor.rotated(court, 5, 50)
    rotate(log, contributor.rotation_facts(court))
    next_epoch(log)
    again, said = look(bar, log)
    assert said == [3]
    assert (again.since, again.until, again.following) == (bar.since, 0, None)


def test_a_key_that_others_put_in_its_place():
    """Its owner was away for long: until then it answers, and from then on it protests."""
    log, bar = away(1)
    fresh = replace(member("bar", epochs=40), secret=sha(b"new"), seed=sha(b"new key"))
    facts = contributor.replacement_facts(fresh, 4)
    for body in members()[1:]:
        facts = contributor.endorsed(look(body, log)[0], facts)
    rotate(log, facts)
    for epoch in (2, 3):
        next_epoch(log)
        bar, said = look(bar, log)
        assert (bar.until, said) == (4, [epoch])
    fresh, said = look(fresh, log)
    assert (fresh.since, said) == (4, [])
    next_epoch(log)
    lost = refused(bar, log, "from epoch 4 on my place is another key's")
    assert (lost.used, lost.unsaid) == (4, ())
    assert look(fresh, log)[1] == [4]
    assert log.state.findings == []


@pytest.mark.parametrize(
    ("first", "epochs", "what"),
    [(4, None, "epoch 5 at the earliest"), (9, 8, "ends before epoch 9")],
)
def test_a_rotation_that_cannot_be(first, epochs, what):
    _, bar = away(2)
    with pytest.raises(ValueError, match=what):
        contributor.rotated(bar, first, epochs)


def test_a_rotation_that_was_never_logged_is_made_again():
    _, bar = away(2)
    bar = contributor.rotated(bar, 5, 50)
    later = replace(bar, used=3)
    assert contributor.rotated(later, 9, 90).following.first == 9
    logged = replace(later, following=replace(later.following, logged=True))
    assert contributor.rotated(logged, 9, 90) == logged


def test_facts_of_a_rotation_need_a_chain_and_a_log():
    with pytest.raises(ValueError, match="no next chain"):
        contributor.rotation_facts(member("bar"))
    with pytest.raises(ValueError, match="not yet seen"):
        contributor.rotation_facts(contributor.rotated(member("bar"), None, None))


def test_a_lost_contributor_is_replaced_when_the_others_sign():
    log, bar = away(1)
    fresh = replace(member("bar", epochs=40), secret=sha(b"new"), seed=sha(b"new key"))
    facts = contributor.replacement_facts(fresh, 5)
    assert facts["signatures"] == {}
    others = [look(body, log)[0] for body in members() if body.id != "bar"]
    for other in others:
        facts = contributor.endorsed(other, facts)
    entry = rotation.compose_rotation("2026-12-01T00:00:00+06:00", facts)
    bodies = {body.id: body.public() for body in members()}
    assert rotation.faults(ORIGIN, 2, bodies, entry) == []

    with pytest.raises(ValueError, match="endorses himself"):
        contributor.endorsed(bar, facts)
    with pytest.raises(ValueError, match="not yet seen"):
        contributor.endorsed(member("court"), facts)
    with pytest.raises(ValueError, match="too near"):
        contributor.endorsed(others[0], {**facts, "first": 3})
    with pytest.raises(ValueError, match="known to its log"):
        contributor.replacement_facts(bar, 5)
    with pytest.raises(ValueError, match="ends before"):
        contributor.replacement_facts(fresh, 41)


def test_what_is_used_after_a_restoration_is_the_log_that_another_saw():
    """The new box remembers no root; so the log could go back, and ask for an epoch again."""
    log = small()
    freeze(log)
    answers(log, members()[1:])
    seen = log.checkpoint()
    restored = replace(member("bar"), floor=seen)
    assert remembered(kept(restored)) == restored
    memory, said = look(restored, log)
    assert (memory.floor, said) == ("", [1])

    refused(restored, small(), "rollback: somebody saw")
    other = forked()
    freeze(other)
    answers(other, members()[1:])
    refused(restored, other, "fork: somebody saw other", ProvenError)
    register(other, 7)
    refused(restored, other, "fork: what somebody saw at")
    wrong = Trust(
        origin=ORIGIN, key=sha(b"no key"), contributors=log.trust().contributors, checkpoint=""
    )
    with pytest.raises(RefusedError, match="to be restored with"):
        contributor.introduced(restored, wrong)
    with pytest.raises(RefusedError, match="to be restored with"):
        contributor.grounded(member("bar"), "nonsense")
    assert contributor.grounded(member("bar"), seen) == restored


def test_verify_after_contributors_in_process():
    log = small()
    freeze(log)
    answers(log, members())
    draw(log, 1)
    assert verify(log.lines, log.trust()).findings == []
