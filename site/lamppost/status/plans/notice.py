"""How long before it something was announced, and whether that was as long as promised. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from lamppost.clock import london_date
from lamppost.wording import say_count


@dataclass(frozen=True, slots=True)
class Notice:
    """The whole London days between an announcement of the present dates and the first day."""

    given_days: int
    promised_days: int

    @property
    def is_met(self) -> bool:
        """Whether the notice was as long as promised."""
        return self.given_days >= self.promised_days

    @property
    def words(self) -> str:
        """A sentence for readers, which hides nothing."""
        given = say_count(max(0, self.given_days), "day")
        if self.given_days < 0:
            return f"It was announced after it began; {self.promised_days} days are promised."
        if self.is_met:
            return f"{given}' notice was given, {self.promised_days} days are promised."
        return f"Only {given}' notice was given, {self.promised_days} days are promised."


def weigh_notice(*, announced_at: datetime, starts_on: date, promised_days: int) -> Notice:
    """The notice of something whose present dates were announced at a moment."""
    return Notice((starts_on - london_date(announced_at)).days, promised_days)
