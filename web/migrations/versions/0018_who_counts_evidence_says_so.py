"""who counts evidence says so"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('keptevidence', schema=None) as batch_op:
        batch_op.add_column(sa.Column('begun_at', columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.alter_column('counted_at',
               existing_type=sa.DATETIME(),
               nullable=True)



def downgrade() -> None:
    with op.batch_alter_table('keptevidence', schema=None) as batch_op:
        batch_op.alter_column('counted_at',
               existing_type=sa.DATETIME(),
               nullable=False)
        batch_op.drop_column('begun_at')

