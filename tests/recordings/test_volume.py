"""Discs and media files are found in folders, images, images without a head, and alone."""

import contextlib
import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from udfkit import bluray, dvd

from recordings.chart import SECTOR
from recordings.files import File, joined_file, part_of, zeros
from recordings.image import listing_of
from recordings.udf import NotUdfError
from recordings.udf import files_of as udf_files
from recordings.volume import Kind, Volume, files_at, volumes_of
from tests.recordings.discs import GOOD, copy_of, data_image, image_of, lowered, truncate, zero

NAMES = {
    *("VIDEO_TS.IFO", "VIDEO_TS.BUP", "VTS_01_0.IFO", "VTS_01_0.BUP", "VTS_01_1.VOB"),
    *("VTS_02_0.IFO", "VTS_02_0.BUP", "VTS_02_1.VOB"),
}


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("images") / "bridge.iso"
    dvd.write_image(GOOD, path, "ZAL_2")
    return path


def found(place: Path) -> list[Volume]:
    return volumes_of(files_at(place))


def whole(path: Path) -> File:
    [file] = files_at(path)
    return file


def read(file: File) -> bytes:
    with file.open() as stream:
        return stream.read()


def same(volume: Volume) -> bool:
    good = GOOD / "VIDEO_TS"
    return all(read(file) == (good / name).read_bytes() for name, file in volume.files.items())


@pytest.mark.parametrize("inner", ["", "VIDEO_TS"])
def test_a_folder(inner: str) -> None:
    [volume] = found(GOOD / inner)
    assert (volume.kind, set(volume.files)) == (Kind.FOLDER, NAMES)


def test_small_letters_and_depth(tmp_path: Path) -> None:
    place = copy_of(tmp_path / "Архив" / "2024")
    lowered(place)
    [volume] = found(tmp_path / "Архив")
    assert set(volume.files) == NAMES
    assert same(volume)


def test_discs_of_one_hearing_stay_apart(tmp_path: Path) -> None:
    for name in ("disc 2", "disc 10", "disc 1"):
        copy_of(tmp_path / name)
    volumes = found(tmp_path)
    assert [volume.name.split("/")[1] for volume in volumes] == ["disc 1", "disc 2", "disc 10"]
    assert all(same(volume) for volume in volumes)
    assert len(volumes_of([*files_at(GOOD), *files_at(GOOD)])) == 2


@pytest.mark.parametrize("udf", [True, False])
def test_an_image(tmp_path: Path, *, udf: bool) -> None:
    [volume] = found(image_of(GOOD, tmp_path / "hearing.bin", udf=udf))
    assert (volume.kind, set(volume.files)) == (Kind.IMAGE, NAMES)
    assert same(volume)


