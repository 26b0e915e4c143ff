"""Every setting is documented, with its default, and nothing else is."""

import dataclasses
import re
from pathlib import Path

from sud.config import Config

PAGE = Path("deploy/settings.md")
LINE = re.compile(r"^\| `(SUD_[A-Z0-9_]+)` \| ([^|]+) \|", re.MULTILINE)


def told(field: dataclasses.Field[object]) -> str:
    if field.default is dataclasses.MISSING:
        return "required"
    if field.default in ("", None):
        return "empty"
    value = str(field.default)
    return f"`{value.lower() if isinstance(field.default, bool) else value}`"


def test_the_settings_page_equals_the_configuration() -> None:
    documented = dict(LINE.findall(PAGE.read_text(encoding="utf-8")))
    assert documented == {f"SUD_{f.name.upper()}": told(f) for f in dataclasses.fields(Config)}
