"""Pictures and words show what stood on the page, where it stood: coloured bands, words under their rectangles, the mark."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from takedown.evidence.capture import capture
from takedown.evidence.files import read_json, read_kept
from takedown.evidence.marking import LABEL, MARGIN, RED, mark_post
from takedown.evidence.screenshots import MOST_TILES, TILE
from warehouse import Capture

TEXT = "Ik weet waar Truus Voorbeeld woont & ik kom langs!"
BAND = 500
Take = Callable[..., Capture]


@pytest.fixture
def take(tmp_path: Path, chromium: str) -> Take:
    """Capture into this test's own folder."""

    def one(url: str, **more: Any) -> Capture:
        facts: dict[str, Any] = {"case_id": "z", "folder": tmp_path, "post_text": TEXT, "chromium": chromium}
        return capture(url, allow_loopback=True, **(facts | more))

    return one


def kept(taken: Capture, folder: Path, name: str) -> bytes:
    """Give one file of a capture."""
    return read_kept(folder, next(file.sha256 for file in taken.files if file.name == name))


def pixel(picture: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    """Give a pixel's red, green and blue."""
    red, green, blue = picture.convert("RGB").crop((x, y, x + 1, y + 1)).tobytes()
    return red, green, blue


def tiles_of(taken: Capture, folder: Path) -> list[Image.Image]:
    """Give the page's tiles from the top down."""
    count = sum(file.role == "page-screenshot" for file in taken.files)
    return [Image.open(io.BytesIO(kept(taken, folder, f"volledig-{n}.png"))) for n in range(count)]


def colour_of(band: int) -> tuple[int, int, int]:
    """Give each band a colour that no other within 200 has."""
    return (band * 37 % 256, band * 101 % 256, band % 256)


@pytest.mark.parametrize("height", [12_500, 3_000, 30_250, 60_000, 90_000])
def test_every_band_is_where_it_was(site: Any, tmp_path: Path, take: Take, height: int, whole: bool) -> None:
    if height != 12_500 and not whole:
        pytest.skip("long: five heights with `make test-evidence`; one always")
    bands = "".join(
        f"<div style='height:{min(BAND, height - n * BAND)}px;background:rgb{colour_of(n)}'></div>"
        for n in range((height + BAND - 1) // BAND)
    )
    taken = take(site.page("/b", f"<!doctype html><body style='margin:0'>{bands}"), post_text="")
    tiles = tiles_of(taken, tmp_path)
    shown = min(height, TILE * MOST_TILES)
    assert sum(tile.height for tile in tiles) == shown
    for y in [*range(5, shown, 250), shown - 1]:
        assert pixel(tiles[y // TILE], 700, y % TILE) == colour_of(y // BAND), y
    assert any("beeldpunten hoog" in text for text in taken.limitations) is (height > shown)


RICH = """<!doctype html><html lang=nl><meta charset=utf-8><title>Draad</title><style>
body { margin: 0; font: 16px sans-serif; scroll-behavior: smooth } .w { background: rgb(0,200,0); color: rgb(0,200,0) }
#balk { position: fixed; bottom: 0; left: 0; right: 0; background: rgb(0,0,200); color: rgb(0,0,200); padding: 10px }
#held { height: 100vh; background: #eee } article { margin: 10px; padding: 10px; background: #fdd }
</style><body><div id=held><span class=w>Heldenwoord</span></div>
<article id=post-1><a rel=author href=/wie/wolf>Wolf</a><p>{text}</p><img src=/foto.png><a href=/los.jpg>foto</a></article>
<div style="height:6000px"></div><p><span class=w>Onderaanwoord</span></p>
<iframe src=/kader style="border:0;margin:40px;width:400px;height:200px"></iframe>
<input value="Veldwoord" style="background:rgb(0,200,0);color:rgb(0,200,0);border:0">
<p style="display:none">Verborgenwoord</p><div id=balk>Balkwoord</div>
<script>window.open('/venstertje'); onscroll = () => 0</script>"""
FRAME = "<meta charset=utf-8><body style='margin:0;padding:30px;font:16px sans-serif'><span style='background:rgb(0,200,0);color:rgb(0,200,0)'>Kaderwoord</span>"


def photo(colour: str) -> bytes:
    """Give a picture that is no avatar."""
    made = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(made, "PNG")
    return made.getvalue()


@pytest.fixture
def rich(site: Any) -> Any:
    """Serve a page with a post, its author, media, a frame, a bar that stays, and a hero as high as the window."""
    site.page("/t", RICH.replace("{text}", TEXT))
    site.page("/kader", FRAME)
    site.page("/wie/wolf", "<!doctype html><meta charset=utf-8><title>Wolf</title><h1>Wolf</h1><p>Lid sinds 2020")
    site.page("/venstertje", "hier kwam een venster")
    for path, colour in (("/foto.png", "navy"), ("/los.jpg", "olive")):
        site.pages[path] = (200, {"Content-Type": "image/png"}, photo(colour))
    return site


def test_words_marks_media_and_profile(rich: Any, tmp_path: Path, take: Take) -> None:
    taken = take(rich.address + "/t")
    assert taken.visible == "visible"
    manifest = read_json(tmp_path, taken.manifest_sha256)

    # every word lies under its rectangle: the pixel in its middle has the word's own colour
    words = json.loads(kept(taken, tmp_path, "woorden.json"))
    places = {word["w"]: word["k"][0] for word in words["woorden"]}
    tiles = tiles_of(taken, tmp_path)
    assert sum(tile.height for tile in tiles) == words["hoogte"]
    wanted = {"Heldenwoord": (0, 200, 0), "Onderaanwoord": (0, 200, 0), "Kaderwoord": (0, 200, 0), "Veldwoord": (0, 200, 0),
              "Balkwoord": (0, 0, 200)}  # fmt: skip
    for word, colour in wanted.items():
        x, y, width, height = places[word]
        middle = (x + width // 2, y + height // 2)
        seen = pixel(tiles[middle[1] // TILE], middle[0], middle[1] % TILE)
        assert all(abs(one - other) < 5 for one, other in zip(seen, colour, strict=True)), (
            word,
            seen,
        )  # letters are smoothed
    assert "Verborgenwoord" not in places
    assert [word["w"] for word in words["woorden"] if word.get("b")] == ["Wolf", *TEXT.split(), "foto"]

    # the mark is drawn beside the page's own picture, which stays as it was
    x, y, width, height = manifest["bericht"]["vindplaats"]["kader"]
    marked = Image.open(io.BytesIO(kept(taken, tmp_path, "bericht-gemarkeerd.png")))
    top = max(0, y - MARGIN)
    assert pixel(marked, x + width // 2, y - 3 - top + LABEL) == RED
    assert pixel(marked, x + 5, y + 5 - top + LABEL) == (255, 221, 221)
    assert manifest["bestanden"]["bericht-gemarkeerd.png"]["afgeleid_van"] == [
        f"volledig-{n}.png" for n in range(len(tiles))
    ]
    assert RED not in {pixel(tiles[0], column, y - 3) for column in range(x, x + width, 50)}

    # media as the server gave them, each asked for once; the author's profile beside them
    media = {one["url"].removeprefix(rich.address): one for one in manifest["bericht"]["media"]}
    assert set(media) == {"/foto.png", "/los.jpg"}
    assert kept(taken, tmp_path, media["/los.jpg"]["bestand"]) == photo("olive")
    assert rich.hits["/foto.png"] == rich.hits["/los.jpg"] == 1
    assert "Lid sinds 2020" in kept(taken, tmp_path, "profiel-pagina.txt").decode()
    assert {"profiel-venster.png", "profiel-volledig-0.png", "profiel-dom.html"} <= {file.name for file in taken.files}
    assert "/venstertje" not in rich.hits, "a window that the page opens is neither recorded nor refused"

    # where the answer came from, and how the server's clock stood
    assert manifest["netwerk"]["resolver"] == {"vraag": "127.0.0.1", "antwoord": ["127.0.0.1"], "via": "systeem"}
    assert abs(manifest["tijd"]["klok"]["afwijking_ms"]) < 3000
    assert [name for name, _ in manifest["navigatie"]["koppen"]][:2] == ["Server", "Date"]
    assert manifest["afbeeldingen"] == {"op_de_pagina": 1, "niet_geladen": 0}


CONSENT = """<!doctype html><html lang=nl><meta charset=utf-8><body style='margin:0;height:3000px'><p>{text}</p>
<div role=dialog id=vraag style='position:fixed;inset:10% 10%;background:#fff;border:1px solid'>
<p>Wij en onze partners gebruiken cookies.</p><button onclick="kies('ja')">Alles accepteren</button>{refuse}</div>
<script>const kies = (wat) => {{ fetch('/keuze/' + wat); document.getElementById('vraag').remove() }}</script>"""


REFUSE = "<button onclick=\"kies('nee')\">Alles weigeren</button>"
NECESSARY = "<span onclick=\"kies('nee')\" role=button>Only necessary cookies</span>"


@pytest.mark.parametrize(
    ("refuse", "choice", "said"),
    [
        (REFUSE, "/keuze/nee", "toestemming geweigerd: 'alles weigeren'"),
        pytest.param(NECESSARY, "/keuze/nee", "toestemming geweigerd", marks=pytest.mark.long),
        pytest.param("", "/keuze/ja", "toestemming gegeven, weigeren kon niet", marks=pytest.mark.long),
    ],
)
def test_consent_is_refused_where_it_can_be_and_the_click_is_told(
    site: Any, tmp_path: Path, take: Take, refuse: str, choice: str, said: str
) -> None:
    taken = take(site.page("/c", CONSENT.format(text=TEXT, refuse=refuse)))
    chosen = [path for path in site.hits if path.startswith("/keuze/")]
    assert chosen == [choice]
    acts = read_json(tmp_path, taken.manifest_sha256)["handelingen"]
    kinds = [(act["soort"], act["doel"]) for act in acts]
    assert any(kind == "klik" and target.startswith(said) for kind, target in kinds)
    assert kinds.index(("schermafdruk", "venster, voor elke handeling")) < next(
        place for place, (kind, _) in enumerate(kinds) if kind == "klik"
    )
    before = Image.open(io.BytesIO(kept(taken, tmp_path, "venster.png")))
    after = Image.open(io.BytesIO(kept(taken, tmp_path, "venster-na-toestemming.png")))
    assert before.tobytes() != after.tobytes()


@pytest.mark.long
def test_nothing_else_is_clicked(site: Any, take: Take) -> None:
    """A page whose own buttons say "weigeren" and "doorgaan", and that mentions no cookies, keeps all of them."""
    page = "<p>{}</p><button onclick=\"fetch('/keuze')\">Weigeren</button><a href='/weg'>Afwijzen</a><button onclick=\"fetch('/keuze')\">Doorgaan</button>"
    take(site.page("/k", "<meta charset=utf-8>" + page.format(TEXT)))
    assert not {"/keuze", "/weg"} & set(site.hits)


def test_a_thread_is_asked_for_more_until_the_post_is_there(site: Any, take: Take) -> None:
    script = f"let n = 0; const meer = () => {{ document.body.insertAdjacentHTML('afterbegin', ++n < 3 ? '<p>nog een' : '<article>{TEXT}</article>') }}"
    taken = take(
        site.page(
            "/m", f"<meta charset=utf-8><button onclick=meer()>Meer reacties tonen</button><script>{script}</script>"
        )
    )
    assert taken.visible == "visible"
    assert "bericht.png" in {file.name for file in taken.files}


def test_a_mark_over_two_tiles_joins_them() -> None:
    """A post on the seam of two tiles, one that no tile shows, and one at the very bottom."""
    tiles = []
    for colour, height in (("white", TILE), ("white", 300)):
        made = io.BytesIO()
        Image.new("RGB", (600, height), colour).save(made, "PNG")
        tiles.append(made.getvalue())
    drawn = mark_post(tiles, (50, TILE - 40, 200, 80))
    assert drawn is not None
    picture = Image.open(io.BytesIO(drawn))
    assert picture.size == (600, MARGIN + 80 + MARGIN + LABEL)
    assert pixel(picture, 150, MARGIN - 4 + LABEL) == RED
    assert pixel(picture, 150, MARGIN + 84 + LABEL) == RED
    assert mark_post(tiles, (0, TILE * 3, 10, 10)) is None
    bottom = mark_post(tiles, (0, TILE + 250, 600, 40))
    assert bottom is not None
