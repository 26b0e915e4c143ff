"""A paper to sign, people who sign it, and what forgers do to it afterwards."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from documents.authority import Signatory
from documents.papers import acts
from documents.papers.facts import Participant, Printed, Verification
from documents.signatures import reserve

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
COURT = "Бишкек шаарынын Биринчи май райондук соту"
JUDGE = Signatory(key="6e1f", name="Асанова Айгүл Бакытовна", office=COURT)
SECOND = Signatory(key="77aa", name="Бейшенов Үсөн Ташович", office=COURT)
THIRD = Signatory(key="81c0", name="Жумабай кызы Нурзат", office=COURT)
CHECKED_AT = Verification(code="K7TM-2QXA-9PWE", url="https://sud.example/verify/K7TM2QXA9PWE")
ACT = acts.Act(
    language="ky",
    kind="decision",
    court=COURT,
    number="СО-123/26",
    place="Бишкек шаары",
    day=date(2026, 3, 10),
    judges=(JUDGE.name,),
    participants=(
        Participant(role="Доогер", name="Токтогулов Эрмек"),
        Participant(role="Жоопкер", name="Сыдыкова Бермет"),
    ),
    parts=acts.Parts(
        introductory="Сот ачык отурумда ишти карап чыгып,",
        descriptive="Доогер карызды өндүрүүнү сурады.",
        reasoning="Карыздын бар экени тилкат менен далилденди.",
        operative="Доо канааттандырылсын.",
    ),
    verification=CHECKED_AT,
)
PANEL = replace(ACT, judges=(JUDGE.name, SECOND.name, THIRD.name))


@cache
def printed(panel: bool = False) -> Printed:
    """The act as it is before anybody signed it."""
    return acts.act(PANEL if panel else ACT)


@cache
def reserved(panel: bool = False) -> bytes:
    """The same with its places for signatures."""
    act = printed(panel)
    return reserve(act.pdf, act.boxes)


def painted_over(signed: bytes) -> bytes:
    """An incremental update that draws a black bar over the text."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    page = writer.find_page_for_modification(0)[0].get_object()  # type: ignore[no-untyped-call]
    added = writer.add_object(generic.StreamObject(stream_data=b"0 0 0 rg 100 500 300 40 re f"))
    drawn = page.raw_get("/Contents")
    listed = list(drawn) if isinstance(drawn, generic.ArrayObject) else [drawn]
    page["/Contents"] = generic.ArrayObject([*listed, added])
    writer.update_container(page)
    return written(writer)


def annotated(signed: bytes) -> bytes:
    """An incremental update that lays a note over the text."""
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    page = writer.find_page_for_modification(0)[0]  # type: ignore[no-untyped-call]
    note = generic.DictionaryObject(  # type: ignore[no-untyped-call]
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject(
                [generic.NumberObject(n) for n in (100, 500, 400, 540)]  # type: ignore[no-untyped-call]
            ),
            generic.pdf_name("/Contents"): generic.pdf_string("rejected"),
        }
    )
    writer.register_annotation(page, writer.add_object(note))  # type: ignore[no-untyped-call]
    return written(writer)


def written(writer: IncrementalPdfFileWriter) -> bytes:
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()
