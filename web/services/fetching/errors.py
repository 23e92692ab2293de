"""Why a link could not be read.

FetchError
├── Refused     not for us to open: another scheme or port, credentials in it, or nobody's address in public;
│               or its site wants no programs there
├── Gone        it is not there any more
└── Trouble     not now: nobody answers, too slowly, or with an error
    └── Later   its server says when to come back, in `.seconds`
"""


class FetchError(Exception):
    pass


class Refused(FetchError):
    pass


class Gone(FetchError):
    pass


class Trouble(FetchError):
    pass


class Later(Trouble):
    def __init__(self, why: str, seconds: int) -> None:
        super().__init__(why)
        self.seconds = seconds
