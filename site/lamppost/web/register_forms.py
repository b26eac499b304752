"""The forms of the register pages: where, which site, who, and the code."""

from wtforms import Form, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import Length, Optional

from lamppost.web.forms import plain_line, strip_text
from postmaster.registrations.applying import Site
from postmaster.registrations.regions import PLACES, say_place
from postmaster.registrations.rules import Person, make_person
from postmaster.registrations.sectors import SectorFacts

LONGEST = 254
REGIONS = [SelectChoice("", "Choose"), *(SelectChoice(one.value, say_place(one)) for one in PLACES)]


def _text(label: str, hint: str = "") -> StringField:
    checks = [Optional(), plain_line(LONGEST)]
    return StringField(label, checks, filters=[strip_text], description=hint)


class RegionForm(Form):
    """Where the site is."""

    region = SelectField("Where it is", choices=REGIONS)


class SiteForm(Form):
    """Which site it is. What is asked of its sector stays, the rest is taken off the form."""

    ods_code = _text("ODS code", "3 to 12 letters and digits, such as FA123")
    name = _text("Name", "As patients and residents know it")
    town = _text("Town or city")
    gphc_premises = _text("GPhC premises number")
    cqc_location = _text("CQC location ID")
    cqc_contact = _text("CQC contact ID")
    nhsbsa_code = _text("Code from the NHSBSA")
    gmc_number = _text("GMC number")
    performers_number = _text("Performers List number")
    email = _text("Email address of the site", "The one registered with the NHSBSA")
    count = IntegerField(
        "How many sites does the owner have?", [Optional()], description="This one included"
    )

    def fit(self, facts: SectorFacts) -> None:
        """Take off what the sector is not asked, and say its own hints."""
        asked = {one.key: one for one in facts.identifiers}
        for name in ("gphc_premises", "cqc_location", "cqc_contact", "nhsbsa_code", "gmc_number",
                     "performers_number"):  # fmt: skip
            if name not in asked:
                del self[name]
            else:
                self[name].description = asked[name].hint
        if not facts.asks_site_email:
            del self.email
        if not facts.has_site:
            del self.name, self.town, self.count
            self.ods_code.description = "Of the organisation you work for most"

    def said(self) -> Site:
        """What was said of the site."""
        given = {name: str(value or "") for name, value in self.data.items()}
        count = self.data.get("count", 1)
        return Site(
            ods_code=given["ods_code"],
            name=given.get("name", ""),
            town=given.get("town", ""),
            count=count if isinstance(count, int) else 0,
            email=given.get("email", ""),
            identifiers=given,
        )


class PersonForm(Form):
    """Somebody who is to have an account."""

    first_name = _text("First name")
    last_name = _text("Last name")
    email = _text("Their own email address", "Not one that is shared with others")
    mobile = _text("UK mobile number", "Their own, such as 07700 900123")
    existing = _text(
        "NHSmail address, if they have one",
        "They keep it: nobody has two accounts. It is asked of the organisation it is of",
    )

    def said(self) -> Person:
        """Somebody as they were typed, folded."""
        return make_person(**{name: str(value or "") for name, value in self.data.items()})


class CodeForm(Form):
    """The code from the email."""

    code = StringField(
        "Code", [Length(max=20)], filters=[strip_text], description="6 digits, from the email"
    )
