"""silence and reports"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('about_id', sa.String(length=20), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('handled_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('handled_by', sa.String(length=60), nullable=True),
    sa.ForeignKeyConstraint(['about_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['group_id'], ['conversation_group.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_about_id'), ['about_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_report_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_report_programme_id'), ['programme_id'], unique=False)

    with op.batch_alter_table('auditentry', schema=None) as batch_op:
        batch_op.create_index('ix_auditentry_actor', ['actor', 'at'], unique=False)

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('erase_on', sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f('ix_person_erase_on'), ['erase_on'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_erase_on'))
        batch_op.drop_column('erase_on')

    with op.batch_alter_table('auditentry', schema=None) as batch_op:
        batch_op.drop_index('ix_auditentry_actor')

    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_programme_id'))
        batch_op.drop_index(batch_op.f('ix_report_person_id'))
        batch_op.drop_index(batch_op.f('ix_report_about_id'))

    op.drop_table('report')
