"""What can be played of every disc of the matrix: we beside the tools that people use.

    python -m tests.bench.discs [--only NAME…]
    python -m tests.bench.discs --havoc 1000

Prints a table in Markdown: for each disc the seconds of distinct frames that can still be played
(of distinct sound where there is no picture) and those that each tool brings out of it, with exit
codes and signals. Ends with 1 if any of the tools recovers something that we do not. Compares with
what is installed (Debian packages lsdvd, dvdbackup, handbrake-cli).

The second form breaks small discs at random, each seed its own way, and looks at each: it ends with
1 if anything but a report that can be, or a refusal, comes out of one.
"""

import argparse
import contextlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from threading import Lock

import imageio_ffmpeg

from recordings.errors import EncryptedError, NotADiscError
from recordings.probe import look
from recordings.titles import Kind
from recordings.volume import files_at
from tests.recordings.discs import Studio
from tests.recordings.marks import Mark, mostly_heard
from tests.recordings.matrix import ALL
from tests.recordings.matrix.havoc import Havoc
from tests.recordings.matrix.truth import Case, Lab
from tests.recordings.playing import Player, files_of
from tests.recordings.soundness import unsound
from tests.recordings.watching import watched

LEASH = 60  # seconds for one run of a tool
LISTED = re.compile(r"Length: (\d+):(\d+):([\d.]+)")
MEDIA = {".avi", ".wmv", ".mp4", ".mkv", ".mpg", ".mpeg", ".vob", ".wav", ".mp3", ".ts", ".mts"}
MOST_TITLES = 12
SPARE = 0.3  # seconds: a frame or two more beside torn sectors is luck


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a tool brought out of a disc."""

    seen: frozenset[Mark] = frozenset()
    heard: frozenset[Mark] = frozenset()
    listed_s: float | None = None  # of a tool that only lists titles
    codes: tuple[int, ...] = ()  # exit codes; below 0 a signal
    slow: bool = False  # it had to be stopped
    refusal: str = ""

    def told(self, case: Case) -> str:
        if self.refusal:
            return f"refused: {self.refusal}"
        if self.listed_s is not None:
            said = f"lists {self.listed_s:.1f}"
        else:
            said = f"{case.seconds_of(self.seen, self.heard):.1f}"
        faults = [_code(code) for code in sorted({*self.codes}) if code]
        if self.slow:
            faults.append("stopped")
        return f"{said} ({', '.join(faults)})" if faults else said


def _code(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"rc {code}"


@dataclass(slots=True)
class Child:
    """Runs of one tool on one disc, each on a leash."""

    codes: list[int] = field(default_factory=list)
    slow: bool = False

    def run(self, *argv: str | Path) -> str:
        """Run to the end, or to the end of the leash; give what it wrote."""
        with tempfile.TemporaryFile() as out:
            child = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
            try:
                self.codes.append(child.wait(LEASH))
            except subprocess.TimeoutExpired:
                self.slow = True
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            out.seek(0)
            return out.read().decode(errors="replace")


# --- the tools ---

US = "we"
Tool = Callable[[Case, Path], Outcome]


def of_files(paths: Iterable[tuple[tuple[str, ...], str]], child: Child | None = None) -> Outcome:
    """What marks these inputs of ffmpeg (options, address) hold."""
    seen: set[Mark] = set()
    heard: set[Mark] = set()
    codes = list(child.codes if child else [])
    for before, url in paths:
        one = watched(url, before=before, sound=None, timeout=LEASH)
        if not one.frames:
            one = watched(url, before=before, picture=None, timeout=LEASH)
        seen |= one.seen
        heard |= mostly_heard(one.sounds)
        codes.append(one.code)
    return Outcome(
        seen=frozenset(seen),
        heard=frozenset(heard),
        codes=tuple(codes),
        slow=bool(child and child.slow),
    )


def handbrake(case: Case, place: Path) -> Outcome:
    child = Child()
    always = ("HandBrakeCLI", "-i", case.path, "--min-duration", "0", "--previews", "2:0")
    said = child.run(*always, "-t", "0", "--scan", "--json")
    titles = max((int(count) for count in re.findall(r'"Index": (\d+)', said)), default=0)
    for title in range(1, min(titles, MOST_TITLES) + 1):
        child.run(
            *(*always, "-t", str(title), "-o", place / f"{title}.mkv", "-f", "av_mkv"),
            *("-e", "x264", "--encoder-preset", "ultrafast", "-q", "20", "--vfr"),
            *("--crop", "0:0:0:0", "--non-anamorphic", "-w", "192", "-l", "128", "-E", "ac3"),
        )
    return of_files((((), str(path)) for path in sorted(place.glob("*.mkv"))), child)


def lsdvd(case: Case, place: Path) -> Outcome:
    child = Child()
    said = child.run("lsdvd", case.path)
    seconds = sum(int(h) * 3600 + int(m) * 60 + float(s) for h, m, s in LISTED.findall(said))
    return Outcome(listed_s=seconds, codes=tuple(child.codes), slow=child.slow)


def dvdbackup(case: Case, place: Path) -> Outcome:
    child = Child()
    child.run("dvdbackup", "-M", "-i", case.path, "-o", place, "-n", "copy")
    return of_files(_concatenated(place), child)


def concat(case: Case, _: Path) -> Outcome:
    """The VOBs of each titleset end to end, any other file as it is."""
    return of_files(_concatenated(case.path))


def dvdvideo(case: Case, _: Path) -> Outcome:
    """ffmpeg's own reader of DVDs, title after title."""
    titles = range(1, 1 + max(1, min(len(case.titles), MOST_TITLES)))
    return of_files((("-f", "dvdvideo", "-title", str(title)), str(case.path)) for title in titles)


