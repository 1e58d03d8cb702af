"""Messages between the three processes of a warm run: JSON, one object each, over private Unix sockets.

Two kinds of socket: packets (small requests, may carry sockets along) and streams (cells and their outputs).
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Sequence
from typing import Any

_LENGTH = struct.Struct(">Q")
_PACKET = 1 << 17
_MOST_SOCKETS = 2


def packet_pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a channel that keeps packets apart and says when the other end is gone."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send_packet(channel: socket.socket, content: dict[str, Any], sockets: Sequence[socket.socket] = ()) -> None:
    """One packet of less than 128 KiB, with sockets that the receiver shall hold as well."""
    data = json.dumps(content).encode("utf-8")
    socket.send_fds(channel, [data], [each.fileno() for each in sockets], socket.MSG_NOSIGNAL)


def receive_packet(channel: socket.socket) -> tuple[dict[str, Any] | None, list[socket.socket]]:
    """The next packet and the sockets that came with it; None when the other end is gone."""
    try:
        data, descriptors, _, _ = socket.recv_fds(channel, _PACKET, _MOST_SOCKETS, socket.MSG_CMSG_CLOEXEC)
    except ConnectionError:
        return None, []
    return (json.loads(data) if data else None), [socket.socket(fileno=each) for each in descriptors]


def framed(content: dict[str, Any]) -> bytes:
    """A message for a stream: its length in eight bytes, then UTF-8 JSON."""
    data = json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return _LENGTH.pack(len(data)) + data


class Frames:
    """Bytes of a stream as they come in, cut into messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, received: bytes) -> list[dict[str, Any]]:
        """The messages completed by these bytes."""
        self._bytes += received
        complete = []
        while len(self._bytes) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._bytes)
            end = _LENGTH.size + length
            if len(self._bytes) < end:
                break
            complete.append(json.loads(self._bytes[_LENGTH.size : end].decode("utf-8", "surrogatepass")))
            del self._bytes[:end]
        return complete
