"""indexes of what pages count"""

import sqlalchemy as sa
from alembic import op

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None

SELDOM = sa.text('every > 1')


def upgrade() -> None:
    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_message_round')
        batch_op.create_index('ix_outbox_message_round', ['round', 'kind', 'state'])

    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.create_index(
            'ix_membership_seldom', ['programme_id'], sqlite_where=SELDOM, postgresql_where=SELDOM
        )


def downgrade() -> None:
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index('ix_membership_seldom')

    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_message_round')
        batch_op.create_index('ix_outbox_message_round', ['round', 'state'])
