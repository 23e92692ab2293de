"""a file beside its import

Each change of an import's row wrote the whole file anew on SQLite.
"""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'importfile',
        sa.Column('import_id', sa.Integer(), nullable=False),
        sa.Column('content', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['import_id'], ['import.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('import_id'),
    )
    op.execute(
        'INSERT INTO importfile (import_id, content) SELECT id, content FROM import WHERE content IS NOT NULL'
    )
    # Not in a batch: that would make the table anew, and SQLite would delete the rows that lead to it.
    op.drop_column('import', 'content')


def downgrade() -> None:
    op.add_column('import', sa.Column('content', sa.Text(), nullable=True))
    op.execute(
        'UPDATE import SET content = (SELECT content FROM importfile WHERE importfile.import_id = import.id)'
    )
    op.drop_table('importfile')
