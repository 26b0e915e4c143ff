"""The commands of a contributor: three of them over HTTP, and what they tell their people."""

import ast
import json
import os
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import assignment
from assignment import __main__ as command
from assignment import contributor, desk, overhttp
from assignment.canon import sha
from assignment.contributor import DeclinedError, UnreachableError, attend
from assignment.memory import held, load, store
from assignment.overhttp import OverHttp
from tests.assignment.court import (
    answers,
    begun,
    draw,
    freeze,
    member,
    members,
    register,
    trust_text,
)
from tests.assignment.served import served

NOW = 1_795_000_000


def look(memory, log):
    return attend(memory, log, lambda _: None, NOW)


def small():
    log = begun(members())
    register(log, 1)
    return log


def forked():
    other = begun(members())
    register(other, 99)
    return other


def run(step, state, *more):
    return command.main(["contributor", *([step] if step else []), "--state", str(state), *more])


def init(tmp_path, name, *more):
    state = tmp_path / f"{name}.json"
    return run("init", state, "--id", name, *more), state


def test_three_contributors_over_http(tmp_path, capsys):
    for name, more in [("bar", []), ("court", ["--judiciary"]), ("ombudsman", [])]:
        assert init(tmp_path, name, "--epochs", "9", *more)[0] == 0
    published = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [body["judiciary"] for body in published] == [False, True, False]
    memories = [load(path) for path in sorted(tmp_path.glob("[a-z]*.json"))]
    assert [memory.public().plain() for memory in memories] == published
    log = begun(memories)
    register(log, 1)
    with served(log) as (address, handler):
        for epoch in (1, 2):
            freeze(log)
            for name in ("bar", "court", "ombudsman"):
                state = tmp_path / f"{name}.json"
                assert run("", state, "--log", address + "/", "--rounds", "2", "--every=0.01") == 0
            draw(log, epoch)
            register(log, epoch + 1)
        assert len(handler.posted) == 6
    assert capsys.readouterr().out.count("cosigned and revealed epoch 2") == 3
    log_file, trust_file = tmp_path / "log.jsonl", tmp_path / "trust"
    log_file.write_bytes(log.text())
    trust_file.write_text(trust_text(log))
    assert command.main(["verify", str(log_file), "--trust", str(trust_file)]) == 0
    assert "the log is true" in capsys.readouterr().out


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
    status, state = init(tmp_path, "bar")
    assert status == command.UNUSABLE
    assert "pip install cryptography" in capsys.readouterr().err
    assert not state.exists()


def test_init_never_makes_a_second_chain(tmp_path, capsys):
    _, state = init(tmp_path, "bar")
    init(tmp_path, "bar", "--epochs", "5")
    first, second = capsys.readouterr().out.splitlines()
    assert first == second
    assert run("init", state) == 0  # its name is in the file
    assert capsys.readouterr().out.splitlines() == [first]
    assert run("init", state, "--id", "court") == desk.UNUSABLE
    assert "holds the chain of bar, not of court" in capsys.readouterr().err


def test_init_needs_a_name_and_run_an_address(tmp_path, capsys):
    state = tmp_path / "x.json"
    assert run("init", state) == desk.UNUSABLE
    assert "needs --id" in capsys.readouterr().err
    assert run("init", state, "--id", "the bar") == desk.UNUSABLE
    assert "without blanks" in capsys.readouterr().err
    init(tmp_path, "x")
    assert run("", state) == desk.UNUSABLE
    assert "--log" in capsys.readouterr().err


def test_a_damaged_file_is_not_replaced(tmp_path, capsys):
    (tmp_path / "bar.json").write_text("")
    assert init(tmp_path, "bar")[0] == desk.UNUSABLE
    assert "damaged" in capsys.readouterr().err
    assert (tmp_path / "bar.json").read_text() == ""


def test_the_notice_for_the_gazette(tmp_path, capsys):
    _, state = init(tmp_path, "bar", "--epochs", "700", "--institution", "advocates")
    printed = capsys.readouterr()
    body = load(state).public()
    assert run("anchor", state) == 0
    told = capsys.readouterr().out
    assert json.loads(told.splitlines()[-1]) == body.plain() == json.loads(printed.out)
    packed = told.replace(" ", "").replace("\n", "")
    for words in (body.anchor.hex(), body.key.hex()):
        assert packed.count(words) == 4  # in three languages, and as JSON
    for words in ("bar", "advocates", "kg-draw/1", "1–700", "python -m assignment verify"):
        assert told.count(words) >= 3
    assert "ЖАРЫЯСЫ" in told
    assert "ОБЪЯВЛЕНИЕ" in told
    assert max(map(len, told.splitlines()[:-1])) <= 80
    assert run("anchor", state, "--language", "en") == 0
    told = capsys.readouterr().out
    assert "ОБЪЯВЛЕНИЕ" not in told
    assert told.splitlines()[0] in printed.err
    assert "outside the judiciary" in told
    _, state = init(tmp_path, "court", "--judiciary")
    assert run("anchor", state, "--language", "en") == 0
    assert "of the judiciary" in capsys.readouterr().out


