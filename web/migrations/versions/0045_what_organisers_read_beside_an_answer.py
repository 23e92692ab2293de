"""what organisers read beside an answer"""

import sqlalchemy as sa
from alembic import op

revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('reply', schema=None) as batch_op:
        batch_op.add_column(sa.Column('to_read', sa.Boolean(), nullable=False, server_default=sa.false()))

    reply = sa.table('reply', sa.column('word'), sa.column('to_read'))
    op.execute(sa.update(reply).where(reply.c.word == 'unclear').values(to_read=True))


def downgrade() -> None:
    with op.batch_alter_table('reply', schema=None) as batch_op:
        batch_op.drop_column('to_read')
