"""`python -m tests.bench.conversion`: what it costs to make a title play, beside what else could.

All candidates of a table take turns in one run; medians are told. CPU seconds are the firm
number, wall time wobbles with whatever else the machine does. Needs HandBrakeCLI and espeak-ng.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

import imageio_ffmpeg
import numpy as np
from pystoi import stoi
from vtskit import titleset, vmg

from recordings import command as commands
from recordings.command import Source as Decoded
from recordings.command import Stretch, command, sources_of
from recordings.encode import Made, encode_piece
from recordings.feed import feed
from recordings.files import files_at
from recordings.package import Package, finish
from recordings.plan import Plan, plan
from recordings.probe import look
from recordings.process import QUIET
from recordings.recipe import recipe
from recordings.source import Source
from recordings.titles import Title

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
HANDBRAKE = shutil.which("HandBrakeCLI")
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
KIND = ["nice", "-n", "15"]  # as our own children are
RATE = 48_000
SHOWN_S, LONG_S = 30, 120  # of the drawn scene; how long it is repeated
VOICES = (
    ("ru", "Слово предоставляется представителю ответчика. Прошу приобщить заключение эксперта."),
    ("ky", "Сот жыйыны ачык деп жарыяланат. Доогердин арызы каралат. Тараптар келдиби?"),
)


# --- what is measured ---


@dataclass(frozen=True, slots=True)
class Cost:
    cpu_s: float
    wall_s: float


def cost(work: Callable[[], object]) -> Cost:
    """CPU of this process and of its children, and the time by the clock on the wall."""

    def used() -> float:
        both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in both)

    before, begun = used(), time.perf_counter()
    work()
    return Cost(used() - before, time.perf_counter() - begun)


def side_by_side(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, Cost]:
    """Let all take turns; the median of each."""
    told: dict[str, list[Cost]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            told[name].append(cost(work))
    return {
        name: Cost(median(one.cpu_s for one in all_), median(one.wall_s for one in all_))
        for name, all_ in told.items()
    }


def tell(*cells: object) -> None:
    sys.stdout.write("| " + " | ".join(str(cell) for cell in cells) + " |\n")
    sys.stdout.flush()


def quiet(*argv: str | Path, folder: Path | None = None) -> None:
    subprocess.run(
        [*KIND, *map(str, argv)],
        check=True,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


# --- a courtroom, drawn ---


def _person(number: int, x: int, y: int, colour: str) -> tuple[str, str]:
    drawn = (
        f"color=c={colour}:s=64x110:r=50,drawbox=x=16:y=30:w=4:h=70:color=white@0.25:t=fill"
        f"[body{number}];color=c=0xc9a27e:s=38x46:r=50,drawbox=x=8:y=14:w=6:h=5:color=black:t=fill,"
        "drawbox=x=24:y=14:w=6:h=5:color=black:t=fill,drawbox=x=12:y=33:w=14:h=4:color=0x803030"
        f":t=fill[head{number}];"
    )
    placed = (
        f"[body{number}]overlay=x='{x}+2*sin(t*0.7+{number})':y={y}[o{number}];"
        f"[o{number}][head{number}]overlay=x='{x}+13+4*sin(t*1.1+{number})'"
        f":y='{y}-44+3*sin(t*2.3+{number})'"
    )
    return drawn, placed


def scene() -> str:
    """Five people who move a little, one who walks, a grainy wall, writing and a clock; 50 Hz."""
    seats = [
        (338, 190, "0x15151a"),
        (110, 330, "0x37506b"),
        (210, 335, "0x4a4a50"),
        (520, 330, "0x6b3740"),
        (600, 336, "0x2f5f45"),
    ]
    drawn, chain = "", "[room]"
    for number, seat in enumerate(seats):
        person, placed = _person(number, *seat)
        drawn += person
        chain += f"{placed}[q{number}];[q{number}]"
    wood = ",".join(
        f"drawbox=x={x}:y={y}:w={w}:h={h}:color=0x5b4636:t=fill"
        for x, y, w, h in ((240, 250, 240, 80), (60, 430, 230, 60), (470, 430, 230, 60))
    )
    room = (
        "gradients=s=720x576:c0=0x9a9f92:c1=0x6d7268:x0=0:y0=0:x1=720:y1=400:speed=0.00001:r=50"
        ":n=2,format=yuv420p,noise=alls=14:allf=p:all_seed=7,gblur=sigma=0.8,"
        f"drawgrid=w=90:h=144:t=2:c=0x50564c@0.35,{wood},"
        f"drawtext=fontfile={FONT}:text='Районный суд':x=280:y=60:fontsize=22:fontcolor=0x202020,"
        f"drawtext=fontfile={FONT}:text='Зал 2  %{{pts\\:hms}}':x=24:y=24:fontsize=26"
        ":fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=6[room];"
    )
    walker = "color=c=0x222831:s=46x150:r=50[walker];"
    return f"{room}{drawn}{walker}{chain}[walker]overlay=x='mod(60+t*90\\,780)-40':y=300[pic]"


@dataclass(frozen=True, slots=True)
class Stage:
    """The drawn scene as it was, as two titles of a disc, and the disc as we read it."""

    place: Path
    pristine: Path
    disc: Path
    source: Source
    long: Title
    short: Title


def staged(place: Path) -> Stage:
    pristine = place / "pristine.mkv"
    if not (place / "disc").exists():
        _pressed(place, pristine)
    source = look(files_at(place / "disc"), program=FFMPEG, scratch=place)
    long, short = source.report.titles[:2]
    return Stage(place, pristine, place / "disc", source, long, short)


def _pressed(place: Path, pristine: Path) -> None:
    quiet(
        *(FFMPEG, "-y", "-filter_complex", scene(), "-map", "[pic]", "-t", str(SHOWN_S)),
        *("-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", "-pix_fmt", "yuv420p", pristine),
    )
    speech = spoken(place)
    titles = []
    for name, seconds in (("long", LONG_S), ("short", SHOWN_S)):
        target = place / f"{name}.mpg"
        quiet(
            *(FFMPEG, "-y", "-stream_loop", "-1", "-i", pristine, "-stream_loop", "-1"),
            *("-i", speech, "-map", "0:v", "-map", "1:a", "-t", str(seconds)),
            # The grain of a camera, and real combing: two pictures become the fields of one.
            *("-vf", "noise=alls=7:allf=t,tinterlace=interleave_top,setfield=tff,setdar=4/3"),
            *("-target", "pal-dvd", "-flags", "+ilme+ildct", "-g", "12", "-bf", "2"),
            *("-b:v", "4500k", "-maxrate", "8000k", "-b:a", "192k", "-ac", "2", target),
        )
        titles.append(
            titleset.Title(
                parts=(str(target),),
                chapters=(0.0,),
                audio=(titleset.Audio(lang="ru", channels=2),),
            )
        )
    folder = place / "disc" / "VIDEO_TS"
    folder.mkdir(parents=True)
    sets = [titleset.write(str(folder), number, [one]) for number, one in enumerate(titles, 1)]
    vmg.write(str(folder), sets, menus=[])


def spoken(place: Path) -> Path:
    """Synthetic speech in two languages with a little noise, about half a minute."""
    parts = []
    for language, words in VOICES:
        parts.append(place / f"{language}.wav")
        quiet("espeak-ng", "-v", language, "-s", "150", "-w", parts[-1], words)
    target = place / "speech.wav"
    graph = (
        "[0:a]aresample=48000,asplit[a][b];[1:a]aresample=48000,asplit[c][d];"
        "[a][c][b][d]concat=n=4:v=0:a=1[e];[e][2:a]amix=inputs=2:duration=first:normalize=0,"
        "aformat=channel_layouts=stereo[f]"
    )
    quiet(
        *(FFMPEG, "-y", "-i", parts[0], "-i", parts[1], "-f", "lavfi"),
        *("-i", "anoisesrc=a=0.004:d=60:r=48000", "-filter_complex", graph, "-map", "[f]", target),
    )
    return target


# --- ours, and bare ffmpeg with the same filters and outputs ---


def restored(stage: Stage, made: Plan, number: int, target: Path) -> Path:
    """A sound for the second input; what it costs to restore one is told by other benchmarks."""
    with wave.open(str(stage.place / "speech.wav"), "rb") as told:
        samples = np.frombuffer(told.readframes(1 << 30), "<i2")[::2]
    start_s, seconds = made.sound_window(number)
    count = round(seconds * RATE)
    with wave.open(str(target), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(np.resize(np.roll(samples, -round(start_s * RATE)), count).tobytes())
    return target


def ours(stage: Stage, title: Title, piece_s: int, folder: Path) -> Package:
    """Every piece and the package, in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made = plan(title, how=replace(recipe(), piece_s=piece_s))
    feeding = partial(feed, stage.source, title, scratch=folder)
    pieces: list[Made] = []
    for one in made.pieces:
        sound = restored(stage, made, one.number, folder / "sound.wav")
        pieces.append(
            encode_piece(feeding, title, made, one.number, folder, program=FFMPEG, restored=sound)
        )
    return finish(made, title, pieces, folder, program=FFMPEG)


