"""Runs the migrations as the owner of the tables, with bounded waiting for locks."""

from alembic import context
from sqlalchemy import NullPool, create_engine, text

import sud.models  # noqa: F401 - every table must be known
from sud.db import Base

FOREIGN = ("procrastinate_",)
"""Tables that a library owns; its own schema, applied by a migration, is the truth for them."""


def ours(_object: object, name: str | None, _type: str, _reflected: bool, _other: object) -> bool:
    return not (name or "").startswith(FOREIGN)


def run(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.execute(text("SET statement_timeout = '10min'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=ours,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run(context.config.attributes["url"])
