"""What an official fills in to propose an exception from the draw, and to decide on one."""

from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from sud import forms
from sud.exceptions.rules import Ground
from sud.labels import label
from sud.models import Category, Judge, ManualGround
from sud.words import language


class ByHandForm(forms.Form):
    """Who tries the case, on which ground and order."""

    ground = forms.RadioField(
        _("Ground"), coerce=ManualGround, required=_("Choose the ground in the law.")
    )
    judge = forms.SelectField(
        _("Judge who reports in the case"), required=_("Choose the judge."), blank=_("Choose")
    )
    members = forms.CheckboxesField(_("The two other judges of the panel"), quiet=True)
    because = forms.TextAreaField(
        _("Why the case cannot be drawn"),
        required=_("Write why the case cannot be drawn."),
        hint=_("Read by whoever decides, by the auditor and the chair; not published."),
        longest=2_000,
        rows=4,
    )
    order_number = forms.TextField(
        _("Number and day of the order"), required=_("Enter the number of the order."), longest=100
    )
    order = forms.FileField(
        _("The order"),
        accept=".pdf",
        required=_("Choose the file of the order."),
        hint=_("PDF. The public log shows a hash of it."),
    )

    def offer(self, grounds: Iterable[Ground], judges: Sequence[Judge]) -> None:
        """Offer the grounds with their law, and the judges on the roster."""
        lang = language()
        self.ground.choices = [
            (one.code.value, str(label(one.code)), {"hint": one.law(lang)}) for one in grounds
        ]
        named = [SelectChoice.from_input((judge.code, judge.full_name)) for judge in judges]
        self.judge.choices = named
        self.members.choices = list(named)

    @property
    def codes(self) -> list[str]:
        """The judges chosen, the reporting one first."""
        return [self.judge.data, *(self.members.data or ())]


class CategoryForm(forms.Form):
    """The right category of a case, and how the wrong one came about."""

    category = forms.SelectField(
        _("The right category"), required=_("Choose the category."), blank=_("Choose")
    )
    because = forms.TextAreaField(
        _("How the mistake came about"),
        required=_("Write how the mistake came about."),
        hint=_("Read by whoever confirms the correction and by the auditor; not published."),
        longest=2_000,
        rows=4,
    )

    def offer(self, categories: Iterable[Category]) -> None:
        """Offer the categories of the kind of case, in the reader's language."""
        lang = language()
        self.category.choices = [
            SelectChoice.from_input((one.code, one.name(lang).capitalize())) for one in categories
        ]


class ApproveForm(forms.Form):
    """A button, pressed knowingly."""

    sure = forms.CheckboxField(
        _("I have read the ground and the papers, and answer for this with my name"),
        required=_("Confirm that you have read the ground and the papers."),
    )


class RefuseForm(forms.Form):
    """Why not."""

    answer = forms.TextAreaField(
        _("Why it is refused"), required=_("Write why it is refused."), longest=2_000, rows=3
    )
