"""One more thing that a programme mixes by, beside organisations: what people choose from, and what they
chose. Nobody has to; and who chose something that is no choice any more has not said.
"""

from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import Session, col

from web.models import Membership, Programme
from web.models.folding import folded

MOST_CHOICES = 12


def choice(programme: Programme, said: str) -> str:
    """Which of the choices was meant, in whatever letters; "" where it is none of them."""
    return next((one for one in programme.mix_choices if folded(one) == folded(said)), "")


def agree(session: Session, programme: Programme, by: str, choices: Sequence[str]) -> None:
    """From now on people are asked this, or nothing where `by` is empty. What they chose stays where it is
    still a choice of the same question.
    """
    same = folded(by) == folded(programme.mix_by)
    for before in programme.mix_choices:
        after = next((one for one in choices if same and folded(one) == folded(before)), "")
        if after != before:
            _rename(session, programme.id, before, after)
    programme.mix_by, programme.mix_choices = by, list(choices)


def _rename(session: Session, programme: int, before: str, after: str) -> None:
    theirs = (col(Membership.programme_id) == programme, col(Membership.mix_choice) == before)
    session.execute(update(Membership).where(*theirs).values(mix_choice=after))
