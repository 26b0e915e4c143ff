"""A disc becomes a hearing that plays, whatever is killed, cancelled or done twice on the way."""

import contextlib
import hashlib
import io
import json
import resource
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from recordings import keys, pipeline, scratch, telling
from recordings.__main__ import main
from recordings.audit import audit
from recordings.directory import DirectoryStore
from recordings.errors import NoTitleError, PiecesMissingError, ScratchFullError
from recordings.files import files_at
from recordings.ingest import ingest, make
from recordings.manifest import manifest
from recordings.pipeline import Bench
from recordings.process import ChildError, Failure
from recordings.progress import Pace, Progress, Step
from tests.recordings.conftest import ACCESS, SECRET, bucket
from tests.recordings.discs import GOOD, copy_of, encrypt, zero
from tests.recordings.test_store import Interrupted

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Said:
    """What a command wrote, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.out)
        return told


def run(*arguments: str | Path) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(one) for one in arguments])
    return Said(code, out.getvalue(), err.getvalue())


def process(*line: str | Path, **rest: Any) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *line],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **rest,
    )


def objects(place: Path) -> dict[str, str]:
    """Every object with its hash; the notes of pieces tell what they cost, too."""
    store = DirectoryStore(place)
    return {
        facts.key: hashlib.sha256(store.get(facts.key)).hexdigest()
        for facts in store.list()
        if f"/{keys.PIECES}" not in facts.key
    }


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Said, Path]:
    """The good disc, taken through everything once."""
    place = tmp_path_factory.mktemp("ingested")
    said = run(
        *("ingest", GOOD, "--store", place / "store", "--scratch", place / "scratch", "--json")
    )
    return said, place / "store"


@pytest.fixture
def judged(ingested: tuple[Said, Path], tmp_path: Path) -> Path:
    """The same store before its first piece was made."""
    place = tmp_path / "judged"
    shutil.copytree(ingested[1], place)
    store = DirectoryStore(place)
    kept = {keys.JUDGEMENT, keys.TREATMENT, keys.WAVEFORM, keys.PLAN, *keys.READ}
    for facts in list(store.list(keys.RENDITIONS)):
        if facts.key.rpartition("/")[2] not in kept:
            store.remove(facts.key)
    return place


# --- what comes out ---


def test_everything_is_told_and_is_there(ingested: tuple[Said, Path]) -> None:
    said, place = ingested
    told = said.json
    assert said.code == 0, said.err
    assert (told["known"], told["needs"], told["failed"]) == (False, [], [])
    (title,) = told["titles"]
    assert (title["number"], title["kind"], title["lost"]) == (1, "hearing", [])
    assert (title["duration_s"], title["recovered_s"]) == (10.0, 10.0)
    assert title["verdict"] in {"good", "usable"}
    assert [one["number"] for one in told["skipped"]] == [2]
    for one in told["objects"]:
        data = (place / one["key"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["bytes"], one["sha256"])
    named = {one["key"] for one in told["objects"]}
    assert {one["key"] for one in title["objects"]} < named
    reading = {key for key in objects(place) if f"/{keys.READING}" in key}
    assert objects(place).keys() - reading == named


def test_it_plays(ingested: tuple[Said, Path]) -> None:
    said, place = ingested
    master = place / said.json["titles"][0]["prefix"] / "master.m3u8"
    played = subprocess.run(
        [FFMPEG, "-hide_banner", "-i", master, "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "frame=  250" in played.stderr


def test_types_and_caching_are_right(ingested: tuple[Said, Path]) -> None:
    said, place = ingested
    store = DirectoryStore(place)
    told = {}
    for one in said.json["objects"]:
        facts = store.stat(one["key"])
        told[Path(one["key"]).suffix] = (facts.content_type, facts.cache_control)
        assert facts.content_type != keys.OCTETS or one["key"].startswith(keys.MASTERS)
    assert told[".m4s"] == ("video/iso.segment", keys.FOREVER)
    assert told[".m3u8"] == ("application/vnd.apple.mpegurl", keys.FOREVER)
    assert told[".VOB"] == (keys.OCTETS, keys.NEVER)
    assert told[".json"] == ("application/json", keys.NEVER)


def test_again_nothing_is_made_and_it_is_said(ingested: tuple[Said, Path], tmp_path: Path) -> None:
    _, place = ingested
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    (kept,) = place.glob("masters/*/*/data")
    for source in (GOOD / "VIDEO_TS", kept):
        said = run("ingest", source, "--store", place, "--scratch", tmp_path)
        assert said.code == 0
        assert "not kept twice" in said.out
        assert "Title 1 plays: 0:00:10 of 0:00:10" in said.out
        assert "Title 2 was left out: test of the equipment" in said.out
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before


def test_an_audit_and_a_verification_find_it_sound(ingested: tuple[Said, Path]) -> None:
    for line in (["audit", "--deep"], ["verify"]):
        said = run(*line, "--store", ingested[1], "--json")
        assert said.code == 0
        assert said.json["sound"]
    assert "Nothing is lost." in run("audit", "--store", ingested[1]).out
    assert "1 sources were read" in run("verify", "--store", ingested[1]).out


def test_damage_in_the_store_wants_a_person(ingested: tuple[Said, Path], tmp_path: Path) -> None:
    place = tmp_path / "store"
    shutil.copytree(ingested[1], place)
    piece = next(place.rglob("top/0000-*.m4s"))
    piece.write_bytes(b"rot" + piece.read_bytes()[3:])
    assert run("audit", "--store", place).code == 0
    for line in (["audit", "--deep"], ["verify"]):
        said = run(*line, "--store", place)
        assert said.code == 3
        assert f"altered: {piece.relative_to(place)}" in said.out
    assert run("verify", "--store", place, "--json").json["altered"]


# --- killed, cancelled, twice ---

DYING = """
import os, signal, sys
from recordings import __main__
from recordings.directory import DirectoryStore

