"""schedules"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('schedule',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('rhythm', sa.String(length=20), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=True),
    sa.Column('at', sa.Time(), nullable=False),
    sa.Column('dates', sa.JSON(), nullable=False),
    sa.Column('region', sa.String(length=20), nullable=False),
    sa.Column('days_off', sa.JSON(), nullable=False),
    sa.Column('automatic', sa.Boolean(), nullable=False),
    sa.Column('enabled_by', sa.String(length=60), nullable=False),
    sa.Column('enabled_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('programme_id')
    )
    op.create_table('tick',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('of', sa.String(length=20), nullable=False),
    sa.Column('at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('became', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('programme_id', 'what', 'of')
    )
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.add_column(sa.Column('silent_since', sa.Date(), nullable=True))

    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.add_column(sa.Column('paused_at', columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('wording', sa.JSON(), nullable=False, server_default='{}'))



def downgrade() -> None:
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.drop_column('wording')
        batch_op.drop_column('paused_at')

    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_column('silent_since')

    op.drop_table('tick')
    op.drop_table('schedule')
