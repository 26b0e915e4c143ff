"""The log as machines read it: tiles, cosigned checkpoints, a beacon and a rotation carried in."""

import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from assignment import beacon, contributor, ed25519, note
from assignment.note import Checkpoint
from assignment.tiles import Tiled
from assignment.verify import checkpoint_in, verify
from sud.access import SYSTEM
from sud.allocation import log, rotating, service
from sud.db import unit
from sud.errors import CourtError, Refusal
from sud.models import Case, Epoch
from sud.outside import defer_job
from tests.assignment.test_beacon import QUICKNET, QUICKNET_1000, needs_library
from tests.builders import Make
from tests.contributors import Contributors


def bench(make, contributors):
    contributors.roster(*[make.judge() for _ in range(3)])


def true(session, contributors):
    report = verify(log.lines(session, 0), contributors.published.trust())
    assert report.findings == []
    return report


def fetched(client):
    """Get files below the prefix of the log; the answers are kept by their names."""
    kept = {}

    def fetch(path):
        kept[path] = client.get("/log/" + path)
        assert kept[path].status_code == 200, path
        return kept[path].data

    return fetch, kept


def test_the_root_follows_from_downloaded_tiles_alone(session, client, make, contributors, config):
    bench(make, contributors)
    contributors.enter(make.case())
    contributors.draw()
    early = checkpoint_of(client, contributors)
    book = log.begun(session, contributors.now())
    for number in range(550):
        book.add({"type": "incident", "at": book.at, "epoch": 1, "code": f"I-{number}"})
    contributors.enter(make.case())
    signed = checkpoint_of(client, contributors)
    assert signed.size > 512
    fetch, kept = fetched(client)
    reader = Tiled(fetch, signed)
    assert reader.root() == signed.root
    assert reader.grew_from(early)
    for start in (0, 255, 256, signed.size - 1):
        assert reader.entries(start, start + 1) == list(log.lines(session, start, start + 1))
    full, part = kept["tile/0/001"], kept[f"tile/0/002.p/{signed.size - 512}"]
    assert (len(full.data), len(part.data)) == (8192, 32 * (signed.size - 512))
    assert full.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert part.headers["Cache-Control"] == "no-cache"
    assert kept["tile/1/000.p/2"].content_type == "application/octet-stream"
    assert kept["tile/entries/000"].content_type == "application/octet-stream"
    # An earlier size asks for parts of tiles that are full by now.
    assert client.get("/log/tile/0/001.p/7").data == full.data[: 7 * 32]
    nodes = log.node_reader(session)
    assert kept["tile/1/000.p/2"].data == nodes(8, 0) + nodes(8, 1)


def checkpoint_of(client, contributors):
    answer = client.get("/log/checkpoint")
    assert answer.content_type == "text/plain; charset=utf-8"
    trust = contributors.published.trust()
    return checkpoint_in(answer.text, trust.origin, trust.key)


@pytest.mark.parametrize(
    "path",
    [
        "0/000",
        "0/000.p/9",
        "0/0",
        "64/000",
        "entries/001",
        "entries/000.p/200",
        "1/000.p/1",
        "x/000",
    ],
)
def test_tiles_that_the_log_does_not_have(client, make, contributors, path):
    bench(make, contributors)
    assert log.size_of(contributors.session) < 9
    assert client.get(f"/log/tile/{path}").status_code == 404


def test_a_freeze_is_published_with_its_cosignatures(session, client, make, contributors):
    bench(make, contributors)
    contributors.enter(make.case())
    frozen = service.freeze(session, SYSTEM, now=contributors.now())
    assert cosigners(client, frozen, contributors) == []
    contributors.answer("bar", "ombudsman")
    assert cosigners(client, frozen, contributors) == ["bar", "ombudsman"]
    contributors.answer()
    assert cosigners(client, frozen, contributors) == ["bar", "court", "ombudsman"]
    assert client.get(f"/log/checkpoint/{frozen.tree_size - 1}").status_code == 404


def cosigners(client, frozen, contributors):
    """Check a published note as any C2SP client would, and name its witnesses."""
    signed = client.get(f"/log/checkpoint/{frozen.tree_size}").text
    trust = contributors.published.trust()
    wanted = Checkpoint(origin=trust.origin, size=frozen.tree_size, root=frozen.root)
    assert checkpoint_in(signed, trust.origin, trust.key) == wanted
    body, lines = note.opened(signed)
    found = []
    for contributor_ in trust.contributors:
        for line in lines:
            made = note.cosignature_in(line, contributor_.id, contributor_.key)
            if made is not None:
                message = note.cosigned_message(made[0], body)
                assert ed25519.genuine(contributor_.key, message, made[1])
                found.append(contributor_.id)
    assert len(lines) == 1 + len(found)
    return found