def bare(stage: Stage, title: Title, folder: Path) -> None:
    """One ffmpeg for the whole title, and one that copies the files for download together."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made = plan(title, how=replace(recipe(), piece_s=100_000))
    picture, sounds = sources_of(title, made)
    given = feed(stage.source, title, 0, title.runs[0].seconds, scratch=folder)
    vob = stage.disc / "VIDEO_TS" / f"VTS_{title.titleset:02}_1.VOB"
    stretch = Stretch(
        plan=made,
        number=0,
        skip=0,
        frames=made.frames,
        source=Decoded(
            feed=replace(given, url=str(vob)),
            clock_s=given.clock_s,
            picture=picture,
            sounds=sounds,
        ),
        restored=restored(stage, made, 0, folder / "sound.wav"),
    )
    quiet(FFMPEG, *QUIET, *command(stretch), folder=folder)
    rung, sound = (commands.file_of(one) for one in made.whole_strands())
    copy = ("-c", "copy", "-movflags", "+faststart")
    quiet(FFMPEG, *QUIET, "-i", rung, "-i", sound, *copy, "whole.mp4", folder=folder)
    quiet(FFMPEG, *QUIET, "-i", sound, *copy, "sound.m4a", folder=folder)


def decoding(stage: Stage, title: Title) -> None:
    vob = stage.disc / "VIDEO_TS" / f"VTS_{title.titleset:02}_1.VOB"
    quiet(FFMPEG, "-i", vob, "-f", "null", "-")


# --- the tables ---


def beside_ffmpeg(stage: Stage, rounds: int) -> None:
    """Two pieces of a minute each: their overhead weighs four times what it does in service."""
    told = side_by_side(
        {
            "decode only": lambda: decoding(stage, stage.long),
            "bare ffmpeg, same filters and outputs": lambda: bare(
                stage, stage.long, stage.place / "bare"
            ),
            "ours, in two pieces, packaged and checked": lambda: ours(
                stage, stage.long, LONG_S // 2, stage.place / "ours"
            ),
        },
        rounds,
    )
    floor, twin = list(told.values())[:2]
    tell(f"{LONG_S} s of 576i", "CPU s", "wall s", "CPU / decode", "CPU / bare", "wall / bare")
    tell("---", "---", "---", "---", "---", "---")
    for name, one in told.items():
        tell(
            name,
            f"{one.cpu_s:.1f}",
            f"{one.wall_s:.1f}",
            f"{one.cpu_s / floor.cpu_s:.1f}",
            f"{one.cpu_s / twin.cpu_s:.3f}",
            f"{one.wall_s / twin.wall_s:.3f}",
        )


def beside_handbrake(stage: Stage, rounds: int) -> None:
    """The whole ladder against one file of the preset that most would take."""
    if HANDBRAKE is None:
        tell("HandBrakeCLI is not here")
        return
    theirs, folder = stage.place / "handbrake.mp4", stage.place / "ladder"
    told = side_by_side(
        {
            "HandBrakeCLI, Fast 576p25, one file": lambda: quiet(
                *(HANDBRAKE, "-i", stage.disc, "-t", "2", "-Z", "Fast 576p25", "-o", theirs)
            ),
            "ours: two rungs, two sounds, files, pictures": lambda: ours(
                stage, stage.short, 240, folder
            ),
        },
        rounds,
    )
    top = next((folder / "top").glob("*.m4s"))
    alone = stage.place / "top.mp4"
    alone.write_bytes(next((folder / "top").glob("init-*")).read_bytes() + top.read_bytes())
    files = {
        "HandBrakeCLI, Fast 576p25, one file": (theirs, theirs.stat().st_size),
        "ours: two rungs, two sounds, files, pictures": (
            alone,
            top.stat().st_size + next((folder / "restored").glob("*.m4s")).stat().st_size,
        ),
    }
    first = next(iter(told.values()))
    tell(f"{SHOWN_S} s", "CPU s", "of its CPU", "kbit/s (best picture, sound)", "VMAF")
    tell("---", "---", "---", "---", "---")
    for name, one in told.items():
        path, size = files[name]
        tell(
            name,
            f"{one.cpu_s:.1f}",
            f"{one.cpu_s / first.cpu_s:.2f}",
            f"{size * 8 / SHOWN_S / 1000:.0f}",
            f"{vmaf(path, stage):.2f}",
        )


def vmaf(path: Path, stage: Stage) -> float:
    """Against the scene before it was recorded, in square pixels, every third picture."""
    same = "scale=768:576:flags=bicubic,setsar=1,settb=1/25,setpts=N"
    graph = (
        f"[0:v]fps=25,{same}[d];[1:v]select='not(mod(n,2))',{same}[r];"
        "[d][r]libvmaf=n_threads=2:n_subsample=3:log_fmt=json:log_path=vmaf.json"
    )
    quiet(
        *(FFMPEG, "-i", path, "-i", stage.pristine, "-filter_complex", graph),
        *("-t", str(SHOWN_S), "-f", "null", "-"),
        folder=stage.place,
    )
    told = json.loads((stage.place / "vmaf.json").read_text())
    return float(told["pooled_metrics"]["vmaf"]["mean"])


KILLED = """
import sys
from pathlib import Path
from tests.bench.conversion import again
again(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def again(place: Path, folder: Path) -> None:
    """Make the first piece of the long title, and tell how far it is and what it cost."""
    source = look(files_at(place / "disc"), program=FFMPEG, scratch=place)
    title = source.report.titles[0]
    made = plan(title, treated=False)
    folder.mkdir(exist_ok=True)

    def told(share: float) -> None:
        sys.stdout.write(f"{share}\n")
        sys.stdout.flush()

    feeding = partial(feed, source, title, scratch=folder)
    done = encode_piece(feeding, title, made, 0, folder, program=FFMPEG, watch=told)
    sys.stdout.write(f"made {done.kept_segments} {done.cpu_s}\n")


def beside_a_kill(stage: Stage) -> None:
    """kill -9 of the worker at several shares of a piece; then the same again to its end."""
    segments = LONG_S // recipe().segment_s

    def run(folder: Path, kill_at: float | None) -> tuple[float, str]:
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(stage.place), str(folder)],
            stdout=subprocess.PIPE,
            text=True,
        )
        share, last = 0.0, ""
        assert process.stdout is not None
        for line in process.stdout:
            last = line
            with suppress(ValueError):
                share = float(line)
            if kill_at is not None and share >= kill_at:
                os.kill(process.pid, signal.SIGKILL)
                break
        process.wait()
        process.stdout.close()
        return share, last

    _, whole = run(stage.place / "never", None)
    undisturbed = float(whole.split()[2])
    tell("killed at", "segments begun by then", "kept", "made again", "CPU of the second / whole")
    tell("---", "---", "---", "---", "---")
    for kill_at in (0.2, 0.5, 0.8):
        folder = stage.place / f"killed-{kill_at}"
        share, _ = run(folder, kill_at)
        _, last = run(folder, None)
        kept, cpu_s = int(last.split()[1]), float(last.split()[2])
        begun = share * segments
        again_ = max(0.0, begun - kept)
        tell(
            f"{share:.3f}",
            f"{begun:.1f} of {segments}",
            kept,
            f"{again_:.1f}",
            f"{cpu_s / undisturbed:.2f}",
        )


