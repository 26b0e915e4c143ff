"""Live capture: real streams over loopback, cut lines, dead machines, a store that is away."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import imageio_ffmpeg
import pytest
import urllib3

from recordings import soundcheck
from recordings.bucket import BucketStore
from recordings.capture import Orders, Recorder
from recordings.captured import capture_in, captured_of, one_title
from recordings.directory import DirectoryStore
from recordings.files import files_at, files_stored
from recordings.gate import Listener, StrangerError, is_key, published
from recordings.probe import look
from recordings.receive import Address, AddressError, address_of
from recordings.spool import JOURNAL, MANIFEST, Capture, Journal, Keeper, unbroken
from recordings.store import digest
from recordings.titles import Form, Kind, Origin, Run, Title, Why
from tests.recordings.conftest import ACCESS, SECRET, free_port

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
KEY = "0123456789abcdef"
QUIET = ("-hide_banner", "-loglevel", "quiet", "-nostdin")
PICTURE = "testsrc2=size=96x80:rate=10"


def now() -> datetime:
    return datetime.now(UTC)


def send(target: str, seconds: float = 30) -> subprocess.Popen[bytes]:
    """An encoder: a small picture and a tone, a key frame every second."""
    return subprocess.Popen(
        [
            *(FFMPEG, *QUIET, "-re", "-f", "lavfi", "-i", PICTURE),
            *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=16000", "-t", str(seconds)),
            *("-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p"),
            *("-threads", "1", "-c:a", "aac", "-b:a", "32k"),
            *("-f", "flv" if target.startswith("rtmp") else "mpegts", target),
        ],
        stdin=subprocess.DEVNULL,
    )


def until(holds: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


@dataclass
class Hall:
    """A courtroom with a recorder that works in a thread of its own."""

    place: Path
    listen: str
    orders: Orders = field(default_factory=Orders)
    said: list[str] = field(default_factory=list)

    @property
    def spool(self) -> Path:
        return self.place / "spool"

    @property
    def store(self) -> DirectoryStore:
        return DirectoryStore(self.place / "store")

    def recorder(self, **facts) -> Recorder:
        given = {
            "address": address_of(self.listen),
            "spool": self.spool,
            "store": self.store,
            "name": "hall-2",
            "program": FFMPEG,
            "now": now,
            "orders": self.orders,
            "told": self.said.append,
            "segment_s": 1,
            "silence_s": 3,
            "tap": True,
        }
        return Recorder(**given | facts)

    @contextmanager
    def recording(self, **facts) -> Iterator[None]:
        """Record while the body runs; then stop, and let the capture be sealed."""
        self.store.ensure_bucket()
        # The thread that starts a child has to outlive it.
        working = threading.Thread(target=self.recorder(**facts).work)
        working.start()
        try:
            yield
        finally:
            self.orders.stop()
            working.join(30)
        assert not working.is_alive()

    def lines(self, *what: str) -> list[dict]:
        found = [
            json.loads(line)
            for path in sorted(self.spool.glob(f"*/{JOURNAL}"))
            for line in path.read_text().splitlines(keepends=True)
            if line.endswith("\n")
        ]
        return [line for line in found if not what or line["what"] in what]

    def segments(self) -> int:
        return len(self.lines("segment"))

    def manifest(self) -> dict:
        (key,) = [one.key for one in self.store.list("live/") if one.key.endswith(MANIFEST)]
        return json.loads(self.store.get(key))


def rtmp(port: int, key: str = KEY) -> str:
    return f"rtmp://127.0.0.1:{port}/live/{key}"


# ------------------------------------------------------------------ over RTMP


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Hall:
    """A stranger is sent away; an encoder is cut, paused, and ends."""
    port = free_port()
    hall = Hall(tmp_path_factory.mktemp("rtmp"), rtmp(port))
    with hall.recording():
        assert send(rtmp(port, "anotherkey123456"), 5).wait(20) != 0
        encoder = send(rtmp(port))
        until(lambda: hall.segments() >= 2)
        encoder.kill()
        encoder.wait()
        until(lambda: hall.lines("run_ended"))
        time.sleep(1)  # the line stays cut for longer than what was received lasts
        encoder = send(rtmp(port))
        until(lambda: len(hall.lines("run")) == 2)
        hall.orders.pause("Танапис")
        encoder.wait(20)
        until(lambda: hall.lines("paused"))
        hall.orders.resume()
        assert send(rtmp(port), 2).wait(20) == 0
        until(lambda: len(hall.lines("run_ended")) == 3)
    return hall


def test_a_stranger_is_refused_and_nothing_of_him_kept(cut: Hall) -> None:
    assert "nothing was received: another key" in cut.said
    assert len(cut.lines("run")) == 3


def test_every_segment_is_in_the_store_as_promised(cut: Hall) -> None:
    manifest = cut.manifest()
    prefix = f"live/hall-2/{manifest['session']}/"
    segments = [one for run in manifest["runs"] for one in run["segments"]]
    assert len(segments) >= 5
    for one in segments:
        assert digest(cut.store, prefix + one["name"]) == one["sha256"]
    assert manifest["key_sha256"] == hashlib.sha256(KEY.encode()).hexdigest()
    assert KEY not in json.dumps(manifest) + (cut.spool / manifest["session"] / JOURNAL).read_text()
    journal = cut.store.get(prefix + JOURNAL)
    assert unbroken(journal)
    assert (
        hashlib.sha256(journal.splitlines(keepends=True)[-1]).hexdigest()
        == (manifest["journal_sha256"])
    )
    assert not unbroken(journal.replace(b'"number": 2', b'"number": 9'))


def test_a_cut_line_is_a_gap_and_a_pause_has_its_reason(cut: Hall) -> None:
    manifest = cut.manifest()
    assert [run["why"] for run in manifest["runs"]] == [
        "the encoder ended",
        "paused",
        "the encoder ended",
    ]
    first, second = manifest["gaps"]
    assert first["why"] == "the encoder ended"
    assert second["why"] == "paused"
    assert manifest["pauses"][0]["reason"] == "Танапис"
    for gap in (first, second):
        assert timedelta(seconds=gap["seconds"]) == pytest.approx(
            datetime.fromisoformat(gap["to"]) - datetime.fromisoformat(gap["from"]),
            abs=timedelta(milliseconds=1),
        )


def test_a_capture_is_read_as_one_title_with_its_runs_on_the_wall_clock(
    cut: Hall, tmp_path: Path
) -> None:
    manifest = cut.manifest()
    found = capture_in(files_stored(cut.store, f"live/hall-2/{manifest['session']}/"))
    assert found is not None
    captured, runs = found
    titles = {}
    for told, file in zip(captured.runs, runs, strict=True):
        path = tmp_path / told.name
        with file.open() as stream:
            path.write_bytes(stream.read())
        frames = _frames(path)
        assert frames == pytest.approx(told.seconds * 10, abs=4), told.name
        titles[told.name] = _title(told.seconds, told.name)
    title = one_title(captured, titles)
    assert title is not None
    assert [run.file for run in title.runs] == [run.name for run in captured.runs]
    starts = [run.start_s for run in title.runs]
    expected = [(run.began_at - captured.runs[0].began_at).total_seconds() for run in captured.runs]
    assert starts == pytest.approx(expected, abs=0.01)
    # The cut line is lost; the pause was wanted.
    (loss,) = title.losses
    assert (loss.why, loss.start_s) == (Why.UNSENT, pytest.approx(titles["run-0001.ts"].seconds))
    assert title.seconds == pytest.approx(starts[-1] + captured.runs[-1].seconds)


def test_the_reader_takes_a_capture_for_one_recording(cut: Hall, tmp_path: Path) -> None:
    manifest = cut.manifest()
    files = files_stored(cut.store, f"live/hall-2/{manifest['session']}/")
    (title,) = look(files, program=FFMPEG, scratch=tmp_path).report.titles
    assert len(title.runs) == 3
    assert [one.form for one in title.streams] == [Form.PICTURE, Form.SOUND]
    for run in title.runs:
        assert run.start_s * 10 == pytest.approx(round(run.start_s * 10), abs=1e-6)
    played = sum(run.seconds for run in title.runs)
    received = sum(one["seconds"] for run in manifest["runs"] for one in run["segments"])
    assert played == pytest.approx(received, abs=0.5)
    assert [one.why for one in title.losses] == [Why.UNSENT]


def _title(seconds: float, file: str) -> Title:
    run = Run(start_s=0.0, seconds=seconds, clock_s=0.0, file=file)
    facts = {"number": 1, "kind": Kind.HEARING, "origin": Origin.FILE, "streams": ()}
    return Title(**facts, seconds=seconds, runs=(run,))


def _frames(path: Path) -> int:
    said = subprocess.run(
        [FFMPEG, "-hide_banner", "-i", path, "-map", "0:v", "-f", "null", "-"],
        capture_output=True,
        check=True,
        text=True,
    ).stderr
    return int(said.rpartition("frame=")[2].split()[0])


def test_whoever_broadcasts_finds_the_newest_segments(cut: Hall) -> None:
    manifest = cut.manifest()
    listed = cut.store.get(f"live/hall-2/{manifest['session']}/live.m3u8").decode().splitlines()
    named = [line for line in listed if not line.startswith("#")]
    assert named == [one["name"] for run in manifest["runs"] for one in run["segments"]][-6:]
    assert "#EXT-X-DISCONTINUITY" in listed
    assert listed[-1] == "#EXT-X-ENDLIST"


# ------------------------------------------------------------------ over SRT, and dying


def test_srt_wants_its_passphrase_and_a_dead_machine_goes_on(tmp_path: Path) -> None:
    port = free_port()
    address = f"srt://127.0.0.1:{port}?passphrase={KEY}"
    hall = Hall(tmp_path, address)
    hall.store.ensure_bucket()
    recorder = subprocess.Popen(
        [sys.executable, "-c", DYING, str(hall.spool), str(tmp_path / "store"), address],
        start_new_session=True,
    )
    try:
        time.sleep(1)
        assert send(f"srt://127.0.0.1:{port}?passphrase=anotherkey123456", 5).wait(20) != 0
        encoder = send(address)
        until(lambda: hall.segments() >= 2)
        encoder.kill()
        encoder.wait()
    finally:
        os.kill(recorder.pid, signal.SIGKILL)
        recorder.wait()
    (folder,) = (path for path in hall.spool.iterdir() if path.name != ".receiving")
    on_disk = {
        f"{path.parent.name}/{path.name}": path.read_bytes()
        for path in folder.rglob("*.ts")
        if path.stat().st_size
    }
    with (folder / JOURNAL).open("ab") as journal:
        journal.write(b'{"what": "segm')  # the line that was being written
    with hall.recording():
        until(lambda: hall.lines("taken_up"))
        assert send(address, 2).wait(20) == 0
        until(lambda: len(hall.lines("run_ended")) == 2)
    manifest = hall.manifest()
    assert [run["why"] for run in manifest["runs"]] == ["the recorder died", "the encoder ended"]
    kept = {one["name"]: one for run in manifest["runs"] for one in run["segments"]}
    for name, data in on_disk.items():
        assert kept[name]["sha256"] == hashlib.sha256(data).hexdigest()
    assert unbroken((folder / JOURNAL).read_bytes())


DYING = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import imageio_ffmpeg
from recordings.capture import Orders, Recorder
from recordings.directory import DirectoryStore
from recordings.receive import address_of
Recorder(
    address=address_of(sys.argv[3]), spool=Path(sys.argv[1]),
    store=DirectoryStore(Path(sys.argv[2])), name="hall-2",
    program=imageio_ffmpeg.get_ffmpeg_exe(), now=lambda: datetime.now(UTC), orders=Orders(),
    segment_s=1, silence_s=3,
).work()
"""