def test_a_trust_file_from_elsewhere_is_kept_at_first(tmp_path, capsys):
    state = tmp_path / "bar.json"
    store(state, member("bar"))
    log = small()
    trust_file = tmp_path / "trust"
    trust_file.write_text(trust_text(log))
    once = ("--trust", str(trust_file), "--rounds", "1", "--log")
    with served(log, {"/log/trust.json": b"{}"}) as (address, _):
        assert run("run", state, *once, address) == 0
        trust_file.write_text("is not read again")
        assert run("run", state, *once, address) == 0
        store(state, member("bar"))
        assert run("run", state, "--rounds", "1", "--log", address) == desk.REFUSED
        assert "unreachable: a trust file needs a field" in capsys.readouterr().err
        store(state, member("press"))
        trust_file.write_text(trust_text(log))
        assert run("run", state, *once, address) == desk.REFUSED
    assert "refused: this log knows no contributor press" in capsys.readouterr().err


def test_a_refusal_is_told_and_not_posted(tmp_path, capsys):
    state = tmp_path / "bar.json"
    log = small()
    store(state, look(member("bar"), log)[0])
    with served(forked()) as (address, handler):
        for _ in range(2):
            assert run("", state, "--rounds", "1", "--log", address) == desk.REFUSED
            told = capsys.readouterr().err
            assert "refused: fork" in told
            assert "nothing is answered any more" in told
        assert handler.posted == []
    freeze(log)
    with served(log) as (address, handler):
        assert run("", state, "--rounds", "1", "--log", address) == desk.REFUSED
        assert handler.posted == []  # not the true log either
        assert run("forgive", state) == 0
        assert json.loads(capsys.readouterr().out)["what"].startswith("fork")
        assert run("forgive", state) == desk.UNUSABLE
        assert "nothing was refused" in capsys.readouterr().err
        assert run("", state, "--rounds", "1", "--log", address) == 0
        assert len(handler.posted) == 1


def test_a_log_that_is_not_there(tmp_path, capsys):
    state = tmp_path / "bar.json"
    store(state, member("bar"))
    with served(small()) as (address, _):
        pass
    assert run("", state, "--rounds", "1", "--log", address) == desk.REFUSED
    assert "unreachable: /log/trust.json" in capsys.readouterr().err
    assert run("", state, "--rounds", "1", "--log", "file:///etc/passwd") == desk.REFUSED
    assert "not an address of the web" in capsys.readouterr().err


def test_looks_grow_rare_while_there_is_trouble(tmp_path, monkeypatch, capsys):
    pause = desk.pauses(5, 60)
    assert [pause(troubles) for troubles in (0, 1, 2, 3, 4, 5, 10**6)] == [
        5,
        10,
        20,
        40,
        60,
        60,
        60,
    ]
    assert desk.pauses(90, 60)(3) == 90
    waited = []
    monkeypatch.setattr(desk.time, "sleep", waited.append)
    state = tmp_path / "bar.json"
    store(state, member("bar"))
    log = small()
    with served(log, {"/log/checkpoint": b"\xff"}) as (address, handler):
        run("", state, "--rounds", "3", "--log", address)
        assert waited == [10, 20]
        handler.broken.clear()
        assert run("", state, "--rounds", "2", "--log", address) == 0
    assert waited == [10, 20, 5]
    assert "values are left: rotate" in capsys.readouterr().err  # a chain of 20 is nearly over


def test_a_long_chain_needs_no_rotation_yet(tmp_path, capsys):
    _, state = init(tmp_path, "bar", "--epochs", "600")
    memory = load(state)
    log = begun([memory])
    with served(log) as (address, _):
        assert run("run", state, "--rounds", "1", "--log", address) == 0
    assert "rotate" not in capsys.readouterr().err.splitlines()[-1]


