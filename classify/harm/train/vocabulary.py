"""Leaving out the pieces of the vocabulary that the languages served don't use."""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable

import torch
from tokenizers import AddedToken, Tokenizer
from transformers import BertModel, PreTrainedTokenizerFast

from classify.harm.train.base_model import SPECIAL

MOST_PIECES = 60_000
"""60,000 x 384 bytes = 23 MB beside 21 MB of layers: the int8 file stays under 48 MB. Speed doesn't depend on it."""
MASKS = ("[TARGET]", "[OTHER]")
_NAMES = ("▁Anna", "▁Jan", "▁Maria", "▁Peter", "▁Ali", "▁Sara", "▁Thomas", "▁Mohamed")
OTHER_APART = 0.02
"""Noise that tells the embedding of [OTHER] from that of [TARGET]; embeddings are of about 0.05 in each dimension."""
_SCRIPTS = ("LATIN", "ARABIC")
"""Of Dutch, English, German, Turkish, Polish, French, Arabic. Digits, signs and emoji are kept as well."""


def prune(tokenizer: PreTrainedTokenizerFast, texts: Iterable[str]) -> tuple[PreTrainedTokenizerFast, list[int]]:
    """Give a tokenizer of at most `MOST_PIECES` pieces with the masks added, and the old id of each kept piece.

    Kept: the special tokens, every single character and every piece that `texts` use; then the pieces of the served
    scripts that the tokenizer itself holds most frequent. The new tokenizer's last two ids are the masks, which have
    no old id.
    """
    table = json.loads(tokenizer.backend_tokenizer.to_str())
    pieces: list[tuple[str, float]] = [(piece, score) for piece, score in table["model"]["vocab"]]
    used: Counter[int] = Counter()
    for encoding in tokenizer.backend_tokenizer.encode_batch(list(texts)):
        used.update(encoding.ids)
    added = {token["id"]: token["content"] for token in table["added_tokens"]}
    special = [one for one, content in added.items() if content != "<mask>"]
    served = [n for n, (piece, _) in enumerate(pieces) if n not in added and _served(piece)]
    needed = [n for n in served if len(pieces[n][0].lstrip("▁")) <= 1 or used[n]]
    frequent = sorted(set(served) - set(needed), key=lambda n: -pieces[n][1])
    kept = sorted([*special, *(needed + frequent)[: MOST_PIECES - len(special) - len(MASKS)]])
    table["model"]["vocab"] = [pieces[n] for n in kept]
    table["model"]["unk_id"] = kept.index(table["model"]["unk_id"])
    table["added_tokens"] = [token for token in table["added_tokens"] if token["id"] in special]
    pruned = Tokenizer.from_str(json.dumps(table))
    pruned.add_special_tokens([AddedToken(mask, normalized=False) for mask in MASKS])
    return PreTrainedTokenizerFast(tokenizer_object=pruned, **SPECIAL), kept


def shrink(encoder: BertModel, tokenizer: PreTrainedTokenizerFast, kept: list[int]) -> None:
    """Keep only the embeddings of the kept pieces, in place; the masks begin as the mean of eight first names."""
    old = encoder.get_input_embeddings().weight.detach()
    new = old[torch.tensor(kept)]
    names = [one for one in map(tokenizer.convert_tokens_to_ids, _NAMES) if one != tokenizer.unk_token_id]
    mean = new[names or slice(None)].mean(0, keepdim=True)
    encoder.resize_token_embeddings(len(kept) + len(MASKS))
    with torch.no_grad():
        encoder.get_input_embeddings().weight.copy_(torch.cat([new, mean, mean + OTHER_APART * torch.randn_like(mean)]))


def _served(piece: str) -> bool:
    letters = [character for character in piece if character.isalpha()]
    return all(unicodedata.name(letter, "").startswith(_SCRIPTS) for letter in letters)
