"""files on their way in"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('import',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('file_name', sa.String(length=120), nullable=False),
    sa.Column('content', sa.Text(), nullable=True),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.Column('organisations', sa.JSON(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('busy_until', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('by', sa.String(length=60), nullable=False),
    sa.Column('created_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('import', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_programme_id'), ['programme_id'], unique=False)

    op.create_table('importrow',
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('cells', sa.JSON(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=True),
    sa.Column('is_someone_else', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['import.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('import_id', 'number')
    )
    with op.batch_alter_table('importrow', schema=None) as batch_op:
        batch_op.create_index('ix_importrow_outcome', ['import_id', 'outcome', 'number'], unique=False)
        batch_op.create_index(batch_op.f('ix_importrow_person_id'), ['person_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('importrow', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_importrow_person_id'))
        batch_op.drop_index('ix_importrow_outcome')

    op.drop_table('importrow')
    with op.batch_alter_table('import', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_programme_id'))

    op.drop_table('import')
