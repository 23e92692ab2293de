"""Files on their way in follow what becomes of the organisations that their names were taken for."""

from typing import Any

from sqlmodel import Session, col, select

from web.models.imports import Import, ImportRow, ImportState
from web.services.imports import uploads

WAITING = (ImportState.ORGANISATIONS, ImportState.READY, ImportState.WRITING)
AT_WORK = (ImportState.MATCHING, ImportState.CHECKING)  # with what a worker has read of organisations


def merged(session: Session, programme: int, kept: int, gone: int) -> None:
    """Two organisations are about to be one: whoever a file has in the one that goes is in the other."""
    waiting = select(Import).where(
        Import.programme_id == programme, col(Import.state).in_((*WAITING, *AT_WORK))
    )
    for job in session.exec(waiting.order_by(col(Import.id)).with_for_update()).all():
        job.organisations = [_instead(entry, str(gone), str(kept)) for entry in job.organisations]
        session.add(job)
        for row in session.exec(select(ImportRow).where(ImportRow.import_id == job.id)).all():
            if row.cells.get("target") == str(gone):
                row.cells = row.cells | {"target": str(kept)}
                session.add(row)
        session.flush()
        if job.state is ImportState.MATCHING:
            job.busy_until = None  # another worker matches them anew
        elif job.state is ImportState.CHECKING:
            uploads.check_again(session, job)


def _instead(entry: dict[str, Any], gone: str, kept: str) -> dict[str, Any]:
    def now(target: str | None) -> str | None:
        return kept if target == gone else target

    candidates = list(dict.fromkeys(now(one) for one in entry["candidates"]))
    return entry | {
        "taken_for": now(entry["taken_for"]),
        "likely": now(entry["likely"]),
        "candidates": candidates,
    }