def test_what_is_old_is_sealed_when_the_machine_comes_back(tmp_path: Path) -> None:
    hall = Hall(tmp_path, rtmp(free_port()))
    hall.store.ensure_bucket()
    then = now() - timedelta(hours=9)
    capture = Capture(hall.spool / "20261122t030000z", now=lambda: then)
    capture.journal.write("began", then, name="hall-2", key_sha256="0" * 64, over="rtmp")
    capture.journal.write("run", then, number=1)
    capture.run_folder(1).mkdir()
    (capture.run_folder(1) / "000000.ts").write_bytes(bytes(188 * 50))
    (capture.run_folder(1) / "000001.ts").write_bytes(b"")
    hall.orders.stop()
    assert hall.recorder().work() == ["live/hall-2/20261122t030000z/"]
    ((segment,),) = [run["segments"] for run in hall.manifest()["runs"]]
    assert (segment["size"], segment["torn"]) == (188 * 50, True)


def test_what_was_stopped_before_all_was_put_is_sealed_by_the_next_start(tmp_path: Path) -> None:
    hall = Hall(tmp_path, rtmp(free_port()))
    hall.store.ensure_bucket()
    capture = Capture(hall.spool / "20261122t040000z", now=now)
    capture.journal.write("began", now(), name="hall-2", key_sha256="0" * 64, over="rtmp")
    capture.journal.write("ended", now(), why="stopped")
    hall.orders.stop()
    assert hall.recorder().work() == ["live/hall-2/20261122t040000z/"]
    assert hall.manifest()["runs"] == []
    assert hall.recorder().work() == []


