"""Who takes part, one person's story, and what an organiser may do about it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeVar

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from notifications.addresses import phone_as_said
from web.forms.joining import CorrectionForm
from web.forms.people import OtherForm, SuspendForm
from web.http.access import holds_no_lock, needs, recently_signed_in
from web.http.context import by_day, house, page_number, row_number, stop_past_the_end
from web.models import Role
from web.models.jobs import Work
from web.pages.organise import pages
from web.pages.organise.errands import to_its_progress
from web.pages.organise.numbered import person_named
from web.services.background import jobs
from web.services.common import audit, links, phrases, spreadsheets, times
from web.services.organisations import organisations
from web.services.organisers import team
from web.services.people import directory, directory_file, invitations, merging, moderation, timeline
from web.services.people.directory import Entry, Order, Search, Showing
from web.services.rounds import keeping_apart

ORGANISERS_HINT = "What greetings and subjects say. Left empty, they say the whole name."
NOT_THEIRS = "They have not said yes here: until then what they are called is theirs alone to change."
Word = TypeVar("Word", bound=StrEnum)


@pages.get("/<slug>/people")
@needs(Role.ORGANISER)
def everyone() -> ResponseReturnValue:
    wanted = _wanted()
    roster = directory.search(g.session, g.programme, wanted, today=times.today(g.now))
    stop_past_the_end(roster.rows)
    return render_template(
        "organise/people.html",
        programme=g.programme,
        role=g.role,
        roster=roster,
        wanted=wanted,
        silent=invitations.silent(g.session, g.programme, now=g.now).people if wanted.is_of_invited else 0,
        organisations=organisations.offered(g.session, g.programme.id, wanted.organisation),
        Order=Order,
        Showing=Showing,
    )


@pages.post("/<slug>/people/remind")
@needs(Role.ORGANISER)
def remind_invited() -> ResponseReturnValue:
    asked = invitations.silent(g.session, g.programme, now=g.now).people
    if asked > jobs.AT_ONCE:
        taken = jobs.ask_to_remind(g.session, g.programme, asked, by=current_user.id, now=g.now)
        return to_its_progress(g.session, Work.REMIND, taken=taken)
    count = invitations.remind(g.session, g.programme, by=current_user.id, now=g.now)
    who = phrases.counted(count, "invitation goes", "invitations go")
    flash(by_day(f"{who} out once more.") if count else "Everybody who was asked has been reminded.")
    return redirect(url_for(".everyone", slug=g.programme.slug, showing="invited"), 303)


def _wanted() -> Search:
    """What the address asks for; what makes no sense is as if it were not there."""
    given = request.args
    return Search(
        text=given.get("search", "").strip()[:80],
        showing=_word(Showing, given.get("showing", "")),
        organisation=given.get("organisation", type=row_number),
        order=_word(Order, given.get("order", "")),
        page=page_number(),
    )


def _word(kind: type[Word], given: str) -> Word:
    return kind(given) if given in set(kind) else next(iter(kind))


@pages.post("/<slug>/people/export")
@needs(Role.ORGANISER)
@recently_signed_in(back=".everyone")
@holds_no_lock
def export_people() -> ResponseReturnValue:
    """Everyone as a file. It begins to arrive at once, however many there are."""
    database, programme = house().database, g.programme
    with database.write() as session:
        audit.record(session, current_user.id, "people exported", now=g.now, programme=programme.id)

    def lines() -> Iterator[str]:
        yield spreadsheets.AS_UTF_8
        # The request's own session is closed before the last line is written.
        with database.read() as session:
            yield from directory_file.export(session, programme)

    answer = Response(lines(), mimetype="text/csv")
    name = f"{g.programme.slug}-people-{times.today(g.now)}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@pages.get("/<slug>/people/<person>")
@needs(Role.ORGANISER)
def one_person(person: str) -> ResponseReturnValue:
    return _story(_entry(person))


def _entry(person: str, *, lock: bool = False) -> Entry:
    found = directory.one(g.session, g.programme, person, times.today(g.now), lock=lock)
    if found is None:
        abort(404)
    return found


def _story(
    entry: Entry, suspending: SuspendForm | None = None, apart: OtherForm | None = None
) -> ResponseReturnValue:
    """The page, with the form on it that needs another look."""
    wrong = next((form for form in (suspending, apart) if form and form.errors), None)
    page = render_template(
        "organise/person.html",
        programme=g.programme,
        entry=entry,
        story=timeline.of_person(g.session, g.programme, entry.person, only_here=entry.written is not None),
        suspending=suspending or SuspendForm(formdata=None),
        apart=apart or OtherForm(formdata=None),
        form=wrong,
    )
    return (page, 422) if wrong else page


@pages.post("/<slug>/people/<person>/suspend")
@needs(Role.ORGANISER)
def suspend(person: str) -> ResponseReturnValue:
    entry, form = _entry(person, lock=True), SuspendForm()
    if not form.validate_on_submit():
        return _story(entry, suspending=form)
    moderation.suspend(g.session, g.programme, entry.person, form.reason.data, by=current_user.id, now=g.now)
    flash(f"{entry.shown.name} is suspended, and in no round until you let them in again.")
    return _back(person)


@pages.post("/<slug>/people/<person>/unsuspend")
@needs(Role.ORGANISER)
def unsuspend(person: str) -> ResponseReturnValue:
    entry = _entry(person, lock=True)
    moderation.unsuspend(g.session, g.programme, entry.person, by=current_user.id, now=g.now)
    flash(f"{entry.shown.name} is no longer suspended.")
    return _back(person)


@pages.post("/<slug>/people/<person>/send-link")
@needs(Role.ORGANISER)
def send_link(person: str) -> ResponseReturnValue:
    entry = _entry(person, lock=True)
    try:
        moderation.send_link(g.session, g.programme, entry.person, by=current_user.id, now=g.now)
        where = entry.shown.email or phone_as_said(entry.person.phone or "")
        flash(f"A link is on its way to {where}.")
    except moderation.NotNow as error:
        flash(f"{error}.", "error")
    return _back(person)


@pages.route("/<slug>/people/<person>/name", methods=["GET", "POST"])
@needs(Role.ORGANISER)
def correct_name(person: str) -> ResponseReturnValue:
    entry = _entry(person, lock=links.is_writing(g.session))
    if entry.written:
        flash(NOT_THEIRS, "error")
        return _back(person)
    form = CorrectionForm(obj=entry.person).begun()
    form.known_as.description = ORGANISERS_HINT
    before = request.form.get("before", entry.organisation.name)
    if not form.is_submitted():
        form.organisation.data = before
    typed = form.organisation.data or ""
    # Left as it stood, it is not asked about, and changes nothing of what they have changed meanwhile.
    known = [] if typed == before else organisations.may_be(g.session, g.programme.id, typed)
    form.ask_which(typed, [one.name for one in known])
    if form.validate_on_submit() and not form.overlooks():
        told = (form.name.data, form.known_as.data or "")
        moderation.correct_name(g.session, g.programme, entry.person, *told, by=current_user.id, now=g.now)
        if typed != before:
            meant = form.organisation_meant(typed)
            moderation.correct_organisation(
                g.session, g.programme, entry.person, meant, by=current_user.id, now=g.now
            )
        flash("Saved.")
        return _back(person)
    page = render_template(
        "organise/person_name.html",
        programme=g.programme,
        entry=entry,
        form=form,
        before=before,
        names=organisations.names(g.session, g.programme.id),
    )
    return (page, 422) if form.errors else page


@pages.post("/<slug>/people/<person>/keep-apart")
@needs(Role.ORGANISER)
def keep_apart(person: str) -> ResponseReturnValue:
    form = OtherForm()
    if form.validate_on_submit():
        try:
            other = directory.called(g.session, g.programme, form.other.data)
            keeping_apart.keep_apart(g.session, g.programme, person, other, by=current_user.id, now=g.now)
        except (directory.NobodySo, keeping_apart.NotApart) as error:
            form.other.errors = [str(error)]
    entry = _entry(person)
    if form.errors:
        return _story(entry, apart=form)
    flash("They will not be put in a group together.")
    return _back(person)


@pages.post("/<slug>/people/<person>/let-meet")
@needs(Role.ORGANISER)
def let_meet(person: str) -> ResponseReturnValue:
    _entry(person)
    other = person_named("other")
    try:
        keeping_apart.let_meet(g.session, g.programme, person, other, by=current_user.id, now=g.now)
        flash("They may meet again.")
    except keeping_apart.NotApart as error:
        flash(f"{error}.", "error")
    return _back(person)


@pages.get("/<slug>/people/<person>/merge")
@needs(Role.ORGANISER)
def look_at_merge(person: str) -> ResponseReturnValue:
    """Somebody beside their double; with nobody named yet, the question who that is."""
    entry, form = _entry(person), OtherForm(request.args, meta={"csrf": False})
    double = None
    if "other" in request.args and form.validate():
        try:
            double = _entry(directory.called(g.session, g.programme, form.other.data))
            merging.check(g.session, g.programme, entry.person, double.person)
        except (directory.NobodySo, merging.NotOne) as error:
            double, form.other.errors = None, [str(error)]
    page = render_template(
        "organise/merge_people.html",
        programme=g.programme,
        role=g.role,
        entry=entry,
        double=double,
        form=form,
        owners=team.owners(g.session, g.programme),
    )
    return (page, 422) if form.errors else page


@pages.post("/<slug>/people/<person>/merge/<other>")
@needs(Role.OWNER)
@recently_signed_in(back=".look_at_merge")
def merge_people(person: str, other: str) -> ResponseReturnValue:
    """`person` is kept; what is `other`'s becomes theirs."""
    kept, survivor = _entry(person), merging.survivor(g.session, other)
    is_one = survivor is not None and survivor.id == kept.person.id != other
    try:
        if not is_one:
            gone = _entry(other).person
            merging.merge(g.session, g.programme, kept.person, gone, by=current_user.id, now=g.now)
    except merging.NotOne as error:
        g.session.rollback()
        flash(f"Nothing was changed. {error}.", "error")
    else:
        flash(f"{kept.person.name} is one entry now, with everything of both.")
    return _back(person)


def _back(person: str) -> ResponseReturnValue:
    return redirect(url_for(".one_person", slug=g.programme.slug, person=person), 303)
