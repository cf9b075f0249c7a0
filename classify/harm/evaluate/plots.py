"""A confusion plot as SVG: which label a post carries, and which the judge gives it."""

from string import Template

import numpy as np
from numpy.typing import NDArray

from classify.harm.evaluate.scored import Scored
from warehouse import Label

NONE = "none"
_SIDE, _LEFT, _TOP = 64, 96, 72
_DARK = 0.5
"""From this share on the number is written in white."""
_PAGE = Template(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $width $height" role="img" aria-label="$title" '
    'font-family="sans-serif" font-size="12">\n<title>$title</title>\n'
    '<rect width="100%" height="100%" fill="#fff"/>\n<text x="8" y="20" font-size="14">$title</text>\n$body\n</svg>\n'
)
_CELL = Template(
    '<rect x="$x" y="$y" width="$side" height="$side" fill="rgb($shade)" stroke="#fff"/>'
    '<text x="$tx" y="$ty" text-anchor="middle" fill="$ink">$share</text>'
)
_NAME = Template('<text x="$x" y="$y" text-anchor="$anchor">$name</text>')


def confusion(sample: Scored) -> NDArray[np.float64]:
    """Give for each label (and none, last) the share of its posts that get each label (and none)."""
    gold, found = (
        np.concatenate([each, ~each.any(axis=1, keepdims=True)], axis=1).astype(float)
        for each in (sample.gold, sample.found)
    )
    shares: NDArray[np.float64] = gold.T @ found / np.maximum(1, gold.sum(axis=0))[:, None]
    return shares


def confusion_svg(sample: Scored, title: str) -> str:
    """Draw it: a row a gold label, a column a label given, in percent of the row's posts.

    A post may carry several labels, so a row may add to more than 100.
    """
    names = [*(label.value for label in Label), NONE]
    counts = [*sample.gold.sum(axis=0), (~sample.gold.any(axis=1)).sum()]
    body = []
    for row, shares in enumerate(confusion(sample)):
        y = _TOP + row * _SIDE
        name = f"{names[row]} ({int(counts[row])})"
        body.append(_NAME.substitute(x=_LEFT + 12, y=y + _SIDE // 2 + 4, anchor="end", name=name))
        for column, share in enumerate(shares):
            x = _LEFT + 20 + column * _SIDE
            shade = ",".join(str(round(255 - share * (255 - dark))) for dark in (20, 66, 114))
            at = {"x": x, "y": y, "side": _SIDE, "tx": x + _SIDE // 2, "ty": y + _SIDE // 2 + 4}
            ink = "#fff" if share > _DARK else "#222"
            body.append(_CELL.substitute(at, shade=shade, ink=ink, share=round(100 * share)))
    for column, name in enumerate(names):
        x = _LEFT + 20 + column * _SIDE + _SIDE // 2
        body.append(_NAME.substitute(x=x, y=_TOP - 10, anchor="middle", name=name))
    width, height = _LEFT + 28 + len(names) * _SIDE, _TOP + 8 + len(names) * _SIDE
    return _PAGE.substitute(width=width, height=height, title=title, body="\n".join(body))
