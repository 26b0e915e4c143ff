"""The player in a real browser: picture, sound only, both sounds, jumps, parts, and no scripts.

The recording is forty seconds that ffmpeg makes here, laid out as the workshop does; the house is
the application itself on real servers, without the local house around it.
"""

import logging
import shutil
import subprocess
import threading
import time as clock
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from recordings.bucket import BucketStore
from sud.config import Config
from sud.db import Sessions
from sud.models import Hearing, Recording, RoleCode, User
from sud.outside import Outside
from sud.web import make_app
from tests.builders import Make
from tests.conftest import Time
from tests.e2e import browser as chromium
from tests.e2e.axe import findings
from tests.sud import packages

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SECONDS = 40
HLS = "application/vnd.apple.mpegurl"
CODECS = 'video/mp4; codecs="avc1.42c00b,mp4a.40.2"'
SLOW = """Object.defineProperty(navigator, "connection",
  {value: {saveData: true, effectiveType: "2g"}})"""
ALONE = "delete window.MediaSource; delete window.ManagedMediaSource"
"""A browser that must play HLS by itself, as those on older telephones do."""
CHAPTERS = """WEBVTT

00:00:00.000 --> 00:00:20.000
1

00:00:20.000 --> 00:00:40.000
2
"""
THUMBNAILS = """WEBVTT

00:00:00.000 --> 00:00:20.000
sheet.jpg#xywh=0,0,96,72

00:00:20.000 --> 00:00:40.000
sheet.jpg#xywh=96,0,96,72
"""
WAVEFORM = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 40' preserveAspectRatio='none'>"
    + "".join(
        f"<rect x='{x}' y='{20 - (x * 7 % 17)}' width='2' height='{2 * (x * 7 % 17) + 1}'"
        " fill='#0f4c5c'/>"
        for x in range(0, 400, 4)
    )
    + "</svg>"
)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Picture and two sounds apart, as HLS; a small file and a sound as files."""
    folder = tmp_path_factory.mktemp("package")

    def ffmpeg(*options: str) -> None:
        program = imageio_ffmpeg.get_ffmpeg_exe()
        subprocess.run([program, "-v", "error", *options], cwd=folder, check=True)

    # fmt: off
    ffmpeg(
        "-f", "lavfi", "-i", f"testsrc2=s=192x144:r=10:d={SECONDS}",
        "-f", "lavfi", "-i", f"sine=440:d={SECONDS}", "-f", "lavfi", "-i", f"sine=880:d={SECONDS}",
        "-map", "0", "-map", "1", "-map", "2", "-c:v", "libx264", "-preset", "ultrafast",
        "-pix_fmt", "yuv420p", "-g", "40", "-c:a", "aac", "-b:a", "32k",
        "-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod",
        "-hls_segment_type", "fmp4", "-hls_flags", "single_file",
        "-hls_segment_filename", "%v.m4s", "-master_pl_name", "master.m3u8",
        "-var_stream_map",
        "v:0,agroup:s,name:top a:0,agroup:s,name:restored,default:yes a:1,agroup:s,name:original",
        "%v.m3u8",
    )
    ffmpeg("-i", "top.m3u8", "-i", "restored.m3u8", "-c", "copy", "-movflags", "+faststart",
           "whole.mp4")
    ffmpeg("-i", "restored.m3u8", "-c", "copy", "-movflags", "+faststart", "sound.m4a")
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=192x72:d=1", "-frames:v", "1", "sheet.jpg")
    # fmt: on
    made = {path.name: path.read_bytes() for path in folder.iterdir()}
    return made | {
        "chapters.vtt": CHAPTERS.encode(),
        "thumbnails.vtt": THUMBNAILS.encode(),
        "waveform.svg": WAVEFORM.encode(),
        "judgement.json": packages.judgement([(1.0, 4.0), (5.0, 8.0), (24.0, 30.0)]),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Court:
    """A house that answers, a hearing recorded in two parts, and people who come in."""

    url: str
    app: Flask
    first: Recording
    second: Recording
    clerk: User
    party: User

    def cookie_of(self, user: User) -> dict[str, str]:
        visitor = self.app.test_client()
        with visitor.session_transaction() as cookie:
            cookie["_user_id"] = f"{user.id}.{user.session_stamp}"
        kept = visitor.get_cookie("sud")
        assert kept is not None
        return {"name": "sud", "value": kept.value, "url": self.url}


@pytest.fixture
def court(
    config: Config,
    outside: Outside,
    own_sessions: Sessions,
    bucket: BucketStore,
    package: dict[str, bytes],
    time: Time,
) -> Iterator[Court]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    packages.put(bucket, files=package)
    app = make_app(config, outside=outside, sessions=own_sessions)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with own_sessions() as session:
            yield _furnished(session, Make(session, time), app, f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _furnished(session: Session, make: Make, app: Flask, url: str) -> Court:
    hearing: Hearing = make.hearing(make.case(judge=make.judge()))
    facts = {
        "duration_ms": SECONDS * 1000,
        "losses": [{"start_s": 12.0, "seconds": 6.0, "why": "zeroed"}],
    }
    parts = [packages.recording(session, make, hearing, part=number, **facts) for number in (1, 2)]
    people = make.staff(RoleCode.CLERK), make.party(hearing.case)
    session.commit()
    return Court(
        url=url, app=app, first=parts[0], second=parts[1], clerk=people[0], party=people[1]
    )


@pytest.fixture
def visit(court: Court, browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def visited(user: User, *, width: int = 1280, scripts: bool = True, first: str = "") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="ky-KG", java_script_enabled=scripts
        )
        contexts.append(context)
        context.add_cookies([court.cookie_of(user)])  # type: ignore[list-item]
        if first:
            context.add_init_script(first)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"the page's script: {error}"))
        page.goto(f"{court.url}/recordings/{court.first.key}")
        if scripts and not page.evaluate(
            "type => document.createElement('video').canPlayType(type)", CODECS
        ):
            _without_codecs()
        return page

    yield visited
    for context in contexts:
        context.close()


def _without_codecs() -> None:
    """Debian's browser plays H.264 and AAC; there it is an error, elsewhere it is said."""
    program = chromium.found()
    if program is not None and shutil.which(program.name):
        pytest.fail(f"{program} plays neither H.264 nor AAC")
    pytest.skip("THIS BROWSER HAS NO H.264 AND AAC (only Debian's has): NOTHING WAS PLAYED")


