"""dates of a round"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.add_column(sa.Column('heads_up_days', sa.Integer(), nullable=False, server_default='2'))
        batch_op.add_column(sa.Column('nudge_days', sa.Integer(), nullable=False, server_default='5'))
        batch_op.add_column(sa.Column('cut_off_days', sa.Integer(), nullable=False, server_default='7'))
        batch_op.add_column(sa.Column('ask_again_days', sa.Integer(), nullable=False, server_default='4'))

    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.add_column(sa.Column('nudge_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('cut_off_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('check_in_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('ask_again_on', sa.Date(), nullable=True))

    _date_what_was_sent()


def _date_what_was_sent() -> None:
    """Rounds sent before get the dates that the settings of their programme gave them."""
    round_ = sa.table('round', *map(sa.column, ('id', 'programme_id', 'nudge_on', 'cut_off_on', 'check_in_on',
                      'ask_again_on')), sa.column('starts_on', sa.Date))
    programme = sa.table('programme', *map(sa.column, ('id', 'nudge_days', 'cut_off_days', 'check_in_days',
                         'ask_again_days')))
    sent = sa.select(round_.c.id, round_.c.starts_on, programme.c.nudge_days, programme.c.cut_off_days,
                     programme.c.check_in_days, programme.c.ask_again_days)
    joined = sent.join(programme, programme.c.id == round_.c.programme_id)
    for row in op.get_bind().execute(joined.where(round_.c.starts_on.is_not(None))).all():
        days = {
            'nudge_on': row.nudge_days,
            'cut_off_on': row.cut_off_days,
            'check_in_on': row.check_in_days,
            'ask_again_on': row.check_in_days + row.ask_again_days,
        }
        dates = {
            name: sa.literal(row.starts_on + timedelta(days=number), sa.Date) for name, number in days.items()
        }
        op.execute(sa.update(round_).where(round_.c.id == row.id).values(dates))


def downgrade() -> None:
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_column('ask_again_on')
        batch_op.drop_column('check_in_on')
        batch_op.drop_column('cut_off_on')
        batch_op.drop_column('nudge_on')

    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.drop_column('ask_again_days')
        batch_op.drop_column('cut_off_days')
        batch_op.drop_column('nudge_days')
        batch_op.drop_column('heads_up_days')
