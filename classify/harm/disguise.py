"""Reading words that are spelt so as not to be found: k@nker, d00d, k_a_n_k_e_r.

Only what can hardly mean anything else is read back; numbers, e-mail and web addresses, plates and initials stay, for a
post may give her private data away with them. Darija in Latin script, which writes letters as 3, 7 and 9, is read as other
letters, the same in training: its threats stand as far above its lawful posts as they do unread (51 posts).
"""

import re

_SIGNS = str.maketrans("@€$|!01345789", "aesli" + "oieastbg")
_HIDDEN = re.compile(r"(?<=[^\W\d_])[@€$|!01345789]{1,2}(?=[^\W\d_])|(?<=[^\W\d_]{2})[€$|](?=\W*$)")
"""One or two signs or digits with a letter on either side, or a sign at the end of a word."""
_RINGS = re.compile(r"(?<=[^\W\d_])(?:\(\)){1,2}(?=[^\W\d_])")
"""Brackets that are drawn for an o: d()()d."""
_ADDRESS = re.compile(r"@.*\.\w|\w://|^www\.|\d{3}|^\W*(?:[^\W_]{1,3}-)+[^\W_]{1,3}\W*$")
"""An e-mail or web address, a number or a plate."""
_PULLED_APART = re.compile(r"(?<![^\s(\"'])[^\W\d_](?:([ ._*-])[^\W\d_])(?:\1[^\W\d_]){2,}(?![^\s.,!?)\"'])")
"""A word of four letters or more with the same sign, or a space, between all of them."""


def undisguised(text: str) -> str:
    """Give the text with such words spelt plainly."""
    text = _PULLED_APART.sub(_joined, text)
    text = _RINGS.sub(lambda match: "o" * (len(match[0]) // 2), text)
    return " ".join(word if _ADDRESS.search(word) else _HIDDEN.sub(_letters, word) for word in text.split(" "))


def _letters(match: re.Match[str]) -> str:
    return match[0].translate(_SIGNS)


def _joined(match: re.Match[str]) -> str:
    word = match[0]
    return word if match[1] == "." and word.isupper() else word.replace(match[1], "")  # A.B.C.D. are initials
