"""The legacy acoustic model: an encoder, an attention that only moves forward, a recurrent decoder, a postnet.

The attention is one Gaussian window over the tokens (Graves, arXiv:1308.0850, with one component): at every step its
mean moves on by a predicted distance that cannot be negative, so it may dwell or hurry but never turn back. A step
makes `reduction` frames; the mean moves evenly over them, so that the postnet looks at the text frame by frame.
Position `j + 0.5` is the middle of token `j`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from attention_voice.training.layers import Encoder
from vivavoce.features import BANDS
from vivavoce.training.core.streaming_layers import StreamingStack

FRAME = BANDS + 2
"""Values of a frame as the networks pass it on: mel, log f0, voicing, each about -1 to 1."""
MEAN_SCALE = 2.0 * math.pi
NARROWEST, USUAL_ADVANCE = 0.2, 0.7


class AttentionState(NamedTuple):
    """What one step hands to the next; `mean` (batch,) is where the window stands, in tokens."""

    hidden: Tensor
    cell: Tensor
    context: Tensor
    mean: Tensor


class Steps(NamedTuple):
    """All steps of a batch: the recurrent state (batch, steps, hidden), and the window before and after each."""

    hidden: Tensor
    before: Tensor
    after: Tensor
    width: Tensor


class Attention(nn.Module):
    """Where to look, from the last frame, what was seen last, and how far the window has come."""

    def __init__(self, encoded: int, prenet: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.encoded, self.hidden = encoded, hidden
        self.prenet = nn.Sequential(
            nn.Linear(FRAME, 2 * prenet), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(2 * prenet, prenet), nn.ReLU(), nn.Dropout(dropout),
        )  # fmt: skip
        self.hear = nn.Linear(prenet, 4 * hidden)
        self.recur = nn.Linear(encoded + 2 + hidden, 4 * hidden, bias=False)
        self.move = nn.Linear(hidden + encoded, 2)
        nn.init.zeros_(self.move.weight)
        with torch.no_grad():
            self.move.bias.copy_(torch.tensor([math.log(math.expm1(USUAL_ADVANCE)), 0.0]))

    def start(self, batch: int, device: torch.device | None = None) -> AttentionState:
        zeros = torch.zeros(batch, self.hidden, device=device)
        return AttentionState(
            zeros, zeros, torch.zeros(batch, self.encoded, device=device), torch.zeros(batch, device=device)
        )

    def listen(self, frames: Tensor) -> Tensor:
        """What frames (batch, steps, 82) add to the gates: through a bottleneck, apart from the recurrence."""
        return self.hear(self.prenet(frames)).float()

    def forward(
        self, heard: Tensor, state: AttentionState, encoded: Tensor, mask: Tensor, rate: Tensor | None = None
    ) -> tuple[AttentionState, Tensor]:
        """One step. heard (batch, 4 * hidden) is `listen` of the last frame; encoded (batch, tokens, width), mask and
        rate (batch, tokens) -> the next state, the window's width (batch,)."""
        angle = state.mean[:, None] * MEAN_SCALE
        recurrent = torch.cat([state.context, torch.sin(angle), torch.cos(angle), state.hidden], dim=1)
        keep, write, show, value = (heard + self.recur(recurrent)).chunk(4, dim=1)
        cell = torch.sigmoid(keep + 1.0) * state.cell + torch.sigmoid(write) * torch.tanh(value)
        hidden = torch.sigmoid(show) * torch.tanh(cell)
        raw = self.move(torch.cat([hidden, state.context], dim=1))
        advance, width = functional.softplus(raw[:, 0]), NARROWEST + functional.softplus(raw[:, 1])
        if rate is not None:
            advance = advance * (look(state.mean[:, None], width[:, None], mask)[:, 0] * rate).sum(dim=1)
        mean = torch.minimum(state.mean + advance, mask.sum(dim=1))
        context = torch.bmm(look(mean[:, None], width[:, None], mask), encoded)[:, 0]
        return AttentionState(hidden, cell, context, mean), width


def look(means: Tensor, widths: Tensor, mask: Tensor) -> Tensor:
    """Attention weights that sum to one: means and widths (batch, frames), mask (batch, tokens)
    -> (batch, frames, tokens)."""
    places = torch.arange(mask.shape[1], device=mask.device, dtype=means.dtype) + 0.5
    distance = (places - means[..., None]) / widths[..., None]
    return (-0.5 * distance * distance + (mask[:, None] - 1.0) * 1e4).softmax(dim=-1)


