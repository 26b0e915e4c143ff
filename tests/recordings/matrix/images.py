"""Disc images: each file system, cut off, without a beginning, wrapped in something else."""

import random
import shutil
from dataclasses import replace
from pathlib import Path

from recordings.titles import Why
from tests.recordings.discs import (
    SECTOR,
    bridge_image,
    image_of,
    overwrite,
    truncate,
    without_iso9660,
    zero,
)
from tests.recordings.matrix.truth import Case, Lab, whole, without

VOB = "/VIDEO_TS/VTS_01_1.VOB"
UNREADABLE_HEAD = 600_000 // SECTOR + 1


def _bridge(lab: Lab, name: str = "ZAL_2.iso") -> tuple[Path, dict[str, tuple[int, int]]]:
    image = lab.place / name
    return image, bridge_image(lab.session.folder, image)


def _case(lab: Lab, image: Path, *, grouped: bool = True) -> Case:
    shutil.rmtree(lab.session.folder)
    return Case(path=image, titles=whole(lab.session), grouped=grouped)


def bridge(lab: Lab) -> Case:
    """UDF 1.02 and ISO 9660, as recorders and burning programs write"""
    return _case(lab, _bridge(lab)[0])


def udf_only(lab: Lab) -> Case:
    """UDF 1.02 alone"""
    image, _ = _bridge(lab)
    without_iso9660(image)
    return _case(lab, image)


def udf_only_without_recognition(lab: Lab) -> Case:
    """UDF alone, its recognition sequence unreadable: only the anchor is left"""
    image, _ = _bridge(lab)
    zero(image, 16, 5)
    return _case(lab, image)


def udf_reserve_only(lab: Lab) -> Case:
    """UDF alone: the main descriptors and the first anchor are zeroed, their reserves are good"""
    image, _ = _bridge(lab)
    without_iso9660(image)
    zero(image, 32, 16)
    zero(image, 256, 1)
    return _case(lab, image)


def udf_2_60(lab: Lab) -> Case:
    """UDF 2.60 and ISO 9660"""
    return _case(lab, image_of(lab.session.folder, lab.place / "disc.iso"))


def iso9660_only(lab: Lab) -> Case:
    """ISO 9660 alone"""
    return _case(lab, image_of(lab.session.folder, lab.place / "disc.iso", udf=False))


def other_extension(lab: Lab) -> Case:
    """a bridge image called .mdf"""
    return _case(lab, _bridge(lab, "Заседание 12.03.mdf")[0])


def truncated_image(lab: Lab) -> Case:
    """the image ends at 60 % of its length"""
    image, extents = _bridge(lab)
    first, _ = extents[VOB]
    size = image.stat().st_size * 6 // 10
    truncate(image, size)
    gone = range(size // SECTOR - first, 10_000)
    lost = [(1, gone, {Why.TRUNCATED, Why.MISSING}), (2, range(10_000), {Why.MISSING})]
    shutil.rmtree(lab.session.folder)
    return Case(path=image, titles=without(lab.session, lost))


def headless_image(lab: Lab) -> Case:
    """the first 600 KB are zeros: no file system, no VMG"""
    image, _ = _bridge(lab)
    zero(image, 0, UNREADABLE_HEAD)
    return _case(lab, image)


def unreadable_head(lab: Lab) -> Case:
    """the drive refuses the first 600 KB of the image"""
    image, _ = _bridge(lab)
    case = _case(lab, image)
    return replace(case, refused=(image.name, range(UNREADABLE_HEAD)))


def unreadable_here_and_there(lab: Lab) -> Case:
    """the drive refuses every directory of the image, and 90 sectors of the VOB"""
    image, extents = _bridge(lab)
    first = extents[VOB][0]
    refused = (*range(260, 275), *range(first + 500, first + 590))
    shutil.rmtree(lab.session.folder)
    titles = without(lab.session, [(1, range(500, 590), {Why.UNREADABLE})])
    return Case(path=image, titles=titles, refused=(image.name, refused))


def headless_without_any_tables(lab: Lab) -> Case:
    """the first 600 KB and every IFO and BUP are zeros"""
    image, extents = _bridge(lab)
    zero(image, 0, UNREADABLE_HEAD)
    for name, (first, size) in extents.items():
        if not name.endswith(".VOB"):
            zero(image, first, -(-size // SECTOR))
    return _case(lab, image, grouped=False)


def directory_lost(lab: Lab) -> Case:
    """the volume descriptors are good, every directory is zeroed"""
    image, extents = _bridge(lab)
    first = min(sector for sector, _ in extents.values())
    zero(image, 257, first - 257)
    return _case(lab, image)


def zeroed_in_the_image(lab: Lab) -> Case:
    """150 zeroed sectors inside the VOB of a bridge image"""
    image, extents = _bridge(lab)
    zero(image, extents[VOB][0] + 500, 150)
    shutil.rmtree(lab.session.folder)
    return Case(path=image, titles=without(lab.session, [(1, range(500, 650), {Why.ZEROED})]))


def trailing_garbage(lab: Lab) -> Case:
    """700001 bytes of something else behind the end of the image"""
    image, _ = _bridge(lab)
    with image.open("ab") as file:
        file.write(random.Random(2).randbytes(700_001))  # noqa: S311
    return _case(lab, image)


def leading_garbage(lab: Lab) -> Case:
    """a header of 4396 bytes before the image, as some burning programs wrap it"""
    image, _ = _bridge(lab, "disc.img")
    image.write_bytes(b"\x11" * 4396 + image.read_bytes())
    return _case(lab, image)


def image_in_a_folder(lab: Lab) -> Case:
    """a folder that holds an image and a text"""
    folder = lab.place / "Зал 3"
    folder.mkdir()
    bridge_image(lab.session.folder, folder / "диск 1.iso")
    (folder / "опись.txt").write_text("Один диск")
    return _case(lab, folder)


def image_in_an_image(lab: Lab) -> Case:
    """a data disc whose only file is the image of a DVD"""
    from tests.recordings.discs import data_image

    inner, _ = _bridge(lab, "inner.iso")
    outer = data_image({"Заседание.iso": inner}, lab.place / "outer.iso")
    inner.unlink()
    return _case(lab, outer)


def wrong_sizes_in_the_directory(lab: Lab) -> Case:
    """ISO 9660 alone, and its directory says the VOB is one sector long"""
    image = image_of(lab.session.folder, lab.place / "disc.iso", udf=False)
    data = image.read_bytes()
    at = data.index(b"VTS_01_1.VOB")
    overwrite(image, at - 23, (SECTOR).to_bytes(4, "little") + (SECTOR).to_bytes(4, "big"))
    return _case(lab, image, grouped=False)


def several_discs(lab: Lab) -> Case:
    """three discs of one hearing in one folder: two VIDEO_TS and an image"""
    folder = lab.place / "Дело 2-145"
    folder.mkdir()
    titles = []
    for name, take in (("Диск 1", lab.d), ("Диск 2", lab.e)):
        disc = lab.studio.press(folder / name, [[take]])
        titles += whole(disc)
    disc = lab.studio.press(lab.place / "third", [[lab.a, lab.c]])
    bridge_image(disc.folder, folder / "Диск 3.iso")
    return Case(path=folder, titles=(*titles, *whole(disc)))
