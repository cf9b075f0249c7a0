"""ASiC-S: the tag manifest and one time stamp in 5 kB that an EU validator can check without seeing any evidence.

ETSI EN 319 162-1 §4.3: `mimetype` first and stored, one data object, the token in `META-INF/timestamp.tst`. Stored and in a fixed
order, so the three checkers can find both at known places.
"""

from functools import partial

from asn1crypto import tsp

from takedown.evidence.bag import TAG_LIST
from takedown.evidence.packing import zip_bytes

MIMETYPE = b"application/vnd.etsi.asic-s+zip"
STAMP_NAME = "META-INF/timestamp.tst"


def bare_token(reply: bytes) -> bytes:
    """Give the token of a whole time-stamp response (RFC 3161 §2.4.2)."""
    token: bytes = tsp.TimeStampResp.load(reply, strict=True)["time_stamp_token"].dump()
    return token


def asic_of(tag_list: bytes, reply: bytes) -> bytes:
    """Give the container of a tag manifest and the response over it."""
    parts = (("mimetype", MIMETYPE), (TAG_LIST, tag_list), (STAMP_NAME, bare_token(reply)))
    return zip_bytes((name, partial(bytes, content)) for name, content in parts)


def fits(container: bytes, tag_list: bytes, reply: bytes) -> bool:
    """Say whether the container holds this tag manifest and this response's token at their places.

    A local header is 30 bytes and the name (APPNOTE 4.3.7). The headers themselves are held by the hash list alone: a
    shell can't check them.
    """
    place = 0
    for name, content in (("mimetype", MIMETYPE), (TAG_LIST, tag_list), (STAMP_NAME, bare_token(reply))):
        start = place + 30 + len(name)
        place = start + len(content)
        if container[start - len(name) : place] != name.encode() + content:
            return False
    return True
