"""when roles were given"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('organiserrole', schema=None) as batch_op:
        batch_op.add_column(sa.Column('given_at', columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('taken_at', columns.UTCDateTime(timezone=True), nullable=True))
    # Whoever has a role by now has it for good.
    op.execute("UPDATE organiserrole SET taken_at = CURRENT_TIMESTAMP")



def downgrade() -> None:
    with op.batch_alter_table('organiserrole', schema=None) as batch_op:
        batch_op.drop_column('taken_at')
        batch_op.drop_column('given_at')

