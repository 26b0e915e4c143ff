"""A DVD's titles, judged by tables and sectors together; what is lost is timed and named."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.chart import READ, SECTOR, State, packed, read_through, unpacked
from recordings.disc import Contents, contents_of
from recordings.ifo import BadTableError, entries_of, place_of, titleset_of
from recordings.titles import Kind, Origin, Title, Why
from recordings.volume import files_at, volumes_of
from tests.recordings.discs import GOOD, copy_of, overwrite, truncate, zero

VOB = "VIDEO_TS/VTS_01_1.VOB"
IFO = (GOOD / "VIDEO_TS" / "VTS_01_0.IFO").read_bytes()


def contents(place: Path) -> Contents:
    [volume] = volumes_of(files_at(place))
    charts = {}
    for name, file in volume.files.items():
        if name.endswith(".VOB"):
            with file.open() as stream:
                charts[name] = read_through(stream, file.size).chart
    return contents_of(volume, charts)


def first(place: Path) -> Title:
    return contents(place).titles[0]


def told(title: Title) -> list[tuple[float, float]]:
    return [(round(run.start_s, 3), round(run.seconds, 3)) for run in title.runs]


def test_the_good_disc() -> None:
    found = contents(GOOD)
    title, test = found.titles
    assert (title.kind, title.origin, title.seconds, title.lost_s) == (
        Kind.HEARING,
        Origin.IFO,
        10.0,
        0.0,
    )
    assert told(title) == [(0.0, 6.0), (6.0, 4.0)]
    # Both recordings begin with the same clock: somebody pressed pause.
    assert [run.clock_s for run in title.runs] == [0.54, 0.54]
    assert [chapter.start_s for chapter in title.chapters] == pytest.approx([0.0, 2.8, 6.0])
    picture, sound = title.streams
    assert (picture.width, picture.height, picture.frame_rate) == (720, 576, 25.0)
    assert (picture.codec, picture.field_order, picture.aspect) == ("mpeg2video", "tff", "4:3")
    assert (sound.codec, sound.channels, sound.sample_rate, sound.id) == ("ac3", 2, 48_000, 0x80)
    assert (test.kind, test.seconds) == (Kind.TEST, 3.0)
    assert not found.remarks


def test_a_chart_is_stored_and_taken_up() -> None:
    path = GOOD / VOB
    with path.open("rb") as stream:
        chart = read_through(stream, path.stat().st_size).chart
    again = unpacked(packed(chart))
    assert np.array_equal(again.state, chart.state)
    assert np.array_equal(again.navs, chart.navs)
    assert chart.sectors == 463
    assert np.isin(chart.state, READ).all()


def test_zeroed_sectors_are_timed(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    zero(place / VOB, 126, 63)  # three units: from 2.8 s on
    title = first(place)
    [loss] = title.losses
    assert loss.why is Why.ZEROED
    assert loss.sectors == 63
    assert loss.start_s == pytest.approx(2.8, abs=0.05)
    assert loss.seconds == pytest.approx(1.44, abs=0.05)
    assert title.seconds == 10.0
    assert told(title) == [(0.0, 6.0), (6.0, 4.0)]  # the clock goes on over the hole


def test_what_a_truncated_file_lacks_keeps_its_time(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    truncate(place / VOB, 300 * SECTOR + 1000)
    title = first(place)
    assert title.seconds == pytest.approx(10.0, abs=0.05)
    assert title.recovered_s == pytest.approx(6.4, abs=0.2)
    assert {loss.why for loss in title.losses} == {Why.TRUNCATED}


def test_a_missing_first_file_shifts_nothing(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    data = (place / VOB).read_bytes()
    (place / "VIDEO_TS" / "VTS_01_2.VOB").write_bytes(data[276 * SECTOR :])
    (place / VOB).write_bytes(b"")
    title = first(place)
    assert told(title) == [(6.0, 4.0)]
    [loss] = title.losses
    assert (loss.why, loss.start_s) == (Why.MISSING, 0.0)
    assert loss.seconds == pytest.approx(6.0, abs=0.05)


def test_what_is_gone_altogether_is_named(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    (place / VOB).unlink()
    title = first(place)
    assert (title.runs, title.seconds, title.recovered_s) == ((), 10.0, 0.0)


@pytest.mark.parametrize("lost", ["IFO", "both"])
def test_tables_that_are_lost(tmp_path: Path, lost: str) -> None:
    place = copy_of(tmp_path)
    zero(place / "VIDEO_TS" / "VTS_01_0.IFO", 1, 5)
    if lost == "both":
        (place / "VIDEO_TS" / "VTS_01_0.BUP").unlink()
    title = first(place)
    assert title.origin is (Origin.BUP if lost == "IFO" else Origin.SCAN)
    assert told(title) == [(0.0, 6.0), (6.0, 4.0)]
    assert title.losses == ()


def changed(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (struct.pack(">I", 275), struct.pack(">I", 0x00FFFFF0)),  # a cell beyond the set
        (struct.pack(">I", 126), struct.pack(">I", 120)),  # one that begins in another
        (b"\x00\x00\x04\x40", b"\x09\x59\x59\x40"),  # and one that plays for ten hours
    ],
)
def test_subtle_damage_is_noticed_and_the_backup_believed(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    place = copy_of(tmp_path)
    ifo = place / "VIDEO_TS" / "VTS_01_0.IFO"
    ifo.write_bytes(changed(ifo.read_bytes(), old, new))
    title = first(place)
    assert title.origin is Origin.BUP
    assert told(title) == [(0.0, 6.0), (6.0, 4.0)]
    # Both damaged alike: the sectors know better than either.
    (place / "VIDEO_TS" / "VTS_01_0.BUP").write_bytes(ifo.read_bytes())
    title = first(place)
    assert title.seconds == 10.0
    assert title.recovered_s == 10.0


def test_a_navigation_pack_that_lies_about_its_time(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    overwrite(place / VOB, 147 * SECTOR + 0x39, struct.pack(">II", 90_000_000, 90_043_200))
    title = first(place)
    assert told(title) == [(0.0, 6.0), (6.0, 4.0)]


def test_what_no_table_mentions_is_a_title_of_its_own(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    extra = (place / "VIDEO_TS" / "VTS_02_1.VOB").read_bytes()
    data = bytearray(extra)
    for at in range(0, len(data), SECTOR):  # a third VOB behind the two that the table knows
        if data[at + 0x26 : at + 0x2A] == b"\x00\x00\x01\xbf":
            place_there = struct.unpack_from(">I", data, at + 0x40B)[0] + 463
            struct.pack_into(">I", data, at + 0x40B, place_there)
            struct.pack_into(">H", data, at + 0x41F, 3)
    with (place / VOB).open("ab") as file:
        file.write(data)
    found = contents(place)
    assert sorted((one.origin, one.seconds) for one in found.titles if one.titleset == 1) == [
        (Origin.IFO, 10.0),
        (Origin.SCAN, 3.0),
    ]


def test_repeated_sectors_are_torn(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    with (place / VOB).open("r+b") as file:
        file.seek(130 * SECTOR)
        sector = file.read(SECTOR)
        file.write(sector * 9)
    [volume] = volumes_of(files_at(place))
    with volume.files["VTS_01_1.VOB"].open() as stream:
        chart = read_through(stream, 463 * SECTOR).chart
    assert set(np.flatnonzero(chart.state == State.TORN)) == set(range(131, 140))


@settings(max_examples=150, deadline=1000)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, len(IFO) - 1), st.integers(0, 255)), min_size=1, max_size=12
    )
)
def test_a_table_with_wrong_bytes_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    data = bytearray(IFO)
    for at, value in changes:
        data[at] = value
    place_of(bytes(data))
    for read in (titleset_of, entries_of):
        try:
            table = read(bytes(data))
        except BadTableError:
            continue
        if not isinstance(table, tuple):
            assert sum(len(chain.cells) for chain in table.chains.values()) <= 20_000
            assert all(cell.first <= cell.last for c in table.chains.values() for cell in c.cells)


@settings(max_examples=60, deadline=1000)
@given(data=st.binary(max_size=4096), start=st.sampled_from([0, 0xC0, 0x400, 0x1000]))
def test_a_table_of_noise_is_read_or_refused(data: bytes, start: int) -> None:
    noisy = IFO[:start] + data + IFO[start + len(data) :]
    for read in (titleset_of, entries_of):
        try:
            read(noisy)
        except BadTableError:
            continue
