"""Computing in bfloat16 while the weights that are learnt stay exact."""

import torch
from torch import Tensor

from classify.harm.train.network import HarmNetwork


class ExactWeights:
    """The fp32 weights that the optimiser moves, beside a network that computes in bfloat16.

    "Mixed precision training" (Micikevicius et al. 2018). Casting the weights anew in each step (torch's autocast) took a
    quarter of it on two cores (62 texts/s, 84 with this). Where the processor has no bfloat16 the network stays fp32.
    """

    def __init__(self, network: HarmNetwork) -> None:
        """Copy the weights, and turn the encoder to bfloat16 where that is quicker."""
        self._network = network
        self._exact = {name: each.detach().clone() for name, each in network.named_parameters()}
        if torch.cpu.get_capabilities().get("avx512_bf16"):
            network.encoder.to(torch.bfloat16)
        self._moved = [name for name, each in network.named_parameters() if each.requires_grad]

    @property
    def groups(self) -> tuple[list[Tensor], list[Tensor]]:
        """The weights that are trained: the encoder's, and the head's."""
        encoder = [self._exact[name] for name in self._moved if name.startswith("encoder.")]
        return encoder, [self._exact[name] for name in self._moved if not name.startswith("encoder.")]

    def take_gradients(self) -> None:
        """Move the gradients from the network to the exact weights."""
        for name, each in self._network.named_parameters():
            if each.requires_grad:
                self._exact[name].grad = None if each.grad is None else each.grad.float()
                each.grad = None

    def give_weights(self) -> None:
        """Let the network compute with what the exact weights have become."""
        with torch.no_grad():
            for name, each in self._network.named_parameters():
                if each.requires_grad:
                    each.copy_(self._exact[name])

    def restore(self) -> None:
        """Make the network fp32 again, with the exact weights."""
        self._network.float()
        with torch.no_grad():
            for name, each in self._network.named_parameters():
                each.copy_(self._exact[name])
