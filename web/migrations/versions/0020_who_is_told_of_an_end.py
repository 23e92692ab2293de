"""who is told of an end"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.add_column(sa.Column('telling_since', columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('telling_of', sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.drop_column('telling_of')
        batch_op.drop_column('telling_since')
