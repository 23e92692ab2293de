"""workers heard of and what is counted"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('heartbeat',
    sa.Column('worker', sa.String(length=20), nullable=False),
    sa.Column('started_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('swept_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('sweep_seconds', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('worker')
    )
    with op.batch_alter_table('heartbeat') as batch_op:
        batch_op.create_index(batch_op.f('ix_heartbeat_swept_at'), ['swept_at'])
    op.create_table('tally',
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=False),
    sa.Column('times', sa.BigInteger(), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('what', 'label')
    )


def downgrade() -> None:
    op.drop_table('tally')
    op.drop_table('heartbeat')
