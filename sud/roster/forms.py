"""What is filled in to change a roster, its pools and its rules: always with an order."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _

from sud import forms
from sud.labels import label
from sud.models import AbsenceReason, Court
from sud.outside import Outside
from sud.roster.orders import Paper
from sud.roster.service import ABSENCES, DrawClass
from sud.uploads.handing import beside
from sud.words import language

ALL, SOME = "all", "some"
_EXAMPLE = _("For example, 27 3 2026")


class OrderForm(forms.Form):
    """The order on which a change rests."""

    order_number = forms.TextField(
        _("Number of the order"), required=_("Enter the number of the order."), longest=60, width=20
    )
    order_day = forms.DateField(
        _("Day of the order"), required=_("Enter the day of the order."), hint=_EXAMPLE
    )
    order_file = forms.FileField(
        _("The signed order (PDF)"),
        required=_("Choose the file of the order."),
        hint=_("The public log shows only a salted hash of it."),
        accept=".pdf",
    )

    ORDER = ("order_number", "order_day", "order_file")

    @property
    def own(self) -> list[Any]:
        """The boxes that are not about the order."""
        hidden = ("CSRFTokenField", "HiddenField", "_Once")
        named = (*self.ORDER, "confirmed")
        return [one for one in self if one.type not in hidden and one.name not in named]

    def paper(self, outside: Outside, limit: int) -> Paper:
        """Return the order as it was handed in."""
        file = self.order_file.data
        return Paper(
            number=self.order_number.data or "",
            day=self.order_day.data,
            upload=beside(file),
            outside=outside,
            limit=limit,
        )


class ShareForm(OrderForm):
    """How much of a full post a judge holds."""

    percent = forms.NumberField(
        _("Share of a full post, in percent"),
        required=_("Enter the share in percent."),
        hint=_("100 is a full post, 70 the usual share of a chair, 50 half a post."),
        least=0,
        most=100,
        width=4,
    )
    since = forms.DateField(_("From which day"), required=_("Enter from which day."), hint=_EXAMPLE)


class FallingForm(OrderForm):
    """A change that may leave too few judges: whoever makes it says that he has seen so."""

    confirmed = forms.CheckboxField(
        _("I have seen how few judges can then be drawn. The auditor is told."), quiet=True
    )
    ask = False
    """Whether the page shows the box."""


class SpecialisationForm(FallingForm):
    """Which cases a judge tries."""

    which = forms.RadioField(_("Cases that the judge tries"), required=_("Choose which cases."))
    classes = forms.CheckboxesField(
        _("Only these classes"), hint=_("Counts if you chose “only the classes named here”.")
    )
    since = forms.DateField(_("From which day"), required=_("Enter from which day."), hint=_EXAMPLE)

    def offer(self, classes: Iterable[DrawClass]) -> None:
        """Offer the classes of cases in the reader's language."""
        self.which.choices = [
            (ALL, str(_("All cases"))),
            (SOME, str(_("Only the classes named here"))),
        ]
        self.classes.choices = [(one.code, one.name(language())) for one in classes]

    @property
    def chosen(self) -> list[str] | None:
        return None if self.which.data == ALL else list(self.classes.data or [])


class AbsenceForm(FallingForm):
    """From when until when a judge is away, and why."""

    reason = forms.RadioField(
        _("Reason"), coerce=AbsenceReason, required=_("Choose the reason of the absence.")
    )
    first = forms.DateField(
        _("First day"), required=_("Enter the first day of the absence."), hint=_EXAMPLE
    )
    last = forms.DateField(
        _("Last day"), hint=_("May stay empty for sickness and suspension only.")
    )

    def offer(self) -> None:
        """Offer the reasons in the reader's language."""
        self.reason.choices = [(one, str(label(one))) for one in ABSENCES]


class ReturnForm(OrderForm):
    """When a judge is back."""

    day = forms.DateField(
        _("First day at work"), required=_("Enter the first day at work."), hint=_EXAMPLE
    )


class TermForm(FallingForm):
    """When a judge leaves office."""

    last = forms.DateField(
        _("Last day in office"), required=_("Enter the last day in office."), hint=_EXAMPLE
    )


class RulesForm(OrderForm):
    """What the draw leaves to be fixed."""

    minimum = forms.NumberField(
        _("Judges in the smallest pool"),
        required=_("Enter a number."),
        hint=_("With fewer who can be drawn, judges of neighbouring courts join."),
        least=1,
        most=20,
        width=3,
    )
    redraws = forms.NumberField(
        _("Repeated draws within the court"),
        required=_("Enter a number."),
        hint=_("After so many recusals of a case its judge is drawn from the neighbouring courts."),
        least=0,
        most=10,
        width=3,
    )
    absence = forms.NumberField(
        _("Days of absence"),
        required=_("Enter a number."),
        hint=_("Of a judge who is away for longer than this, cases may be drawn again."),
        least=1,
        most=366,
        width=3,
    )
    manual = forms.RadioField(_("Assignment by hand"), required=_("Choose whether it is allowed."))

    def offer(self) -> None:
        """Offer both answers in the reader's language."""
        self.manual.choices = [
            ("no", str(_("Off: nobody can give a case to a judge by hand"))),
            (
                "yes",
                str(_("On: with a ground of the law and two who approve, shown to everybody")),
            ),
        ]


class PoolForm(OrderForm):
    """Which courts lend judges to one another."""

    code = forms.TextField(
        _("Name of the pool in the log"),
        required=_("Enter the name of the pool."),
        hint=_("Latin letters, figures and hyphens, for example POOL-CHUI"),
        longest=30,
        width=20,
    )
    courts = forms.CheckboxesField(
        _("Courts"), hint=_("Choose none to dissolve the pool. A court belongs to one pool only.")
    )

    def offer(self, courts: Iterable[Court]) -> None:
        """Offer the courts of the country."""
        self.courts.choices = [(one.code, one.name(language())) for one in courts]