def beside_hours(place: Path) -> None:
    """The same small recording for ten minutes and for three hours; only the last is long."""
    small = place / "small.mpg"
    quiet(
        *(FFMPEG, "-y", "-f", "lavfi", "-i", "testsrc=s=352x288:r=25:d=600", "-f", "lavfi"),
        *("-i", "sine=440:r=48000:d=600", "-target", "pal-dvd", "-s", "352x288", "-g", "12"),
        *("-b:v", "300k", "-minrate", "0", "-b:a", "96k", small),
    )
    tell("title", "pieces", "largest ffmpeg, MB", "this process, MB")
    tell("---", "---", "---", "---")
    for hours, copies in ((1 / 6, 1), (3.0, 18)):
        target = place / "VTS" / "long.mpg"
        target.parent.mkdir(exist_ok=True)
        quiet(
            *(FFMPEG, "-y", "-stream_loop", str(copies - 1), "-fflags", "+genpts", "-i", small),
            *("-map", "0:v", "-map", "0:a", "-c", "copy", "-f", "dvd", target),
        )
        process = subprocess.run(
            [sys.executable, "-c", HOURS, str(target), str(place / f"hours-{copies}")],
            check=True,
            capture_output=True,
            text=True,
        )
        tell(f"{hours:.2f} h", *process.stdout.split())


