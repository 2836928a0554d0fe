"""Bodies of programs that send much: packed by gzip or not, and never larger than they may be once unpacked."""

import json
import zlib
from typing import IO, Any

from rest_framework.parsers import BaseParser

from .parsers import require_few
from .problems import Problem

MOST_BYTES = 16 * 2**20
MOST_VALUES = 500_000
NO_LIST = 'Send a list of events, such as [{"id": "…", "time": "…", "user": "…"}].'
A_PIECE = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS


def unpacked(stream: IO[bytes], encoding: str, most: int = MOST_BYTES) -> bytes:
    """The body. Raises Problem: 413 beyond `most` bytes, 415 for another encoding, 400 for what is no gzip."""
    if encoding in ("", "identity"):
        body = stream.read(most + 1)
    elif encoding == "gzip":
        body = _gunzipped(stream, most)
    else:
        raise Problem(415, "media_type", "Send the body as it is, or packed by gzip.")
    if len(body) > most:
        raise Problem(
            413, "too_large", f"A body has at most {most // 2**20} MiB once unpacked; send several."
        )
    return body


def _gunzipped(stream: IO[bytes], most: int) -> bytes:
    """At most one piece more than `most` bytes, whatever they were packed from."""
    unpack, found = zlib.decompressobj(_GZIP), bytearray()
    try:
        while len(found) <= most and not unpack.eof:
            packed = unpack.unconsumed_tail or stream.read(A_PIECE)
            if not packed:
                raise Problem(400, "gzip", "The body ends before its gzip does.")
            found += unpack.decompress(packed, A_PIECE)
    except zlib.error:
        raise Problem(400, "gzip", "The body is not gzip, though its Content-Encoding says so.") from None
    return bytes(found)


class BatchParser(BaseParser):
    """A JSON list, alone or as {"events": [...]}. What is wrong with one of them is said of that one alone: also bytes
    that are not UTF-8."""

    media_type = "application/json"
    most = 10_000

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> Any:
        """The list. Raises Problem."""
        headers = (parser_context or {})["request"].headers
        body = unpacked(stream, headers.get("Content-Encoding", "").lower())
        require_few(body, MOST_VALUES)
        try:
            data = json.loads(body.decode("utf-8", "surrogateescape"))
        except RecursionError:
            raise Problem(400, "too_deep", "The body is nested too deeply.") from None
        except json.JSONDecodeError as error:
            words = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
            raise Problem(400, "json", words) from None
        except ValueError:  # a number of thousands of digits
            raise Problem(400, "json", "The body holds a number that nothing can hold.") from None
        rows = data.get("events") if isinstance(data, dict) else data
        if not isinstance(rows, list):
            raise Problem(400, "json", NO_LIST)
        if len(rows) > self.most:
            raise Problem(
                413, "too_many", f"Send at most {self.most:,} events at once; these are {len(rows):,}."
            )
        return rows
