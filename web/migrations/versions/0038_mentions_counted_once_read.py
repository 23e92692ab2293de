"""mentions counted once read"""

from alembic import op

from notifications import columns

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('webmention', schema=None) as batch_op:
        batch_op.alter_column('look_at',
               existing_type=columns.UTCDateTime(timezone=True),
               nullable=True)



def downgrade() -> None:
    with op.batch_alter_table('webmention', schema=None) as batch_op:
        batch_op.alter_column('look_at',
               existing_type=columns.UTCDateTime(timezone=True),
               nullable=False)