def now(page: Page) -> float:
    return float(page.evaluate("document.getElementById('video').currentTime"))


def until(page: Page, condition: str, what: str, seconds: float = 20) -> None:
    deadline = clock.monotonic() + seconds
    while not page.evaluate(condition.replace("video.", "document.getElementById('video').")):
        assert clock.monotonic() < deadline, f"{what}: {page.inner_text('[data-say]')!r}"
        page.wait_for_timeout(100)


def arrives(page: Page, name: str, fetched: list[str]) -> None:
    deadline = clock.monotonic() + 20
    while name not in fetched:
        assert clock.monotonic() < deadline, f"{name} is not fetched: {fetched}"
        page.wait_for_timeout(100)


def picture_of(page: Page, name: str, shots: Path | None) -> None:
    if shots is not None:
        page.screenshot(path=shots / f"{name}.png", full_page=True)


@pytest.fixture
def shots() -> Path | None:
    import os

    where = os.environ.get("PICTURES")
    if where:
        Path(where).mkdir(parents=True, exist_ok=True)
    return Path(where) if where else None


def test_a_hearing_is_watched(court: Court, visit: Callable[..., Page], shots: Path | None) -> None:
    page = visit(court.clerk)
    fetched: list[str] = []
    page.on("request", lambda asked: fetched.append(asked.url.rpartition("/")[2].split("?")[0]))
    assert findings(page) == []
    picture_of(page, "player-1280", shots)
    assert "hls.min.js" not in fetched  # it is heavy: only who plays fetches it

    page.click("[data-do=play]")
    until(page, "video.currentTime > 1", "it plays")
    assert page.evaluate("document.getElementById('video').videoWidth") == 192
    picture_of(page, "player-playing", shots)

    # Restored or original: the picture goes on, the other sound is fetched.
    assert "original.m4s" not in fetched
    page.locator("input[name=player-sound][value=original]").check(force=True)
    arrives(page, "original.m4s", fetched)
    until(page, "video.readyState > 2", "it goes on")

    # Under the pointer lies what is there: its time and its picture.
    page.hover("[data-line]", position={"x": 300, "y": 20})
    small = "document.querySelector('.player__peek i').style.backgroundImage"
    until(page, f"{small}.endsWith('/sheet.jpg\")')", "the small picture")

    # Keys: half of it, ten seconds back, faster, and speech.
    page.locator("#player-title").focus()
    page.keyboard.press("5")
    until(page, "Math.abs(video.currentTime - 20) < 2", "half of it")
    page.keyboard.press("j")
    until(page, "video.currentTime < 12.5", "ten seconds back")
    page.keyboard.press("]")
    assert page.evaluate("document.getElementById('video').playbackRate") == 1.25

    # What is lost is jumped over, and said.
    until(page, "video.currentTime >= 18", "the lost seconds are jumped over", 6)
    assert now(page) < 22
    assert "0:0" in page.inner_text("[data-say]")

    page.keyboard.press(".")
    until(page, "Math.abs(video.currentTime - 24) < 1.5", "to the next speech")

    # A mark is made without stopping, and its place is a link.
    page.keyboard.press("b")
    assert page.input_value("#place").startswith("0:2")
    page.fill("#words", "Күбө Асанов")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-marks] li:has-text('Күбө Асанов')")
    assert page.evaluate("document.getElementById('video').paused") is False
    page.click("[data-chapters] [data-seek='20.0']")
    until(page, "Math.abs(video.currentTime - 20) < 1.5", "to the chapter")
    page.locator("[data-marks] [data-seek]").click()
    until(page, "video.currentTime > 23 && video.currentTime < 28", "to the mark")
    assert findings(page) == []

    # The next part follows by itself.
    page.locator("[data-line]").focus()
    page.keyboard.press("9")
    page.keyboard.press("l")
    page.wait_for_url(f"**/recordings/{court.second.key}", timeout=20_000)
    until(page, "video.currentTime > 0.5 && video.currentTime < 12", "the second part plays")
    assert "2" in page.inner_text("#player-title")


