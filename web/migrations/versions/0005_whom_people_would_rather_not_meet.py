"""whom people would rather not meet"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('rathernot',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('other_id', sa.String(length=20), nullable=True),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('email_key', sa.String(length=254), nullable=True),
    sa.Column('created_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['other_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('rathernot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rathernot_email_key'), ['email_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_rathernot_other_id'), ['other_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_rathernot_person_id'), ['person_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('rathernot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rathernot_person_id'))
        batch_op.drop_index(batch_op.f('ix_rathernot_other_id'))
        batch_op.drop_index(batch_op.f('ix_rathernot_email_key'))

    op.drop_table('rathernot')