def test_a_log_that_has_not_begun(client):
    for path in ("/log/checkpoint", "/log/checkpoint/5", "/log/tile/0/000.p/1"):
        assert client.get(path).status_code == 404


# -------------------------------------------------------------- strong mode


def strong_rule(contributors):
    """The rule of a network whose round 1000 serves a draw that is frozen within half an hour."""
    made = int(contributors.now().timestamp()) + QUICKNET["delay"] + 1800
    return {**QUICKNET, "period": 3600, "genesis": made - 999 * 3600}


@needs_library
def test_a_draw_waits_for_its_round_of_the_beacon(session, make, contributors):
    bench(make, contributors)
    rule = strong_rule(contributors)
    service.set_rules(session, SYSTEM, beacon=rule, now=contributors.now())
    contributors.enter(make.case())
    contributors.draw()
    frozen = session.scalars(select(Epoch)).one()
    assert frozen.drawn_at is None  # every value is there, and still it waits
    assert log.read(session).missing(1) == ["drand"]

    facts = beacon.carried(json.dumps(QUICKNET_1000))
    for wrong in (
        {**facts, "round": 1001},
        {**facts, "randomness": "00" * 32},
        {**facts, "signature": facts["signature"][:-2] + "00"},
        {"round": 1000},
    ):
        with pytest.raises(CourtError) as refused:
            service.take_beacon(session, SYSTEM, wrong, now=contributors.now(), defer=defer_job)
        assert refused.value.code is Refusal.BEACON_REFUSED
    served = service.take_beacon(session, SYSTEM, facts, now=contributors.now(), defer=defer_job)
    assert served == [1]
    assert service.draw(session, SYSTEM, now=contributors.now(), defer=defer_job) is not None
    assert true(session, contributors).state.counts["draws"] == 1
    lines = list(log.lines(session, 0))
    forged = [line.replace(b'"round":1000', b'"round":1001') for line in lines]
    report = verify(forged, replace(contributors.published.trust(), checkpoint=""))
    assert "the round that the rule fixes for this epoch is 1000" in [
        finding.what for finding in report.findings
    ]


def test_without_strong_mode_no_round_is_wanted(session, make, contributors):
    bench(make, contributors)
    contributors.enter(make.case())
    service.freeze(session, SYSTEM, now=contributors.now())
    facts = beacon.carried(json.dumps(QUICKNET_1000))
    with pytest.raises(CourtError):
        service.take_beacon(session, SYSTEM, facts, now=contributors.now(), defer=defer_job)


# ----------------------------------------------------------------- rotation


def one_more(make, contributors):
    contributors.enter(make.case())
    contributors.now.now += timedelta(hours=1)
    contributors.draw()


def test_a_contributor_changes_its_chain_and_key(session, make, contributors):
    bench(make, contributors)
    one_more(make, contributors)
    bar = contributor.rotated(contributors.memories[0], 4, 30)
    contributors.memories[0] = bar
    facts = contributor.rotation_facts(bar)
    for wrong in (None, {}, {**facts, "first": 3}, {**facts, "signatures": {}}):
        with pytest.raises(CourtError) as refused:
            rotating.take_rotation(session, SYSTEM, wrong, now=contributors.now())
        assert refused.value.code is Refusal.ROTATION_REFUSED
    assert rotating.take_rotation(session, SYSTEM, facts, now=contributors.now()) == 4
    with pytest.raises(CourtError):
        rotating.take_rotation(session, SYSTEM, facts, now=contributors.now())
    for _ in range(4):
        one_more(make, contributors)
    bar = contributors.memories[0]
    assert (bar.since, bar.following, bar.epochs) == (4, None, 30)
    assert true(session, contributors).state.counts["draws"] == 5
    restored = contributor.make("bar", "bar", judiciary=False, epochs=60)
    restored = replace(restored, seed=bar.seed, secret=bar.secret, epochs=bar.epochs)
    again, said = contributor.attend(restored, contributors.published, lambda _: None, 1)
    assert (again.since, again.used, said) == (4, 5, [])  # it finds its place in the log


