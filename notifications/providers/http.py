"""What happened to a call that ended without an answer: had the message left, or not?"""

import socket
import ssl
from http.client import HTTPException
from urllib.error import URLError

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from notifications.errors import ProviderError, Temporary, Uncertain


def from_urllib(error: OSError | HTTPException) -> ProviderError:
    """For clients on urllib: it wraps in URLError exactly what failed before the request was all written."""
    if isinstance(error, URLError):
        return Temporary(_never_left(error.reason), outage=True)
    return Uncertain(_after_sending(error))


def from_requests(error: requests.RequestException) -> ProviderError:
    """For clients on requests, which names the phases less well: what is not surely before is after."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Temporary("it could not be reached in time", outage=True)
    if isinstance(error, requests.exceptions.SSLError):
        return Temporary("its certificate was not accepted", outage=True)
    if isinstance(error, requests.exceptions.ConnectionError) and _never_connected(error):
        return Temporary("it could not be reached", outage=True)
    return Uncertain(_after_sending(error))


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    return isinstance(cause, NewConnectionError)


def _never_left(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return "it could not be reached in time"
    if isinstance(reason, ssl.SSLError):
        return "its certificate was not accepted"
    if isinstance(reason, socket.gaierror):
        return "its name could not be resolved"
    return "it could not be reached"


def _after_sending(error: Exception) -> str:
    if isinstance(error, TimeoutError | requests.exceptions.Timeout):
        return "no answer in time"
    return "the connection broke before the answer"
