"""room for long links to a call"""

import sqlalchemy as sa
from alembic import op

revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.alter_column(
            'video_handle',
            existing_type=sa.VARCHAR(length=120),
            type_=sa.String(length=1000),
            existing_nullable=False,
        )


def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.alter_column(
            'video_handle',
            existing_type=sa.String(length=1000),
            type_=sa.VARCHAR(length=120),
            existing_nullable=False,
        )
