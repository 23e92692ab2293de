"""posts that mention us"""

import sqlalchemy as sa
from alembic import op

from notifications import columns

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('gathering_server',
    sa.Column('host', sa.String(length=253), nullable=False),
    sa.Column('free_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('host')
    )
    op.create_table('passed_over',
    sa.Column('mark', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('since', columns.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('mark')
    )
    op.create_table('gathering_source',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('server', sa.String(length=253), nullable=False),
    sa.Column('hashtag', sa.String(length=40), nullable=False),
    sa.Column('since', sa.String(length=80), nullable=False),
    sa.Column('result', sa.String(length=200), nullable=False),
    sa.Column('trouble', sa.String(length=200), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('looked_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('look_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('claimed_until', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('added_by', sa.String(length=60), nullable=False),
    sa.Column('added_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('programme_id', 'kind', 'server', 'hashtag')
    )
    with op.batch_alter_table('gathering_source') as batch_op:
        batch_op.create_index(batch_op.f('ix_gathering_source_look_at'), ['look_at'])
        batch_op.create_index(batch_op.f('ix_gathering_source_programme_id'), ['programme_id'])

    op.create_table('handle',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=500), nullable=False),
    sa.Column('added_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('trouble', sa.String(length=200), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('looked_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('look_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('claimed_until', columns.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('person_id', 'kind', 'name')
    )
    with op.batch_alter_table('handle') as batch_op:
        batch_op.create_index(batch_op.f('ix_handle_look_at'), ['look_at'])
        batch_op.create_index(batch_op.f('ix_handle_name'), ['name'])
        batch_op.create_index(batch_op.f('ix_handle_person_id'), ['person_id'])

    op.create_table('webmention',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('host', sa.String(length=253), nullable=False),
    sa.Column('received_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('look_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('claimed_until', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('digest')
    )
    with op.batch_alter_table('webmention') as batch_op:
        batch_op.create_index(batch_op.f('ix_webmention_host'), ['host'])
        batch_op.create_index(batch_op.f('ix_webmention_look_at'), ['look_at'])
        batch_op.create_index(batch_op.f('ix_webmention_programme_id'), ['programme_id'])

    op.create_table('gathered_post',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('url_digest', sa.String(length=64), nullable=False),
    sa.Column('handle', sa.String(length=500), nullable=False),
    sa.Column('author', sa.String(length=80), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('posted_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('found_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('asked_at', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('learning_id', sa.Integer(), nullable=True),
    sa.Column('look_at', columns.UTCDateTime(timezone=True), nullable=False),
    sa.Column('claimed_until', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('missing_since', columns.UTCDateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['learning_id'], ['learning.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('learning_id'),
    sa.UniqueConstraint('programme_id', 'url_digest')
    )
    with op.batch_alter_table('gathered_post') as batch_op:
        batch_op.create_index(batch_op.f('ix_gathered_post_handle'), ['handle'])
        batch_op.create_index(batch_op.f('ix_gathered_post_look_at'), ['look_at'])
        batch_op.create_index(batch_op.f('ix_gathered_post_programme_id'), ['programme_id'])

    op.create_table('not_my_post',
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['post_id'], ['gathered_post.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('post_id', 'person_id')
    )
    with op.batch_alter_table('not_my_post') as batch_op:
        batch_op.create_index(batch_op.f('ix_not_my_post_person_id'), ['person_id'])

    # Not in a batch that would make a table anew: SQLite would delete the rows that lead to it.
    op.add_column('complaint', sa.Column('post', sa.Text(), server_default='', nullable=False))
    op.add_column('programme',
        sa.Column('gathers', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column('programme', 'gathers')
    op.drop_column('complaint', 'post')
    op.drop_table('not_my_post')
    op.drop_table('gathered_post')
    op.drop_table('webmention')
    op.drop_table('handle')
    op.drop_table('gathering_source')
    op.drop_table('passed_over')
    op.drop_table('gathering_server')