# ------------------------------------------------------------------ the store is away


class Line:
    """The network between a recorder and the store: it can be cut."""

    def __init__(self, target: str) -> None:
        host, _, port = target.partition(":")
        self.target = (host, int(port))
        self.port = free_port()
        self.server: socket.socket | None = None

    def mend(self) -> None:
        self.server = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self.server,), daemon=True).start()

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                near, _ = server.accept()
            except OSError:
                return
            far = socket.create_connection(self.target)
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    @staticmethod
    def _pump(one: socket.socket, other: socket.socket) -> None:
        try:
            while block := one.recv(1 << 16):
                other.sendall(block)
        except OSError:
            pass
        finally:
            one.close()
            other.close()


def test_segments_wait_on_the_disk_while_the_store_is_away(
    s3_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recordings.spool.PATIENCE_S", (0.2,))
    direct = _bucket(s3_endpoint)
    direct.ensure_bucket()
    line = Line(s3_endpoint)
    said: list[str] = []
    capture = Capture(tmp_path / "20261122t040000z", now=now)
    capture.journal.write("began", now(), name="h", key_sha256="0" * 64, over="srt")
    capture.journal.write("run", now(), number=1)
    capture.run_folder(1).mkdir()
    away = _bucket(f"127.0.0.1:{line.port}")
    away._pool.connection_pool_kw["retries"] = urllib3.Retry(total=0)  # the keeper is patient
    keeper = Keeper(
        store=away,
        prefix="live/h/20261122t040000z/",
        capture=capture,
        bound=1500,
        told=said.append,
    )
    keeper.start()
    for number in range(4):
        path = capture.run_folder(1) / f"{number:06}.ts"
        path.write_bytes(bytes([number]) * 1000)
        segment = capture.finished(1, path.name, start_s=number, seconds=1)
        assert segment is not None
        keeper.take(segment)
    until(lambda: said)
    # Far beyond its bound, and nothing is removed: the store has none of it.
    assert len(list(tmp_path.rglob("*.ts"))) == 4
    assert keeper.behind == 4
    line.mend()
    assert keeper.finish(timedelta(seconds=60))
    stored = {one.key for one in direct.list("live/h/")}
    assert {f"live/h/20261122t040000z/run-0001/{n:06}.ts" for n in range(4)} <= stored
    assert [path.name for path in tmp_path.rglob("*.ts")] == ["000003.ts"]
    again = Keeper(store=direct, prefix=keeper.prefix, capture=capture, bound=1500)
    again.start()  # a later start finds all of it there, though the files are gone
    assert again.finish(timedelta(seconds=60))


def _bucket(endpoint: str) -> BucketStore:
    facts = {"access_key": ACCESS, "secret_key": SECRET, "bucket": "captures"}
    return BucketStore(endpoint=endpoint, **facts)


# ------------------------------------------------------------------ what an encoder says


def amf(text: str) -> bytes:
    return b"\x02" + len(text).to_bytes(2, "big") + text.encode()


def said(body: bytes, *, chunk: int = 128, stream: int = 3, kind: int = 20) -> bytes:
    """A message as an encoder sends it, in chunks."""
    head = bytes([stream]) + bytes(3) + len(body).to_bytes(3, "big") + bytes([kind]) + bytes(4)
    parts = [body[at : at + chunk] for at in range(0, len(body), chunk)]
    return head + bytes([0xC0 | stream]).join(parts)


NUMBER = b"\x00" + bytes(8)
CONNECT = said(amf("connect") + NUMBER + amf("live" * 100))


@pytest.mark.parametrize("at_once", [1, 7, 10_000])
@pytest.mark.parametrize("larger_chunks", [False, True])
def test_the_name_of_a_stream_is_read_along(at_once: int, larger_chunks: bool) -> None:
    name = "a" * 200
    publish = amf("publish") + NUMBER + b"\x05" + amf(name) + amf("live")
    talk = bytes(1 + 1536 + 1536) + CONNECT
    if larger_chunks:
        talk += said((4096).to_bytes(4, "big"), stream=2, kind=1)
    talk += said(amf("releaseStream") + NUMBER, chunk=4096 if larger_chunks else 128)
    talk += said(publish, chunk=4096 if larger_chunks else 128, stream=8)
    listener = Listener()
    heard = [listener.hear(talk[at : at + at_once]) for at in range(0, len(talk), at_once)]
    assert heard[-1] == name
    assert set(heard[:-1]) <= {None}


def test_whoever_talks_on_without_a_name_is_a_stranger() -> None:
    with pytest.raises(StrangerError):
        Listener().hear(bytes(1 + 1536 + 1536) + CONNECT * 200)


@pytest.mark.parametrize(
    ("name", "good"),
    [(KEY, True), (f"{KEY}?a=b", True), (f"live/{KEY}", True), ("", False), (KEY[:-1], False)],
)
def test_keys_are_compared_whole(name: str, good: bool) -> None:
    assert is_key(name, KEY) is good


@pytest.mark.parametrize("command", [b"", b"\x02", amf("publish"), b"\x02\xff\xffx", b"\x05\x05"])
def test_what_is_no_command_names_no_stream(command: bytes) -> None:
    assert published(command) is None


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:80/live/0123456789",
        "rtmp://127.0.0.1:1935/live/short",
        "rtmp://127.0.0.1:1935/0123456789abcdef",
        "rtmp://127.0.0.1:port/live/0123456789",
        "srt://127.0.0.1:9000",
        "srt://127.0.0.1:9000?passphrase=short",
        "srt://127.0.0.1:9000?passphrase=a%26mode%3Dcaller-0123",
    ],
)
def test_what_would_let_anybody_in_is_no_address(text: str) -> None:
    with pytest.raises(AddressError):
        address_of(text)