last = sys.argv[1]

class Dying(DirectoryStore):
    def put(self, key, stream, **rest):
        if last == "manifest.json" and key.endswith(last):
            os.kill(os.getpid(), signal.SIGKILL)
        stored = super().put(key, stream, **rest)
        if last in key:
            os.kill(os.getpid(), signal.SIGKILL)
        return stored

__main__.DirectoryStore = Dying
sys.exit(__main__.main(sys.argv[2:]))
"""


def test_kill_9_on_the_way(ingested: tuple[Said, Path], tmp_path: Path) -> None:
    """Again and again, always later: what is finished stays, and the end is the same."""
    place = tmp_path / "store"
    line = ["ingest", GOOD, "--store", place, "--scratch", tmp_path / "scratch", "--json"]
    finished: dict[Path, int] = {}
    for last in ("VTS_01_1.VOB", "judgement.json", "/pieces/", "/pieces/", "manifest.json"):
        child = process("-c", DYING, last, *line)
        _, err = child.communicate()
        assert child.returncode == -signal.SIGKILL, err
        assert not list(place.rglob("manifest.json"))
        assert audit(DirectoryStore(place)).sound
        for path, changed in finished.items():
            assert path.stat().st_mtime_ns == changed, f"{path} was made again"
        pieces = [path.name for path in place.rglob("pieces/*.json")]
        finished = {
            path: path.stat().st_mtime_ns
            for path in place.rglob("*.m4s")
            if f"{path.name[:4]}.json" in pieces
        }
    assert {path.name[:4] for path in finished} == {"0000", "0001"}
    said = run(*line)
    assert said.code == 0
    assert said.json["titles"] == ingested[0].json["titles"]
    assert objects(place) == objects(ingested[1])
    assert list((tmp_path / "scratch").iterdir()) == []


def test_two_at_once_do_no_harm(ingested: tuple[Said, Path], judged: Path, tmp_path: Path) -> None:
    line = ["-m", "recordings", "ingest", GOOD, "--store", judged, "--json"]
    both = [process(*line, "--scratch", tmp_path / "scratch") for _ in range(2)]
    for child in both:
        out, err = child.communicate()
        assert child.returncode == 0, err
        assert json.loads(out)["titles"][0]["recovered_s"] == 10.0
    found = audit(DirectoryStore(judged), deep=True)
    assert found.sound
    assert (found.renditions, found.unfinished, found.uploads) == (1, (), ())
    playable = {key for key in objects(ingested[1]) if key.endswith((".m3u8", ".vtt", ".mp4"))}
    assert playable <= objects(judged).keys()


class CancelledError(Exception):
    pass


def test_a_cancelled_piece_is_made_later_and_no_other(
    judged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watch's own exception comes out, and nothing that was finished is made again."""
    shares: list[Progress] = []
    begun: list[int] = []

    def watch(told: Progress) -> None:
        shares.append(told)
        if told.step is Step.MAKE and len(begun) == 2:
            raise CancelledError

    encode = pipeline.encode_piece

    def counted(feeding, title, plan, number, *rest, **named):
        begun.append(number)
        return encode(feeding, title, plan, number, *rest, **named)

    monkeypatch.setattr(pipeline, "encode_piece", counted)
    bench = Bench(store=DirectoryStore(judged), ffmpeg=FFMPEG, scratch=tmp_path / "s", watch=watch)
    with pytest.raises(CancelledError):
        ingest(bench, files_at(GOOD))
    assert [one.share for one in shares if one.step is Step.READ][-1] == 1.0
    making = [one.share for one in shares if one.step is Step.MAKE]
    assert making == sorted(making)
    assert audit(bench.store).renditions == 0
    done = ingest(replace(bench, watch=lambda _: None), files_at(GOOD))
    assert [one.title.number for one in done.titles] == [1]
    assert len(begun) == 3
    assert begun[2] == begun[1] != begun[0]