def _concatenated(path: Path) -> Iterable[tuple[tuple[str, ...], str]]:
    if path.is_file():
        yield (), f"file:{path}"
        return
    files = sorted(one for one in path.rglob("*") if one.is_file() and one.stat().st_size)
    vobs = [one for one in files if re.fullmatch(r"(?i)VTS_\d\d_[1-9]\.VOB", one.name)]
    for _, parts in groupby(vobs, lambda one: (one.parent, one.name[:6].upper())):
        yield (), "concat:" + "|".join(map(str, parts))
    for one in files:
        if one not in vobs and one.suffix.lower() in MEDIA:
            yield (), f"file:{one}"


def ours(case: Case, place: Path) -> Outcome:
    """The reader of this repository, every title but menus."""
    try:
        source = look(files_of(case), program=imageio_ffmpeg.get_ffmpeg_exe(), scratch=place)
    except (NotADiscError, EncryptedError) as refusal:
        return Outcome(refusal=str(refusal))
    seen: set[Mark] = set()
    heard: set[Mark] = set()
    player = Player(place)
    for title in source.report.titles:
        if title.kind is not Kind.MENU:
            one = player.play(source, title)
            seen |= one.seen.keys()
            heard |= one.audible.keys()
    return Outcome(seen=frozenset(seen), heard=frozenset(heard))


TOOLS: dict[str, tuple[Tool, str | None]] = {
    US: (ours, None),
    "HandBrakeCLI": (handbrake, "HandBrakeCLI"),
    "ffmpeg `concat:`": (concat, None),
    "ffmpeg `-f dvdvideo`": (dvdvideo, None),
    "dvdbackup, then ffmpeg": (dvdbackup, "dvdbackup"),
    "lsdvd": (lsdvd, "lsdvd"),
}


Row = tuple[str, Case, dict[str, Outcome]]


def run_matrix(names: Iterable[str]) -> Iterator[Row]:
    """Make each disc and give it to each tool that is here, on every core, in order."""
    with (
        tempfile.TemporaryDirectory(prefix="discs-") as scratch,
        ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool,
    ):
        studio = Studio(Path(scratch, "studio"))
        studio.place.mkdir()
        making = Lock()  # what is recorded for one disc serves the next

        def row(name: str) -> Row:
            with tempfile.TemporaryDirectory(dir=scratch) as place:
                with making:
                    case = ALL[name](Lab(studio=studio, place=Path(place)))
                return name, case, _outcomes(case, Path(scratch))

        yield from pool.map(row, names)


