"""The receipt of a filing as a paper with its code."""

from sqlalchemy.orm import Session

from documents.papers import receipts
from sud.access import Actor
from sud.cases import issued
from sud.filings import service
from sud.models import Filing, PaperKind
from sud.outside import Outside


def receipt(
    session: Session, actor: Actor, filing: Filing, *, outside: Outside
) -> issued.Handed | None:
    """Print the receipt of a filing that was handed in; None for one that was not."""
    number, submitted = filing.receipt_number, filing.submitted_at
    mine = service.plaintiff_of(session, filing)
    if number is None or submitted is None or filing.court is None or mine is None:
        return None
    facts = receipts.Receipt(
        language=filing.language,
        number=number,
        filed=submitted,
        court=filing.court.name(filing.language),
        filer=mine.person.full_name,
        files=[
            receipts.ReceivedFile(name=one.file_name, size=one.size, sha256=one.sha256)
            for one in service.papers_of(session, filing)
        ],
        claim=filing.price,
        duty=filing.duty,
        duty_basis=(filing.duty_sheet or {}).get("source", {}).get(filing.language, ""),
    )
    return issued.print_facts(
        session,
        actor,
        facts,
        receipts.receipt,
        kind=PaperKind.RECEIPT,
        subject=f"filings/{filing.id}/receipt",
        filing=filing,
        outside=outside,
    )
