"""The workshop on its own, at an archivist's desk: look at a disc, or turn it into streams.

    python -m recordings inspect SOURCE
    python -m recordings convert SOURCE OUTDIR

SOURCE is a VIDEO_TS folder or the folder above it, a disc image, or a VOB file. OUTDIR becomes a
directory store: the original under `masters/`, what plays under `hls/`, and a report.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import imageio_ffmpeg

from recordings.directory import DirectoryStore
from recordings.reel import Disc, Title, disc_of, main_title, survey, title_numbered
from recordings.errors import RecordingError
from recordings.shelf import keep_master, publish
from recordings.store import StoreError
from recordings.transcode import convert
from recordings.volume import files_at, volume_of


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m recordings", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    look = verbs.add_parser("inspect", help="tell what is on a disc")
    make = verbs.add_parser("convert", help="keep the original and make it play")
    for verb in (look, make):
        verb.add_argument("source", type=Path)
        verb.add_argument("--title", type=int, help="another title than the longest")
    make.add_argument("outdir", type=Path)
    make.add_argument("--ffmpeg", default="", help="another ffmpeg than the one that comes along")
    asked = parser.parse_args(arguments)
    try:
        disc = disc_of(volume_of(files_at(asked.source)))
        title = title_numbered(disc, asked.title) if asked.title else main_title(disc)
        if asked.verb == "inspect":
            _tell(_described(disc, title))
        else:
            _tell(_converted(asked.source, asked.outdir, disc, title, asked.ffmpeg))
    except (RecordingError, StoreError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def _tell(report: object) -> None:
    print(json.dumps(report, indent=2, ensure_ascii=False))


def _described(disc: Disc, main: Title) -> dict[str, object]:
    seen = survey(disc, main)
    return {
        "kind": disc.volume.kind,
        "files": {name: file.size for name, file in sorted(disc.volume.files.items())},
        "main_title": main.number,
        "sound": [f"{stream:#x}" for stream in seen.sound],
        "picture": seen.video,
        "titles": [
            {
                "number": title.number,
                "seconds": title.milliseconds / 1000,
                "chapters": title.chapters,
                "pieces": title.pieces,
                "sectors": title.sectors,
                "known_from": title.origin,
            }
            for title in disc.titles
        ],
    }


def _converted(
    source: Path, outdir: Path, disc: Disc, title: Title, program: str
) -> dict[str, object]:
    store = DirectoryStore(outdir)
    store.ensure_bucket()
    kept = keep_master(store, "masters/", files_at(source))
    with tempfile.TemporaryDirectory(dir=outdir, prefix=".making-") as scratch:
        done = convert(
            disc,
            title,
            Path(scratch),
            program=program or imageio_ffmpeg.get_ffmpeg_exe(),
            watch=lambda share: print(f"\r{share:4.0%}", end="", file=sys.stderr),
        )
        publish(store, "hls/", Path(scratch))
    print("\r    ", end="\r", file=sys.stderr)
    report = asdict(done) | {"lost_ms": done.lost_ms, "original_sha256": kept.sha256}
    (outdir / "report.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    return report


if __name__ == "__main__":
    sys.exit(main())
