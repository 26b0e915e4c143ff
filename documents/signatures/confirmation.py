"""The second kind of signature that the law knows: a document confirmed by an ESI identifier.

The state's identity provider says who confirmed which document when; there is no key of the person
and no certificate. A confirmation is therefore a record, and is shown for what it is: the mark on
the paper names it so, and the signature around the mark is the court's own, who received it.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

_FORM = "ais-sud/esi-confirmation/v1"
_END = b"%%EOF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What the identity provider told.

    `subject` is the provider's own name for the person (no PIN, no name); `session` the session in
    which he confirmed; `sha256` the digest of the document as he saw it, in hexadecimal; `code` the
    provider's receipt, by which the confirmation can be asked after.
    """

    subject: str
    session: str
    moment: datetime
    sha256: str
    code: str

    def __post_init__(self) -> None:
        if self.moment.tzinfo is None:
            raise ValueError("a moment without a time zone")
        if len(self.sha256) != hashlib.sha256().digest_size * 2 or self.sha256.strip(
            "0123456789abcdef"
        ):
            raise ValueError("not a SHA-256 in small hexadecimal digits")

    @property
    def canonical(self) -> bytes:
        """The record as it is kept, compared and signed: JSON in UTF-8, keys sorted, no spaces."""
        return json.dumps(
            {
                "form": _FORM,
                "subject": self.subject,
                "session": self.session,
                "moment": self.moment.astimezone(UTC).isoformat(timespec="microseconds"),
                "sha256": self.sha256,
                "code": self.code,
            },
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        ).encode()

    @classmethod
    def read(cls, canonical: bytes) -> Self:
        """The record out of its canonical bytes.

        Raises:
            ValueError: these are not the canonical bytes of a confirmation.

        """
        try:
            told: dict[str, Any] = json.loads(canonical)
            record = cls(
                subject=told["subject"],
                session=told["session"],
                moment=datetime.fromisoformat(told["moment"]),
                sha256=told["sha256"],
                code=told["code"],
            )
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("not a confirmation") from error
        if record.canonical != canonical:
            raise ValueError("not in canonical form")
        return record

    def confirms(self, paper: bytes) -> bool:
        """Whether this is the document that was confirmed, or has it inside as its beginning.

        What is added to a PDF later, a mark or another signature, stands behind the bytes that
        were confirmed: they can be read out of the finished paper and compared.
        """
        return self.sha256 in _states(paper)


def _states(paper: bytes) -> Iterator[str]:
    """The digest of a paper as it was after each of its revisions, the last one included."""
    state, start = hashlib.sha256(), 0
    while (found := paper.find(_END, start)) >= 0:
        end = found + len(_END)
        # Writers end a file with one line end, with none, or with both signs of one.
        for line_end in (b"", b"\n", b"\r", b"\r\n"):
            if paper.startswith(line_end, end):
                upto = state.copy()
                upto.update(memoryview(paper)[start : end + len(line_end)])
                yield upto.hexdigest()
        state.update(memoryview(paper)[start:end])
        start = end
    state.update(memoryview(paper)[start:])
    yield state.hexdigest()
