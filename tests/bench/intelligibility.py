"""`python -m tests.bench.intelligibility`: how well speech is understood before and after.

Speech is damaged in every way of `tests.recordings.damage`, judged and restored by the product's
own `judge`, `treatment`, `checked` and `restored`, and compared with the speech it was made from:
STOI (pystoi, a dependency of development) and, where `pesq` can be imported, wide-band PESQ.
Limits were found with the voices of TUNED; the table is of OTHERS, with another seed.

Needs espeak-ng with its voices `ru` and `ky`; a real voice is added where Debian's
`asterisk-core-sounds-ru-g722` (or `-en-`, `-fr-`) is installed. `--measures` prints what is
measured of each kind of damage, on the tuned voices: where the numbers of `thresholds.toml` are
from. `--chains` puts other ways of noise reduction beside the product's.
"""

import argparse
import importlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from pystoi import stoi
from scipy.signal import resample_poly

from recordings.comparing import checked
from recordings.quality import judge
from recordings.restore import Noise, Treatment, bare, restored, treatment
from tests.recordings.damage import RATE, Sound, at_level, classes
from tests.recordings.plain_sound import FFMPEG, plain_title, read, written

PROMPTS = Path("/usr/share/asterisk/sounds")
RU = (
    "Судебное заседание объявляется открытым. Слушается гражданское дело по иску о взыскании "
    "задолженности по договору займа. Прошу стороны представиться и назвать свои полномочия. "
    "Истец поддерживает исковые требования в полном объёме. Ответчик с иском не согласен."
)
KY = (
    "Сот отуруму ачык деп жарыяланат. Карыз келишими боюнча карызды өндүрүү жөнүндө жарандык иш "
    "каралат. Тараптардан өздөрүн тааныштырууну жана ыйгарым укуктарын атоону суранам. "
    "Доогер доо талаптарын толук көлөмдө колдойт. Жоопкер доо менен макул эмес."
)
TUNED = ("ru", "ky+f2")
OTHERS = ("ru+f3", "ru+m4", "ky", "ky+f4")
REAL = {"ru": "demo-instruct", "en": "demo-instruct"}
BABBLE = ("ru+m3", "ky+m5", "ru+f1")
LONGEST_S = 24
LEAST_GAIN = -0.01
T = TypeVar("T")


def spoken(voice: str, folder: Path) -> Sound:
    """Let espeak-ng read a text of the voice's language."""
    path = folder / f"{voice}.wav"
    text = KY if voice.startswith("ky") else RU
    subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", path, text], check=True)  # noqa: S607
    return decoded(path)


def decoded(path: Path, *options: str) -> Sound:
    raw = subprocess.run(
        [
            FFMPEG,
            "-v",
            "error",
            *options,
            "-i",
            path,
            "-ac",
            "1",
            "-ar",
            f"{RATE}",
            "-f",
            "f32le",
            "-",
        ],
        check=True,
        capture_output=True,
    ).stdout
    return np.frombuffer(raw, np.float32).astype(np.float64)[: LONGEST_S * RATE]


def voices(names: tuple[str, ...], folder: Path, *, real: bool) -> Iterator[tuple[str, Sound]]:
    for name in names:
        yield name, at_level(spoken(name, folder), -26)
    for language, prompt in REAL.items() if real else ():
        path = PROMPTS / language / f"{prompt}.g722"
        if path.exists():
            yield f"real {language}", at_level(decoded(path, "-f", "g722"), -26)


def pesq_or_none() -> Callable[[Sound, Sound], float] | None:
    try:
        measure = importlib.import_module("pesq").pesq
    except ImportError:
        return None
    return lambda clean, heard: float(measure(16_000, clean, heard, "wb"))


class Table:
    """Scores by class of damage and by what was done, of all voices."""

    def __init__(self) -> None:
        self.stoi: dict[tuple[str, str], list[float]] = {}
        self.pesq: dict[tuple[str, str], list[float]] = {}
        self._pesq = pesq_or_none()

    def add(self, damage: str, done: str, clean: Sound, heard: Sound) -> None:
        clean, heard = (resample_poly(one, 1, 3) for one in (clean, heard[: len(clean)]))
        self.stoi.setdefault((damage, done), []).append(float(stoi(clean, heard, 16_000)))
        if self._pesq is not None:
            self.pesq.setdefault((damage, done), []).append(self._pesq(clean, heard))

    def tell(self) -> bool:
        """Print the table; True where nothing lost more than is allowed."""
        damages = list(dict.fromkeys(damage for damage, _ in self.stoi))
        others = [one for one in dict.fromkeys(done for _, done in self.stoi) if one != "source"]
        heads = ["class", "source", *(f"{one} (gain)" for one in others), "worst gain"]
        say("| " + " | ".join(heads) + " |")
        say("|---" * len(heads) + "|")
        fine = True
        for damage in damages:
            source = np.array(self.stoi[damage, "source"])
            cells = [damage, self._cell(damage, "source")]
            for one in others:
                gain = np.array(self.stoi[damage, one]) - source
                cells.append(f"{self._cell(damage, one)} ({gain.mean():+.3f})")
            worst = float((np.array(self.stoi[damage, "restored"]) - source).min())
            fine &= worst >= LEAST_GAIN
            say("| " + " | ".join([*cells, f"{worst:+.3f}"]) + " |")
        return fine

    def _cell(self, damage: str, done: str) -> str:
        heard = f"{np.mean(self.stoi[damage, done]):.3f}"
        values = self.pesq.get((damage, done))
        return f"{heard} / {np.mean(values):.2f}" if values else heard


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def chains(chosen: Treatment) -> dict[str, Treatment]:
    """Other ways, beside the product's."""
    full = replace(chosen, noise=Noise.DTLN, share=1.0)
    return {
        "level only": bare(chosen),
        "no echo removal": replace(chosen, dry=False),
        "DTLN in full": full,
        "DTLN 0.8 always": replace(full, share=0.8),
        "echo removal always": replace(chosen, dry=True),
    }


