"""The commands of an outsider: what they print, and with which status they end."""

import pytest

from assignment import __main__ as command
from tests.assignment.court import trust_text, whole_log


@pytest.fixture
def files(tmp_path):
    log = whole_log(epochs=1, cases=2)
    log_file, trust_file = tmp_path / "log.jsonl", tmp_path / "trust.json"
    log_file.write_bytes(log.text())
    trust_file.write_text(trust_text(log))
    return str(log_file), str(trust_file)


def test_a_true_log(files, capsys, monkeypatch):
    monkeypatch.setattr("assignment.verify.PROGRESS", 10)
    log, trust = files
    assert command.main(["verify", log, "--trust", trust]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("entries: ")
    assert out.endswith("\nthe log is true\n")
    assert err.startswith("... 10 entries\n")


def test_a_false_log(files, capsys, tmp_path):
    log, trust = files
    lines = (tmp_path / "log.jsonl").read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b'"availability":', b'"availability":1')
    (tmp_path / "log.jsonl").write_bytes(b"".join(lines))
    assert command.main(["verify", log, "--trust", trust]) == command.FAULTS == 1
    out = capsys.readouterr().out
    assert "\nentry 3: the field availability of a roster does not have its form\n" in out
    assert out.endswith(" faults\n")


@pytest.mark.parametrize("trust", ["[]", "{", '{"ver":"kg-draw/1"}'])
def test_a_trust_file_that_is_none(files, capsys, tmp_path, trust):
    (tmp_path / "trust.json").write_text(trust)
    assert command.main(["verify", files[0], "--trust", files[1]]) == command.UNUSABLE == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("verify: ")


def test_explain(files, capsys):
    log, _ = files
    assert command.main(["explain", log, "2026-BSK-LEN-000001"]) == 0
    assert "2026-BSK-LEN-000001" in capsys.readouterr().out
    assert command.main(["explain", log, "2026-BSK-LEN-999999"]) == command.UNUSABLE
    assert capsys.readouterr().err.startswith("explain: ")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ImportError("no module", name="numpy"), "`pip install numpy` adds it"),
        (ImportError("no module"), "`pip install cryptography` adds it"),
    ],
)
def test_a_library_that_is_not_there(files, capsys, monkeypatch, error, said):
    def missing(*_):
        raise error

    monkeypatch.setattr(command, "verify", missing)
    assert command.main(["verify", files[0], "--trust", files[1]]) == command.UNUSABLE
    assert said in capsys.readouterr().err


def test_every_command_has_its_line(capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    for name in ("draw", "verify", "explain", "included", "contributor", "simulate"):
        assert name in out
