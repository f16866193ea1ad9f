"""The data of a `text/event-stream`, sans-IO. Pure.

Format: WHATWG HTML, "Server-sent events", 9.2.5 and 9.2.6. Lines end in LF, CR or CRLF; comments and the fields
`event`, `id` and `retry` mean nothing to a chat. Bytes stay bytes: what is no UTF-8 is for whoever reads the data.
"""

import re
from typing import Final

LONGEST_LINE: Final = 1 << 20

_LINE_END: Final = re.compile(rb"\r\n|\n|\r")
_BOM: Final = b"\xef\xbb\xbf"
_OPENING: Final = b"data: "
_SEAM: Final = b"\n\ndata: "


class EventTooLong(ValueError):
    """A line, or the data of one event, that has more bytes than any chunk of an answer."""


class EventStream:
    """Give it the packets as they come; what it gives does not depend on where they were cut."""

    def __init__(self, *, longest: int = LONGEST_LINE) -> None:
        """longest: bytes of a line, and of the data of one event."""
        self._longest = longest
        self._line = bytearray()
        self._data: list[bytes] = []
        self._room = longest
        self._after_cr = False
        self._first_line = True
        self._between_events = True

    def feed(self, packet: bytes) -> list[bytes]:
        """The data of each event that `packet` completes; an event without data is none. Raises EventTooLong."""
        # Nearly every packet is made of whole events of one line each, and needs no look at its lines.
        if self._between_events and packet.startswith(_OPENING) and packet.endswith(b"\n\n"):
            body = packet[6:-2]
            line_ends = body.count(b"\n")
            if b"\r" not in body and len(packet) <= self._longest:
                self._first_line = False
                if not line_ends and body:
                    return [body]
                if line_ends == 2 * body.count(_SEAM):
                    return [data for data in body.split(_SEAM) if data]
        return self._feed_lines(packet)

    def flush(self) -> list[bytes]:
        """The data of an event whose blank line never came. To be called once, at the end of the stream."""
        return self._feed_lines(b"\n\n")

    def _feed_lines(self, packet: bytes) -> list[bytes]:
        if self._after_cr and packet:
            packet = packet.removeprefix(b"\n")
            self._after_cr = False
        if packet:
            self._after_cr = packet.endswith(b"\r")
        *lines, rest = _LINE_END.split(packet)
        found: list[bytes] = []
        for line in lines:
            self._take(bytes(self._line + line) if self._line else line, found)
            self._line.clear()
        self._line += rest
        if len(self._line) > self._longest:
            raise EventTooLong
        self._between_events = not (self._line or self._data or self._after_cr)
        return found

    def _take(self, line: bytes, found: list[bytes]) -> None:
        """A whole line; a blank one adds the event's data to `found`."""
        if len(line) > self._longest:
            raise EventTooLong
        if self._first_line:
            line = line.removeprefix(_BOM)
            self._first_line = False
        if not line:
            if data := b"\n".join(self._data):
                found.append(data)
            self._data.clear()
            self._room = self._longest
            return
        field, _, value = line.partition(b":")
        if field == b"data":
            self._room -= len(value) + 1
            if self._room < 0:
                raise EventTooLong
            self._data.append(value.removeprefix(b" "))
