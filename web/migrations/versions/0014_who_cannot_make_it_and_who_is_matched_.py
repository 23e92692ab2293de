"""who cannot make it and who is matched instead"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('top_up',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('input_digest', sa.String(length=64), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('proof', sa.JSON(), nullable=False),
    sa.Column('joined', sa.Integer(), nullable=False),
    sa.Column('nobody', sa.Integer(), nullable=False),
    sa.Column('at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('round_id', 'number')
    )
    with op.batch_alter_table('checkin', schema=None) as batch_op:
        batch_op.add_column(sa.Column('booked_for', columns.UTCDateTime(timezone=True), nullable=True))

    with op.batch_alter_table('conversation_group', schema=None) as batch_op:
        batch_op.add_column(sa.Column('edition', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('called_off_at', columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('top_up', sa.Integer(), nullable=False, server_default='0'))

    with op.batch_alter_table('groupmember', schema=None) as batch_op:
        batch_op.add_column(sa.Column('withdrew_at', columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('counts', sa.Boolean(), nullable=False, server_default='1'))

    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.add_column(sa.Column('topped_up_at', columns.UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_column('topped_up_at')

    with op.batch_alter_table('groupmember', schema=None) as batch_op:
        batch_op.drop_column('counts')
        batch_op.drop_column('withdrew_at')

    with op.batch_alter_table('conversation_group', schema=None) as batch_op:
        batch_op.drop_column('top_up')
        batch_op.drop_column('called_off_at')
        batch_op.drop_column('edition')

    with op.batch_alter_table('checkin', schema=None) as batch_op:
        batch_op.drop_column('booked_for')

    op.drop_table('top_up')
