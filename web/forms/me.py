"""The forms of the personal page that the join form does not have."""

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from web.forms.fields import Checks, Radio
from web.models import Block
from web.services.pots import HOW_OFTEN

BLOCKS = {
    Block.MORNINGS: "Weekday mornings",
    Block.LUNCHTIMES: "Weekday lunchtimes",
    Block.AFTERNOONS: "Weekday afternoons",
    Block.EVENINGS: "Weekday evenings",
}


class AvailabilityForm(FlaskForm):
    blocks = Checks(
        "When are you usually free for half an hour?",
        choices=[SelectChoice(block.value, words) for block, words in BLOCKS.items()],
        description="We suggest times that suit everyone in a conversation. Tick none if you do not mind.",
    )


class HowOftenForm(FlaskForm):
    every = Radio(
        "How often would you like to take part?",
        needed="Choose how often",
        choices=[SelectChoice(str(every), words.capitalize()) for every, words in HOW_OFTEN.items()],
        description="After a conversation you rest until your turn comes again. You can still skip or pause.",
    )
