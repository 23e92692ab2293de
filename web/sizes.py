"""The most of everything that comes in from outside, each with its reason. More is refused in words."""

from math import ceil

KB, MB = 1024, 1024 * 1024

FORM_BYTES = 64 * KB  # the longest form, a programme's own wording, has some 20 kB
FILE_BYTES = 32 * MB  # 100,000 people with a dozen columns have some 15 MB
EVENT_BYTES = 5 * MB  # SendGrid sends its events in batches, GOV.UK Notify one at a time
MAIL_BYTES = 31 * MB  # SendGrid's Inbound Parse takes mails of 30 MB, and wraps them for the way
# A browser reads our answer only when it has sent everything. So much of what is too large is let in and
# thrown away for that; who sends still more is cut off.
THROWN_AWAY_BYTES = 128 * MB

READ_ON_PAGE = MB  # letters of a spreadsheet: some 20,000 rows, a third of a second. More are the worker's
WORKBOOK_ON_PAGE = MB // 4  # as it comes: some 7,000 people, half a second
UNFOLDED_ON_PAGE = 8 * MB  # of XML, by its own account

# Spreadsheets. A row is read whole, so its end is looked for no further than this.
MOST_ROWS = 1_048_576  # a sheet of Excel has no more
MOST_COLUMNS = 200  # the widest form we have seen has 60, with a column for each question
LONGEST_CELL = 32_767  # letters; a cell of Excel holds no more
LONGEST_ROW = 100_000  # letters
MOST_ORGANISATIONS = 10_000  # names in one file; with more, a column of something else was chosen


def said(size: int) -> str:
    """65,536 bytes are "64 kB" and one more are "65 kB": rounded up, so that what is too large looks it."""
    if size < MB:
        return f"{ceil(size / KB):,} kB"
    return f"{ceil(size * 10 / MB) / 10:,g} MB"