def test_a_file_that_another_process_works_with(tmp_path, capsys):
    _, state = init(tmp_path, "bar")
    with held(state):
        argv = ["-m", "assignment", "contributor", "--state", state, "--log", "http://127.0.0.1:9"]
        second = subprocess.run(
            [sys.executable, *argv], check=False, capture_output=True, text=True, timeout=60
        )
    assert second.returncode == desk.UNUSABLE
    assert "another process works with" in second.stderr
    assert run("init", state) == 0


def test_rotate_and_endorse(tmp_path, capsys):
    log = small()
    states = {body.id: tmp_path / f"{body.id}.json" for body in members()}
    for body in members():
        store(states[body.id], look(body, log)[0])
    assert run("rotate", states["bar"], "--first", "30", "--epochs", "90") == 0
    first = capsys.readouterr()
    assert "30–90" in first.err
    assert run("rotate", states["bar"]) == 0
    assert capsys.readouterr().out == first.out
    facts = json.loads(first.out)
    assert set(facts["signatures"]) == {"bar"}

    lost = tmp_path / "new.json"
    assert run("init", lost, "--id", "bar", "--epochs", "50") == 0
    capsys.readouterr()
    assert run("rotate", lost) == desk.UNUSABLE
    assert "needs --first" in capsys.readouterr().err
    assert run("rotate", lost, "--first", "30") == 0
    file = tmp_path / "facts.json"
    for name in ("court", "ombudsman"):
        file.write_text(capsys.readouterr().out)
        assert run("endorse", states[name], "--facts", str(file)) == 0
    told = capsys.readouterr()
    assert "bar has a new key from epoch 30 on" in told.err
    assert set(json.loads(told.out)["signatures"]) == {"court", "ombudsman"}
    file.write_text('{"contributor": 5}')
    assert run("endorse", states["court"], "--facts", str(file)) == desk.UNUSABLE
    assert "does not hold the facts" in capsys.readouterr().err
    assert run("endorse", states["court"]) == desk.UNUSABLE
    assert "needs --facts" in capsys.readouterr().err


def shares_of(state, capsys, *more):
    capsys.readouterr()
    assert run("shares", state, *more) == 0
    return capsys.readouterr().out.splitlines()


def restore(state, *shares, more=()):
    return run("restore", state, *[f"--share={share}" for share in shares], *more)


def test_a_lost_box_is_rebuilt_from_two_shares(tmp_path, capsys):
    log = small()
    state = tmp_path / "bar.json"
    store(state, member("bar"))
    freeze(log)
    others = answers(log, members()[1:])
    (tmp_path / "seen").write_text(log.checkpoint())
    with served(log) as (address, handler):
        run("", state, "--rounds", "1", "--log", address)
        shares = shares_of(state, capsys)
        assert len(shares) == 3
        assert all(Path(share).stat().st_mode & 0o777 == 0o600 for share in shares)
        draw(log, 1)
        state.unlink()
        assert restore(state, shares[0], shares[2], more=[f"--checkpoint={tmp_path / 'seen'}"]) == 0
        assert json.loads(capsys.readouterr().out) == member("bar").public().plain()
        register(log, 2)
        freeze(log)
        assert run("", state, "--rounds", "1", "--log", address) == 0
        assert [json.loads(body)["epoch"] for body in handler.posted] == [1, 2]
    answers(log, others)
    draw(log, 2)


def test_without_what_another_saw_it_is_said_to_be_weaker(tmp_path, capsys):
    state = tmp_path / "bar.json"
    store(state, member("bar"))
    shares = shares_of(state, capsys)
    assert restore(tmp_path / "new.json", *shares[1:]) == 0
    assert "could be an older one again" in capsys.readouterr().err
    assert load(tmp_path / "new.json") == load(state)


