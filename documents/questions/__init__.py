"""Forms for the public: a schema becomes questions, answers are checked and become a paper.

A form is one file of `schemas/forms`: a JSON Schema whose `x-` keys carry the words of the
questions and of the paper. Here nobody knows where the answers come from or go to.
"""

from documents.questions.answers import Checked, Circumstances, Fault, asked, checked
from documents.questions.blanks import empty
from documents.questions.carrying import Carried, carried
from documents.questions.catalogue import Catalogue, read_catalogue
from documents.questions.schema import (
    LANGUAGES,
    Form,
    Kind,
    Option,
    Question,
    SchemaError,
    Step,
    Words,
    read_form,
)
from documents.questions.writing import written

__all__ = [
    "LANGUAGES",
    "Carried",
    "Catalogue",
    "Checked",
    "Circumstances",
    "Fault",
    "Form",
    "Kind",
    "Option",
    "Question",
    "SchemaError",
    "Step",
    "Words",
    "asked",
    "carried",
    "checked",
    "empty",
    "read_catalogue",
    "read_form",
    "written",
]
