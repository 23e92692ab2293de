"""one more thing to mix by"""

import sqlalchemy as sa
from alembic import op

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('import', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mix_answers', sa.JSON(), nullable=False, server_default='{}'))

    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mix_choice', sa.String(length=60), server_default='', nullable=False))

    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mix_by', sa.String(length=40), server_default='', nullable=False))
        batch_op.add_column(sa.Column('mix_choices', sa.JSON(), nullable=False, server_default='[]'))


def downgrade() -> None:
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.drop_column('mix_choices')
        batch_op.drop_column('mix_by')

    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_column('mix_choice')

    with op.batch_alter_table('import', schema=None) as batch_op:
        batch_op.drop_column('mix_answers')
