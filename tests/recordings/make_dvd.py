"""Makes sud/demonstration/disc/VIDEO_TS, the small real DVD of demonstration and tests, by hand.

    python tests/recordings/make_dvd.py

Needs dvdauthor and espeak-ng (Debian packages of these names) and a font. The disc is what a
courtroom recorder writes: interlaced PAL, top field first, AC-3 sound, one title of two recordings
because somebody pressed pause (timestamps start again at the second), and a second titleset with a
forgotten test of the camera. Everybody in it is drawn and every voice is synthetic.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg

ROOT = Path(__file__).parents[2]
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
PARTS = {  # name: (seconds, voice, what is said)
    "a": (6, "ky", "Сот жыйыны ачык деп жарыяланат. Доогердин арызы каралат."),
    "b": (4, "ru", "Слово предоставляется представителю ответчика."),
    "c": (3, "ru", "Проверка звука. Раз, два, три."),
}
DISC = """<dvdauthor jumppad="0">
<vmgm/>
<titleset><titles><video format="pal" aspect="4:3"/><pgc>
<vob file="{place}/a.mpg" chapters="0,3"/><vob file="{place}/b.mpg" chapters="0"/>
</pgc></titles></titleset>
<titleset><titles><video format="pal" aspect="4:3"/><pgc>
<vob file="{place}/c.mpg"/>
</pgc></titles></titleset>
</dvdauthor>"""


def run(*argv: str | Path) -> None:
    subprocess.run(argv, check=True, env={"VIDEO_FORMAT": "PAL", "PATH": os.defpath})


def drawn(name: str) -> str:
    """A bench, three seated people, one who walks (so that the fields differ), and a clock."""
    wall, wood = ("0x8a8f86", "0x5b4636") if name != "c" else ("0x303848", "0x202020")
    people = ",".join(
        f"drawbox=x={x}:y={y}:w=44:h=60:color={c}:t=fill,"
        f"drawbox=x={x + 8}:y={y - 34}:w=28:h=32:color=0xc9a27e:t=fill"
        for x, y, c in ((340, 190, "0x15151a"), (120, 380, "0x37506b"), (560, 380, "0x6b3740"))
    )
    clock = (
        f"drawtext=fontfile={FONT}:text='Зал 2  %{{pts\\:hms}}':x=24:y=24:fontsize=30:"
        "fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=6"
    )
    return (
        f"color=c={wall}:s=720x576:r=50,"
        f"drawbox=x=240:y=250:w=240:h=70:color={wood}:t=fill,"
        f"drawbox=x=60:y=440:w=160:h=50:color={wood}:t=fill,"
        f"drawbox=x=500:y=440:w=160:h=50:color={wood}:t=fill,{people},"
        f"{clock}[room];color=c=0x222831:s=40x120:r=50[walker];"
        "[room][walker]overlay=x='mod(60+t*90\\,680)':y=330,"
        # Every pair of frames becomes the two fields of one: real combing, as from a camera.
        "tinterlace=mode=interleave_top,setfield=tff,setdar=4/3[v]"
    )


def main() -> None:
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    target = ROOT / "sud" / "demonstration" / "disc"
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        for name, (seconds, voice, words) in PARTS.items():
            run("espeak-ng", "-v", voice, "-s", "150", "-w", place / f"{name}.wav", words)
            run(
                *(ffmpeg, "-hide_banner", "-loglevel", "warning", "-y"),
                *("-i", place / f"{name}.wav", "-filter_complex", drawn(name)),
                *("-map", "[v]", "-map", "0:a", "-af", "apad", "-t", str(seconds)),
                *("-target", "pal-dvd", "-flags", "+ilme+ildct", "-g", "12", "-bf", "2"),
                *("-b:v", "900k", "-maxrate", "3000k", "-minrate", "0", "-b:a", "96k", "-ac", "2"),
                place / f"{name}.mpg",
            )
        (place / "disc.xml").write_text(DISC.format(place=place))
        run("dvdauthor", "-o", place / "disc", "-x", place / "disc.xml")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(place / "disc" / "VIDEO_TS", target / "VIDEO_TS")


if __name__ == "__main__":
    main()
