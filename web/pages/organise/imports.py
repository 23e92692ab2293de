"""A spreadsheet comes in, one answer at a time. Nothing is written before the last one."""

from collections.abc import Mapping
from itertools import chain, islice

from flask import Response, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from notifications.foreign import id_of
from web.forms.takeovers import TakeoverForm
from web.http.access import holds_no_lock, kept_form, needs, recently_signed_in, takes_files
from web.http.context import house, page_number, row_number, stop_past_the_end
from web.models import Role
from web.models.imports import Import, ImportKind, ImportState, Outcome
from web.pages.organise import pages
from web.services.common import phrases, programmes, times, workbooks
from web.services.common.spreadsheets import BadFile
from web.services.imports import claims, columns, files, lookup, pasted, takeovers, undoing, uploads
from web.services.imports.files import Unread, Upload
from web.services.imports.undoing import NotToUndo
from web.services.imports.uploads import WrongMoment
from web.services.organisations import organisations
from web.services.rounds import rounds
from web.sizes import FILE_BYTES

Problems = Mapping[str, str]
REFRESH_SECONDS = 2
SAMPLES = 3
TO_LOOK_AT = "to look at"  # rows that are taken in, and of which there is something to say
LATER = "Nothing was changed: the import has moved on since this page was shown. Here it is as it stands."


@pages.get("/<slug>/import")
@needs(Role.ORGANISER)
def begin_import() -> ResponseReturnValue:
    programmes.must_go_on(g.programme)
    return _begin()


def _begin(problem: str = "", kind: str = "people", rows: str = "") -> str:
    return render_template(
        "organise/import/begin.html",
        programme=g.programme,
        jobs=lookup.every(g.session, g.programme),
        problem=problem,
        kind=kind,
        pasted=rows,
        organisation=request.form.get("organisation", ""),
        names=organisations.names(g.session, g.programme.id),
    )


@pages.post("/<slug>/import")
@needs(Role.ORGANISER)
@takes_files(FILE_BYTES)
@holds_no_lock
def upload_import() -> ResponseReturnValue:
    """Read first and written then: reading takes a while, and keeps nobody waiting."""
    kind, file = request.form.get("kind", ""), request.files.get("file")
    rows = request.form.get("rows", "")
    if kind not in set(ImportKind):
        return _begin("Choose what is in the file"), 422
    if not (file and file.filename) and not rows.strip():
        return _begin("Choose a file, or paste rows", kind), 422
    try:
        given = _given(file) if file and file.filename else _pasted(ImportKind(kind), rows)
        with house().database.write() as session:
            job = uploads.upload(session, g.programme, ImportKind(kind), given, by=current_user.id, now=g.now)
    except BadFile as error:
        return _begin(str(error), kind, rows), 422
    house().poke()
    return _show(job.id)


@pages.get("/<slug>/import/<int:number>")
@needs(Role.ORGANISER)
def one_import(number: int) -> ResponseReturnValue:
    return _page(_job(number))


def _given(file: FileStorage) -> Upload | Unread:
    raw = file.stream.read(FILE_BYTES + 1)
    if len(raw) > FILE_BYTES:
        raise RequestEntityTooLarge
    return files.let_in((file.filename or "").replace("\\", "/").rpartition("/")[2], raw)


def _pasted(kind: ImportKind, rows: str) -> Upload:
    text = pasted.text(kind, rows, request.form.get("organisation", "")[:120])
    return files.look_into(pasted.FILE, text)


def _job(number: int) -> Import:
    job = lookup.one(g.session, g.programme, number)
    if job is None:
        abort(404)
    return job


def _page(job: Import, problems: Problems | None = None) -> ResponseReturnValue:
    """The page for the state it is in. While a worker is at it, the page comes again by itself."""
    shown = {
        ImportState.COLUMNS: _columns,
        ImportState.ORGANISATIONS: _organisations,
        ImportState.READY: _preview,
    }.get(job.state, _progress)
    answer: Response = make_response(shown(job, problems or {}))
    if job.state in claims.WORKING:
        answer.headers["Refresh"] = str(REFRESH_SECONDS)
    if problems:
        answer.status_code = 422
    return answer


def _columns(job: Import, problems: Problems, chosen: Mapping[str, int] | None = None) -> str:
    content = uploads.content_of(g.session, job)
    sheet = columns.sheet(job.file_name, content)
    chosen = job.columns if chosen is None else chosen
    return render_template(
        "organise/import/columns.html",
        programme=g.programme,
        job=job,
        sheet=sheet,
        sheets=workbooks.names(content),
        chosen=chosen,
        others=columns.others(job.kind, sheet, chosen),
        samples=[cells[: len(sheet.header)] for _, cells in islice(sheet.rows, SAMPLES)],
        fields=columns.fields(job.kind, g.programme.mix_by),
        problems=problems,
    )


