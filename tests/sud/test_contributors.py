"""Three contributors as processes of their own: one killed again and again, one away for a day."""

import json
import random
import subprocess
import sys
import threading
import time as clock
import urllib.request
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from assignment import ed25519, note
from assignment.canon import parse
from assignment.memory import load
from assignment.tiles import Tiled
from assignment.verify import Trust, checkpoint_in, verify
from sud.access import SYSTEM
from sud.allocation import jobs, log, service
from sud.db import unit
from sud.models import AbsenceReason, Case, DrawRequest, Epoch, Reveal
from sud.web import make_app
from tests.builders import Make

ROOT = Path(__file__).parents[2]
NAMES = ("bar", "court", "ombudsman")
DAY = 5  # epochs of the day on which one is away


@contextmanager
def serving(config, outside, sessions):
    """The house at an address, for whoever asks over HTTP."""
    app = make_app(config, outside=outside, sessions=sessions)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = False  # closing it waits for what those who were killed had asked
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Bodies:
    """The contributors' programs, each with its own file; whoever is dead can be started again."""

    def __init__(self, folder):
        self.folder = folder
        self.running = {}
        self.anchors = [
            json.loads(self.done("init", name, "--id", name, "--epochs", "60").stdout)
            for name in NAMES
        ]

    def argv(self, step, name, *more):
        state = str(self.folder / f"{name}.json")
        return [sys.executable, "-m", "assignment", "contributor", step, "--state", state, *more]

    def done(self, step, name, *more):
        argv = self.argv(step, name, *more)
        return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)

    def start(self, name, address):
        more = ["--log", address, "--every", "0.1", "--patience", "0.5"]
        with (self.folder / f"{name}.log").open("ab") as words:
            self.running[name] = subprocess.Popen(
                self.argv("run", name, *more), cwd=ROOT, stdout=words, stderr=words
            )

    def kill(self, name):
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def words(self, name):
        return (self.folder / f"{name}.log").read_text()


@pytest.fixture
def bodies(tmp_path):
    found = Bodies(tmp_path)
    yield found
    for name in list(found.running):
        found.kill(name)


@pytest.fixture
def cases(tmp_path, own_sessions, bodies, time):
    """A log that knows these contributors, a bench, and cases not yet entered."""
    with unit(own_sessions) as session:
        make = Make(session, time)
        service.found(
            session,
            SYSTEM,
            bodies.anchors,
            now=time(),
            log_key=tmp_path / "log.key",
            origin="sud.test/draws",
        )
        for judge in [make.judge() for _ in range(5)]:
            service.set_availability(
                session,
                SYSTEM,
                judge,
                per_mille=1000,
                reason=AbsenceReason.SHARE,
                valid_from=judge.since,
                order_number="1",
                now=time(),
            )
        return [make.case().id for _ in range(2 * DAY)]


def wait_until(holds, seconds=100):
    deadline = clock.monotonic() + seconds
    while not holds():
        assert clock.monotonic() < deadline, "it did not happen in time"
        clock.sleep(0.1)


def got(address, path):
    with urllib.request.urlopen(f"{address}/{path}") as answer:  # noqa: S310 -- our own house
        return answer.read()


def test_one_is_killed_and_one_is_away_for_a_day(
    tmp_path, own_sessions, bodies, cases, config, outside, time
):
    config = replace(config, log_key_file=tmp_path / "log.key")
    chance = random.Random(3)  # noqa: S311 -- when the blow falls, not what is drawn

    def revealed(epoch):
        with own_sessions() as session:
            query = select(Reveal.contributor).where(Reveal.epoch_number == epoch)
            return set(session.scalars(query))

    with serving(config, outside, own_sessions) as address:
        bodies.start("bar", address)
        bodies.start("court", address)
        for epoch in range(1, DAY + 1):
            with unit(own_sessions) as session:
                for number in cases[2 * epoch - 2 : 2 * epoch]:
                    service.enter(session, SYSTEM, session.get_one(Case, number), now=time())
            jobs.freeze(own_sessions, outside)
            for _ in range(2):
                clock.sleep(chance.random() / 2)
                bodies.kill("bar")
                bodies.start("bar", address)
            wait_until(lambda: revealed(epoch) == {"bar", "court"})  # noqa: B023 -- asked at once
            jobs.draw(own_sessions, outside)
        with own_sessions() as session:
            assert not [row for row in session.scalars(select(Epoch)) if row.drawn_at]

        # The third comes back, and answers the whole day in order; two workers then draw at once.
        bodies.start("ombudsman", address)
        wait_until(lambda: revealed(DAY) == set(NAMES))
        workers = [threading.Thread(target=jobs.draw, args=(own_sessions, outside)) for _ in "ab"]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        check_from_outside(address, own_sessions)

        # A second program on the same file is turned away, and the first goes on.
        second = bodies.done("run", "bar", "--log", address)
        assert (second.returncode, second.stdout) == (2, "")
        assert "another process works with" in second.stderr
        assert bodies.running["bar"].poll() is None
        # Before the house goes: that nobody answers any more would stand in what they say.
        for name in NAMES:
            bodies.kill(name)

    for number in range(1, DAY + 1):
        assert f"ombudsman: cosigned and revealed epoch {number}\n" in bodies.words("ombudsman")
    for name in NAMES:
        assert load(tmp_path / f"{name}.json").used == DAY
        assert "refused" not in bodies.words(name)


def check_from_outside(address, sessions):
    """Everything that follows is read over HTTP alone, as anybody can."""
    trust = Trust.of(json.loads(got(address, "log/trust.json")))
    lines = got(address, "log.jsonl").splitlines()
    report = verify(lines, trust)
    assert report.findings == []
    assert report.state.closed == DAY
    entries = [parse(line) for line in lines]
    results = Counter(entry["request"] for entry in entries if entry["type"] == "result")
    with sessions() as session:
        requests = session.scalars(select(DrawRequest)).all()
        assert results == Counter({row.request_id: 1 for row in requests})
        assert len(results) == 2 * DAY
        assert all(case.judge_id for case in session.scalars(select(Case)))
        frozen = session.scalars(select(Epoch.tree_size).order_by(Epoch.number)).all()
        assert log.size_of(session) == len(lines)
    reveals = [entry for entry in entries if entry["type"] == "reveal"]
    for name in NAMES:
        told = [entry["epoch"] for entry in reveals if entry["contributor"] == name]
        assert told == list(range(1, DAY + 1))  # each once, in order

    signed = checkpoint_in(got(address, "log/checkpoint").decode(), trust.origin, trust.key)
    reader = Tiled(lambda path: got(address, "log/" + path), signed)
    assert reader.root() == signed.root == report.state.frontier.root()
    assert reader.entries(0, signed.size) == lines
    for size in frozen:
        body, signatures = note.opened(got(address, f"log/checkpoint/{size}").decode())
        assert reader.grew_from(note.Checkpoint.of(body))
        assert len(signatures) == 4
        for who in trust.contributors:
            (found,) = filter(None, (note.cosignature_in(s, who.id, who.key) for s in signatures))
            assert ed25519.genuine(who.key, note.cosigned_message(found[0], body), found[1])
