"""Titles are found and sectors counted on good, damaged and wrong discs."""

import contextlib
import errno
import io
from dataclasses import replace
from pathlib import Path

import pytest

from recordings.chart import decimal_ticks
from recordings.errors import EncryptedError, NotADiscError, NoTitleError
from recordings.ifo import BadTableError, entries_of, titleset_of
from recordings.reel import Disc, Origin, Reel, disc_of, main_title, survey, title_numbered
from recordings.store import ObjectStore
from recordings.volume import File, Kind, files_at, files_stored, volume_of
from tests.recordings.conftest import bucket
from tests.recordings.discs import GOOD, SECTOR, copy_of, image_of, scramble, truncate, zero

VOB = "VTS_01_1.VOB"


def disc(path: Path) -> Disc:
    return disc_of(volume_of(files_at(path)))


def told(disc: Disc) -> list[tuple[int, int, str]]:
    return [(title.number, title.milliseconds, title.origin) for title in disc.titles]


def read_through(disc: Disc) -> Reel:
    reel = Reel(disc, main_title(disc))
    assert sum(map(len, reel)) == reel.read * SECTOR
    return reel


INTACT = [(1, 10_000, "ifo"), (2, 3_000, "ifo")]


@pytest.mark.parametrize("inner", ["", "VIDEO_TS"])
def test_a_folder(inner: str) -> None:
    found = disc(GOOD / inner)
    assert found.volume.kind is Kind.FOLDER
    assert told(found) == INTACT
    title = main_title(found)
    assert (title.chapters, title.pieces, title.sectors) == (3, 2, 463)
    seen = survey(found, title)
    assert seen.video
    assert seen.sound == (0x80,)
    reel = read_through(found)
    assert (reel.read, reel.lost) == (463, 0)


