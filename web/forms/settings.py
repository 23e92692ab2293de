"""The forms of a programme's settings."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, time
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import IntegerField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, ValidationError

from web.forms.evaluations import EvaluationFields
from web.forms.fields import Address, Check, Choice, Day, LongText, OrNoDay, Radio, Text, is_email
from web.forms.names import is_a_body_s
from web.forms.seen import SeenForm
from web.models import Priority, Programme, Region, Rhythm, Round, Schedule, Subject
from web.models.folding import folded
from web.models.programmes import LONGEST_CHOICE, LONGEST_MIX
from web.services.agreements.agreements import ChangeWanted
from web.services.agreements.proposals import LONGEST_DRIVER
from web.services.agreements.words import RHYTHMS as OFTEN
from web.services.common import days, programmes
from web.services.common.agreed_settings import DAYS as DAYS_OF_A_ROUND
from web.services.common.agreed_settings import GATHERING, MIX, RHYTHM, mix
from web.services.common.mixing import MOST_CHOICES
from web.services.common.programmes import LONGEST_NAME
from web.services.programmes.programme_settings import About, SchedulePlan
from web.services.rounds import dates

A_JOIN_WORD = re.compile(r"[A-Za-z0-9]{1,40}")  # what a text can be understood to say after JOIN
A_HASHTAG = re.compile(r"\w{1,40}")
RHYTHMS = {
    Rhythm.WEEKLY: "Every week",
    Rhythm.FORTNIGHTLY: "Every two weeks",
    Rhythm.MONTHLY: "Every month, on the same weekday: the second Tuesday, say",
    Rhythm.QUARTERLY: "Every three months, on the same weekday",
    Rhythm.DATES: "On the dates listed below",
}
REGIONS = {
    Region.ENGLAND_AND_WALES: "England and Wales",
    Region.SCOTLAND: "Scotland",
    Region.NORTHERN_IRELAND: "Northern Ireland",
    Region.ALL: "Any part of the UK",
}
HALF_HOURS = [time(minutes // 60, minutes % 60) for minutes in range(7 * 60, 20 * 60 + 1, 30)]
PRIORITIES = {
    Priority.FRESH: "Keep the most rounds without a repeat for later, then bring organisations together",
    Priority.CROSS: "Bring different organisations together now, then keep rounds without a repeat",
}
SIZES = {2: "Pairs, and a three when the number is odd", 3: "Threes", 4: "Fours"}
MOST_DAYS = 180
DIGITS = 20  # of what is typed; more are as much too many as these
ONE_A_LINE = "One a line, like 8 December 2026."
SWITCHED_OFF = "Somebody has switched the schedule off meanwhile. Press again to switch this one on"


class Number(IntegerField):
    widget = GovTextInput()

    def __init__(self, label: str, *, least: int, most: int = MOST_DAYS, **options: object) -> None:
        said = f"Enter a number from {least} to {most}"
        super().__init__(label, [InputRequired(said), NumberRange(least, most, said)], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            # NumberRange would make a float of it, which has no room for hundreds of digits.
            super().process_formdata([said[:DIGITS] for said in valuelist])
        except ValueError as error:
            raise ValueError("Enter a whole number of days, like 7") from error


class DayList(LongText):
    """Days, or stretches of days, one a line. `days` holds pairs of first and last day."""

    days: list[tuple[date, date]]

    def post_validate(self, _form: FlaskForm, validation_stopped: bool) -> None:
        self.days = []
        try:
            for line in (self.data or "").splitlines() if not validation_stopped else ():
                self.days.append(days.stretch(line))
        except ValueError as error:
            raise ValidationError(str(error)) from error


class AboutForm(SeenForm):
    name = Text("Name", most=LONGEST_NAME, needed="Enter a name", validators=[is_a_body_s])
    about = LongText(
        "About it (optional)",
        most=1000,
        description="A few sentences for its page and the invitations.",
    )
    contact = Address(
        "Contact address",
        most=254,
        needed="Enter an email address",
        description="Shown to everyone, in every message.",
        validators=[is_email],
    )
    hashtag = Text("Hashtag (optional)", most=40, description="For posts about what people learned.")
    video_template = Text(
        "Video rooms (optional)",
        most=200,
        description="An address with {room} in it, like https://meet.example.org/{room}. Each conversation "
        "gets a room of its own, under a name only its people know.",
    )

    join_word = Text(
        "The word people text to join (optional)",
        most=40,
        description="They text JOIN and this word. Without one it is the programme’s short name, as in its "
        "address.",
    )

    over = tuple(one.name for one in fields(About))

    @classmethod
    def of(cls, programme: Programme) -> "AboutForm":
        return cls(obj=programme).begun()

    def validate_join_word(self, field: Text) -> None:
        if field.data and not A_JOIN_WORD.fullmatch(field.data):
            raise ValidationError("Use one word of letters from a to z and digits")

    def validate_hashtag(self, field: Text) -> None:
        field.data = field.data.removeprefix("#")
        if field.data and not A_HASHTAG.fullmatch(field.data):
            raise ValidationError("Use letters, digits and underscores only")

    def validate_video_template(self, field: Text) -> None:
        if not field.data:
            return
        if field.data.count("{room}") != 1 or set(field.data.replace("{room}", "")) & set("{} "):
            raise ValidationError("Put {room} once where the room’s name belongs, and no other brackets")
        if not re.match(r"https://[\w.-]+\.\w+/", field.data):
            raise ValidationError("Enter an address that begins with https:// and names a site")

    def told(self) -> About:
        return About(
            self.name.data,
            self.about.data,
            self.contact.data,
            self.hashtag.data,
            self.video_template.data,
            self.join_word.data.casefold(),
        )


class MatchingForm(EvaluationFields, SeenForm):
    over = ("size", "priority", "mix_by", "mix_choices")

    size = Radio(
        "How large are the groups?",
        needed="Choose a size",
        choices=[SelectChoice(str(size), words) for size, words in SIZES.items()],
    )
    priority = Radio(
        "What comes first, when rounds are equally free of repeats?",
        needed="Choose what comes first",
        choices=[SelectChoice(priority.value, words) for priority, words in PRIORITIES.items()],
    )
    mix_by = Text(
        "One more thing to mix by (optional)",
        most=LONGEST_MIX,
        description="Beside organisations. What people are asked, like Role or Part of the county. Never ask "
        "about health, ethnicity, religion, politics, trade unions or whom somebody loves.",
    )
    mix_choices = LongText(
        "What they choose from",
        most=1000,
        description=f"One a line, {MOST_CHOICES} at most. Nobody has to choose, and nobody is told what "
        "somebody chose. Take a choice away, and who chose it has not said.",
    )
    driver = LongText(
        "Why this change?",
        most=LONGEST_DRIVER,
        needed="Say why: everyone can read it",
        description="What happens now, and what it leads to. Everyone can read it.",
    )
    urgent = Check("It is urgent: it holds at once, and goes back within 14 days unless it is adopted")

    @classmethod
    def of(cls, settings: Mapping[str, Any], **said: str) -> "MatchingForm":
        also = settings.get(MIX) or {}
        words = {"mix_by": also.get("by", ""), "mix_choices": "\n".join(also.get("choices", ()))}
        return cls(size=str(settings["size"]), priority=settings["priority"], **words, **said).begun()

    def validate_mix_by(self, field: Text) -> None:
        if self._choices() and not field.data:
            raise ValidationError("Enter what the choices are about, like Role, or take the choices away")
        if folded(field.data or "") in ("organisation", "organisations"):
            raise ValidationError("Organisations are mixed anyway: enter something else, or nothing")

    def validate_mix_choices(self, _field: LongText) -> None:
        choices = self._choices()
        if self.mix_by.data and len(choices) < 2:
            raise ValidationError("Enter at least two choices, one a line")
        if len(choices) > MOST_CHOICES:
            raise ValidationError(f"Enter at most {MOST_CHOICES} choices")
        for place, one in enumerate(choices):
            if len(one) > LONGEST_CHOICE:
                raise ValidationError(f"“{one[:20]}…” has more than {LONGEST_CHOICE} characters")
            if folded(one) in map(folded, choices[:place]):
                raise ValidationError(f"“{one}” is listed twice")

    def _choices(self) -> list[str]:
        lines = map(str.strip, (self.mix_choices.data or "").splitlines())
        return [line for line in lines if line]

    def change(self) -> ChangeWanted:
        rules = {"size": int(self.size.data), "priority": self.priority.data}
        also = mix(self.mix_by.data or "", self._choices())
        return ChangeWanted(Subject.MATCHING, self.driver.data, rules | also, **self.judged_by())


class DaysForm(EvaluationFields, SeenForm):
    over = (RHYTHM, *DAYS_OF_A_ROUND, "consent_days")

    rhythm = Choice(
        "How often rounds begin",
        choices=[SelectChoice(often, words[:1].upper() + words[1:]) for often, words in OFTEN.items()],
        description="Single days, breaks, and whether it happens by itself stand under Schedule.",
    )
    heads_up_days = Number(
        "Days before: tell people that a round comes", least=0, most=14, description="0 tells nobody."
    )
    nudge_days = Number("Days after: remind who writes first", least=1)
    cut_off_days = Number("Days after: last day to say “I can’t make this round”", least=1)
    check_in_days = Number("Days after: ask whether people met", least=1)
    ask_again_days = Number("Days after that: ask once more", least=1)
    window_days = Number("Days after: the round ends", least=1)

    @classmethod
    def of(cls, programme: Programme, rhythm: str) -> "DaysForm":
        return cls(obj=programme, rhythm=rhythm).begun()

    driver = LongText(
        "Why this change?",
        most=LONGEST_DRIVER,
        description="Needed where how often rounds begin, a round’s length or its last day to say no "
        "changes: people are asked then.",
    )
    consent_days = Number("Days in which people can object to a change", least=3, most=30)

    def change(self) -> ChangeWanted:
        days = {name: getattr(self, name).data for name in (*DAYS_OF_A_ROUND, RHYTHM)}
        return ChangeWanted(Subject.DAYS, self.driver.data, days, **self.judged_by())


class ShowingForm(EvaluationFields, SeenForm):
    over = ("wall", GATHERING)

    wall = Radio(
        "Is what people learned shown to everyone?",
        needed="Choose whether it is shown",
        choices=[
            SelectChoice("yes", "Yes, what they let us show, once an organiser has read it"),
            SelectChoice("no", "No: its page is closed while the programme runs"),
        ],
    )
    gathering = Radio(
        "Do we look for posts that mention the programme?",
        needed="Choose whether we look for posts",
        choices=[
            SelectChoice("yes", "Yes, where you name a server or site. Only you and their authors see them"),
            SelectChoice("no", "No"),
        ],
        description="Nothing of a post is shown to anybody else before its author has said yes.",
    )
    driver = LongText(
        "Why this change?",
        most=LONGEST_DRIVER,
        description="Needed to show more than before: people are asked then. To show less holds at once.",
    )

    @classmethod
    def of(cls, shown: Mapping[str, bool], **said: str) -> "ShowingForm":
        words = {name: "yes" if shown.get(name) else "no" for name in ("wall", GATHERING)}
        return cls(**words, **said).begun()

    def change(self) -> ChangeWanted:
        shown = {"wall": self.wall.data == "yes", GATHERING: self.gathering.data == "yes"}
        return ChangeWanted(Subject.SHOWING, self.driver.data, shown, **self.judged_by())


class NextRoundForm(SeenForm):
    over = ("on",)

    on = Day("Day of the next round", validators=[OrNoDay()], description="Leave it empty for no day.")

    @classmethod
    def of(cls, programme: Programme, today: date) -> "NextRoundForm":
        return cls(on=programmes.next_round_on(programme, today)).begun()


class RoundDaysForm(SeenForm):
    """The days of a round that is running."""

    over = tuple(dates.DAYS_OF)

    nudge_on = Day("Remind who writes first")
    cut_off_on = Day("Last day to say “I can’t make this round”")
    check_in_on = Day("Ask whether people met")
    ask_again_on = Day("Ask once more")
    ends_on = Day("The round ends")

    @classmethod
    def of(cls, round_: Round) -> "RoundDaysForm":
        return cls(obj=round_).begun()


class ScheduleForm(SeenForm):
    over = ("rhythm", "first_on", "on", "at", "automatic", "region", "days_off")

    rhythm = Radio(
        "How often is there a round?",
        needed="Choose how often",
        choices=[SelectChoice(kind.value, words) for kind, words in RHYTHMS.items()],
    )
    first_on = Day(
        "First day",
        validators=[OrNoDay()],
        description="For a rhythm, which keeps its weekday. For example, 8 12 2026.",
    )
    on = DayList("Dates", most=2000, description=f"For rounds on dates of your own. {ONE_A_LINE}")
    at = Choice("Time of day", choices=[SelectChoice(f"{at:%H:%M}") for at in HALF_HOURS], default="09:00")
    automatic = Radio(
        "What happens on the day?",
        needed="Choose what happens",
        choices=[
            SelectChoice("no", "Draw, and wait for me to look and send"),
            SelectChoice("yes", "Draw and send by itself, in my name"),
        ],
        default="no",
    )
    region = Choice(
        "Bank holidays", choices=[SelectChoice(region.value, words) for region, words in REGIONS.items()]
    )
    days_off = DayList(
        "Other days without a round (optional)",
        most=2000,
        description="One a line: 24 December 2026, or 19 December 2026 to 3 January 2027.",
    )

    @classmethod
    def of(cls, kept: Schedule | None, **given: Any) -> "ScheduleForm":
        if kept is None:
            return cls(**given).begun()
        return cls(
            rhythm=kept.rhythm.value,
            first_on=kept.first_on,
            on="\n".join(_said(day) for day in kept.dates),
            at=f"{kept.at:%H:%M}",
            automatic="yes" if kept.automatic else "no",
            region=kept.region.value,
            days_off="\n".join(" to ".join(dict.fromkeys(map(_said, pair))) for pair in kept.days_off),
            **given,
        ).begun()

    def overlooks(self) -> bool:
        """One that was switched off meanwhile is asked about as a whole: nothing of it stands any more."""
        if self.rhythm.object_data:
            return super().overlooks()
        if self.stood().get("rhythm"):
            self.rhythm.errors = [SWITCHED_OFF]
            self.seen.data = ""
        return bool(self.errors)

    def validate(self, extra_validators: Any = None) -> bool:
        """Which of two fields is needed depends on a third. The other is passed over, and may be hidden."""
        good = super().validate(extra_validators)
        if not self.rhythm.data:
            return bool(good)
        by_dates = self.rhythm.data == Rhythm.DATES
        needed, other = (self.on, self.first_on) if by_dates else (self.first_on, self.on)
        other.errors = []
        if not needed.data and not needed.errors:
            needed.errors = ["Enter at least one date" if by_dates else "Enter the first day, like 8 12 2026"]
        return not self.errors

    def told(self) -> SchedulePlan:
        by_dates = self.rhythm.data == Rhythm.DATES
        return SchedulePlan(
            rhythm=Rhythm(self.rhythm.data),
            first_on=None if by_dates else self.first_on.data,
            on=[first for first, _ in self.on.days] if by_dates else [],
            at=time.fromisoformat(self.at.data),
            region=Region(self.region.data),
            days_off=self.days_off.days,
            automatic=self.automatic.data == "yes",
        )


def _said(day: str) -> str:
    found = date.fromisoformat(day)
    return f"{found.day} {found:%B %Y}"
