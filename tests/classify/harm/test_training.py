"""Training's own steps; they need the `train` extra."""

import random
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

torch = pytest.importorskip("torch", reason="torch is only in the train extra")
onnx = pytest.importorskip("onnx", reason="onnx is only in the train extra")

from tokenizers import Tokenizer, models, pre_tokenizers, processors  # noqa: E402
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast  # noqa: E402

from classify.harm.errors import TrainingError  # noqa: E402
from classify.harm.model import OnnxModel  # noqa: E402
from classify.harm.train.balance import balance, divide_rows  # noqa: E402
from classify.harm.train.base_model import SPECIAL  # noqa: E402
from classify.harm.train.batches import batches  # noqa: E402
from classify.harm.train.dropout import PooledDropout  # noqa: E402
from classify.harm.train.exact import ExactWeights  # noqa: E402
from classify.harm.train.examples import Example  # noqa: E402
from classify.harm.train.export import export  # noqa: E402
from classify.harm.train.fit import averaged, fit, masked_loss, twin_loss  # noqa: E402
from classify.harm.train.fuse import fuse  # noqa: E402
from classify.harm.train.graph import extremes  # noqa: E402
from classify.harm.train.network import HarmNetwork  # noqa: E402
from classify.harm.train.recipe import Recipe  # noqa: E402
from classify.harm.train.runs import KeptRun, forget_runs, keep_run, kept_run, key_of  # noqa: E402
from classify.harm.train.vocabulary import MASKS, prune, shrink  # noqa: E402
from warehouse import Label  # noqa: E402

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁ik", "▁dreig", "▁klacht", "漢", "▁日本", "k", "<mask>"]


def tokenizer() -> PreTrainedTokenizerFast:
    made = Tokenizer(
        models.Unigram([(piece, -float(n)) for n, piece in enumerate(PIECES)], unk_id=3, byte_fallback=False)
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    made.add_special_tokens([*dict.fromkeys(SPECIAL.values()), "<mask>"])
    return PreTrainedTokenizerFast(tokenizer_object=made, **SPECIAL)


def network(pieces: int) -> HarmNetwork:
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=pieces,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        pad_token_id=1,
    )
    return HarmNetwork(BertModel(config, add_pooling_layer=False))


def test_unknown_labels_train_nothing() -> None:
    logits = torch.tensor([[4.0, 0.0], [0.0, 0.0]], requires_grad=True)
    masked_loss(logits, torch.tensor([[float("nan"), 1.0], [float("nan"), 0.0]]), 0.0).backward()
    assert logits.grad[:, 0].tolist() == [0, 0]
    assert logits.grad[:, 1].tolist() == [-0.25, 0.25]


def test_a_harmful_text_is_pushed_above_its_twin_on_its_own_labels_only() -> None:
    logits = torch.zeros((3, 6), requires_grad=True)
    wanted = torch.zeros((3, 6))
    wanted[0, 0] = 1
    twin_loss(logits, wanted, torch.tensor([[0, 2]]), 2.0).backward()
    assert logits.grad[0, 0] < 0 < logits.grad[2, 0]
    assert logits.grad[1].tolist() == [0] * 6
    assert logits.grad[:, 1:].abs().max() == 0
    assert twin_loss(logits, wanted, torch.empty((0, 2), dtype=torch.long), 2.0) == 0


def test_runs_are_averaged_weight_by_weight() -> None:
    one, two = ({"w": torch.tensor([value, 4.0]), "n": torch.tensor(7)} for value in (1.0, 3.0))
    assert averaged([one, two])["w"].tolist() == [2.0, 4.0]
    assert averaged([one, two])["n"] == 7


def test_a_run_that_is_over_is_found_again_until_anything_it_depends_on_changes(tmp_path: Path) -> None:
    known = {label: label is Label.THREAT for label in Label}
    one = Example(text="ik dreig", language="nl", known=known, origin="corpus")
    recipe = Recipe(twins=(0.0, 0.5))
    key = key_of(recipe, 1, [one])
    keep_run(tmp_path / "runs", key, KeptRun(state={"w": torch.tensor([1.0])}, minutes=3.5))
    found = kept_run(tmp_path / "runs", key_of(replace(recipe, twins=(0.2, 0.5)), 1, [one]))
    assert found is not None
    assert found.state["w"].tolist() == [1.0]
    assert found.minutes == 3.5
    others = [
        key_of(recipe, 0, [one]),
        key_of(replace(recipe, epochs=9), 1, [one]),
        key_of(recipe, 1, [replace(one, text="ik klacht")]),
        key_of(recipe, 1, [one], [one]),
    ]
    assert [kept_run(tmp_path / "runs", other) for other in others] == [None] * 4
    forget_runs(tmp_path / "runs", [key, *others])
    assert list((tmp_path / "runs").iterdir()) == []


def test_dropout_is_pooled_everywhere_and_off_when_not_training() -> None:
    made = network(8)
    found = [each for each in made.encoder.modules() if isinstance(each, torch.nn.Dropout)]
    assert len(found) == len([each for each in found if isinstance(each, PooledDropout)]) > 0
    values = torch.ones(4000)
    dropped = found[0].train()(values)
    assert 0.05 < float((dropped == 0).float().mean()) < 0.15
    assert float(dropped.mean()) == pytest.approx(1, abs=0.05)
    assert found[0].eval()(values) is values