def test_steps_on_several_machines(tmp_path: Path) -> None:
    """Each with nothing but the store, as workers have it."""
    store = DirectoryStore(tmp_path / "store")
    store.ensure_bucket()

    def machine(name: str) -> Bench:
        return Bench(store=store, ffmpeg=FFMPEG, scratch=tmp_path / name)

    sha256 = pipeline.take_in(machine("a"), files_at(GOOD)).sha256
    report = pipeline.look(machine("b"), sha256)
    assert [title.number for title in report.titles] == [1, 2]
    assert report == pipeline.look(machine("c"), sha256)
    with pytest.raises(NoTitleError):
        pipeline.judge(machine("c"), sha256, 3)
    judgement = pipeline.judge(machine("d"), sha256, 2)
    plan = pipeline.plan(machine("e"), sha256, 2)
    with pytest.raises(PiecesMissingError) as missing:
        pipeline.finish(machine("f"), sha256, 2)
    assert missing.value.numbers == tuple(range(len(plan.pieces)))
    for piece in plan.pieces:
        made = pipeline.make_piece(machine("f"), sha256, 2, piece.number)
        assert made == pipeline.make_piece(machine("g"), sha256, 2, piece.number)
    assert manifest(store, sha256, 2, plan.recipe) is None
    # What is lost of a finished piece is found before anything is shown, and made again.
    lost = next(facts.key for facts in store.list() if "/top/0000-" in facts.key)
    store.remove(lost)
    with pytest.raises(PiecesMissingError):
        pipeline.finish(machine("f"), sha256, 2)
    told = make(machine("h"), sha256, 2).manifest
    assert told == pipeline.finish(machine("f"), sha256, 2)
    assert told == manifest(store, sha256, 2, plan.recipe)
    assert (told.verdict, told.recipe) == (judgement.verdict, plan.recipe)
    assert lost in {one.key for one in told.objects}
    assert audit(store, deep=True).sound


# --- at a desk ---


