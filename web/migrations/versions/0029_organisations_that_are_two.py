"""organisations that look like one and are two"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('organisations_apart',
    sa.Column('one', sa.Integer(), nullable=False),
    sa.Column('other', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('since', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['one'], ['organisation.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['other'], ['organisation.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id']),
    sa.PrimaryKeyConstraint('one', 'other')
    )
    with op.batch_alter_table('organisations_apart') as batch_op:
        batch_op.create_index(batch_op.f('ix_organisations_apart_other'), ['other'])
        batch_op.create_index(batch_op.f('ix_organisations_apart_programme_id'), ['programme_id'])


def downgrade() -> None:
    op.drop_table('organisations_apart')
