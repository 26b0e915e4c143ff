"""Cited: where a row of a version stands in the law, by language, and how sure that is."""

from dataclasses import dataclass

from sud.models import Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A row with its legal reference; an empty one rests on what its version rests on."""

    source_ky: str = ""
    source_ru: str = ""
    source_en: str = ""
    confidence: Confidence = Confidence.MEDIUM

    def source_in(self, lang: str) -> str:
        """Return the reference; in Russian where nobody has put it in another language."""
        return {"ky": self.source_ky, "en": self.source_en}.get(lang) or self.source_ru
