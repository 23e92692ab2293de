"""A programme's settings, its schedule, and the days of a round that is running."""

from collections.abc import Mapping
from dataclasses import replace

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm

from web.forms import settings as forms
from web.forms.starting import AddressForm
from web.http.access import kept_form, needs, recently_signed_in
from web.http.context import by_day
from web.models import Role, Schedule, Subject
from web.pages.organise import pages
from web.pages.organise.agreements import bring, give_reason
from web.services.agreements import agreements
from web.services.common import agreed_settings, phrases, programmes, times
from web.services.programmes import programme_settings
from web.services.rounds import dates, moved_days, rounds, schedule
from web.services.rounds.introductions import Window
from web.services.rounds.rounds import NoDraft

COMING = 6
TOLD_ANOTHER = "People have been told another day already, and are not told again."
TOO_LATE = "It is too late to tell people of it: letters about rounds go out until 9 in the evening."
CHANGED = (
    "Nothing was changed: somebody has changed the schedule since you opened the page. It is below as it is "
    "now. Press again to switch it off."
)
PAUSED_AGAIN = (
    "Nothing was changed: since you opened the page the programme has gone on, and has been paused again. "
    "Press again to let it go on."
)


def _mark(form: FlaskForm, mistakes: Mapping[str, str]) -> None:
    for field, said in mistakes.items():
        form[field].errors = [*form[field].errors, said]


def _show(template: str, form: FlaskForm, **values: object) -> ResponseReturnValue:
    page = render_template(
        f"organise/{template}.html", programme=g.programme, role=g.role, form=form, **values
    )
    return page, 422 if form.errors else 200


def _saved(words: str, endpoint: str = ".settings") -> ResponseReturnValue:
    flash(words)
    return redirect(url_for(endpoint, slug=g.programme.slug), 303)


@pages.get("/<slug>/settings")
@needs(Role.VIEWER)
def settings() -> ResponseReturnValue:
    return render_template(
        "organise/settings.html",
        programme=g.programme,
        role=g.role,
        schedule=g.session.get(Schedule, g.programme.id),
        next_round_on=programmes.next_round_on(g.programme, times.today(g.now)),
        RHYTHMS=forms.RHYTHMS,
        SIZES=forms.SIZES,
        PRIORITIES=forms.PRIORITIES,
    )


@pages.route("/<slug>/settings/about", methods=["GET", "POST"])
@needs(Role.ORGANISER)
def about_settings() -> ResponseReturnValue:
    form = forms.AboutForm.of(g.programme)
    if form.validate_on_submit() and not form.overlooks():
        try:
            programme_settings.describe(g.session, g.programme, form.told(), by=current_user.id, now=g.now)
            return _saved("Saved.")
        except programmes.BadSettings as error:
            _mark(form, {error.field: error.message})
    return _show("settings_about", form)


@pages.get("/<slug>/settings/address")
@needs(Role.OWNER)
def page_address() -> ResponseReturnValue:
    typed = kept_form()
    return _show(
        "settings_address", AddressForm(formdata=typed) if typed else AddressForm(slug=g.programme.slug)
    )


@pages.post("/<slug>/settings/address")
@needs(Role.OWNER)
@recently_signed_in(back=".page_address")
def move_pages() -> ResponseReturnValue:
    form = AddressForm()
    if form.validate_on_submit():
        if form.slug.data == g.programme.slug:
            return _saved("Nothing has changed: it is the same address.")
        try:
            programmes.rename(g.session, g.programme, form.slug.data, by=current_user.id, now=g.now)
            return _saved("Saved. The old address leads to the new one.")
        except programmes.BadSettings as error:
            _mark(form, {error.field: error.message})
    return _show("settings_address", form)


@pages.route("/<slug>/settings/matching", methods=["GET", "POST"])
@needs(Role.ORGANISER)
def matching_settings() -> ResponseReturnValue:
    form = forms.MatchingForm.of(agreed_settings.of(g.session, g.programme, Subject.MATCHING))
    if g.role is not Role.OWNER:
        del form.urgent
    give_reason(form)
    if form.validate_on_submit() and not form.overlooks():
        urgent = bool(form.urgent and form.urgent.data)
        if answer := bring(form, form.change(), urgent=urgent):
            return answer
    return _show("settings_matching", form, **_consent())


def _consent() -> dict[str, object]:
    """What the form of a change says about who is asked."""
    return {"at_once": agreements.changes_at_once(g.session, g.programme)}


@pages.route("/<slug>/settings/showing", methods=["GET", "POST"])
@needs(Role.ORGANISER)
def showing_settings() -> ResponseReturnValue:
    form = forms.ShowingForm.of(agreed_settings.of(g.session, g.programme, Subject.SHOWING))
    give_reason(form)
    if form.validate_on_submit() and not form.overlooks() and (answer := bring(form, form.change())):
        return answer
    return _show("settings_showing", form, **_consent())


@pages.route("/<slug>/settings/days", methods=["GET", "POST"])
@needs(Role.ORGANISER)
def day_settings() -> ResponseReturnValue:
    form = forms.DaysForm.of(g.programme, agreed_settings.rhythm(g.session, g.programme))
    give_reason(form)
    if form.validate_on_submit() and not form.overlooks():
        programme_settings.set_consent_days(
            g.session, g.programme, form.consent_days.data, by=current_user.id, now=g.now
        )
        if answer := bring(form, form.change()):
            return answer
    return _show("settings_days", form, **_consent())


