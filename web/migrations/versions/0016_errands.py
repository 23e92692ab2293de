"""errands"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('errand',
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('work', sa.String(length=20), nullable=False),
    sa.Column('version', sa.Integer(), nullable=True),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('by', sa.String(length=60), nullable=False),
    sa.Column('asked_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('begun_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('trouble', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('programme_id')
    )


def downgrade() -> None:
    op.drop_table('errand')
