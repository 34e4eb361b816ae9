"""The network that goes on where features were lost."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vivavoce.redundancy.concealment.plc_predictor import OLDEST
from vivavoce.redundancy.features import WIDTH
from vivavoce.training.networks.carry_vocoder import SPREAD


class PredictorNetwork(nn.Module):
    """Features (batch, frames, 20), the last known one where lost, and frames since then (batch, frames).

    -> what the features are, (batch, frames, 20): the last known plus a change; and the states.
    """

    outputs = ("guess",)

    def __init__(self, width: int = 64, memory: int = 128) -> None:
        super().__init__()
        self.enter = nn.Linear(WIDTH + 2, width)
        self.first = nn.GRU(width, memory, batch_first=True)
        self.second = nn.GRU(memory, memory, batch_first=True)
        self.leave = nn.Linear(2 * memory, WIDTH)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)
        self.spread: Tensor
        self.register_buffer("spread", torch.tensor(SPREAD))

    def initial_states(self, batch: int = 1) -> list[Tensor]:
        return [torch.zeros(1, batch, self.first.hidden_size, device=self.spread.device) for _ in range(2)]

    def forward(self, features: Tensor, age: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        lost = (age > 0).to(features.dtype)
        seen = torch.cat([features / self.spread, lost[..., None], age[..., None] / OLDEST], dim=-1)
        early, first = self.first(torch.tanh(self.enter(seen)), states[0])
        late, second = self.second(early, states[1])
        change = self.leave(torch.cat([early, late], dim=-1)) * self.spread
        return features + change * lost[..., None], first, second
