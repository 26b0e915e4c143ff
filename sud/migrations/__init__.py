"""Brings a database to the shape of the archive, and says whether the two differ."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig


def upgrade(url: str, to: str = "head") -> None:
    """Run the migrations as the owner of the tables."""
    command.upgrade(_settings(url), to)


def downgrade(url: str, to: str) -> None:
    command.downgrade(_settings(url), to)


def check(url: str) -> None:
    """Raise alembic.util.CommandError when the models have drifted from the migrations."""
    command.check(_settings(url))


def make(url: str, message: str) -> Path:
    """Write the next numbered migration from the difference, against a database at head."""
    numbers = [int(path.name[:4]) for path in (_HERE / "versions").glob("[0-9]*.py")]
    script = command.revision(
        _settings(url), message, autogenerate=True, rev_id=f"{max(numbers, default=0) + 1:04d}"
    )
    assert script is not None and not isinstance(script, list)  # noqa: S101, PT018 - one head
    return Path(script.path)


_HERE = Path(__file__).parent


def _settings(url: str) -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(_HERE))
    settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    settings.attributes["url"] = url
    return settings
