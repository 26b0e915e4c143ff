"""Migrations: numbered, one head, up from nothing, down and up again, equal to the models."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from sud import migrations
from sud.local.database import Databases, postgres
from tests.structure.source import ROOT

FILES = sorted((ROOT / "sud/migrations/versions").glob("*.py"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, var: Path) -> Iterator[Databases]:
    with postgres(var / "migrations", durable=False) as running:
        yield running


def test_are_numbered_in_one_line() -> None:
    numbers = [path.name[:4] for path in FILES]
    assert numbers == [f"{place:04d}" for place in range(1, len(FILES) + 1)]
    for before, path in zip([None, *numbers], FILES, strict=False):
        found = re.search(r"^down_revision = (.*)$", path.read_text(), re.MULTILINE)
        assert found is not None
        assert found[1].strip("'\"") == str(before)


def test_up_down_and_up_again(empty: Databases) -> None:
    migrations.upgrade(empty.owner_url)
    migrations.check(empty.owner_url)
    migrations.downgrade(empty.owner_url, "base")
    engine = create_engine(empty.owner_url)
    with engine.connect() as connection:
        left = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).all()
    engine.dispose()
    assert left == ["alembic_version"]
    migrations.upgrade(empty.owner_url)
    migrations.check(empty.owner_url)


def test_the_working_role_owns_nothing(databases: Databases) -> None:
    engine = create_engine(databases.web_url)
    with engine.connect() as connection:
        owned = connection.scalars(
            text("SELECT relname FROM pg_class WHERE relowner = current_user::regrole")
        ).all()
        guarded = connection.execute(
            text(
                "SELECT t, has_table_privilege(t, 'INSERT'), has_table_privilege(t, 'UPDATE'),"
                " has_table_privilege(t, 'DELETE'), has_table_privilege(t, 'TRUNCATE')"
                " FROM unnest(ARRAY['journal', 'log_entries']) AS t"
            )
        ).all()
    engine.dispose()
    assert owned == []
    assert guarded == [
        ("journal", True, False, False, False),
        ("log_entries", True, False, False, False),
    ]


def test_the_owner_cannot_rewrite_the_journal_either(databases: Databases) -> None:
    engine = create_engine(databases.owner_url)
    with engine.connect() as connection:
        for table in ("journal", "log_entries"):
            with pytest.raises(Exception, match="insert-only"):
                connection.execute(text(f"TRUNCATE {table} CASCADE"))
            connection.rollback()
    engine.dispose()