def _organisations(job: Import, problems: Problems) -> str:
    asked = uploads.asked(job)
    names = {str(id_): name for id_, name in organisations.listed(g.session, g.programme.id)}
    names |= {
        f"={entry['key']}": f"{entry['name']}, as elsewhere in this file" for entry in job.organisations
    }
    return render_template(
        "organise/import/organisations.html",
        programme=g.programme,
        job=job,
        asked=asked[: uploads.ASK_AT_ONCE],
        more=max(len(asked) - uploads.ASK_AT_ONCE, 0),
        names=names,
        problems=problems,
    )


def _preview(job: Import, problems: Problems) -> str:
    given, page = request.args.get("outcome", ""), page_number()
    looks_at = given == TO_LOOK_AT
    outcome = Outcome.NEW if looks_at else Outcome(given) if given in set(Outcome) else None
    showing = given if outcome else ""
    names = {str(id_): name for id_, name in organisations.listed(g.session, g.programme.id)}
    names |= {f"={entry['key']}": entry["name"] for entry in job.organisations}
    shown = lookup.rows(g.session, job, outcome, page, remarked_only=looks_at)
    stop_past_the_end(shown)
    members = {row.number: row.cells.get("members", ()) for row in shown}
    people = rounds.names_of(g.session, set(chain(*members.values())))
    return render_template(
        "organise/import/preview.html",
        programme=g.programme,
        job=job,
        rows=shown,
        found={number: [people[person] for person in some] for number, some in members.items()},
        showing=showing,
        page=page,
        total=job.counts.get(showing or "rows", 0),
        a_page=lookup.A_PAGE,
        writes=uploads.to_be_written(g.session, job),
        shown=uploads.as_shown(g.session, job),
        names=names,
        unknown=uploads.unknown_answers(job),
        role=g.role,
        problems=problems,
    )


def _progress(job: Import, problems: Problems) -> str:
    done = job.state is ImportState.DONE and job.kind is ImportKind.PEOPLE
    return render_template(
        "organise/import/progress.html",
        programme=g.programme,
        job=job,
        working=job.state in claims.WORKING,
        waiting=undoing.still_invited(g.session, job) if done else 0,
        takeover=takeovers.of_import(g.session, job),
        problems=problems,
    )


@pages.post("/<slug>/import/<int:number>/columns")
@needs(Role.ORGANISER)
@holds_no_lock
def choose_columns(number: int) -> ResponseReturnValue:
    """Of a small file, the organisations are read here, before anything is written."""
    job = _job(number)
    try:
        sheet = uploads.sheet_of(g.session, job)
        chosen = _chosen(job, len(sheet.header))
        columns.check(job.kind, sheet.header, chosen)
        names = None if files.is_large(sheet) else uploads.names(job.kind, sheet, chosen)
        with house().database.write() as session:
            uploads.choose(session, session.get_one(Import, number), chosen, names)
    except columns.BadColumns as error:
        return _columns(job, error.problems, chosen), 422
    except BadFile as error:
        return _columns(job, {"organisation": str(error)}, chosen), 422
    except WrongMoment:
        return _moved_on(number)
    house().poke()
    return _show(number)


@pages.post("/<slug>/import/<int:number>/sheet")
@needs(Role.ORGANISER)
@holds_no_lock
def choose_sheet(number: int) -> ResponseReturnValue:
    """Another sheet of the workbook. Its place is asked with its name, so that an old page takes no other."""
    job = _job(number)
    try:
        content = uploads.content_of(g.session, job)
        place, _, name = request.form.get("sheet", "").partition(":")
        wanted = id_of(place)
        if wanted is None or workbooks.names(content)[wanted : wanted + 1] != [name]:
            raise WrongMoment
        given = files.look_into(job.file_name, workbooks.take(content, wanted))
        with house().database.write() as session:
            uploads.take_sheet(session, session.get_one(Import, number), given)
    except BadFile as error:
        return _columns(job, {"sheet": f"“{name}” cannot be read: {error.without_file}"}), 422
    except WrongMoment:
        return _moved_on(number)
    house().poke()
    return _show(number)


def _chosen(job: Import, width: int) -> dict[str, int]:
    offered = columns.fields(job.kind, g.programme.mix_by)
    chosen = {field.key: request.form.get(field.key, type=row_number) for field in offered}
    return {key: place for key, place in chosen.items() if place is not None and 0 <= place < width}


@pages.post("/<slug>/import/<int:number>/organisations")
@needs(Role.ORGANISER)
def answer_organisations(number: int) -> ResponseReturnValue:
    """Each question is called after what it is about, so that an old page answers only what it asked."""
    job = _job(number)
    try:
        if "rest" in request.form:
            uploads.answer_rest_as_new(g.session, job)
            return _show(number)
        keys = [entry["key"] for entry in uploads.asked(job)[: uploads.ASK_AT_ONCE]]
        said = {key: answer for key in keys if (answer := request.form.get(f"is-{key}"))}
        uploads.answer(g.session, job, said)
    except WrongMoment:
        return _moved_on(number)
    left = {entry["key"]: entry["name"] for entry in uploads.asked(job)[: uploads.ASK_AT_ONCE]}
    missing = {
        f"asked-{place}": f"Say which organisation “{name}” is"
        for place, (key, name) in enumerate(left.items(), start=1)
        if key in keys
    }
    return _page(job, missing) if missing else _show(number)


