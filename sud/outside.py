"""The world beyond the process: object store, mail, signer, the time, and deferring a job."""

import json
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from documents.intake import Clamd, Scanner
from recordings.store import ObjectStore, StoreError
from sud.config import Config, ConfigError
from sud.errors import CourtError, Refusal
from sud.identity import EsiProvider, IdentityProvider

if TYPE_CHECKING:
    from documents.signatures import Signer

SMTP_TIMEOUT_SECONDS = 15
LONG_JOBS = frozenset(
    {
        "media.judge",
        "media.make_piece",
        "media.finish",
        "custody.mask",
        "custody.fixity",
        "custody.audit",
        "discs.read",
        "scans.read",
        "scans.recognise",
    }
)
"""Jobs that fill a processor for minutes: a worker does one of them at a time."""
FOLDER_JOBS = frozenset({"discs.scan_drop", "discs.take_in"})
"""Jobs that read the drop folder: only a machine that has it can do them."""
SHORT, LONG, FOLDER = LANES = ("short", "long", "folder")

Defer = Callable[..., None]


class Mailer(Protocol):
    def send(self, *, to: str, subject: str, text: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """Sends plain-text mail through one SMTP server; raises OSError when it cannot."""

    host: str
    port: int
    sender: str

    def send(self, *, to: str, subject: str, text: str) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message.set_content(text)
        with smtplib.SMTP(self.host, self.port, timeout=SMTP_TIMEOUT_SECONDS) as server:
            server.send_message(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What a verb or a job may reach outside the database; tests hand in other ends."""

    store: ObjectStore
    mailer: Mailer
    signer: "Signer"
    now: Callable[[], datetime]
    defer: Defer
    base_url: str = "http://127.0.0.1:8000"
    """Where the house answers: for links in mail, which no request is there to make."""
    ffmpeg: str = ""
    """The program that transcodes; the one that came with the house if empty."""
    tesseract: str = ""
    """The program that recognises the text of scans; the one on PATH if empty."""
    tesseract_languages: str = "kir+rus"
    drop_folder: Path = Path("var/drop")
    """Where discs are laid down for a person to link with a hearing."""
    scratch: Path = Path("var/scratch")
    """Where this machine makes what goes to the store; what a killed worker left is taken up."""
    scanner: Scanner | None = None
    """Who looks for malware in what is handed in; asked for every file where there is one."""
    identity: IdentityProvider | None = None
    """The state's identity provider; None: the house offers nothing that needs it."""
    original_lock: timedelta = timedelta()
    """How long the store lets nobody remove the original of a recording, whoever has its key."""
    secret: bytes = field(default=b"", repr=False)
    """Keys what is compared but not kept: personal numbers, fingerprints of claims."""


BISHKEK = ZoneInfo("Asia/Bishkek")


def local_day(moment: datetime) -> date:
    """Return the day that a moment belongs to in Bishkek."""
    return moment.astimezone(BISHKEK).date()


@contextmanager
def reaching_the_store() -> Iterator[None]:
    """Turn a store that is away into a refusal: what was begun is undone, and may be repeated."""
    try:
        yield
    except StoreError as error:
        raise CourtError(Refusal.STORE_AWAY) from error


def utc_now() -> datetime:
    return datetime.now(UTC)


def queue_of(job: str) -> str:
    """Return the lane in which a job waits."""
    if job in FOLDER_JOBS:
        return FOLDER
    return LONG if job in LONG_JOBS else SHORT


def defer_job(
    session: Session, job: str, *, lock: str | None = None, priority: int = 0, **facts: Any
) -> None:
    """Queue a job in the caller's transaction: it runs if, and only if, that commits.

    Jobs with one lock run one after another; of those that wait the highest priority goes first.
    """
    session.execute(
        text(
            "SELECT procrastinate_defer_jobs_v1(ARRAY["
            "ROW(:queue, :job, :priority, :lock, NULL, CAST(:facts AS jsonb), NULL)"
            "::procrastinate_job_to_defer_v1])"
        ),
        {
            "queue": queue_of(job),
            "job": job,
            "priority": priority,
            "lock": lock,
            "facts": json.dumps(facts),
        },
    )


def real_outside(config: Config) -> Outside:
    """Plug in the real store, mail server, signer, clock and job queue."""
    from recordings.bucket import BucketStore  # as in `_signer`: only who plugs it in waits for it

    return Outside(
        store=BucketStore(
            endpoint=config.s3_endpoint,
            access_key=config.s3_access_key,
            secret_key=config.s3_secret_key,
            bucket=config.s3_bucket,
            secure=config.s3_secure,
            public_endpoint=config.s3_public_endpoint or None,
        ),
        mailer=SmtpMailer(host=config.smtp_host, port=config.smtp_port, sender=config.mail_sender),
        signer=_signer(config),
        now=utc_now,
        defer=defer_job,
        base_url=config.base_url,
        ffmpeg=config.ffmpeg,
        tesseract=config.tesseract,
        tesseract_languages=config.tesseract_languages,
        drop_folder=config.drop_folder,
        scratch=config.scratch_folder,
        scanner=Clamd(address=config.clamd) if config.clamd else None,
        identity=_identity(config),
        original_lock=timedelta(days=config.original_lock_days),
        secret=config.secret_key.encode(),
    )


def _identity(config: Config) -> IdentityProvider | None:
    """Know the identity provider, if there is one; what is missing stops the process here."""
    if not config.esi_issuer:
        return None
    if not (config.esi_client and config.esi_secret):
        raise ConfigError("SUD_ESI_ISSUER needs SUD_ESI_CLIENT and SUD_ESI_SECRET")
    try:
        return EsiProvider(
            issuer=config.esi_issuer,
            client=config.esi_client,
            secret=config.esi_secret,
            back=f"{config.base_url}/esi/return",
        )
    except ValueError as error:
        raise ConfigError(f"SUD_ESI_ISSUER: {error}") from error


def _signer(config: Config) -> "Signer":
    """Open what signs papers; what is missing stops the process here, and not before a judge."""
    from documents.signatures import SettingsError, SigningSettings, opened

    def path(text: str) -> Path | None:
        return Path(text) if text else None

    settings = SigningSettings(
        driver=config.signer,
        authority=config.authority_dir,
        folder=path(config.signer_folder),
        module=path(config.signer_module),
        token=config.signer_token,
        service=config.signer_url,
        pin_file=path(config.signer_pin_file),
        access_file=path(config.signer_access_file),
        register=path(config.signer_register),
        stamps=config.timestamp_url,
        trust=path(config.trust_folder),
        fetching=config.revocation_fetch,
    )
    try:
        return opened(settings, now=utc_now())
    except SettingsError as error:
        raise ConfigError(f"{error}") from error
