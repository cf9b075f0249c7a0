import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.harm.disguise import undisguised
from classify.harm.evaluate.gold import TEST_SETS, read_gold


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("k@nkerwijf", "kankerwijf"),
        ("ik maak je d00d", "ik maak je dood"),
        ("v3rm00rden zal ik je", "vermoorden zal ik je"),
        ("jij k_a_n_k_e_r hond", "jij kanker hond"),
        ("d o o d ga je", "dood ga je"),
        ("k.a.n.k.e.r!", "kanker!"),
        ("d()()d moet je", "dood moet je"),
        ("met een me$ of een b!jl", "met een mes of een bijl"),
        ("vuile fl!kker, bele9er haar huis", "vuile flikker, beleger haar huis"),
        ("[TARGET] is een d1ef", "[TARGET] is een dief"),
    ],
)
def test_a_disguised_word_is_read(written: str, read: str) -> None:
    assert undisguised(written) == read


@pytest.mark.parametrize(
    "text",
    [
        "bel 06-12345678 of mail jan@bos.nl",
        "ze woont op nummer 14b, 1234 AB Almelo",
        "kenteken GX-123-B of G123XB",
        "https://x.nl/a0b1c",
        "A.B.C.D. de Vries",
        "om 8.30 uur, 2e verdieping, 50+",
        "@[TARGET] ik weet het #schande",
        "a b",
        "kom!! nee! print() 5€ en 10$",
    ],
)
def test_numbers_addresses_and_initials_stay(text: str) -> None:
    assert undisguised(text) == text


def test_it_changes_little_of_what_people_write() -> None:
    posts = [post for post in read_gold(TEST_SETS) if post.item.language != "ar"]  # Darija writes letters as digits
    changed = [post for post in posts if undisguised(post.item.text) != post.item.text]
    assert len(changed) >= 40
    assert sum(not post.obfuscated for post in changed) <= 3


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert undisguised(undisguised(text)).count(" ") <= text.count(" ")
