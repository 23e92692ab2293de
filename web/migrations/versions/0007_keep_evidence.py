"""keep evidence"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('keptevidence',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('counted_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('shown', sa.JSON(), nullable=False),
    sa.Column('whole', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('programme_id')
    )


def downgrade() -> None:
    op.drop_table('keptevidence')
