"""How fast the judge reads: `python -m classify.harm.bench` (`make bench-harm`)."""

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from classify.harm.errors import HarmError
from classify.harm.items import Item
from classify.harm.load import WEIGHTS, load_judge
from classify.harm.policy import PACKAGED

T = TypeVar("T")

_WORDS = (
    "gisteren heeft [TARGET] weer een verslag gestuurd waar weinig van klopt en ik wacht nog altijd op antwoord van de "
    "organisatie want niemand belt terug"
)
"""40 tokens with the prefix and a number; lawful, so that no phrase is asked for."""
POSTS = 512
BATCH, TOKENS = 32, 40
"""The shape of the batch that shows what the machine can do at most."""
ROUNDS = 8
AIM_POSTS, AIM_LOADING, AIM_MEMORY, AIM_SHARE = 250, 1.5, 600, 90
"""Posts a second on two processes, seconds, MB, per cent of the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What one process measured."""

    loading: float
    """Seconds from nothing imported to a judge that can be asked."""
    posts_per_second: float
    posts_per_cpu_second: float
    """Of the process's own time on a processor: what else the machine does then counts less."""
    peak_mb: float
    """Peak resident memory of the process, MB."""


def bench(weights: Path, policy: Path, posts: int = POSTS) -> Speed:
    """Load a judge and have it read `posts` lawful posts of about 40 tokens, on one thread."""
    begun = time.perf_counter()
    judge = load_judge(weights, policy)
    loading = time.perf_counter() - begun
    items = [Item(id=str(n), text=f"{_WORDS} {n}") for n in range(posts)]
    judge.judge(items[:BATCH])
    begun, used = time.perf_counter(), time.process_time()
    judge.judge(items)
    seconds, used = time.perf_counter() - begun, time.process_time() - used
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is bytes on macOS, kilobytes on Linux
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    return Speed(loading=loading, posts_per_second=posts / seconds, posts_per_cpu_second=posts / used, peak_mb=peak)


def session_limit(file: Path) -> float:
    """Give the posts a second of an ONNX file alone: one thread, the same batch of 32 x 40 tokens again and again."""
    import onnxruntime  # noqa: PLC0415 - a measured process imports it itself

    from classify.harm.model import SLOWER  # noqa: PLC0415 - same

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(file), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOWER
    )
    ids = np.random.default_rng(1).integers(5, 60, (BATCH, TOKENS))
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    wanted = {node.name for node in session.get_inputs()}
    given = {name: value for name, value in feed.items() if name in wanted}
    return _fastest(lambda: session.run(None, given))


def torch_speed() -> float:
    """Give the posts a second of the same network in torch fp32, one thread. `ImportError` without torch.

    Its weights are random: speed doesn't depend on them.
    """
    import torch  # noqa: PLC0415 - an extra
    from transformers import BertConfig, BertModel  # noqa: PLC0415 - same

    torch.set_num_threads(1)
    shape = BertConfig(vocab_size=60_000, hidden_size=384, num_attention_heads=12, intermediate_size=1536)
    model = BertModel(shape, add_pooling_layer=False).eval()
    ids = torch.randint(5, 60_000, (BATCH, TOKENS))
    with torch.inference_mode():
        return _fastest(lambda: model(input_ids=ids, attention_mask=torch.ones_like(ids)))


def rows(weights: Path, policy: Path, fp32: Path | None) -> Iterator[tuple[str, str, str]]:
    """Give what was measured, line by line: what, figure, aim."""
    own = partial(bench, weights, policy)
    (alone,) = _together(own, 1)
    both = _together(own, 2)
    limit = sum(_together(partial(session_limit, weights / "model.onnx"), 2))
    total = sum(each.posts_per_second for each in both)
    yield "posts/s, one process", f"{alone.posts_per_second:.0f}", ""
    yield "posts/s, two processes", f"{total:.0f}", f"≥ {AIM_POSTS}"
    yield f"limit: the bare int8 session, {BATCH} x {TOKENS} tokens, two processes", f"{limit:.0f}", ""
    yield "share of that limit", f"{100 * total / limit:.0f} %", f"≥ {AIM_SHARE} %"
    yield "posts per second of processor time (on a busy machine look here)", f"{alone.posts_per_cpu_second:.0f}", ""
    yield "loading, s", f"{alone.loading:.2f}", f"≤ {AIM_LOADING}"
    yield "peak memory of a process, MB", f"{alone.peak_mb:.0f}", f"≤ {AIM_MEMORY}"
    if fp32:
        yield (
            "onnxruntime fp32, two processes",
            f"{sum(_together(partial(session_limit, fp32 / 'model.onnx'), 2)):.0f}",
            "",
        )
    try:
        yield "torch fp32, two processes", f"{sum(_together(torch_speed, 2)):.0f}", ""
    except ImportError:
        yield "torch fp32", "not measured: torch is only in handenaf[train]", ""


def main() -> int:
    """Measure and print a table; 1 with a sentence on standard error when it can't."""
    parser = argparse.ArgumentParser(prog="python -m classify.harm.bench", description=main.__doc__)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="another model's folder")
    parser.add_argument("--policy", type=Path, default=PACKAGED, help="the policy that belongs to it")
    parser.add_argument("--fp32", type=Path, help="folder of the same model in fp32")
    asked = parser.parse_args()
    try:
        load_judge(asked.weights, asked.policy)
        for what, figure, aim in rows(asked.weights, asked.policy, asked.fp32):
            print(f"{what:70} {figure:>8}  {aim}", flush=True)  # noqa: T201 - a command's answer
    except HarmError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's message
        return 1
    return 0


def _together(work: Callable[[], T], processes: int) -> list[T]:
    """Do the same work in fresh processes at the same time."""
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        return [started.result() for started in [pool.submit(work) for _ in range(processes)]]


def _fastest(run: Callable[[], object]) -> float:
    """Give posts a second of the fastest of some rounds: what else the machine does then disturbs least."""
    run()
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begun)
    return BATCH / min(seconds)


if __name__ == "__main__":
    sys.exit(main())