def measured(
    names: tuple[str, ...], folder: Path, only: str, *, seconds: int, seed: int, more: bool
) -> bool:
    table = Table()
    spent = {"judge": 0.0, "restore": 0.0, "decode": 0.0, "sound": 0.0}
    others = [spoken(one, folder) for one in BABBLE]
    for voice, whole in voices(names, folder, real=True):
        clean = whole[: seconds * RATE]
        for damage, spoil in classes(others, seed=seed).items():
            if only not in damage:
                continue
            path = folder / "damaged.wav"
            written(spoil(clean), path)
            source = read(path)
            title, feeding = plain_title(path)
            judgement = _timed(spent, "judge", lambda: judge(feeding, title, program=FFMPEG))  # noqa: B023
            chosen = treatment(judgement)
            table.add(damage, "source", clean, source)
            sys.stderr.write(f"{voice}, {damage}\n")
            if chosen is None:
                table.add(damage, "restored", clean, source)
                continue
            kept = checked(feeding, title, judgement, chosen, program=FFMPEG)
            ways = {"restored": kept, **(chains(chosen) if more else {})}
            for name, way in ways.items():
                out = folder / "restored.wav"
                _timed(
                    spent if name == "restored" else {},
                    "restore",
                    lambda: restored(feeding, title, 0, title.seconds, way, out, program=FFMPEG),  # noqa: B023
                )
                table.add(damage, name, clean, read(out))
            _timed(spent, "decode", lambda: decoded(path))  # noqa: B023
            spent["sound"] += title.seconds
            for one in kept.fallbacks:
                say(
                    f"  {voice}, {damage}: back from {one.share:g}, {one.measure}"
                    f" {one.source:g} -> {one.treated:g}"
                )
    fine = table.tell()
    if spent["sound"]:
        say("")
        for what in ("judge", "restore"):
            say(
                f"{what}: {spent[what] / spent['sound']:.3f} CPU s a second of sound,"
                f" {spent[what] / max(spent['decode'], 1e-6):.1f} x decoding it"
            )
    return fine


def _timed(spent: dict[str, float], what: str, work: Callable[[], T]) -> T:
    begun = _cpu()
    result = work()
    spent[what] = spent.get(what, 0.0) + _cpu() - begun
    return result


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def tell_measures(folder: Path, *, seed: int) -> None:
    others = [spoken(one, folder) for one in BABBLE]
    heads = (
        "voice",
        "class",
        "LUFS",
        "speech",
        "hum",
        "spread",
        "SNR",
        "clipped",
        "echo",
        "verdict",
    )
    say("| " + " | ".join(heads) + " |")
    say("|---" * len(heads) + "|")
    for voice, clean in voices(TUNED, folder, real=True):
        for damage, spoil in classes(others, seed=seed).items():
            path = folder / "damaged.wav"
            written(spoil(clean), path)
            title, feeding = plain_title(path)
            judgement = judge(feeding, title, program=FFMPEG)
            track = judgement.tracks[0]
            minute = track.minutes[0]
            reasons = ", ".join(judgement.reasons)
            say(
                f"| {voice} | {damage} | {minute.loudness_lufs} | {minute.speech:.2f} |"
                f" {minute.hum_db} | {minute.spread_db} | {minute.snr_db} | {minute.clipped:.4f} |"
                f" {track.echo_db} | {judgement.verdict}: {reasons} |"
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--measures", action="store_true", help="what is measured of each damage")
    parser.add_argument("--chains", action="store_true", help="beside other ways")
    parser.add_argument("--tuned", action="store_true", help="the voices the limits are from")
    parser.add_argument("--only", default="", help="kinds of damage whose name holds this")
    parser.add_argument("--seconds", type=int, default=LONGEST_S, help="of each voice, at most")
    parser.add_argument("--voice", default="", help="this voice of espeak-ng instead")
    given = parser.parse_args()
    if shutil.which("espeak-ng") is None:
        say("espeak-ng is not here: apt-get install espeak-ng")
        return 1
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if given.measures:
            tell_measures(folder, seed=1)
            return 0
        names = (given.voice,) if given.voice else TUNED if given.tuned else OTHERS
        seed = 1 if given.tuned else 7
        seconds = given.seconds
        fine = measured(names, folder, given.only, seconds=seconds, seed=seed, more=given.chains)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
