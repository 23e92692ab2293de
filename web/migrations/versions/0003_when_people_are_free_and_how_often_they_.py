"""when people are free, and how often they take part"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.add_column(sa.Column('every', sa.Integer(), nullable=False, server_default='1'))

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('availability', sa.JSON(), nullable=False, server_default='[]'))



def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('availability')

    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_column('every')