def test_into_a_bucket(s3_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the keys in the environment; every key is told as it is in the bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://{s3_endpoint}")
    place = ["--store", "s3://desk/court/1", "--json"]
    said = run("ingest", GOOD, "--title", "2", "--scratch", tmp_path, *place)
    assert said.code == 0, said.err
    stored = {facts.key: facts.size for facts in bucket(s3_endpoint, "desk").list("court/1/")}
    for one in said.json["objects"]:
        assert stored[one["key"]] == one["bytes"]
    assert run("audit", "--deep", *place).json["sound"]
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not the secret")
    said = run("audit", *place)
    assert (said.code, said.out) == (1, "")
    assert "the store cannot be used (" in said.err


def test_lost_seconds_want_a_person(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    zero(place / "VIDEO_TS" / "VTS_02_1.VOB", 30, 30)
    line = ["ingest", place, "--store", tmp_path / "store", "--scratch", tmp_path / "s"]
    said = run(*line, "--title", "2", "--json")
    assert said.code == 3
    (title,) = said.json["titles"]
    assert title["lost"]
    assert all(one.keys() == {"start_s", "seconds", "why"} for one in title["lost"])
    assert 0 < title["recovered_s"] < title["duration_s"]
    need = next(one for one in said.json["needs"] if one["what"] == "seconds_lost")
    assert need["title"] == 2
    assert "has lost" in need["words"]
    assert "For a person: Title 2 has lost" in run(*line, "--title", "2").out


def test_a_hearing_of_which_nothing_is_left_is_told(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    for file in (place / "VIDEO_TS").glob("VTS_01_*"):
        file.unlink()
    line = ["ingest", place, "--store", tmp_path / "store", "--scratch", tmp_path / "s"]
    for chosen in ([], ["--title", "1"]):
        said = run(*line, *chosen, "--json")
        assert (said.code, said.json["titles"]) == (3, [])
        (need,) = (one for one in said.json["needs"] if one["what"] == "whole_lost")
        assert need["title"] == 1
    assert audit(DirectoryStore(tmp_path / "store"), deep=True).sound


def test_an_encrypted_disc_is_kept_and_told(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    for vob in (place / "VIDEO_TS").glob("VTS_0?_1.VOB"):
        encrypt(vob)
    line = ["ingest", place, "--store", tmp_path / "store", "--scratch", tmp_path / "s"]
    said = run(*line, "--json", "--retain-until", "2099-01-01")
    assert said.code == 3
    assert {one["what"] for one in said.json["needs"]} == {"encrypted", "not_retained"}
    assert said.json["titles"] == []
    assert len(said.json["objects"]) == 12
    assert audit(DirectoryStore(tmp_path / "store"), deep=True).sound


def test_what_can_be_wrong_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7" * 999)
    (tmp_path / "nothing").mkdir()
    store = tmp_path / "store"
    for line, words in (
        (["probe", tmp_path / "absent"], "there is no such file or folder"),
        (["probe", tmp_path / "letter.pdf"], "nothing in it is a recording that we can play"),
        (["probe", tmp_path / "nothing"], "nothing in it is a recording that we can play"),
        (["ingest", tmp_path / "letter.pdf", "--store", store], "nothing in it is a recording"),
        (["ingest", GOOD, "--title", "7", "--store", store], "there is no title 7"),
        (["ingest", GOOD, "--recipe", "hls-0", "--store", store], "there is no recipe"),
        (["ingest", GOOD, "--store", "s3://bucket"], "AWS_ACCESS_KEY_ID"),
        (["audit", "--store", tmp_path / "none"], "there is no store at"),
        (["verify", "--store", tmp_path / "none"], "there is no store at"),
    ):
        said = run(*line)
        assert (said.code, said.out) == (1, "")
        assert words in said.err
        assert said.err.count("\n") == 1
    assert list(DirectoryStore(store).list()) == []
    assert not (tmp_path / "none").exists()


def test_of_several_each_is_told(tmp_path: Path) -> None:
    said = run("probe", GOOD, tmp_path / "absent", GOOD / "VIDEO_TS", "--json")
    assert said.code == 1
    assert [one["source"] for one in said.json["titles"]] == [0, 0, 1, 1]
    assert len(said.json["sources"]) == 2


def test_probe_in_words_and_for_programs() -> None:
    told = run("probe", GOOD, "--json").json
    assert [one["kind"] for one in told["titles"]] == ["hearing", "test"]
    for title in told["titles"]:
        assert {"number", "kind", "duration_s", "chapters", "streams"} <= title.keys()
    assert "title 1: hearing, 0:00:10, 3 chapters" in run("probe", GOOD).out


def test_what_was_interrupted_is_swept(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        store.put("masters/x/1.vob", Interrupted(bytes(9), 1), resume=True)
    assert "upload interrupted: masters/x/1.vob" in run("audit", "--store", tmp_path).out
    assert run("audit", "--store", tmp_path, "--sweep", "1").err == ""
    assert "given up" in run("audit", "--store", tmp_path, "--sweep", "-1").err
    assert run("audit", "--store", tmp_path, "--json").json["uploads"] == []


def limited(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_full_store_is_told_and_filled_later(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk: no write beyond it succeeds."""
    line = ["ingest", GOOD, "--store", tmp_path / "store", "--scratch", tmp_path / "scratch"]
    child = process(*("-m", "recordings", *line), preexec_fn=lambda: limited(600_000))
    _, err = child.communicate()
    assert child.returncode == 1
    assert "the store is full" in err
    assert err.count("\n") == 1
    assert audit(DirectoryStore(tmp_path / "store")).sound
    assert pipeline.take_in(
        Bench(store=DirectoryStore(tmp_path / "store"), ffmpeg="", scratch=tmp_path),
        files_at(GOOD),
    )
    assert audit(DirectoryStore(tmp_path / "store"), deep=True).masters == 1


# --- the folders in between ---


def test_a_folder_is_lent_to_one_and_found_again(tmp_path: Path) -> None:
    with scratch.lent(tmp_path, "disc") as first:
        with scratch.lent(tmp_path, "disc") as second:
            assert first != second
            scratch.discard(tmp_path, "disc")
            assert first.exists()
            assert second.exists()
        (first / "half").write_bytes(b"made")
    with scratch.lent(tmp_path, "disc") as again:
        assert (again / "half").read_bytes() == b"made"
    scratch.tidy(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    (tmp_path / "a stranger's").mkdir()
    scratch.tidy(tmp_path, age_s=-1)
    assert [path.name for path in tmp_path.iterdir()] == ["a stranger's"]


@pytest.mark.parametrize(
    "full", [OSError(28, "No space left on device"), ChildError(Failure.DISK_FULL)]
)
def test_a_full_scratch_disk_is_told_as_such(tmp_path: Path, full: Exception) -> None:
    with pytest.raises(ScratchFullError), scratch.lent(tmp_path, "disc"):
        raise full
    with pytest.raises(ZeroDivisionError), scratch.lent(tmp_path, "disc"):
        raise ZeroDivisionError


def test_time_left_counts_from_where_it_began() -> None:
    told: list[Progress] = []
    now = iter((0.0, 1.0, 10.0, 20.0))
    pace = Pace(told.append, Step.MAKE, title=1, clock=lambda: next(now))
    for share in (0.5, 0.55, 0.6, 1.5):
        pace(share, piece=2, pieces=15)
    assert [one.seconds_left for one in told] == [None, None, pytest.approx(40.0), 0.0]
    assert told[-1].share == 1.0
    assert telling.progress(told[2]) == (
        " 60% making what plays, title 1, piece 3 of 15, 0:00:40 left"
    )


def test_a_key_says_what_it_is_of() -> None:
    sha256 = "ab" * 32
    assert keys.source_of(f"{keys.rendition_prefix(sha256, 1, 'hls-2')}x") == sha256
    assert keys.source_of(f"masters/aa/{sha256}/data/x") is None
    assert keys.source_of("live/room/x/y") is None
    for wrong in ("../x", "AB" * 32, ""):
        with pytest.raises(ValueError, match="SHA-256"):
            keys.master_prefix(wrong)
    with pytest.raises(ValueError, match="word"):
        keys.live_prefix("room/../other", "x")
    assert keys.cache_control(f"{keys.live_prefix('osh-2', 's1')}live.m3u8") == keys.SHORTLY