@pages.post("/<slug>/settings/pause")
@needs(Role.ORGANISER)
def pause_programme() -> ResponseReturnValue:
    programme_settings.pause(g.session, g.programme, by=current_user.id, now=g.now)
    return _saved("The programme is paused. Its pages say so.")


@pages.post("/<slug>/settings/go-on")
@needs(Role.ORGANISER)
def go_on() -> ResponseReturnValue:
    paused, shown = g.programme.paused_at, request.form.get("since")
    if paused and shown not in (None, paused.isoformat()):
        flash(PAUSED_AGAIN, "error")
        return redirect(url_for(".settings", slug=g.programme.slug), 303)
    released = programme_settings.go_on(g.session, g.programme, by=current_user.id, now=g.now)
    waited = (
        f" {phrases.counted(released, 'message that waited goes', 'messages that waited go')} out now."
        if released
        else ""
    )
    return _saved(by_day(f"The programme goes on.{waited}") if waited else "The programme goes on.")


# The schedule


@pages.get("/<slug>/schedule")
@needs(Role.VIEWER)
def show_schedule() -> ResponseReturnValue:
    kept, today = g.session.get(Schedule, g.programme.id), times.today(g.now)
    return _schedule_page(forms.NextRoundForm.of(g.programme, today), kept)


def _schedule_page(moving: forms.NextRoundForm, kept: Schedule | None) -> ResponseReturnValue:
    today = times.today(g.now)
    return _show(
        "schedule",
        moving,
        schedule=kept,
        seen=forms.ScheduleForm.of(kept, formdata=None).seen.data,
        next_round_on=programmes.next_round_on(g.programme, today),
        coming=moved_days.coming(g.session, kept, today, COMING) if kept else [],
        past=schedule.history(g.session, g.programme),
        RHYTHMS=forms.RHYTHMS,
    )


@pages.post("/<slug>/schedule/next")
@needs(Role.ORGANISER)
def move_next_round() -> ResponseReturnValue:
    form = forms.NextRoundForm.of(g.programme, times.today(g.now))
    if form.validate_on_submit() and not form.overlooks():
        try:
            people = programme_settings.move_next_round(
                g.session, g.programme, form.on.data, by=current_user.id, now=g.now
            )
            return _saved(f"Saved.{_heard(people)}", ".show_schedule")
        except programmes.BadSettings as error:
            _mark(form, {error.field: error.message})
    return _schedule_page(form, g.session.get(Schedule, g.programme.id))


def _heard(of_another: bool) -> str:
    """What people hear of the day that was saved, where it is not what they always do."""
    if of_another:
        return f" {TOLD_ANOTHER}"
    return f" {TOO_LATE}" if schedule.is_too_late_to_tell(g.session, g.programme, g.now) else ""


@pages.get("/<slug>/schedule/edit")
@needs(Role.ORGANISER)
def edit_schedule() -> ResponseReturnValue:
    programmes.must_go_on(g.programme)
    typed = kept_form()
    kept = g.session.get(Schedule, g.programme.id)
    return _show(
        "schedule_edit", forms.ScheduleForm(formdata=typed) if typed else forms.ScheduleForm.of(kept)
    )


@pages.post("/<slug>/schedule/edit")
@needs(Role.ORGANISER)
@recently_signed_in(back=".edit_schedule")
def switch_on() -> ResponseReturnValue:
    """It may send in the organiser's name from now on, so it asks for a fresh sign-in as sending does."""
    form = forms.ScheduleForm.of(g.session.get(Schedule, g.programme.id))
    told_of = schedule.told_of(g.session, g.programme, g.now)
    if form.validate_on_submit() and not form.overlooks():
        try:
            first = programme_settings.switch_on(
                g.session, g.programme, form.told(), by=current_user.id, now=g.now
            )
            heard = _heard(told_of not in (None, first))
            return _saved(f"Saved. The next round is on {first.day} {first:%B %Y}.{heard}", ".show_schedule")
        except programmes.BadSettings as error:
            _mark(form, {error.field: error.message})
    return _show("schedule_edit", form)


@pages.post("/<slug>/schedule/off")
@needs(Role.ORGANISER)
def switch_off() -> ResponseReturnValue:
    kept = g.session.get(Schedule, g.programme.id)
    if kept and forms.ScheduleForm.of(kept).was_changed():
        flash(CHANGED, "error")
        return redirect(url_for(".show_schedule", slug=g.programme.slug), 303)
    programme_settings.switch_off(g.session, g.programme, by=current_user.id, now=g.now)
    return _saved("The schedule is off. You draw and send by hand.", ".show_schedule")


# A round that is running


@pages.route("/<slug>/rounds/<int:number>/dates", methods=["GET", "POST"])
@needs(Role.ORGANISER)
def round_dates(number: int) -> ResponseReturnValue:
    try:
        round_ = rounds.by_number(g.session, g.programme, number)
        window = Window.of_round(round_)
    except (NoDraft, ValueError):
        return render_template("errors/404.html"), 404
    form = forms.RoundDaysForm.of(round_)
    if form.validate_on_submit() and not form.overlooks():
        wanted = replace(window, **{name: form[name].data for name in dates.DAYS_OF})
        try:
            moved = dates.move(g.session, g.programme, round_, wanted, by=current_user.id, now=g.now)
            flash(
                f"Saved. {phrases.counted(moved, 'message that waits', 'messages that wait')} moved with it."
                if moved
                else "Saved."
            )
            return redirect(url_for(".one_round", slug=g.programme.slug, number=number), 303)
        except dates.BadDates as error:
            _mark(form, error.mistakes)
    return _show("round_dates", form, number=number, window=window)