def test_an_address_does_not_show_its_key() -> None:
    assert address_of(rtmp(1935)) == Address(scheme="rtmp", host="127.0.0.1", port=1935, key=KEY)
    assert KEY not in repr(address_of(rtmp(1935)))


# ------------------------------------------------------------------ files


def test_a_torn_journal_is_cut_to_its_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL
    for number in range(3):
        Journal(path).write("run", now(), number=number)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    journal = Journal(path)
    assert [line["number"] for line in journal.lines] == [0, 1]
    journal.write("run", now(), number=2)
    assert unbroken(path.read_bytes())


def test_a_manifest_that_is_none_makes_no_capture(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"runs": [1]}')
    assert capture_in(files_at(tmp_path)) is None
    with pytest.raises(KeyError):
        captured_of({"runs": []})


# ------------------------------------------------------------------ before the hearing


def test_a_camera_is_tried(tmp_path: Path) -> None:
    sources = {
        "good": (PICTURE, "sine=frequency=300:sample_rate=16000"),
        "dead": ("color=black:size=96x80:rate=10", "anullsrc=sample_rate=16000"),
    }
    heard = {}
    for name, (picture, sound) in sources.items():
        path = tmp_path / f"{name}.mkv"
        subprocess.run(
            [
                *(FFMPEG, *QUIET, "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound),
                *("-t", "2", "-c:v", "mpeg4", "-c:a", "aac", path),
            ],
            check=True,
        )
        heard[name] = soundcheck.check(FFMPEG, str(path), spool=tmp_path / "not" / "yet")
    assert set(heard["good"].wrong) <= {"disk"}
    assert heard["good"].level_db == pytest.approx(-18, abs=1.5)
    assert {"no picture", "no sound"} <= set(heard["dead"].wrong)
    with pytest.raises(soundcheck.NothingComesError):
        soundcheck.check(FFMPEG, str(tmp_path / "none.mkv"), spool=tmp_path)
    assert soundcheck.meter(-30, 10) == "#####-----"
    assert soundcheck.meter(None, 4) == "----"