def test_an_image_in_parts(bridge: Path, tmp_path: Path) -> None:
    data, size = bridge.read_bytes(), 100 * SECTOR + 7  # parts need not end with sectors
    parts = range(-(-len(data) // size))
    for number in parts:
        part = tmp_path / f"hearing.iso.{number + 1:03}"
        part.write_bytes(data[number * size : (number + 1) * size])
    [volume] = found(tmp_path)
    assert (volume.kind, set(volume.files)) == (Kind.IMAGE, NAMES)
    assert same(volume)
    # A part that is lost keeps its place: what lies behind it is found where it was.
    (tmp_path / f"hearing.iso.{len(parts) - 1:03}").unlink()
    [volume] = found(tmp_path)
    assert {name: file.size for name, file in volume.files.items()} == {
        name: file.size for name, file in found(bridge)[0].files.items()
    }
    # One such name alone is no part of anything.
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "hearing.avi.002").write_bytes(b"RIFF....AVI LIST")
    assert [one.kind for one in found(tmp_path / "alone")] == [Kind.FILE]


def test_an_image_with_only_udf(bridge: Path, tmp_path: Path) -> None:
    path = tmp_path / "udf.iso"
    data = bytearray(bridge.read_bytes())
    for at in range(16, 20):
        if data[at * SECTOR + 1 : at * SECTOR + 6] == b"CD001":
            data[at * SECTOR : (at + 1) * SECTOR] = bytes(SECTOR)
    path.write_bytes(data)
    [volume] = found(path)
    assert (volume.kind, volume.label, set(volume.files)) == (Kind.IMAGE, "ZAL_2", NAMES)
    assert same(volume)
    # The anchor at 256 is lost: there is another at the end.
    zero(path, 256, 1)
    assert same(found(path)[0])


def test_a_metadata_partition(tmp_path: Path) -> None:
    """UDF 2.50 keeps its directories in a file of their own."""
    folder = tmp_path / "disc"
    (folder / "BDMV" / "STREAM").mkdir(parents=True)
    (folder / "BDMV" / "STREAM" / "00001.m2ts").write_bytes(bytes(range(192)) * 320)
    for name in ("index.bdmv", "MovieObject.bdmv"):
        (folder / "BDMV" / name).write_bytes(b"INDX0200" + bytes(100))
    bluray.write_image(folder, tmp_path / "disc.iso", "ZAL_2")
    listing = listing_of(whole(tmp_path / "disc.iso"))
    sizes = {one.path: one.size for one in listing.files}
    assert listing.label == "ZAL_2"
    assert sizes["BDMV/STREAM/00001.m2ts"] == 192 * 320


@pytest.mark.parametrize("udf", [True, False])
def test_names_of_a_data_disc(tmp_path: Path, *, udf: bool) -> None:
    film = tmp_path / "a"
    film.write_bytes(b"RIFF\x00\x00\x00\x00AVI LIST" + bytes(5000))
    name = "Заседание 12.03.2024 зал 2.avi"
    [volume] = found(data_image({name: film}, tmp_path / "data.iso", udf=udf))
    assert volume.kind is Kind.DATA
    [(inner, file)] = volume.files.items()
    assert inner.endswith(name)
    assert read(file) == film.read_bytes()


def test_a_truncated_image_lists_what_it_promised(bridge: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.iso"
    path.write_bytes(bridge.read_bytes())
    truncate(path, path.stat().st_size * 6 // 10)
    [volume] = found(path)
    assert set(volume.files) == NAMES
    vob = volume.files["VTS_01_1.VOB"]
    assert vob.size == 463 * SECTOR
    assert len(read(vob)) < vob.size


def test_an_image_behind_other_bytes(bridge: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.iso"
    path.write_bytes(b"header" * 733 + bridge.read_bytes())
    [volume] = found(path)
    assert same(volume)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("зал 2", (GOOD / "VIDEO_TS" / "VTS_01_1.VOB").read_bytes(), Kind.VOB),
        ("x.iso", bytes(300 * SECTOR) + (GOOD / "VIDEO_TS" / "VTS_01_1.VOB").read_bytes(),
         Kind.CARVED),
        ("x.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(900), Kind.FILE),
        ("nameless", b"\x1aE\xdf\xa3" + bytes(900), Kind.FILE),
    ],
)  # fmt: skip
def test_content_tells_what_a_file_is(tmp_path: Path, name: str, data: bytes, kind: Kind) -> None:
    (tmp_path / name).write_bytes(data)
    [volume] = found(tmp_path / name)
    assert volume.kind is kind


def test_papers_are_no_recordings(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7" * 999)
    (tmp_path / "b.txt").write_text("Акт")
    assert found(tmp_path) == []


def test_a_link_out_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    place = copy_of(tmp_path)
    secret = tmp_path / "secret.avi"
    secret.write_bytes(b"RIFF" + bytes(999))
    (place / "film.avi").symlink_to(secret)
    assert not any(file.name.endswith("film.avi") for file in files_at(place))


def test_parts_of_files() -> None:
    data = bytes(range(256)) * 40
    file = File(name="a", size=len(data), open=lambda: io.BufferedReader(io.BytesIO(data)))
    part = part_of(joined_file("b", [part_of(file, "x", 100, 50), zeros(20), file]), "c", 40, 60)
    assert read(part) == data[140:150] + bytes(20) + data[:30]
    with part.open() as stream:
        stream.seek(35)
        assert stream.read(9) == data[5:14]


def reader(data: bytes) -> Callable[[int, int], bytes]:
    return lambda first, count: data[first * SECTOR : (first + count) * SECTOR]


@settings(max_examples=60, deadline=2000)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, 300 * SECTOR), st.integers(0, 255)), min_size=1, max_size=30
    )
)
def test_a_file_system_with_wrong_bytes_is_read_or_refused(
    bridge: Path, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(bridge.read_bytes())
    for at, value in changes:
        data[at % len(data)] = value
    plain = bytes(data)
    image = File(name="x", size=len(plain), open=lambda: io.BufferedReader(io.BytesIO(plain)))
    assert len(listing_of(image).files) < 100
    with contextlib.suppress(NotUdfError):
        udf_files(reader(plain), len(plain) // SECTOR)


def test_a_directory_that_contains_itself(bridge: Path, tmp_path: Path) -> None:
    """ISO 9660: VIDEO_TS leads back to the root; nothing loops."""
    data = bytearray(bridge.read_bytes())
    root = struct.unpack_from("<I", data, 16 * SECTOR + 158)[0] * SECTOR
    at = data.find(b"VIDEO_TS", root) - 33
    struct.pack_into("<I", data, at + 2, root // SECTOR)
    struct.pack_into(">I", data, at + 6, root // SECTOR)
    for sector in range(256, 258):
        data[sector * SECTOR : (sector + 1) * SECTOR] = bytes(SECTOR)
    path = tmp_path / "loop.iso"
    path.write_bytes(data)
    assert listing_of(whole(path)).files is not None
