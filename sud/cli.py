"""The house at the console: `python -m sud.cli <command>`, one verb a command.

Commands read the same SUD_* settings as the web does. Passwords are asked for or read from
standard input, never taken from the command line, where every process could read them.
"""

import argparse
import getpass
import http.client
import json
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from sud.access import SYSTEM
from sud.config import Config, ConfigError
from sud.db import make_sessions, unit
from sud.errors import CourtError
from sud.outside import LANES

HEALTH_SECONDS = 10
SHORTEST_PASSWORD = 12


class CommandError(Exception):
    """The command was not carried out; the message is for the person at the console."""


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command; return the exit status."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        arguments.carry_out(arguments)
    except (CommandError, ConfigError, CourtError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except SQLAlchemyError as error:
        # Its own words would repeat the statement and what was in it.
        sys.stderr.write(f"the database refused: {type(error).__name__}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sud", description="The console of AIS Sud.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(verb: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        name = verb.__name__.replace("_", "-")
        says = (verb.__doc__ or "").partition("\n")[0]
        made = commands.add_parser(name, help=says, description=says)
        made.set_defaults(carry_out=verb)
        return made

    command(prepare)
    command(migrate)
    command(prepare_store)
    command(load_reference)
    serving = command(serve)
    serving.add_argument("--bind", default="127.0.0.1:8000", help="host:port or unix:path")
    serving.add_argument("--workers", type=int, default=2)
    serving.add_argument("--threads", type=int, default=8)
    serving.add_argument("--proxies", type=int, default=0, help="of ours that stand in front")
    working = command(worker)
    working.add_argument("--jobs", type=int, default=4, help="at once, besides one disc")
    working.add_argument(
        "--lanes",
        default="short,long,folder",
        help="which jobs: short ones, long ones (recordings), those of the drop folder",
    )
    working.add_argument("--patience", type=float, default=5, help="seconds to finish in")
    command(clock)
    command(genesis).add_argument("contributors", type=Path, help="their anchors, as JSON")
    command(beacon).add_argument("round", type=Path, help="the round, as drand's servers give it")
    asking = command(strong_mode)
    asking.add_argument(
        "network", help="quicknet, mainnet, off, or a file with another network's rule"
    )
    asking.add_argument("--delay", type=int, default=60, help="seconds from freeze to round")
    command(rotate).add_argument("facts", type=Path, help="what `contributor rotate` printed")
    command(load_demonstration)
    creating = command(create_user)
    creating.add_argument("login")
    creating.add_argument("name", help="as others read it")
    creating.add_argument("--email", default="")
    creating.add_argument("--language", default="ky", choices=("ky", "ru", "en"))
    creating.add_argument("--role", help="clerk, judge, chair, archivist, auditor, administrator")
    creating.add_argument("--court", help="the code of the court where the role holds")
    command(healthcheck).add_argument("--url", help="the house's address (else SUD_BASE_URL)")
    return parser


def prepare(arguments: argparse.Namespace) -> None:
    """Make database, bucket and reference data ready for this version: the next three."""
    for verb in (migrate, prepare_store, load_reference):
        verb(arguments)


def migrate(_arguments: argparse.Namespace) -> None:
    """Bring the database to the shape that this version expects."""
    from sud import migrations  # Alembic takes its time, and only this command needs it

    migrations.upgrade(Config.from_environ().owner_database_url)


def prepare_store(_arguments: argparse.Namespace) -> None:
    """Make the bucket, and refuse a store that does not keep what a court needs of it."""
    from recordings.store import StoreError
    from sud.outside import real_outside

    config = Config.from_environ()
    kept = real_outside(config).store
    try:
        kept.ensure_bucket(lock=True)
        found = kept.protection()
    except StoreError as error:
        raise CommandError(f"the object store at {config.s3_endpoint} refused: {error}") from error
    if not found.ranges:
        raise CommandError("the object store does not give ranges of an object")
    if not found.refuses_strangers:
        raise CommandError("the object store gives objects to a wrong key")
    print(  # noqa: T201 - a command speaks on the terminal
        "The object store keeps originals from removal until their day (object lock)."
        if found.lock
        else "The object store has no object lock: whoever has its key can remove originals."
        " Keep a second copy where that key does not reach."
    )


def serve(arguments: argparse.Namespace) -> None:
    """Answer browsers (gunicorn)."""
    from gunicorn.app.base import BaseApplication
    from werkzeug.middleware.proxy_fix import ProxyFix

    config = Config.from_environ()
    from sud.web import make_app  # read once: the workers, who are forked, share what it needs

    options = {
        "bind": arguments.bind,
        "workers": arguments.workers,
        "threads": arguments.threads,
        "worker_class": "gthread",
        "graceful_timeout": 10,
        "timeout": 60,
        "keepalive": 5,
        "proc_name": "sud",
        "control_socket_disable": True,
        # No access log: addresses and who read what belong to the journal.
        "accesslog": None,
        "errorlog": "-",
    }

    class Server(BaseApplication):  # type: ignore[misc]  # the library has no types
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            app = make_app(config)  # once in each worker: connections are not inherited
            if near := arguments.proxies:
                app.wsgi_app = ProxyFix(app.wsgi_app, x_for=near, x_proto=near, x_host=near)  # type: ignore[method-assign]
            return app

    Server().run()


def worker(arguments: argparse.Namespace) -> None:
    """Do the deferred jobs."""
    from sud import queue
    from sud import worker as process

    lanes = tuple(arguments.lanes.split(","))
    if unknown := set(lanes) - set(LANES):
        sys.exit(f"unknown lanes: {', '.join(sorted(unknown))}; there are {', '.join(LANES)}")
    pace = queue.Pace(jobs=arguments.jobs, patience_seconds=arguments.patience, lanes=lanes)
    process.run(Config.from_environ(), pace)


def clock(_arguments: argparse.Namespace) -> None:
    """Defer jobs by the timetable."""
    from sud import clock as process

    process.run(Config.from_environ())


def genesis(arguments: argparse.Namespace) -> None:
    """Begin the public log of draws with its contributors; done once, then nothing."""
    from sud.allocation import service as room

    contributors = json.loads(arguments.contributors.read_text(encoding="utf-8"))
    config = Config.from_environ()
    with unit(make_sessions(config.database_url)) as session:
        room.found(
            session,
            SYSTEM,
            contributors,
            now=_now(),
            log_key=config.log_key_file,
            origin=config.log_origin,
            demonstration=config.demonstration,
        )


def beacon(arguments: argparse.Namespace) -> None:
    """Carry a round of the beacon to the draws that wait for it (strong mode)."""
    from assignment import beacon as rounds
    from sud.allocation import service as room
    from sud.outside import defer_job

    try:
        facts = rounds.carried(arguments.round.read_bytes())
        with unit(make_sessions(Config.from_environ().database_url)) as session:
            served = room.take_beacon(session, SYSTEM, facts, now=_now(), defer=defer_job)
    except (OSError, ValueError, ImportError) as error:
        raise CommandError(str(error)) from error
    epochs = ", ".join(map(str, served))
    sys.stdout.write(f"round {facts['round']} serves epoch {epochs}\n")


def strong_mode(arguments: argparse.Namespace) -> None:
    """Let each draw wait for a round of a public beacon, or no longer; from the next freeze on."""
    from assignment import beacon as rounds
    from sud.allocation import service as room

    rule: dict[str, Any] | None = None
    if arguments.network in rounds.NETWORKS:
        rule = {**rounds.NETWORKS[arguments.network], "delay": arguments.delay}
    elif arguments.network != "off":
        try:
            rule = json.loads(Path(arguments.network).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"no such network, and no file with a rule: {error}") from error
    if rule is not None and not rounds.is_rule(rule):
        raise CommandError("this is not the rule of a network: scheme, key, genesis, period, delay")
    with unit(make_sessions(Config.from_environ().database_url)) as session:
        room.set_rules(session, SYSTEM, beacon=rule, now=_now())


def rotate(arguments: argparse.Namespace) -> None:
    """Give a contributor the new chain and key that it (or all others) signed."""
    from sud.allocation import rotating as room

    try:
        facts = json.loads(arguments.facts.read_text(encoding="utf-8"))
        with unit(make_sessions(Config.from_environ().database_url)) as session:
            first = room.take_rotation(session, SYSTEM, facts, now=_now())
    except (OSError, ValueError) as error:
        raise CommandError(str(error)) from error
    except CourtError as error:
        raise CommandError(f"refused: {error.facts.get('why', error)}") from error
    sys.stdout.write(f"counts from epoch {first} on\n")


def load_reference(_arguments: argparse.Namespace) -> None:
    """Load courts, case kinds, rates, holidays and the rest of the reference data."""
    from sud.publication import policies
    from sud.registry import service as room

    with unit(make_sessions(Config.from_environ().database_url)) as session:
        room.load_reference(session, SYSTEM, now=_now())
        policies.found(session, SYSTEM, now=_now())


def load_demonstration(_arguments: argparse.Namespace) -> None:
    """Load the fictional demonstration court, once; say who can sign in there."""
    from sud import demonstration as room
    from sud.outside import real_outside

    config = Config.from_environ()
    if not config.demonstration:
        raise CommandError("refused: SUD_DEMONSTRATION is not set for this house")
    room.load(
        make_sessions(config.database_url),
        real_outside(config),
        config,
        scale=config.demonstration_cases / 300,
    )
    sys.stdout.write(room.accounts_file(config).read_text(encoding="utf-8"))


def create_user(arguments: argparse.Namespace) -> None:
    """Open an account, with a role if one is named; the password is asked for."""
    from sqlalchemy import select

    from sud.accounts import service as accounts
    from sud.models import Court, RoleCode

    password = _new_password()
    with unit(make_sessions(Config.from_environ().database_url)) as session:
        court_id = None
        if arguments.court:
            court_id = session.scalar(select(Court.id).where(Court.code == arguments.court))
            if court_id is None:
                raise CommandError(f"there is no court {arguments.court!r}")
        if arguments.role and arguments.role not in set(RoleCode):
            raise CommandError(f"there is no role {arguments.role!r}: {', '.join(RoleCode)}")
        user = accounts.create_user(
            session,
            SYSTEM,
            login=arguments.login,
            password=password,
            display_name=arguments.name,
            email=arguments.email,
            language=arguments.language,
            now=_now(),
        )
        session.flush()
        if arguments.role:
            accounts.give_role(
                session,
                SYSTEM,
                user,
                code=RoleCode(arguments.role),
                court_id=court_id,
                since=_now().date(),
                now=_now(),
            )


def healthcheck(arguments: argparse.Namespace) -> None:
    """Ask a running house how it is; succeed only if every part is well."""
    state, words = health(arguments.url or Config.from_environ().base_url)
    sys.stdout.write(f"{words}\n")
    if not state:
        raise CommandError("not well")


def health(url: str) -> tuple[bool, str]:
    """Return whether the house at this address is well, and its own words."""
    address = urlsplit(url)
    secure = address.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status == http.HTTPStatus.OK, answer.read().decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return False, f"no answer from {url}: {error}"
    finally:
        connection.close()


def _new_password() -> str:
    """Ask twice at a terminal; else read one line."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise CommandError("the two were not the same")
    if len(password) < SHORTEST_PASSWORD:
        raise CommandError(f"a password has at least {SHORTEST_PASSWORD} characters")
    return password


def _now() -> datetime:
    from sud.outside import utc_now

    return utc_now()


if __name__ == "__main__":
    sys.exit(main())
