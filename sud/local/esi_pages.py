"""How the demonstration's stand-in for ESI speaks: its pages in Kyrgyz, Russian and English."""

import html
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

TITLE: Final = "TEST ESI"
LANGUAGES: Final = ("ky", "ru", "en")
SHOWN: Final = 12
PAGE = """<!doctype html>
<html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 18px/1.5 sans-serif; margin: 0 auto; max-width: 40rem; padding: 0 16px 48px }}
header {{ background: #4f3a78; color: #fff; margin: 0 -16px; padding: 8px 16px }}
h1 {{ font-size: 1.5rem }} code {{ overflow-wrap: anywhere }}
input {{ display: block; font: inherit; margin: 4px 0 16px; padding: 8px; width: 16em }}
button {{ background: #4f3a78; border: 0; color: #fff; font: inherit; padding: 10px 20px }}
button.quiet {{ background: #fff; border: 1px solid #4f3a78; color: #4f3a78 }}
.wrong {{ color: #a4161a; font-weight: bold }} li {{ margin-bottom: 4px }}
</style>
<header>{title}</header>
<main><p><b>{note}</b></p>
{body}
</main></html>
"""


def language_of(asked: str) -> str:
    """Return the first language of a wish (`ui_locales`, OpenID Connect) that is spoken here."""
    spoken = (one.partition("-")[0] for one in asked.split())
    return next((one for one in spoken if one in LANGUAGES), LANGUAGES[0])


def words(language: str) -> Mapping[str, str]:
    """Return what is said in one language."""
    said: Mapping[str, str] = _all_words()[language]
    return said


def page(body: str, language: str) -> str:
    """Put a body into the page that says TEST everywhere."""
    return PAGE.format(title=TITLE, note=words(language)["note"], lang=language, body=body)


def plain(name: str, language: str, told: str = "") -> str:
    """Return a page of one heading and a sentence; `name` is that of the heading."""
    said = words(language)
    below = html.escape(told) if told else said.get(f"{name}_told", "")
    return page(f"<h1>{said[name]}</h1><p>{below}</p>", language)


def sign_in(people: Sequence[tuple[str, str]], name: str, language: str, *, wrong: bool) -> str:
    """Ask for a number; `people` are the names and numbers that one may be, `name` the request."""
    said = words(language)
    listed = "".join(
        f"<li>{html.escape(who)}: <code>{html.escape(pin)}</code></li>"
        for who, pin in people[:SHOWN]
    )
    told = f"<p class=wrong role=alert>{said['unknown']}</p>" if wrong else ""
    return page(
        f"<h1>{said['sign_in']}</h1>{told}<form method=post action=/connect/sign-in>"
        f"<input type=hidden name=request value='{name}'>"
        f"<label for=pin>{said['pin']}</label>"
        "<input id=pin name=pin inputmode=numeric autocomplete=off required>"
        f"<button>{said['sign_in']}</button></form>"
        f"<h2>{said['people']}</h2><ul>{listed}</ul>",
        language,
    )


def confirm(
    document: Mapping[str, Any], who: str, code: str, name: str, language: str, *, wrong: bool
) -> str:
    """Show what is confirmed by whom, and ask for the code; `name` is that of the request."""
    said = words(language)
    told = f"<p class=wrong role=alert>{said['wrong_code']}</p>" if wrong else ""
    return page(
        f"<h1>{said['confirm']}</h1>{told}"
        f"<p>{said['you_are']}: <b>{html.escape(who)}</b> ({said['fictional']}).</p>"
        f"<p>{said['document']}: <b>{html.escape(str(document.get('title', '')))}</b></p>"
        f"<p>SHA-256: <code>{html.escape(str(document['digest']['sha256']))}</code></p>"
        f"<p>{said['sent']}: <b id=sent>{code}</b></p>"
        f"<form method=post action=/connect/confirm><input type=hidden name=request value='{name}'>"
        f"<label for=code>{said['code']}</label>"
        "<input id=code name=code inputmode=numeric autocomplete=one-time-code>"
        f"<button>{said['confirms']}</button> "
        f"<button class=quiet name=cancel value=yes>{said['cancels']}</button> "
        f"<button class=quiet name=other value=yes>{said['other']}</button></form>",
        language,
    )


@cache
def _all_words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("esi_pages.toml").read_text(encoding="utf-8"))
