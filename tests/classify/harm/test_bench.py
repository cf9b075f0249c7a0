"""What `make bench-harm` measures is what it says."""

from tokenizers import Tokenizer

from classify.harm.bench import _WORDS, TOKENS
from classify.harm.load import WEIGHTS
from classify.harm.policy import Masks


def test_the_posts_have_as_many_tokens_as_the_goal_is_set_for() -> None:
    tokenizer = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    assert {len(tokenizer.encode(f"{Masks().prefix}{_WORDS} {n}").ids) for n in (0, 37, 511)} <= {TOKENS, TOKENS + 1}
