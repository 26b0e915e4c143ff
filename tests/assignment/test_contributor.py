"""What a contributor signs, what it refuses, and what it remembers after a crash."""

import json
import runpy
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from assignment import __main__ as command
from assignment import compose, contributor
from assignment.canon import parse, sha
from assignment.contributor import OverHttp, RefusedError, UnreachableError, attend
from assignment.verify import verify
from tests.assignment.court import (
    PublishedLog,
    answers,
    begun,
    draw,
    freeze,
    member,
    members,
    register,
    trust_text,
)

NOW = 1_795_000_000


def look(memory, log):
    return attend(memory, log, lambda _: None, NOW)


def small():
    log = begun(members())
    register(log, 1)
    return log


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


def test_an_answer_is_on_disk_before_it_is_given(tmp_path):
    log = small()
    freeze(log)
    path = tmp_path / "bar.json"
    contributor.store(path, member("bar"))

    class CutError(Exception):
        pass

    class CutOff(PublishedLog):
        def answer(self, facts):
            raise CutError(facts["value"])

    cut = CutOff(**vars(log))
    with pytest.raises(CutError) as said:
        attend(contributor.load(path), cut, lambda fresh: contributor.store(path, fresh), NOW)
    kept = contributor.load(path)
    assert kept.used == 1
    assert kept.unsaid[0]["value"] == str(said.value)
    memory, said = attend(kept, log, lambda fresh: contributor.store(path, fresh), NOW + 60)
    assert said == [1]
    assert memory.unsaid == kept.unsaid  # the same bytes, with the time of the first try


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
    shorter = begun(members())
    with pytest.raises(RefusedError, match="rollback"):
        look(memory, shorter)


def forked():
    other = begun(members())
    register(other, 99)
    return other


def test_fork_of_the_same_size():
    memory, _ = look(member("bar"), small())
    with pytest.raises(RefusedError, match="two histories"):
        look(memory, forked())


def test_fork_that_grew():
    memory, _ = look(member("bar"), small())
    other = forked()
    freeze(other)
    with pytest.raises(RefusedError, match="is not in this log"):
        look(memory, other)


def test_entries_that_are_not_those_of_the_checkpoint():
    log = small()
    freeze(log)

    class Other(PublishedLog):
        def entries(self, start, end):
            return [line.replace(b"J-001", b"J-009") for line in super().entries(start, end)]

    with pytest.raises(RefusedError, match="do not make up"):
        look(member("bar"), Other(**vars(log)))


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
    with pytest.raises(RefusedError, match="did not sign"):
        look(replace(memory, log_key=sha(b"other")), log)


def test_a_log_that_does_not_know_me():
    log = small()
    with pytest.raises(RefusedError, match="does not know my key"):
        look(member("press"), log)
    introduced = contributor.introduced(member("bar"), log.trust())
    with pytest.raises(RefusedError, match="genesis entry does not have my key"):
        look(replace(introduced, id="press"), log)


def test_an_epoch_twice():
    log = small()
    freeze(log)
    memory, _ = look(member("bar"), log)
    register(log, 2)
    log.add({**compose.freeze(log.state, log.at(), "all"), "epoch": 1})
    with pytest.raises(RefusedError, match="epoch 1 was used already"):
        look(memory, log)


def test_an_epoch_ahead():
    log = small()
    log.add({**compose.freeze(log.state, log.at(), "all"), "epoch": 2})
    with pytest.raises(RefusedError, match="epoch 2 would skip"):
        look(member("bar"), log)


def test_a_chain_at_its_end():
    bodies = [member("bar", epochs=1)]
    log = begun(bodies)
    register(log, 1)
    freeze(log)
    memory, _ = look(bodies[0], log)
    register(log, 2)
    freeze(log)
    with pytest.raises(RefusedError, match="used up"):
        look(memory, log)