def test_lower_case_names(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    for path in (place / "VIDEO_TS").iterdir():
        path.rename(path.with_name(path.name.lower()))
    (place / "VIDEO_TS").rename(place / "video_ts")
    assert told(disc(place)) == INTACT


@pytest.mark.parametrize("udf", [True, False])
def test_an_image(tmp_path: Path, *, udf: bool) -> None:
    found = disc(image_of(GOOD, tmp_path / "hearing.bin", udf=udf))
    assert found.volume.kind is Kind.IMAGE
    assert told(found) == INTACT
    assert (read_through(found).read, read_through(found).lost) == (463, 0)


def test_a_disc_in_the_store(s3_endpoint: str, tmp_path: Path) -> None:
    store: ObjectStore = bucket(s3_endpoint, "disc-in-store")
    store.ensure_bucket()
    for file in files_at(GOOD):
        with file.open() as stream:
            store.put(f"masters/1/{file.name}", stream)
    found = disc_of(volume_of(files_stored(store, "masters/1/")))
    assert told(found) == INTACT
    assert read_through(found).read == 463
    with image_of(GOOD, tmp_path / "hearing.iso").open("rb") as stream:
        store.put("masters/2/hearing.iso", stream)
    assert told(disc_of(volume_of(files_stored(store, "masters/2/")))) == INTACT


def test_a_bare_vob_under_any_name(tmp_path: Path) -> None:
    path = tmp_path / "зал 2"
    path.write_bytes((GOOD / "VIDEO_TS" / VOB).read_bytes())
    found = disc(path)
    assert found.volume.kind is Kind.VOB
    title = main_title(found)
    assert title.origin is Origin.SCAN
    assert title.pieces == 2
    assert abs(title.milliseconds - 10_000) < 100
    assert read_through(found).read == 463


@pytest.mark.parametrize("damage", ["missing", "magic", "tables", "cut", "empty"])
def test_a_bad_ifo_is_replaced_by_its_backup(tmp_path: Path, damage: str) -> None:
    place = copy_of(tmp_path)
    ifo = place / "VIDEO_TS" / "VTS_01_0.IFO"
    match damage:
        case "missing":
            ifo.unlink()
        case "magic":
            ifo.write_bytes(b"x" * 12 + ifo.read_bytes()[12:])
        case "tables":
            zero(ifo, 1, ifo.stat().st_size // SECTOR - 1)
        case "cut":
            truncate(ifo, SECTOR + 30)
        case _:
            truncate(ifo, 0)
    found = disc(place)
    assert told(found) == [(1, 10_000, "bup"), (2, 3_000, "ifo")]
    assert main_title(found).sectors == 463


def test_without_any_table_the_vobs_tell(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    for path in (place / "VIDEO_TS").glob("VTS_01_0.*"):
        path.unlink()
    found = disc(place)
    assert [title.origin for title in found.titles] == ["scan", "ifo"]
    assert main_title(found).pieces == 2
    assert read_through(found).read == 463
    for path in (place / "VIDEO_TS").glob("*.[IB][FU]*"):
        path.unlink()
    assert [title.sectors for title in disc(place).titles] == [463, 145]


@pytest.mark.parametrize("name", ["VIDEO_TS.IFO", "VIDEO_TS.BUP"])
def test_the_manager_may_be_lost(tmp_path: Path, name: str) -> None:
    place = copy_of(tmp_path)
    (place / "VIDEO_TS" / "VIDEO_TS.IFO").write_bytes(b"nothing")
    (place / "VIDEO_TS" / name).unlink()
    assert told(disc(place)) == INTACT


def test_zeroed_sectors_are_counted_and_left_out(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    zero(place / "VIDEO_TS" / VOB, 100, 20)
    reel = read_through(disc(place))
    assert (reel.read, reel.damaged, reel.missing) == (443, 20, 0)


def test_a_truncated_vob(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    truncate(place / "VIDEO_TS" / VOB, 300 * SECTOR + 1000)  # in the middle of a sector
    reel = read_through(disc(place))
    assert reel.read == 300
    assert reel.lost == 163


def test_a_missing_vob_shifts_nothing(tmp_path: Path) -> None:
    """Of a titleset cut in two files the first is lost: the second still stands in its place."""
    place = copy_of(tmp_path)
    vob = place / "VIDEO_TS" / VOB
    data = vob.read_bytes()
    vob.with_name("VTS_01_2.VOB").write_bytes(data[200 * SECTOR :])
    whole = disc(place)
    vob.write_bytes(data[: 200 * SECTOR])
    reel = read_through(disc(place))
    assert (reel.read, reel.lost) == (463, 0)
    vob.unlink()
    reel = read_through(disc(place))
    assert (reel.read, reel.missing) == (263, 200)
    assert main_title(whole).milliseconds == 10_000


def test_an_unreadable_place_on_the_medium_is_missing(tmp_path: Path) -> None:
    class Scratched(io.BufferedReader):
        def read(self, size: int | None = -1, /) -> bytes:
            here = self.tell() // SECTOR
            if here <= 150 < here + (size or 0) // SECTOR:
                raise OSError(errno.EIO, "Input/output error")
            return super().read(size)

    volume = volume_of(files_at(GOOD))
    good = volume.files[VOB]

    def scratched() -> io.BufferedReader:
        return Scratched(io.FileIO(GOOD / "VIDEO_TS" / VOB))

    volume.files[VOB] = replace(good, open=scratched)
    reel = read_through(disc_of(volume))
    assert (reel.read, reel.missing, reel.damaged) == (462, 1, 0)


def test_an_encrypted_disc_is_refused(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    scramble(place / "VIDEO_TS" / VOB)
    found = disc(place)
    with pytest.raises(EncryptedError):
        survey(found, main_title(found))


def test_a_truncated_image_gives_what_it_has(tmp_path: Path) -> None:
    path = image_of(GOOD, tmp_path / "cut.iso", udf=False)
    truncate(path, path.stat().st_size * 6 // 10)
    found = disc(path)
    reel = read_through(found)
    assert reel.read > 100
    assert reel.read + reel.lost == main_title(found).sectors


def test_an_image_without_its_beginning_is_carved(tmp_path: Path) -> None:
    path = image_of(GOOD, tmp_path / "headless.iso")
    zero(path, 0, 260)
    found = disc(path)
    assert found.volume.kind is Kind.CARVED
    assert read_through(found).read == 463 + 145


def test_a_page_renamed_to_a_vob_is_not_a_disc(tmp_path: Path) -> None:
    (tmp_path / "VTS_01_1.VOB").write_text("<html>" * 10_000)
    with pytest.raises(NotADiscError):
        disc(tmp_path)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7" * 999, bytes(50_000), b"\x00\x00\x01\xba"])
def test_other_files_are_not_discs(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "VTS_01_1.VOB"
    path.write_bytes(content)
    with pytest.raises((NotADiscError, NoTitleError)):
        disc(path)


def test_what_is_no_disc_at_all(tmp_path: Path) -> None:
    with pytest.raises(NotADiscError):
        disc(tmp_path / "nowhere")
    with pytest.raises(NotADiscError):
        disc(tmp_path)
    place = copy_of(tmp_path)
    for path in (place / "VIDEO_TS").glob("*.VOB"):
        path.unlink()
    with pytest.raises(NotADiscError, match="missing"):
        disc(place)


def test_two_discs_at_once_are_refused() -> None:
    with pytest.raises(NotADiscError, match="more than one"):
        volume_of([*files_at(GOOD), *files_at(GOOD)])


def test_a_data_disc_is_not_a_video_disc(tmp_path: Path) -> None:
    place = tmp_path / "data"
    (place / "VIDEO_TS").mkdir(parents=True)
    (place / "VIDEO_TS" / "FILM.AVI").write_bytes(b"RIFF" * 9999)
    with pytest.raises(NotADiscError):
        disc(image_of(place, tmp_path / "data.iso"))


def test_a_title_that_is_not_there() -> None:
    found = disc(GOOD)
    assert title_numbered(found, 2).milliseconds == 3_000
    with pytest.raises(NoTitleError):
        title_numbered(found, 3)


def test_a_title_inside_another_is_left_out(tmp_path: Path) -> None:
    """A recorder's "play all" holds the others; the others are not hearings of their own."""
    found = disc(GOOD)
    title = main_title(found)
    part = replace(title, cells=title.cells[:1])
    from recordings.reel import _contained

    assert _contained(part, [title, part])
    assert not _contained(title, [title, part])


def test_the_time_of_a_dvd() -> None:
    assert decimal_ticks(bytes([0x01, 0x02, 0x03, 0x52])) == 90 * 3_723_480  # 12 frames at 25
    assert decimal_ticks(bytes([0, 0, 0x10, 0xC0 | 0x15])) == 90_000 * 10 + 15 * 3003
    assert decimal_ticks(bytes([0, 0x61, 0, 0x40])) == decimal_ticks(b"\xff" * 4) == -1


@pytest.mark.parametrize("cut", range(0, 12 * 1024, 700))
def test_a_table_cut_anywhere_is_read_or_refused(cut: int) -> None:
    """Never another exception: on any of them the backup must be tried."""
    whole = (GOOD / "VIDEO_TS" / "VTS_01_0.IFO").read_bytes()
    noisy = whole[:cut] + b"\xff" * (len(whole) - cut)
    for data in (whole[:cut], noisy, whole[:cut] + bytes(len(whole) - cut)):
        for parse in (titleset_of, entries_of):
            with contextlib.suppress(BadTableError):
                parse(data)


def test_a_file_is_only_opened_when_it_is_read() -> None:
    def never() -> io.BytesIO:
        raise AssertionError

    with pytest.raises(NotADiscError):
        volume_of([File(name="empty.iso", size=0, open=never)])