def _outcomes(case: Case, scratch: Path) -> dict[str, Outcome]:
    outcomes = {}
    for tool, (look_at, program) in TOOLS.items():
        # A drive that refuses sectors is one of our own making: no program can be given it.
        if tool == US or not (case.refused or (program and not shutil.which(program))):
            with tempfile.TemporaryDirectory(dir=scratch) as out:
                outcomes[tool] = look_at(case, Path(out))
    return outcomes


def lost_to(case: Case, outcomes: dict[str, Outcome]) -> dict[str, float]:
    """Seconds that each other tool recovers and we do not."""
    mine = outcomes[US]
    missed = {
        tool: case.seconds_of(other.seen - mine.seen, other.heard - mine.heard)
        for tool, other in outcomes.items()
    }
    return {tool: seconds for tool, seconds in missed.items() if seconds > SPARE}


def row_of(name: str, case: Case, outcomes: dict[str, Outcome]) -> str:
    def told(tool: str) -> str:
        if tool in outcomes:
            return outcomes[tool].told(case)
        return "not run" if case.refused else "not installed"

    wrong = " ".join((ALL[name].__doc__ or "").split())
    return f"| {wrong} | {case.present_s:.1f} | {' | '.join(map(told, TOOLS))} |"


def havoc(seeds: Iterable[int]) -> int:
    """Look at discs that are broken at random; how many are read, and at what cost."""
    ends: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory(prefix="havoc-") as scratch:
        makes = Havoc(Path(scratch))
        for seed in seeds:
            with tempfile.TemporaryDirectory(dir=scratch) as place:
                path = makes.broken(seed, Path(place))
                begun = time.process_time()
                end = _looked_at(path, Path(place))
                slowest = max(slowest, time.process_time() - begun)
            ends[end.partition(":")[0]] += 1
            if end not in {"read", "refused"}:
                sys.stderr.write(f"seed {seed}, {path.name}: {end}\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(f"{dict(ends)}; slowest {slowest:.2f} CPU-seconds; peak {peak} MB\n")
    return 1 if ends.keys() - {"read", "refused"} else 0


def _looked_at(path: Path, scratch: Path) -> str:
    try:
        files = files_at(path)
        source = look(files, program=imageio_ffmpeg.get_ffmpeg_exe(), scratch=scratch)
        wrong = list(unsound(source, files, scratch))
    except (NotADiscError, EncryptedError):
        return "refused"
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
        return f"raised: {error!r}"
    return f"unsound: {wrong}" if wrong else "read"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", nargs="+", choices=ALL, metavar="NAME", default=list(ALL))
    parser.add_argument("--havoc", type=int, metavar="SEEDS", help="break discs at random instead")
    wanted = parser.parse_args(argv)
    if wanted.havoc:
        return havoc(range(wanted.havoc))
    say = sys.stdout.write
    say(f"| what is wrong with it | present, s | {' | '.join(TOOLS)} |\n")
    say("|---|" + "--:|" * (1 + len(TOOLS)) + "\n")
    sums: Counter[str] = Counter()
    worse = []
    for name, case, outcomes in run_matrix(wanted.only):
        say(row_of(name, case, outcomes) + "\n")
        sys.stdout.flush()
        sums["present"] += case.present_s
        for tool, one in outcomes.items():
            sums[tool] += one.listed_s or case.seconds_of(one.seen, one.heard)
        worse += [
            f"{name}: {tool} recovers {seconds:.2f} s that we do not"
            for tool, seconds in lost_to(case, outcomes).items()
        ]
    totals = (f"{sums[key]:.0f}" for key in ("present", *TOOLS))
    say(f"| **all {len(wanted.only)}** | {' | '.join(totals)} |\n")
    sys.stderr.write("".join(f"{line}\n" for line in worse))
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