def test_what_is_not_restored(tmp_path, capsys):
    state, other = tmp_path / "bar.json", tmp_path / "other.json"
    store(state, member("bar"))
    shares = shares_of(state, capsys)
    assert restore(state, *shares) == desk.UNUSABLE
    assert "not overwritten" in capsys.readouterr().err
    for given, what in [
        ([], "needs --share"),
        (shares[:1], "2 different shares are needed"),
        (shares[:1] * 2, "2 different shares are needed"),
        ([tmp_path / "none"], "none"),
        ([state], "is not a share"),
    ]:
        assert restore(other, *given) == desk.UNUSABLE
        assert what in capsys.readouterr().err
    (tmp_path / "seen").write_text("nonsense")
    assert restore(other, *shares[:2], more=[f"--checkpoint={tmp_path / 'seen'}"]) == desk.UNUSABLE
    assert "to be restored with" in capsys.readouterr().err
    plain = json.loads(Path(shares[0]).read_text())
    (tmp_path / "odd").write_text(json.dumps({**plain, "number": "1"}))
    assert restore(other, tmp_path / "odd", shares[1]) == desk.UNUSABLE
    assert "is not a share" in capsys.readouterr().err
    flipped = ("1" if plain["share"][0] == "0" else "0") + plain["share"][1:]
    Path(shares[0]).write_text(json.dumps({**plain, "share": flipped}))
    assert restore(other, *shares[:2]) == desk.UNUSABLE
    assert "is damaged" in capsys.readouterr().err
    check = sha(bytes.fromhex(flipped)).hex()
    Path(shares[0]).write_text(json.dumps({**plain, "share": flipped, "check": check}))
    assert restore(other, *shares[:2]) == desk.UNUSABLE
    assert "damaged" in capsys.readouterr().err
    store(state, replace(member("bar"), secret=sha(b"x")))
    Path(shares[0]).write_text(json.dumps(plain))
    mixed = shares_of(state, capsys, "--of", "2")
    assert Path(mixed[0]) == Path(shares[0])
    assert restore(other, mixed[0], shares[2]) == desk.UNUSABLE
    assert "not shares of one contributor" in capsys.readouterr().err
    named = json.loads(Path(mixed[0]).read_text())
    for path in mixed:
        again = {**json.loads(Path(path).read_text()), "contributor": plain["contributor"]}
        Path(path).write_text(json.dumps(again))
    assert named["contributor"] != plain["contributor"]
    assert restore(other, *mixed) == desk.UNUSABLE
    assert "do not give back the chain" in capsys.readouterr().err
    assert not other.exists()


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


def test_an_answer_without_end(monkeypatch):
    monkeypatch.setattr(overhttp, "LARGEST", 1000)
    with (
        served(small(), {"/log/checkpoint": b"x" * 1001}) as (address, _),
        pytest.raises(UnreachableError, match="without end"),
    ):
        OverHttp(address).checkpoint()


@pytest.mark.parametrize(("status", "kind"), [(409, DeclinedError), (503, UnreachableError)])
def test_a_log_that_does_not_take_the_answer(status, kind):
    log = small()
    freeze(log)
    saved = []
    with served(log, {"/log/reveals": status}) as (address, handler):
        with pytest.raises(kind) as told:
            attend(member("bar"), OverHttp(address), saved.append, NOW)
        assert type(told.value) is kind
        handler.broken.clear()
        _, said = attend(saved[-1], OverHttp(address), saved.append, NOW + 100)
    assert said == [1]
    assert len(set(handler.posted)) == 1  # the same bytes again


def test_it_runs_with_nothing_but_the_standard_library_and_cryptography(tmp_path):
    """Without site-packages, except the one package that signs (and what it loads itself)."""
    import cryptography

    place = tmp_path / "packages"
    place.mkdir()
    (place / "assignment").symlink_to(Path(assignment.__file__).parent)
    installed = Path(cryptography.__file__).parent.parent
    for name in ("cryptography", "_cffi_backend*", "cffi"):
        for found in installed.glob(name):
            (place / found.name).symlink_to(found)
    start = (
        f"import sys; sys.path.insert(0, {str(place)!r}); import runpy; "
        "sys.argv[0] = 'assignment'; runpy.run_module('assignment', run_name='__main__')"
    )
    init = ["contributor", "init", "--state", tmp_path / "bar.json", "--id=bar", "--epochs=30"]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", start, *init],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"]},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["id"] == "bar"


def test_its_modules_import_nothing_else():
    folder, wanted, seen = Path(assignment.__file__).parent, ["__main__"], set()
    foreign = set()
    while wanted:
        name = wanted.pop()
        if name in seen or name == "simulate":
            continue
        seen.add(name)
        tree = ast.parse((folder / f"{name}.py").read_text())
        for node in tree.body:  # what is imported at once; a lazy import has its own error
            if isinstance(node, ast.ImportFrom) and node.module == "assignment":
                wanted += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module.startswith("assignment."):
                wanted.append(node.module.removeprefix("assignment."))
            elif isinstance(node, ast.ImportFrom):
                foreign.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Import):
                foreign |= {alias.name.partition(".")[0] for alias in node.names}
    assert {"contributor", "overhttp", "memory"} <= seen
    assert foreign <= sys.stdlib_module_names
    assert contributor.left(member("bar", epochs=3)) == 3