@pages.post("/<slug>/import/<int:number>/answers")
@needs(Role.ORGANISER)
def answer_mix(number: int) -> ResponseReturnValue:
    """What stands in the file for the programme's choices. A question is called after what it is about."""
    job = _job(number)
    said = {answer: request.form.get(f"is-{answer}", "") for answer in uploads.unknown_answers(job)}
    try:
        uploads.answer_mix(g.session, job, said)
    except WrongMoment:
        return _moved_on(number)
    flash("Noted.")
    return _show(number)


@pages.post("/<slug>/import/<int:number>/somebody-else")
@needs(Role.ORGANISER)
def somebody_else(number: int) -> ResponseReturnValue:
    """Of the rows on one page of the list: which are somebody else, and so invited."""
    job = _job(number)
    numbers = {
        row: value == "else"
        for name, value in request.form.items()
        if name.startswith("row-") and (row := id_of(name.removeprefix("row-"))) is not None
    }
    try:
        uploads.someone_else(g.session, job, numbers)
    except WrongMoment:
        return _moved_on(number)
    invited = phrases.counted(uploads.to_be_written(g.session, job), "person is", "people are")
    flash(f"Noted. {invited} to be invited now.")
    page = min(max(request.form.get("page", 1, type=row_number), 1), 100_000)
    here = url_for(".one_import", slug=g.programme.slug, number=number, outcome="likely", page=page)
    return redirect(here, 303)


@pages.post("/<slug>/import/<int:number>/confirm")
@needs(Role.ORGANISER)
@recently_signed_in(back=".one_import")
def confirm_import(number: int) -> ResponseReturnValue:
    try:
        uploads.confirm(
            g.session, _job(number), by=current_user.id, now=g.now, shown=request.form.get("shown", "")
        )
    except WrongMoment:
        return _moved_on(number)
    return _show(number)


@pages.get("/<slug>/import/<int:number>/take-over")
@needs(Role.OWNER)
def ask_to_take_over(number: int) -> ResponseReturnValue:
    return _take_over(_job(number), TakeoverForm(times.today(g.now), formdata=kept_form()))


@pages.post("/<slug>/import/<int:number>/take-over")
@needs(Role.OWNER)
@recently_signed_in(back=".ask_to_take_over")
def take_over(number: int) -> ResponseReturnValue:
    job, form = _job(number), TakeoverForm(times.today(g.now))
    if not form.validate_on_submit():
        return _take_over(job, form)
    try:
        stated, shown = form.statement(), request.form.get("shown", "")
        uploads.confirm(g.session, job, by=current_user.id, now=g.now, stated=stated, shown=shown)
    except WrongMoment:
        return _moved_on(number)
    return _show(number)


def _take_over(job: Import, form: TakeoverForm) -> ResponseReturnValue:
    if job.kind is not ImportKind.PEOPLE or job.state is not ImportState.READY:
        return _show(job.id)
    page = render_template(
        "organise/import/take_over.html",
        programme=g.programme,
        job=job,
        form=form,
        writes=uploads.to_be_written(g.session, job),
        shown=uploads.as_shown(g.session, job),
    )
    return (page, 422) if form.errors else page


@pages.post("/<slug>/import/<int:number>/columns-again")
@needs(Role.ORGANISER)
def columns_again(number: int) -> ResponseReturnValue:
    try:
        uploads.columns_again(g.session, _job(number))
    except WrongMoment:
        return _moved_on(number)
    return _show(number)


@pages.post("/<slug>/import/<int:number>/throw-away")
@needs(Role.ORGANISER)
def abandon_import(number: int) -> ResponseReturnValue:
    try:
        uploads.abandon(g.session, _job(number), by=current_user.id, now=g.now)
    except WrongMoment:
        return _moved_on(number)
    flash("The file is thrown away. Nothing of it was taken in.")
    return redirect(url_for(".begin_import", slug=g.programme.slug), 303)


@pages.post("/<slug>/import/<int:number>/undo")
@needs(Role.ORGANISER)
def undo_import(number: int) -> ResponseReturnValue:
    try:
        undoing.undo(g.session, _job(number), by=current_user.id, now=g.now)
    except NotToUndo as error:
        flash(f"Nothing was changed. {error}.", "error")
    except WrongMoment:
        return _moved_on(number)
    return _show(number)


def _moved_on(number: int) -> ResponseReturnValue:
    g.session.rollback()
    flash(LATER, "error")
    return _show(number)


def _show(number: int) -> ResponseReturnValue:
    return redirect(url_for(".one_import", slug=g.programme.slug, number=number), 303)
