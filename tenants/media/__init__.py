"""Media: pictures, sounds and films of a business for MMS and RCS, looked through before they are kept.

add, rename, discard            keep the library
listed, get, some, contents     read it
examine                         what a file is, from its bytes
addresses                       where carriers fetch one
"""

from tenants.media import addresses
from tenants.media.examining import Facts, Unfit, examine
from tenants.media.library import BYTES_MAX, add, contents, discard, facts_of, get, listed, rename, some

__all__ = [
    "BYTES_MAX", "Facts", "Unfit", "add", "addresses", "contents", "discard", "examine", "facts_of", "get", "listed",
    "rename", "some",
]  # fmt: skip
