"""the index of names covers what lists filter by"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_membership_by_name'))
        batch_op.create_index('ix_membership_by_name', ['programme_id', 'name_key', 'person_id', 'organisation_id', 'standing', 'paused_until', 'skips_next'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index('ix_membership_by_name')
        batch_op.create_index(batch_op.f('ix_membership_by_name'), ['programme_id', 'name_key', 'person_id', 'organisation_id'], unique=False)