HOURS = """
import sys
from pathlib import Path
from tests.bench.conversion import hours
hours(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def hours(path: Path, folder: Path) -> None:
    """Make a whole title, with the fastest encoder: memory is asked for, not beauty."""
    folder.mkdir(parents=True, exist_ok=True)
    source = look(files_at(path), program=FFMPEG, scratch=folder)
    title = max(source.report.titles, key=lambda one: one.seconds)
    made = plan(title, treated=False)
    feeding = partial(feed, source, title, scratch=folder)
    peak = 0
    pieces = []
    for one in made.pieces:
        done = encode_piece(feeding, title, made, one.number, folder, program=FFMPEG)
        pieces.append(done)
        peak = max(peak, done.peak)
    finish(made, title, pieces, folder, program=FFMPEG)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    sys.stdout.write(f"{len(pieces)} {peak >> 20} {own}\n")


def beside_other_coders(place: Path) -> None:
    """How near the sound stays to speech: ffmpeg's AAC searches in more than one way."""
    speech = spoken(place)

    def samples(path: Path) -> np.ndarray:
        line = [FFMPEG, "-v", "error", "-i", str(path), "-ac", "1", "-f", "f32le", "-"]
        return np.frombuffer(subprocess.run(line, check=True, capture_output=True).stdout, "<f4")

    truth = samples(speech)
    tell("sound", "CPU s a minute", "STOI against what was encoded")
    tell("---", "---", "---")
    for name, options in (
        ("mono 52k, ffmpeg's usual search", ("-ac", "1")),
        ("mono 52k, fast", ("-ac", "1", "-aac_coder", "fast")),
        ("mono 52k, fast, up to 10 kHz (restored)", RESTORED),
        ("stereo 52k, ffmpeg's usual search", ("-ac", "2")),
        ("stereo 52k, fast (original)", ("-ac", "2", "-aac_coder", "fast")),
    ):
        target = place / "coded.m4a"
        line = (FFMPEG, "-y", "-i", speech, "-c:a", "aac", "-b:a", "52k", *options, target)
        spent = cost(partial(quiet, *line))
        played = samples(target)
        count = min(len(truth), len(played))
        close = stoi(truth[:count], played[:count], RATE)
        tell(name, f"{spent.cpu_s * 60 * RATE / len(truth):.2f}", f"{close:.4f}")


RESTORED = ("-ac", "1", "-aac_coder", "fast", "-cutoff", "10000")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.conversion", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "tables", nargs="*", default=["ffmpeg", "handbrake", "kill", "sound", "hours"]
    )
    parser.add_argument("--place", type=Path, help="where the drawn disc is kept for another run")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        place = asked.place or Path(scratch)
        stage = None
        if {"ffmpeg", "handbrake", "kill"} & set(asked.tables):
            stage = staged(place)
        for table in asked.tables:
            sys.stdout.write(f"\n{table}\n")
            if table == "hours":
                beside_hours(place)
            elif table == "sound":
                beside_other_coders(place)
            elif stage is not None and table == "ffmpeg":
                beside_ffmpeg(stage, asked.rounds)
            elif stage is not None and table == "handbrake":
                beside_handbrake(stage, asked.rounds)
            elif stage is not None and table == "kill":
                beside_a_kill(stage)


if __name__ == "__main__":
    main()
