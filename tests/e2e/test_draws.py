"""The draws as everybody sees them: pages for the public, a judge, a chair, a party, an auditor.

Each page is looked at with axe-core at the width of a desk, and without scripts on a telephone,
where nothing may be wider than the screen.
"""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from tests.e2e.conftest import Running, Visitor, get

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

PUBLIC = (
    "/draws",
    "/draws/rule",
    "/draws/how",
    "/draws-watch",
    "/draws/courts/talas-city",
    "/courts/talas-city/duty",
)
STAFF = {
    "judge2.talas": ("/home", "/my-draws"),
    "chair.talas": ("/home", "/court-draws", "/roster/courts/talas-city", "/recusals"),
    "auditor": ("/home", "/watch", "/watch/rates", "/exceptions/all", "/refilings"),
    "admin": ("/roster", "/roster/rules", "/roster/pools", "/roster/waiting", "/exceptions"),
}
PHONE = 360


def looked_at(visitor: Visitor, path: str, picture: str) -> None:
    visitor.open(path)
    assert visitor.page.locator("h1").count() == 1, path
    visitor.picture(picture)
    box = visitor.page.locator("html").bounding_box()
    assert box is not None
    wide = visitor.page.viewport_size
    assert wide is not None
    assert box["width"] <= wide["width"], f"{path} is wider than the screen"


@pytest.mark.parametrize("scripts", [True, False])
def test_what_everybody_sees(visitor: Callable[..., Visitor], scripts: bool) -> None:
    public = visitor(scripts=scripts, width=1100 if scripts else PHONE)
    for path in PUBLIC:
        looked_at(public, path, f"draws{path.replace('/', '-')}-{scripts}")
    public.open("/draws")
    public.press("main a[href^='/draws/talas-city-']")
    looked_at(public, public.page.url, f"draws-one-{scripts}")


@pytest.mark.parametrize("login", STAFF)
@pytest.mark.parametrize("width", [1100, PHONE])
def test_what_people_of_the_court_see(
    visitor: Callable[..., Visitor], login: str, width: int
) -> None:
    someone = visitor(width=width, scripts=width > PHONE)
    someone.sign_in(login)
    for path in STAFF[login]:
        looked_at(someone, path, f"{login}{path.replace('/', '-')}-{width}")


def test_a_stranger_checks_everything_offline(house: Running, tmp_path: Path) -> None:
    """The program and the log from the court's site, and nothing else of ours."""
    zipfile.ZipFile(BytesIO(get(f"{house.url}/draws/assignment.zip"))).extractall(tmp_path)
    log, trust = tmp_path / "log.jsonl", tmp_path / "trust.json"
    log.write_bytes(get(f"{house.url}/log.jsonl"))
    trust.write_bytes(get(f"{house.url}/log/trust.json"))
    verified = subprocess.run(
        [sys.executable, "-P", "-m", "assignment", "verify", log, "--trust", trust],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stderr + verified.stdout
    assert "assurance demonstration" in verified.stdout
