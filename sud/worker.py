"""The worker: one process that does the jobs of every room."""

from sud import queue
from sud.accounts import jobs as accounts
from sud.allocation import jobs as allocation
from sud.blanks import jobs as blanks
from sud.cases import jobs as cases
from sud.config import Config
from sud.courtrooms import jobs as courtrooms
from sud.custody import jobs as custody
from sud.discs import jobs as discs
from sud.esi import jobs as esi
from sud.exceptions import jobs as exceptions
from sud.filings import jobs as filings
from sud.media import jobs as media
from sud.publication import jobs as publication
from sud.recusals import jobs as recusals
from sud.refiling import jobs as refiling
from sud.roster import jobs as roster
from sud.scans import jobs as scans
from sud.statistics import jobs as statistics
from sud.uploads import jobs as uploads
from sud.verification import jobs as verification

ROOMS = (
    accounts,
    esi,
    allocation,
    cases,
    courtrooms,
    recusals,
    exceptions,
    filings,
    blanks,
    media,
    discs,
    custody,
    publication,
    refiling,
    statistics,
    roster,
    uploads,
    verification,
    scans,
)


def all_jobs() -> dict[str, queue.Job]:
    """Collect the jobs of every room that has any."""
    jobs: dict[str, queue.Job] = {}
    for room in ROOMS:
        jobs |= room.JOBS
    return jobs


def run(config: Config, pace: queue.Pace) -> None:
    """Be a worker until told to stop."""
    queue.run(config, all_jobs(), pace)