def test_attention_with_pooled_dropout_is_attention() -> None:
    made = network(8).eval()
    ids, mask = torch.tensor([[0, 5, 6, 2], [0, 5, 2, 1]]), torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    pooled = made(ids, mask)
    made.encoder.set_attn_implementation("eager")
    assert torch.allclose(pooled, made(ids, mask), atol=1e-6)
    assert torch.allclose(pooled[1], made(ids[1:, :3], mask[1:, :3])[0], atol=1e-5)


def test_exact_weights_move_by_less_than_bfloat16_can_say() -> None:
    made = network(8)
    before = made.head.weight.detach().clone()
    layer = made.encoder.encoder.layer[0].output.dense.weight.detach().clone()
    exact = ExactWeights(made)
    for each in exact.groups[0]:
        each.data += 1e-6
    exact.give_weights()
    exact.restore()
    after = made.encoder.encoder.layer[0].output.dense.weight
    assert after.dtype == torch.float32
    assert torch.allclose(after - layer, torch.full_like(layer, 1e-6), atol=1e-7)
    assert torch.equal(made.head.weight, before)


def test_batches_hold_every_text_once_and_no_more_tokens_than_allowed() -> None:
    known = dict.fromkeys(Label, False)
    texts = ["ik " * (1 + number % 40) for number in range(300)]
    examples = [
        Example(text=text, language="nl", known=known, origin="corpus", pair=str(n // 2))
        for n, text in enumerate(texts)
    ]
    recipe = Recipe(tokens=400, batch=16)
    cut = list(batches(examples, tokenizer(), recipe, random.Random(1)))  # noqa: S311 - a repeatable order
    assert sum(len(ids) for ids, *_ in cut) == len(texts)
    assert max(ids.numel() for ids, *_ in cut) <= recipe.tokens
    assert max(len(ids) for ids, *_ in cut) == recipe.batch


def test_pruning_keeps_the_served_scripts_and_the_words_meaning() -> None:
    old = tokenizer()
    new, kept = prune(old, ["ik klacht"])
    assert [PIECES[one] for one in kept] == ["<s>", "<pad>", "</s>", "<unk>", "▁ik", "▁dreig", "▁klacht", "k"]
    encoder = network(len(PIECES)).encoder
    before = encoder.get_input_embeddings().weight[PIECES.index("▁klacht")].tolist()
    shrink(encoder, new, kept)
    assert encoder.get_input_embeddings().weight.shape[0] == len(kept) + len(MASKS)
    ids = new.encode("klacht [TARGET]")
    assert encoder.get_input_embeddings().weight[ids[1]].tolist() == before
    assert new.convert_tokens_to_ids("[TARGET]") in ids


def test_training_learns_and_the_int8_file_says_the_same(tmp_path: Path) -> None:
    pruned, kept = prune(tokenizer(), [])
    made = network(len(kept) + len(MASKS))
    examples = [
        Example(text=text, language="nl", known={label: label is own for label in Label}, origin="corpus")
        for text, own in (("ik dreig", Label.THREAT), ("ik klacht", Label.CRITICISM))
    ] * 40
    fit(made, pruned, examples, [], Recipe(epochs=12, rate=1e-2, head_rate=3e-2, batch=8, threads=1))
    exact = export(made, pruned, tmp_path, name="x", texts=["ik dreig", "ik klacht"])
    texts = ["query: ik dreig", "query: ik klacht"]
    small, full = (OnnxModel(folder, {}).score(texts, ["", ""]) for folder in (tmp_path, exact))
    assert small[0, 0] > 0.8
    assert small[1, 0] < 0.2
    assert np.abs(small - full).max() < 0.1


def test_a_balanced_model_says_the_same_in_fp32_and_its_outliers_are_gone(tmp_path: Path) -> None:
    pruned, kept = prune(tokenizer(), [])
    made = network(len(kept) + len(MASKS))
    with torch.no_grad():
        made.encoder.encoder.layer[0].attention.output.LayerNorm.weight[3] = 90.0
    exact = export(made, pruned, tmp_path, name="x") / "model.onnx"
    texts = ["ik dreig", "ik klacht"]
    model = fuse(exact)
    before = extremes(model, tmp_path / "tokenizer.json", texts)
    balance(model, before)
    divide_rows(model)
    onnx.save(model, tmp_path / "model.onnx")
    after = extremes(model, tmp_path / "tokenizer.json", texts)
    assert max(one.reach.max() for one in before.values()) > 5 * max(one.reach.max() for one in after.values())
    old, new = (OnnxModel(folder, {}).score(texts, ["", ""]) for folder in (exact.parent, tmp_path))
    assert np.abs(old - new).max() < 1e-4


def test_a_score_hangs_on_no_other_text(tmp_path: Path) -> None:
    pruned, kept = prune(tokenizer(), [])
    export(network(len(kept) + len(MASKS)), pruned, tmp_path, name="x", texts=["ik dreig", "ik klacht"])
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    ids = np.random.default_rng(1).integers(3, len(kept), (16, 5))
    together = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
    for one, logits in zip(ids[:, None], together, strict=True):
        alone = session.run(None, {"input_ids": one, "attention_mask": np.ones_like(one)})[0][0]
        assert np.abs(alone - logits).max() < 1e-6


def test_a_graph_without_attention_is_refused(tmp_path: Path) -> None:
    exact = tmp_path / "model.onnx"
    shutil.copy(Path(__file__).parent / "tiny" / "model.onnx", exact)
    with pytest.raises(TrainingError, match="export it anew"):
        fuse(exact)
