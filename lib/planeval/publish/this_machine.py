"""What can be known of the machine and the person at it: the texts that `hygiene` keeps out of everything published."""

from __future__ import annotations

import getpass
import os
import re
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from planeval.publish.hygiene import (
    HOME,
    HOST,
    KEY,
    PLACE,
    USER,
    Secret,
    is_telling_key,
    is_telling_name,
    is_telling_path,
)
from planeval.workspace import Workspace

_KEY_WORDS = frozenset("TOKEN SECRET PASSWORD PASSWD PASS PASSPHRASE KEY APIKEY CREDENTIAL CREDENTIALS AUTH COOKIE "
                       "DSN PRIVATE PAT BEARER".split())  # fmt: skip
_USER_WORDS, _HOST_WORDS = ("USER", "USERNAME", "LOGNAME", "SUDO_USER"), ("HOSTNAME", "COMPUTERNAME")
_PASSWORD_IN_ADDRESS = re.compile(r"://[^\s/:@]*:([^\s/@]+)@")


def machine_secrets(workspace: Workspace) -> tuple[Secret, ...]:
    """Everything of this machine and process that no published file may say; a workspace's own path included."""
    places = {str(workspace.root), str(workspace.root.resolve()), str(workspace.output.resolve())}
    found = [Secret(PLACE, place) for place in places if is_telling_path(place)]
    return tuple(dict.fromkeys([*found, *_of_process(), *secrets_of(os.environ)]))


@cache
def _of_process() -> tuple[Secret, ...]:
    return tuple(_places_and_names())


def _places_and_names() -> Iterator[Secret]:
    home = str(Path.home())
    if is_telling_path(home):
        yield Secret(HOME, home)
    for place in (tempfile.gettempdir(), sys.prefix, sys.base_prefix, str(Path(__file__).resolve().parents[1])):
        if is_telling_path(place) and place.count("/") + place.count("\\") > 1:
            yield Secret(PLACE, place)
    try:
        names = [getpass.getuser()]
    except (OSError, KeyError, ImportError):  # a process without a name
        names = []
    yield from (Secret(USER, name) for name in (*names, Path.home().name) if is_telling_name(name))
    host = socket.gethostname()
    yield from (Secret(HOST, name) for name in (host, host.split(".")[0]) if is_telling_name(name))


def secrets_of(environment: Mapping[str, str]) -> Iterator[Secret]:
    """User and host names and values of keys in environment variables; the name of a variable says which is which."""
    for name, value in environment.items():
        if name.upper() in _USER_WORDS and is_telling_name(value):
            yield Secret(USER, value)
        elif name.upper() in _HOST_WORDS and is_telling_name(value):
            yield Secret(HOST, value)
        elif _KEY_WORDS & set(name.upper().split("_")) and is_telling_key(value):
            yield Secret(KEY, value)
        elif (found := _PASSWORD_IN_ADDRESS.search(value)) and is_telling_key(found[1]):
            yield Secret(KEY, found[1])