class StepDecoder(nn.Module):
    """From what was seen to `reduction` frames and the wish to stop; two recurrent layers."""

    def __init__(self, attention: int, encoded: int, hidden: int, reduction: int, dropout: float) -> None:
        super().__init__()
        self.reduction = reduction
        self.enter = nn.Linear(attention + reduction * encoded, hidden)
        self.recurrent = nn.LSTM(hidden, hidden, 2, batch_first=True, dropout=dropout)
        self.leave = nn.Linear(hidden, reduction * FRAME)
        self.stop = nn.Linear(hidden + 1, 1)

    def forward(
        self, hidden: Tensor, seen: Tensor, left: Tensor, state: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor]]:
        """hidden (batch, steps, attention), seen (batch, steps * reduction, encoded), left: tokens that are still to
        come (batch, steps) -> frames (batch, steps * reduction, 82), stop logit (batch, steps), the next state."""
        batch, steps, _ = hidden.shape
        entered = self.enter(torch.cat([hidden, seen.reshape(batch, steps, -1)], dim=-1))
        recurrent, following = self.recurrent(torch.tanh(entered), state)
        frames = self.leave(recurrent + entered).reshape(batch, steps * self.reduction, FRAME)
        nearness = left.clamp(max=3.0)[..., None]
        return frames, self.stop(torch.cat([recurrent, nearness], dim=-1))[..., 0], following


class Postnet(nn.Module):
    """Frames and what they saw of the text -> the frames, corrected, a fixed delay later."""

    def __init__(self, encoded: int, width: int, blocks: int, kernel: int, lookahead: int) -> None:
        super().__init__()
        self.enter = nn.Linear(FRAME + encoded, width)
        self.stack = StreamingStack(width, blocks, kernel, lookahead)
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, FRAME)
        nn.init.normal_(self.leave.weight, std=0.01)

    @property
    def delay(self) -> int:
        return self.stack.delay

    def initial_states(self, batch: int) -> list[Tensor]:
        device = self.leave.weight.device
        return [*self.stack.initial_states(batch), torch.zeros(batch, self.delay, FRAME, device=device)]

    def forward(self, frames: Tensor, seen: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """frames (batch, frames, 82), seen (batch, frames, encoded) -> (batch, frames, 82), next states."""
        hidden, following = self.stack(self.enter(torch.cat([frames, seen], dim=-1)), states[:-1])
        waiting = torch.cat([states[-1], frames], dim=1)
        current, waiting = waiting[:, : frames.shape[1]], waiting[:, frames.shape[1] :]
        return current + self.leave(self.norm(hidden)).float(), [*following, waiting]


class AttentionModel(nn.Module):
    """The whole attention voice: text encoder, autoregressive decoder, postnet."""

    def __init__(
        self,
        encoded: int = 160,
        prenet: int = 64,
        hidden: int = 224,
        reduction: int = 5,
        dropout: float = 0.4,
        width: int = 192,
        blocks: int = 5,
    ) -> None:
        super().__init__()
        self.reduction = reduction
        self.text = Encoder(1, encoded, encoded, layers=4, kernel=5)
        self.attention = Attention(encoded, prenet, hidden, dropout)
        self.decoder = StepDecoder(hidden, encoded, hidden, reduction, 0.1)
        self.postnet = Postnet(encoded, width, blocks, kernel=7, lookahead=2)

    def attend(self, heard: Tensor, encoded: Tensor, mask: Tensor, put_back: Tensor | None = None) -> Steps:
        """All steps, each hearing the true frame before it: heard (batch, steps, 82) is teacher forcing.

        put_back (batch, steps): where the window is put before a step, in tokens; NaN leaves it where it came to.
        """
        state, states, begins, widths = self.attention.start(len(heard), heard.device), [], [], []
        prepared = self.attention.listen(heard)
        # small products: casting them costs more than it saves
        with torch.autocast(heard.device.type, enabled=False):
            for index, frame in enumerate(prepared.unbind(dim=1)):
                if put_back is not None:
                    place = put_back[:, index]
                    state = state._replace(mean=torch.where(place.isnan(), state.mean, place))
                begins.append(state.mean)
                state, width = self.attention(frame, state, encoded, mask)
                states.append(state)
                widths.append(width)
        hidden = torch.stack([state.hidden for state in states], dim=1)
        after = torch.stack([state.mean for state in states], dim=1)
        return Steps(hidden, torch.stack(begins, dim=1), after, torch.stack(widths, dim=1))

    def windows(self, before: Tensor, after: Tensor, width: Tensor) -> tuple[Tensor, Tensor]:
        """Means and widths of every frame (batch, steps * reduction) from those of the steps (batch, steps)."""
        share = (torch.arange(self.reduction, device=after.device) + 0.5) / self.reduction
        means = before[..., None] + (after - before)[..., None] * share
        return means.flatten(1), width.repeat_interleave(self.reduction, dim=1)
