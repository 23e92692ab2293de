"""closing a programme"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.add_column(sa.Column('closing_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('closed_at', columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('emptied_at', columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('wall_stays', sa.Boolean(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('ended_with', sa.JSON(), server_default='{}', nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.drop_column('ended_with')
        batch_op.drop_column('wall_stays')
        batch_op.drop_column('emptied_at')
        batch_op.drop_column('closed_at')
        batch_op.drop_column('closing_on')