def test_on_a_slow_line_there_is_sound_first(
    court: Court, visit: Callable[..., Page], shots: Path | None
) -> None:
    page = visit(court.party, width=360, first=SLOW)
    fetched: list[str] = []
    page.on("request", lambda asked: fetched.append(asked.url.rpartition("/")[2].split("?")[0]))
    assert page.is_checked("input[name=player-mode][value=sound]")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert findings(page) == []
    picture_of(page, "player-360-sound", shots)
    page.click("[data-do=play]")
    until(page, "video.currentTime > 1", "it plays")
    assert page.evaluate("document.getElementById('video').videoWidth") == 0
    assert not {"top.m3u8", "top.m4s", "master.m3u8"} & set(fetched)
    page.click("[data-line]", position={"x": 160, "y": 10})
    until(page, "video.currentTime > 18.5 && video.currentTime < 24", "to where the line is")

    # The picture is a press away; the choice is remembered, the place is kept.
    page.locator("input[name=player-mode][value=picture]").check(force=True)
    until(page, "video.videoWidth > 0 && video.currentTime > 19", "the picture")
    page.locator("input[name=player-mode][value=sound]").check(force=True)
    until(page, "video.videoWidth == 0 && video.readyState > 2", "sound only")
    assert now(page) > 19
    page.locator("input[name=player-sound][value=original]").check(force=True)
    arrives(page, "original.m4s", fetched)
    until(page, "video.readyState > 2 && video.currentTime > 19", "the original sound")
    page.reload()
    assert page.is_checked("input[name=player-sound][value=original]")


def test_a_browser_that_plays_hls_itself_needs_no_player_of_ours(
    court: Court, visit: Callable[..., Page]
) -> None:
    page = visit(court.party, first=ALONE)
    if not page.evaluate(f"document.createElement('video').canPlayType('{HLS}')"):
        pytest.skip("THIS BROWSER DOES NOT PLAY HLS BY ITSELF")
    fetched: list[str] = []
    page.on("request", lambda asked: fetched.append(asked.url.rpartition("/")[2].split("?")[0]))
    page.keyboard.press("k")
    until(page, "video.currentTime > 0.7 && video.videoWidth > 0", "it plays")
    page.keyboard.press("7")
    until(page, "Math.abs(video.currentTime - 28) < 2", "to seven tenths")
    page.locator("input[name=player-mode][value=sound]").check(force=True)
    until(page, "video.videoWidth == 0 && video.currentTime > 27", "sound only")
    assert "hls.min.js" not in fetched


def test_where_our_player_does_not_arrive_the_plain_file_plays(
    court: Court, visit: Callable[..., Page]
) -> None:
    page = visit(court.party)
    page.route("**/hls.min.js*", lambda route: route.abort())
    page.click("[data-chapters] [data-seek='20.0']")
    until(page, "video.currentTime > 20.5 && video.videoWidth > 0", "the file plays on from there")
    assert page.evaluate("document.getElementById('video').currentSrc").endswith("/whole.mp4")


def test_without_scripts_there_are_files_lists_and_a_form(
    court: Court, visit: Callable[..., Page], shots: Path | None
) -> None:
    page = visit(court.clerk, width=360, scripts=False)
    picture_of(page, "player-360-plain", shots)
    for name in ("sound.m4a", "whole.mp4"):
        link = page.locator(f"#files a[href*='{name}']").get_attribute("href")
        given = page.request.get(f"{court.url}{link}")
        assert given.status == 200
        assert given.body()[4:8] == b"ftyp"
    assert page.locator("[data-losses] li").count() == 1
    assert page.locator("[data-chapters] li").count() == 2
    assert page.locator("[data-tools]").is_hidden()
    page.fill("#place", "0:25")
    page.select_option("#kind", "evidence")
    page.fill("#words", "Келишим")
    page.click("[data-marks] form button")
    place = page.locator("[data-marks] li a").first
    assert place.inner_text() == "0:25"
    place.click()
    assert page.url.endswith("at=0:25")
    assert page.locator("source[src*='whole.mp4#t=25']").count() == 1
