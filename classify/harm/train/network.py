"""The network that is trained: a BERT encoder, and one linear layer that gives each label a logit."""

import torch
from torch import Tensor, nn
from transformers import BertModel

from classify.harm.train.dropout import pool_dropout
from warehouse import Label

DROPOUT = 0.1


class HarmNetwork(nn.Module):  # type: ignore[misc] # torch is not in this environment
    """Encoder, mean and maximum over the tokens, six logits.

    The mean is what multilingual-e5 was trained with; the maximum lets one threatening sentence be heard in a long
    post.
    """

    def __init__(self, encoder: BertModel) -> None:
        """Put a new head on an encoder, whose word embeddings are frozen from here on."""
        super().__init__()
        self.encoder = encoder
        pool_dropout(encoder, DROPOUT)
        self.dropout = nn.Dropout(DROPOUT)
        self.head = nn.Linear(2 * encoder.config.hidden_size, len(Label))
        for parameter in encoder.embeddings.parameters():
            parameter.requires_grad_(requires_grad=False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Give logits of shape (texts, 6) for token ids and mask of shape (texts, tokens)."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state.float()
        weight = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weight).sum(1) / weight.sum(1).clamp(min=1)
        highest = (hidden - (1 - weight) * 1e4).amax(1)
        logits: Tensor = self.head(self.dropout(torch.cat([mean, highest], dim=1)))
        return logits
