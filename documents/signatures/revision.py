"""Adds a revision to a PDF without touching what is there, the same bytes for the same change."""

import hashlib
import io
from typing import Self

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from documents.signatures.keys import CannotSignError, Reason

_ID_BYTES = 16


class Revision(IncrementalPdfFileWriter):
    """Names a new revision after what it follows, where the library throws dice."""

    @classmethod
    def of(cls, pdf: bytes) -> Self:
        """A new revision of a paper.

        Raises:
            CannotSignError: this is no PDF to which anything can be added.

        """
        try:
            return cls(io.BytesIO(pdf))
        except Exception as error:  # a broken file fails in every way that a parser knows
            raise CannotSignError(Reason.PAPER_REFUSED, type(error).__name__) from error

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        prev.stream.seek(0)
        new = generic.ByteStringObject(hashlib.sha256(prev.stream.read()).digest()[:_ID_BYTES])
        try:
            first, _ = prev.trailer["/ID"]
        except KeyError:
            return generic.ArrayObject([new, new])
        if isinstance(first, generic.TextStringObject):
            first = generic.ByteStringObject(first.original_bytes)
        return generic.ArrayObject([first, new])

    def _update_meta(self) -> None:
        """Leave the properties alone: they are the paper's, and must not contradict each other.

        The library would write its own name and the machine's time into one of the two places where
        an archival paper has them.
        """

    @property
    def signed(self) -> bool:
        """Whether somebody signed or stamped the paper before."""
        return any(True for _ in enumerate_sig_fields(self.prev, filled_status=True))

    @property
    def empty_places(self) -> frozenset[str]:
        """The names of the places for signatures that nobody has filled."""
        return frozenset(
            name for name, _, _ in enumerate_sig_fields(self.prev, filled_status=False)
        )

    def free_name(self, kind: str) -> str:
        """A name that no field has yet: `Signature3`."""
        taken = {name for name, _, _ in enumerate_sig_fields(self.prev)}
        number = len(taken) + 1
        while f"{kind}{number}" in taken:
            number += 1
        return f"{kind}{number}"
