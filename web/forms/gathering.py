"""Posts that mention a programme: where we look, whose they are, and what is to be forgotten."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from web.forms.fields import Check, Radio, Text
from web.models import HandleKind, Showing, SourceKind
from web.services.common import phrases
from web.services.conversations.conversations import Conversation

LONGEST = 500  # letters of a handle or an address


class SourceForm(FlaskForm):
    kind = Radio(
        "Where do people post?",
        needed="Choose where",
        choices=[
            SelectChoice(SourceKind.MASTODON.value, "On a server of Mastodon or its kin"),
            SelectChoice(SourceKind.BLUESKY.value, "On Bluesky"),
            SelectChoice(SourceKind.WEBMENTION.value, "On their own sites, which tell us by Webmention"),
        ],
    )
    server = Text(
        "Name of the server",
        most=253,
        description="For Mastodon, such as mastodon.social. It shows posts only if it lets people read "
        "without an account.",
    )
    hashtag = Text(
        "Hashtag", most=40, description="For Mastodon and Bluesky. Choose one that is yours alone."
    )


class EraseForm(FlaskForm):
    what = Text(
        "A handle, or the address of a post",
        most=LONGEST,
        needed="Enter a handle or an address",
        description="Such as @jo@mastodon.social. Everything gathered of it goes, in every programme here, "
        "and it is not gathered again.",
    )


class HandleForm(FlaskForm):
    kind = Radio(
        "What is it?",
        needed="Choose what it is",
        choices=[
            SelectChoice(HandleKind.MASTODON.value, "A handle on Mastodon, such as @jo@mastodon.social"),
            SelectChoice(HandleKind.BLUESKY.value, "A handle on Bluesky, such as jo.bsky.social"),
            SelectChoice(HandleKind.SITE.value, "A site of my own, such as jo.example.org"),
            SelectChoice(HandleKind.FEED.value, "The feed of my blog: we look at it each day"),
        ],
    )
    name = Text("Handle or address", most=LONGEST, needed="Enter the handle or the address")
    agreed = Check(
        "You may keep it, and offer me the posts that you find there",
        validators=[DataRequired("We keep it only if you agree")],
    )


class ClaimForm(FlaskForm):
    """Is this about what you learned? Of a single conversation nothing is asked."""

    talk = Radio("Which conversation is it about?", needed="Choose a conversation", choices=[])
    showing = Radio(
        "How may we show it?",
        needed="Choose how we may show it",
        choices=[
            SelectChoice(Showing.WITH_NAME.value, "The post, with my first name and organisation beside it"),
            SelectChoice(Showing.WITHOUT_NAME.value, "The post alone"),
        ],
        description="A post is always shown with its own author, as it stands there. An organiser reads it "
        "first.",
    )

    def offer(self, talks: Sequence[Conversation]) -> None:
        self.only = talks[0].group.id if len(talks) == 1 else None
        self.talk.choices = [
            SelectChoice(str(talk.group.id), f"Round {talk.round.number}, with {_with(talk)}")
            for talk in talks
        ]
        if self.only is not None:
            del self.talk

    def chosen(self) -> int:
        """The group."""
        return self.only if self.only is not None else int(self.talk.data)


def _with(talk: Conversation) -> str:
    return talk.partner_names or phrases.GONE
