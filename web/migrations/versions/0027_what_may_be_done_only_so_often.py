"""what may be done only so often"""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('allowance',
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('whose', sa.String(length=64), nullable=False),
    sa.Column('used_on', sa.Date(), nullable=False),
    sa.Column('used', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('what', 'whose', 'used_on')
    )
    with op.batch_alter_table('provider_pace', schema=None) as batch_op:
        batch_op.add_column(sa.Column('spent_unproven', sa.Integer(), nullable=False, server_default=sa.text('0')))



def downgrade() -> None:
    with op.batch_alter_table('provider_pace', schema=None) as batch_op:
        batch_op.drop_column('spent_unproven')

    op.drop_table('allowance')
