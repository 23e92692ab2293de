"""What an operator reads of an error that they can do something about."""

from psycopg.errors import UndefinedColumn, UndefinedTable
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError, ProgrammingError

from matcher import MatcherError
from notifications.errors import NotificationError
from web.commands import backups, moving, serving
from web.services.common import audit, programmes, spreadsheets
from web.services.organisers import accounts, operators, team
from web.services.programmes import starting
from web.services.rounds import rounds
from web.settings import SettingsError
from web.upgrading import UpgradeError

SAY_IT_THEMSELVES = (
    SettingsError,
    MatcherError,
    NotificationError,
    backups.BackupError,
    moving.MovingError,
    programmes.Ends,
    spreadsheets.BadFile,
    programmes.BadSettings,
    starting.TooLateToDecide,
    rounds.RoundError,
    serving.PortTaken,
    audit.TamperedAudit,
    UpgradeError,
)


def sentence(error: Exception) -> str | None:
    """What to say of it; None for one that is a fault of ours."""
    match error:
        case programmes.NoSuchProgramme(moved_to=moved_to):
            now_at = f" any more: it is {moved_to!r} now" if moved_to else ""
            return f"there is no programme {str(error)!r}{now_at}"
        case operators.NoSuchOperator():
            return f"{error} does not look after this installation"
        case team.NoSuchOrganiser():
            return f"{error} has no role in this programme: `unmentoring organiser list` shows who has"
        case accounts.LastOwner():
            return f"{error}, and a programme needs one: give it another by `unmentoring organiser add` first"
        case UnicodeEncodeError():  # so Python keeps a byte of the command line that it cannot read
            return "something in what was typed is no text in UTF-8"
        case OSError():
            return f"{error.filename}: {error.strerror}" if error.filename else str(error)
        case OperationalError() | ProgrammingError():
            what_to_do = "; run `unmentoring db upgrade` first" if _lacks_tables(error) else ""
            return f"the database cannot be used ({error.orig}){what_to_do}"
        case DatabaseError() if type(error) is DatabaseError:  # the others say that we have asked wrongly
            return f"the database cannot be used ({error.orig})"
    return str(error) if isinstance(error, SAY_IT_THEMSELVES) else None


def _lacks_tables(error: DBAPIError) -> bool:
    """Is a table or a column missing, as before an upgrade?"""
    return isinstance(error.orig, UndefinedColumn | UndefinedTable) or str(error.orig).startswith(
        ("no such table", "no such column")
    )
