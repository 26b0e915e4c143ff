"""A child is fed, followed, limited, and never outlives whoever asked for it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest

from recordings.process import ChildError, Failure, Limits, Outlet, Progress, plainly, run

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
TONE = ["-f", "lavfi", "-i", "sine=1000:d=2"]
ENDLESS = ["-f", "lavfi", "-i", "testsrc2=s=64x48", "-f", "null", "-"]


def processes_in(folder: Path) -> list[int]:
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                if (place / "cwd").readlink() == folder:
                    found.append(int(place.name))
            except OSError:
                continue
    return found


def program(folder: Path, script: str) -> str:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_what_is_fed_comes_out_of_several_pipes() -> None:
    sound = bytes(range(256)) * 4000
    copies: list[bytearray] = [bytearray(), bytearray()]
    line = ["-f", "u8", "-ar", "48000", "-i", "pipe:0", "-map", "0", "-f", "u8"]
    ended = run(
        FFMPEG,
        [*line, Outlet(copies[0].extend), "-map", "0", "-f", "u8", Outlet(copies[1].extend)],
        packs=(sound[at : at + 5000] for at in range(0, len(sound), 5000)),
    )
    assert copies == [sound, sound]
    assert ended.code == 0
    assert ended.cpu_s > 0
    assert ended.peak > 1 << 20
    assert ended.progress.out_s == pytest.approx(len(sound) / 48000, abs=0.01)


def test_a_failure_names_no_file_and_no_person(tmp_path: Path) -> None:
    missing = tmp_path / "Иванов против Петрова.vob"
    with pytest.raises(ChildError) as caught:
        run(FFMPEG, ["-i", str(missing), "-f", "null", "-"])
    assert caught.value.failure is Failure.FAILED
    assert caught.value.of_the_source
    assert "No such file" in caught.value.said
    assert "Иванов" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert plainly("a /home/Иванов/x.mp4: bad") == "a …: bad"


def test_an_absent_program_is_told() -> None:
    with pytest.raises(ChildError) as caught:
        run("/nowhere/ffmpeg", [])
    assert caught.value.failure is Failure.ABSENT
    assert not caught.value.of_the_source


@pytest.mark.parametrize(
    ("script", "failure"),
    [
        ("kill -SEGV $$", Failure.CRASHED),
        ("kill -KILL $$", Failure.KILLED),
        (
            "echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1",
            Failure.DISK_FULL,
        ),
        ("exit 3", Failure.FAILED),
    ],
)
def test_how_it_ended_is_told(tmp_path: Path, script: str, failure: Failure) -> None:
    with pytest.raises(ChildError) as caught:
        run(program(tmp_path, script), [])
    assert caught.value.failure is failure


def test_a_code_may_be_no_failure_but_a_crash_is(tmp_path: Path) -> None:
    assert run(FFMPEG, TONE, check=False).code != 0
    with pytest.raises(ChildError):
        run(program(tmp_path, "kill -SEGV $$"), [], check=False)


def test_too_much_memory_is_refused() -> None:
    with pytest.raises(ChildError) as caught:
        run(
            FFMPEG,
            ["-f", "lavfi", "-i", "color=s=7680x4320:d=1", "-f", "null", "-"],
            limits=Limits(memory=60 << 20),
        )
    assert caught.value.failure is Failure.MEMORY


def test_too_much_cpu_is_refused() -> None:
    with pytest.raises(ChildError) as caught:
        run(FFMPEG, ENDLESS, limits=Limits(cpu_s=1))
    assert caught.value.failure is Failure.CPU
    assert not caught.value.of_the_source


def test_who_stands_still_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(ChildError) as caught:
        run(
            program(tmp_path, "exec sleep 600"),
            [],
            folder=tmp_path,
            limits=Limits(standstill_s=0.7),
        )
    assert caught.value.failure is Failure.STOOD_STILL
    assert processes_in(tmp_path) == []


class LeaseLostError(Exception):
    pass


def test_whoever_stops_the_work_leaves_no_process(tmp_path: Path) -> None:
    def watch(progress: Progress) -> None:
        if progress.out_s:
            assert processes_in(tmp_path)
            raise LeaseLostError

    with pytest.raises(LeaseLostError):
        run(FFMPEG, ENDLESS, folder=tmp_path, watch=watch)
    assert processes_in(tmp_path) == []


def test_a_source_that_breaks_off_is_not_taken_for_its_end(tmp_path: Path) -> None:
    def breaking() -> Iterator[bytes]:
        yield bytes(48000)
        raise OSError("the medium is gone")

    with pytest.raises(OSError, match="gone"):
        run(
            FFMPEG,
            ["-f", "u8", "-ar", "48000", "-i", "pipe:0", "-f", "u8", "out"],
            packs=breaking(),
            folder=tmp_path,
        )
    assert not (tmp_path / "out").exists() or (tmp_path / "out").stat().st_size == 0


ORPHANING = """
import sys
from pathlib import Path
from recordings.process import run

def watch(progress):
    if progress.out_s:
        print("working", flush=True)

run(sys.argv[1], sys.argv[3:], folder=Path(sys.argv[2]), watch=watch)
"""


def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    """kill -9 of the worker: nothing goes on in the dark."""
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHANING, FFMPEG, str(tmp_path), *ENDLESS],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"working\n"
    assert processes_in(tmp_path)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        if not processes_in(tmp_path):
            break
        time.sleep(0.1)
    assert processes_in(tmp_path) == []