@pytest.mark.parametrize(
    "line", [b"nonsense", b"{}", b"[]", b'{"type":"freeze"}', b'{"type":["freeze"]}']
)
def test_a_malformed_entry(line):
    log = small()
    log.lines.append(line)
    log.state.frontier.add(line)
    with pytest.raises(RefusedError, match="malformed"):
        look(member("bar"), log)


def test_an_entry_of_a_later_version_is_no_reason_to_stop():
    log = small()
    log.add({"type": "linked", "at": log.at()})
    freeze(log)
    assert look(member("bar"), log)[1] == [1]


def test_a_memory_survives_its_file(tmp_path):
    log = small()
    freeze(log)
    memory, _ = look(member("bar"), log)
    path = tmp_path / "bar.json"
    contributor.store(path, memory)
    assert contributor.load(path) == memory
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["bar.json"]


class Handler(BaseHTTPRequestHandler):
    """The published log over HTTP, as the house serves it; ``broken`` answers take precedence."""

    log: PublishedLog
    broken: dict
    posted: list

    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: int(value) for name, (value,) in parse_qs(url.query).items()}
        match url.path:
            case path if path in self.broken:
                body = self.broken[path]
            case "/log/checkpoint":
                body = self.log.checkpoint().encode()
            case "/log/entries":
                body = b"".join(
                    line + b"\n" for line in self.log.entries(query["start"], query["end"])
                )
            case "/log/proof":
                steps = self.log.proof(query["from"], query["to"])
                body = json.dumps({"proof": [step.hex() for step in steps]}).encode()
            case "/log/trust.json":
                body = trust_text(self.log).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.path == "/log/reveals"
        self.posted.append(body)
        self.log.answer(parse(body))
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def served(log, broken=None):
    handler = type("Serving", (Handler,), {"log": log, "broken": broken or {}, "posted": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def init(tmp_path, name, *more):
    state = tmp_path / f"{name}.json"
    return command.main(["contributor", "init", "--state", str(state), "--id", name, *more]), state


def test_three_contributors_over_http(tmp_path, capsys):
    for name, more in [("bar", []), ("court", ["--judiciary"]), ("ombudsman", [])]:
        assert init(tmp_path, name, "--epochs", "9", *more)[0] == 0
    published = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [body["judiciary"] for body in published] == [False, True, False]
    memories = [contributor.load(path) for path in sorted(tmp_path.glob("*.json"))]
    assert [memory.public().plain() for memory in memories] == published
    log = begun(memories)
    register(log, 1)
    with served(log) as (address, handler):
        for epoch in (1, 2):
            freeze(log)
            for name in ("bar", "court", "ombudsman"):
                state = str(tmp_path / f"{name}.json")
                arguments = ["contributor", "--state", state, "--log", address + "/"]
                assert command.main([*arguments, "--rounds", "2", "--every", "0.01"]) == 0
            draw(log, epoch)
            register(log, epoch + 1)
        assert len(handler.posted) == 6
    assert capsys.readouterr().out.count("cosigned and revealed epoch 2") == 3
    log_file, trust_file = tmp_path / "log.jsonl", tmp_path / "trust"
    log_file.write_bytes(log.text())
    trust_file.write_text(trust_text(log))
    assert command.main(["verify", str(log_file), "--trust", str(trust_file)]) == 0
    assert "the log is true" in capsys.readouterr().out
    assert command.main(["explain", str(log_file), "2026-BSK-LEN-000001"]) == 0
    assert "<- drawn" in capsys.readouterr().out
    log_file.write_bytes(log.text().replace(b'"rejected":0', b'"rejected":1', 1))
    assert command.main(["verify", str(log_file), "--trust", str(trust_file)]) == command.FAULTS
    out = capsys.readouterr().out
    assert "the result is not the one that follows" in out
    assert out.endswith(" faults\n")
    assert command.main(["explain", str(log_file), "nobody"]) == command.UNUSABLE


def test_verify_tells_its_progress(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("assignment.verify.PROGRESS", 5)
    log = small()
    (tmp_path / "log").write_bytes(log.text())
    (tmp_path / "trust").write_text(trust_text(log))
    arguments = ["verify", str(tmp_path / "log"), "--trust", str(tmp_path / "trust")]
    assert command.main(arguments) == 0
    assert capsys.readouterr().err == "... 5 entries\n... 10 entries\n"


def test_the_package_is_a_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["python -m assignment", "explain", "no such file", "x"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(command.__file__, run_name="__main__")
    assert ended.value.code == command.UNUSABLE
    assert "no such file" in capsys.readouterr().err


def test_without_the_library_for_signatures(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    for name in [name for name in sys.modules if name.startswith("cryptography.")]:
        monkeypatch.setitem(sys.modules, name, None)
    assert init(tmp_path, "bar")[0] == command.UNUSABLE
    assert "pip install cryptography" in capsys.readouterr().err


def test_init_never_makes_a_second_chain(tmp_path, capsys):
    init(tmp_path, "bar")
    init(tmp_path, "bar", "--epochs", "5")
    first, second = capsys.readouterr().out.splitlines()
    assert first == second


def test_init_needs_a_name_and_run_an_address(tmp_path, capsys):
    state = str(tmp_path / "x.json")
    assert command.main(["contributor", "init", "--state", state]) == command.UNUSABLE
    assert "needs --id" in capsys.readouterr().err
    assert command.main(["contributor", "--state", state]) == command.UNUSABLE
    assert "--log" in capsys.readouterr().err


def test_a_trust_file_from_elsewhere_is_kept_at_first(tmp_path, capsys):
    state = tmp_path / "bar.json"
    contributor.store(state, member("bar"))
    log = small()
    trust_file = tmp_path / "trust"
    trust_file.write_text(trust_text(log))
    arguments = ["contributor", "--state", str(state), "--trust", str(trust_file), "--rounds", "1"]
    with served(log, {"/log/trust.json": b"{}"}) as (address, _):
        assert command.main([*arguments, "--log", address]) == 0
        trust_file.write_text("is not read again")
        assert command.main([*arguments, "--log", address]) == 0
    with served(log, {"/log/trust.json": b"{}"}) as (address, _):
        contributor.store(state, member("bar"))
        assert command.main([*arguments[:3], "--rounds", "1", "--log", address]) == command.REFUSED
    assert "unreachable: a trust file needs a field" in capsys.readouterr().err


def test_a_refusal_is_told_and_not_posted(tmp_path, capsys):
    state = tmp_path / "bar.json"
    contributor.store(state, look(member("bar"), small())[0])
    arguments = ["contributor", "--state", str(state), "--rounds", "1", "--log"]
    with served(forked()) as (address, handler):
        assert command.main([*arguments, address]) == command.REFUSED
        assert handler.posted == []
    assert "refused: fork" in capsys.readouterr().err
    assert command.main([*arguments, address]) == command.REFUSED
    assert "unreachable: /log/checkpoint" in capsys.readouterr().err
    assert command.main([*arguments, "file:///etc/passwd"]) == command.REFUSED
    assert "not an address of the web" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/log/checkpoint", b"\xff"),
        ("/log/proof", b"{"),
        ("/log/proof", b"{}"),
        ("/log/proof", b'{"proof":["zz"]}'),
        ("/log/proof", b'{"proof":[1]}'),
    ],
)
def test_answers_in_another_language(path, answer):
    log = small()
    memory, _ = look(member("bar"), log)
    freeze(log)
    with served(log, {path: answer}) as (address, _), pytest.raises(UnreachableError):
        look(memory, OverHttp(address))


def test_verify_after_contributors_in_process():
    log = small()
    freeze(log)
    answers(log, members())
    draw(log, 1)
    assert verify(log.lines, log.trust()).findings == []
