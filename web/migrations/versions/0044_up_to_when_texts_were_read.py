"""up to when texts were read"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'inbound_read',
        sa.Column('provider', sa.String(), nullable=False),
        sa.Column('until', columns.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('provider'),
    )


def downgrade() -> None:
    op.drop_table('inbound_read')
