from classify.harm import Item
from classify.harm.mask import clean, masked
from classify.harm.policy import Masks

MASKS = Masks()


def test_names_become_target_and_other() -> None:
    text = "Anna Bos en Piet Vos kwamen langs, Bos lachte."
    item = Item(id="1", text=text, spans=((0, 8), (35, 38)), other_spans=((12, 20),))
    assert masked(item, (0, len(text)), MASKS) == "[TARGET] en [OTHER] kwamen langs, [TARGET] lachte."


def test_where_two_names_overlap_the_target_stands() -> None:
    item = Item(id="1", text="Anna Bos zei ja", spans=((0, 8),), other_spans=((5, 8),))
    assert masked(item, (0, 15), MASKS) == "[TARGET] zei ja"


def test_touching_spans_of_one_name_become_one_mask() -> None:
    item = Item(id="1", text="Anna Bos zei ja", spans=((0, 5), (5, 8)))
    assert masked(item, (0, 15), MASKS) == "[TARGET] zei ja"


def test_a_part_can_be_cut_out() -> None:
    item = Item(id="1", text="Bos komt. Ik wacht. Tot dan.", spans=((0, 3),))
    assert masked(item, (0, 28), MASKS, without=(10, 19)) == "[TARGET] komt. Tot dan."


def test_a_window_shows_only_itself() -> None:
    item = Item(id="1", text="Bos komt. Ik wacht op Bos.", spans=((0, 3), (22, 25)))
    assert masked(item, (10, 26), MASKS) == "Ik wacht op [TARGET]."


def test_hidden_characters_do_not_hide_words() -> None:
    assert clean("ik \u202ema\u200bak\u2069 je\x00 kapot\ud800\r\n nu\u2028ja") == "ik maak je kapot nu ja"
