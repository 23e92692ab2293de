"""learning pages and link previews"""

import secrets

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pages = op.create_table('learning_page',
    sa.Column('key', sa.String(length=16), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('learning_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['learning_id'], ['learning.id'], ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('key'),
    sa.UniqueConstraint('learning_id')
    )
    with op.batch_alter_table('learning_page') as batch_op:
        batch_op.create_index(batch_op.f('ix_learning_page_programme_id'), ['programme_id'])
    op.create_table('link_preview',
    sa.Column('learning_id', sa.Integer(), nullable=False),
    sa.Column('link', sa.Text(), nullable=False),
    sa.Column('seen', sa.JSON(), nullable=False),
    sa.Column('shown', sa.JSON(), nullable=False),
    sa.Column('why', sa.String(length=200), nullable=False),
    sa.Column('dropped', sa.Boolean(), nullable=False),
    sa.Column('looked_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('look_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('claimed_until', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('missing_since', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['learning_id'], ['learning.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('learning_id')
    )
    with op.batch_alter_table('link_preview') as batch_op:
        batch_op.create_index(batch_op.f('ix_link_preview_look_at'), ['look_at'])
    # Not in a batch that would make a table anew: SQLite would delete the rows that lead to it.
    op.add_column('learning', sa.Column('contested_because', sa.Text(), nullable=False, server_default=''))
    has_link = sa.text("link <> ''")
    op.create_index('ix_learning_link', 'learning', ['id'], sqlite_where=has_link, postgresql_where=has_link)
    _give_pages(pages)


def _give_pages(pages: sa.Table) -> None:
    """What is published already has an address of its own too."""
    learnings = sa.table('learning', sa.column('id'), sa.column('programme_id'), sa.column('state'))
    published = sa.select(learnings.c.id, learnings.c.programme_id).where(learnings.c.state == 'published')
    rows = op.get_bind().execute(published).all()
    op.bulk_insert(pages, [
        {'key': secrets.token_urlsafe(12), 'learning_id': id_, 'programme_id': programme}
        for id_, programme in rows
    ])


def downgrade() -> None:
    op.drop_index('ix_learning_link', 'learning')
    op.drop_column('learning', 'contested_because')
    op.drop_table('link_preview')
    op.drop_table('learning_page')