def test_a_lost_contributor_is_replaced_by_the_others(session, make, contributors):
    bench(make, contributors)
    one_more(make, contributors)
    old, *others = contributors.memories
    fresh = contributor.make("bar", "bar", judiciary=False, epochs=30)
    facts = contributor.replacement_facts(fresh, 4)
    with pytest.raises(CourtError):
        rotating.take_rotation(session, SYSTEM, facts, now=contributors.now())
    for other in others:
        facts = contributor.endorsed(other, facts)
    rotating.take_rotation(session, SYSTEM, facts, now=contributors.now())
    for _ in range(2):
        one_more(make, contributors)  # until then the old chain answers
    old, contributors.memories[0] = contributors.memories[0], fresh
    one_more(make, contributors)
    assert true(session, contributors).state.counts["draws"] == 4
    saved = []
    with pytest.raises(contributor.RefusedError, match="from epoch 4 on my place is another"):
        contributor.attend(old, contributors.published, saved.append, 1)
    assert (saved[-1].used, saved[-1].unsaid) == (4, ())  # and its old values stay unsaid


# -------------------------------------------------------------- the console


@pytest.fixture
def console(own_sessions, config):
    """Commands of the house, carried out on a database that really keeps what they do."""
    settings = {
        f"SUD_{field.name.upper()}": str(getattr(config, field.name)) for field in fields(config)
    }

    def carried_out(*argv):
        done = subprocess.run(
            [sys.executable, "-m", "sud.cli", *argv],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, **settings},
        )
        return done.returncode, done.stdout + done.stderr

    return carried_out


@needs_library
def test_strong_mode_at_the_console(console, own_sessions, config, time, tmp_path):
    time.now = datetime.now(UTC)  # commands ask the real clock
    with unit(own_sessions) as session:
        make = Make(session, time)
        contributors = Contributors(session, config, time)
        bench(make, contributors)
        contributors.enter(make.case())
        later = make.case().id
        rule = {**QUICKNET, "genesis": 1}
        del rule["delay"]
    assert console("strong-mode", "quicknet", "--delay", "90") == (0, "")
    assert beacon_rule(own_sessions) == {**QUICKNET, "delay": 90}
    for network, words in [("nonet", "no such network"), (tmp_path / "rule", "not the rule")]:
        (tmp_path / "rule").write_text(json.dumps(rule))
        status, told = console("strong-mode", network)
        assert status == 1
        assert words in told
    with unit(own_sessions) as session:
        contributors.session = contributors.published.session = session
        rule = strong_rule(contributors)
    (tmp_path / "rule").write_text(json.dumps(rule))
    assert console("strong-mode", tmp_path / "rule") == (0, "")
    assert beacon_rule(own_sessions) == rule
    with unit(own_sessions) as session:
        contributors.session = contributors.published.session = session
        contributors.draw()  # its case came before the rule: it waits for no round
        assert log.read(session).closed == 1
        contributors.enter(session.get_one(Case, later))
        contributors.draw()
        assert log.read(session).missing(2) == ["drand"]
    (tmp_path / "round").write_text("{}")
    assert console("beacon", tmp_path / "round") == (1, "this is not a round of a drand beacon\n")
    (tmp_path / "round").write_text(json.dumps(QUICKNET_1000))
    assert console("beacon", tmp_path / "round") == (0, "round 1000 serves epoch 2\n")
    assert console("beacon", tmp_path / "round") == (1, "beacon_refused\n")
    assert console("strong-mode", "off") == (0, "")
    assert beacon_rule(own_sessions) is None
    with unit(own_sessions) as session:
        contributors.session = contributors.published.session = session
        assert service.draw(session, SYSTEM, now=contributors.now(), defer=defer_job) is not None
        true(session, contributors)


def beacon_rule(sessions):
    with unit(sessions) as session:
        return log.read(session).fixed[-1][1].beacon


def test_a_rotation_at_the_console(console, own_sessions, config, time, tmp_path):
    time.now = datetime.now(UTC)
    with unit(own_sessions) as session:
        contributors = Contributors(session, config, time)
        contributors.answer()
    bar = contributor.rotated(contributors.memories[0], 30, 90)
    facts = tmp_path / "facts.json"
    assert console("rotate", facts)[0] == 1
    facts.write_text(json.dumps({**contributor.rotation_facts(bar), "signatures": {}}))
    status, told = console("rotate", facts)
    assert status == 1
    assert "refused: a rotation is signed by the old key" in told
    facts.write_text(json.dumps(contributor.rotation_facts(bar)))
    assert console("rotate", facts) == (0, "counts from epoch 30 on\n")
