from hypothesis import given
from hypothesis import strategies as st

from classify.harm import Item
from classify.harm.segments import segments
from classify.harm.windows import AROUND, MOST, TILED, WHOLE, windows


def test_a_short_post_is_read_whole() -> None:
    assert windows(Item(id="1", text="Ik ken haar.")) == [(0, 12)]


def test_a_blank_post_is_not_read() -> None:
    assert windows(Item(id="1", text=" \n\t")) == []


def test_a_long_post_is_read_to_its_end() -> None:
    text = "Dit is een zin. " * (TILED // 16)
    found = windows(Item(id="1", text=text, spans=((0, 3),)))
    covered = set().union(*(range(*window) for window in found))
    assert set(range(len(text.rstrip()))) <= covered


def test_an_article_is_read_around_each_name_only() -> None:
    text = "x" * 2_000 + " Bos " + "y" * 4_000 + " Bos " + "z" * 2_000
    first, second = windows(Item(id="1", text=text, spans=((2_001, 2_004), (6_006, 6_009))))
    assert first[0] <= 2_001 - AROUND // 2 < 2_004 <= first[1] < second[0] < 6_006 < second[1]


def test_names_close_together_share_a_window() -> None:
    text = "Bos en Bos " + "woord " * 1_000
    assert len(windows(Item(id="1", text=text, spans=((0, 3), (7, 10))))) == 1


def test_a_name_on_every_line_does_not_make_endless_windows() -> None:
    text = "Bos\n" * 50_000
    spans = tuple((n * 4, n * 4 + 3) for n in range(50_000))
    found = windows(Item(id="1", text=text, spans=spans))
    assert len(found) == MOST
    assert found[-1][1] > len(text) - WHOLE


@given(st.text(alphabet="ab .!,\n", max_size=3_000), st.integers(0, 2_999))
def test_windows_and_segments_lie_inside_the_text(text: str, at: int) -> None:
    spans = ((at, at + 1),) if at < len(text) else ()
    for window in windows(Item(id="1", text=text, spans=spans)):
        assert 0 <= window[0] < window[1] <= len(text)
        for start, end in segments(text, window):
            assert window[0] <= start < end <= window[1]
            assert text[start:end].strip() == text[start:end]


def test_sentences_are_cut_and_short_ones_stay_with_their_neighbour() -> None:
    text = "Ik weet waar je woont. Nou. Ik kom morgen langs om 8.30 uur!"
    assert [text[a:b] for a, b in segments(text, (0, len(text)))] == [
        "Ik weet waar je woont.",
        "Nou. Ik kom morgen langs om 8.30 uur!",
    ]
