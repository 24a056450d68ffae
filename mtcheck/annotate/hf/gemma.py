"""Gemma 3 laid out for a search: many rows of one token each, whose past is kept in place.

Attention is left to the caller, who keeps the past, so that the rows of a beam can share it (``beam``).
Where the processor is made for it, factors of a layer's products are rounded to whole numbers of 8 bits
(``products``), keys, values and what tells likelihoods to bfloat16; the sum that runs through the layers
stays in 32 bits. On other processors everything does. Layer by layer as in the model's report (Gemma Team
2025, https://arxiv.org/abs/2503.19786) and in transformers, with which tests compare it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any, NamedTuple

from mtcheck.annotate.hf.loading import read_config
from mtcheck.annotate.hf.products import ROWS, Halved, Plain, Product, Whole, is_fast, spread
from mtcheck.core import ModelError

BLOCK, BLOCKS = 128, 32
"""The likeliest tokens are looked for in the blocks of the vocabulary with the highest scores, which is
several times faster than sorting it; the probability of what stands elsewhere is neglected."""
SPARE = 8
"""Tokens beyond those that are asked for, whose scores are computed in 32 bits: in 16 they are rounded, and
neighbours may change places."""

ROWS_STEP = 64
"""Rows are filled up to multiples of so many: products of every other number would be prepared, and kept,
anew."""

_ROOT = (2 / math.pi) ** 0.5
"""Of the approximate Gaussian error linear unit."""

Attend = Callable[[int, Any, Any, Any], Any]
"""Of a layer, its queries (rows × heads × size), keys and values (rows × size): what they attend to
(rows × heads · size)."""


class Shape(NamedTuple):
    """What ``config.json`` says of a model.

    ``bases`` has the base of the rotation of every layer, ``window`` the tokens that all layers see.
    """

    layers: int
    heads: int
    size: int
    scale: float
    eps: float
    bases: tuple[float, ...]
    window: int


def read_shape(folder: Path) -> Shape:
    """The shape of the model in a folder.

    Raises:
        ModelError: it is not one that is known here.
    """
    told = read_config(folder)
    try:
        kinds = told["layer_types"]
        rotations = told["rope_parameters"]
        if told["model_type"] != "gemma3_text" or told["num_key_value_heads"] != 1:
            raise ValueError(told["model_type"])
        return Shape(
            layers=len(kinds),
            heads=int(told["num_attention_heads"]),
            size=int(told["head_dim"]),
            scale=float(told["query_pre_attn_scalar"]) ** -0.5,
            eps=float(told["rms_norm_eps"]),
            bases=tuple(float(rotations[kind]["rope_theta"]) for kind in kinds),
            window=int(told["sliding_window"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        path = folder / "config.json"
        raise ModelError(f"{path}: not a Gemma 3 that can be searched ({error!r})") from error


class _Layer(NamedTuple):
    """Weights of a layer: ``inward`` makes queries, keys and values, ``scales`` are those of each head of the
    former two, pairs of a rotation side by side; ``first`` and ``second`` are what the inputs of attention
    and of what follows it are multiplied with."""

    first: Any
    inward: Product
    scales: Any
    outward: Product
    after: Any
    second: Any
    gate: Product
    up: Product
    down: Product
    last: Any


PRODUCTS = ("inward", "outward", "gate", "down")
"""The products of a layer with inputs of their own; ``up`` has those of ``gate``."""


def name_of_reach(layer: int, product: str) -> str:
    """Under which the reach of a product's inputs is kept."""
    return f"{layer}.{product}"


class Gemma:
    """A model in memory.

    Args:
        folder: with ``config.json`` and ``model.safetensors``.
        reaches: how far the inputs of each product of a layer reach (``reaches``); without them products
            are of 32 bits.
        rounded: whether factors are rounded; None for what the processor can do.

    Attributes:
        is_rounded: whether they are, and so products of a row the same on any number of threads.

    Raises:
        ModelError: it cannot be loaded.
    """

    def __init__(
        self, folder: Path, reaches: Mapping[str, Any] | None = None, *, rounded: bool | None = None
    ) -> None:
        import torch

        self.shape = read_shape(folder)
        self.is_rounded = bool(reaches) and (is_fast() if rounded is None else rounded)
        self._reaches = reaches or {}
        self.type = torch.bfloat16 if self.is_rounded else torch.float32
        self._path = folder / "model.safetensors"
        try:
            self._table = self._held("embed_tokens").to(self.type)
            self._layers = [self._layer(n) for n in range(self.shape.layers)]
            self._last = 1 + self._held("norm")
        except Exception as error:
            raise ModelError(f"{folder}: this model cannot be loaded: {error}") from error
        self._eps, self._root = torch.tensor(self.shape.eps), torch.tensor(_ROOT)
        self._turns = {base: self._rotation(base) for base in set(self.shape.bases)}

    @property
    def width(self) -> int:
        """Values of a token's state."""
        return int(self._table.shape[1])

    def _held(self, name: str) -> Any:
        """A weight of the file, which is read for it alone: all at once would take twice the room."""
        from safetensors import safe_open

        with safe_open(self._path, "pt") as file:
            return file.get_tensor(f"model.{name}.weight").float()

    def _layer(self, number: int) -> _Layer:
        """Weights of a layer; most of what its inputs are multiplied with stands in the weights."""
        import torch

        heads, size = self.shape.heads, self.shape.size

        def weight(name: str) -> Any:
            return self._held(f"layers.{number}.{name}")

        def spread_of(product: str, *weights: Any) -> Any:
            reach = self._reaches.get(name_of_reach(number, product))
            return torch.ones(weights[0].shape[1]) if reach is None else spread(reach, *weights)

        pairs = torch.arange(size).view(2, size // 2).t().reshape(-1)
        asked = weight("self_attn.q_proj").view(heads, size, -1)[:, pairs].flatten(0, 1)
        key, value = weight("self_attn.k_proj")[pairs], weight("self_attn.v_proj")
        query_scale = (1 + weight("self_attn.q_norm"))[pairs] * self.shape.scale
        key_scale = (1 + weight("self_attn.k_norm"))[pairs]
        outward, down = weight("self_attn.o_proj"), weight("mlp.down_proj")
        first, second = 1 + weight("input_layernorm"), 1 + weight("pre_feedforward_layernorm")
        gate, up = weight("mlp.gate_proj"), weight("mlp.up_proj")
        before = spread_of("inward", asked * first, key * first, value * first)
        after = spread_of("gate", gate * second, up * second)
        wide = spread_of("outward", outward).view(heads, size).amax(0)  # all heads see the same values
        between = spread_of("down", down)
        inward = torch.cat([asked, key, value / wide[:, None]])
        return _Layer(
            first=1 / before,
            inward=self._product(inward * first * before),
            scales=torch.stack([query_scale] * heads + [key_scale]),
            outward=self._product(outward * wide.repeat(heads)),
            after=1 + weight("post_attention_layernorm"),
            second=1 / after,
            gate=self._product(gate * second * after),
            up=self._product(up * second * after / between[:, None]),
            down=self._product(down * between),
            last=1 + weight("post_feedforward_layernorm"),
        )

    def _product(self, weight: Any) -> Product:
        return Whole(weight) if self.is_rounded else Plain(weight)

    def _rotation(self, base: float) -> Any:
        """By how much each pair is turned at each place (places × pairs, complex), of which some are beyond
        the window, as an answer may begin with more than it should have."""
        import torch

        size = self.shape.size
        angles = torch.arange(2 * self.shape.window).float()[:, None]
        angles = angles * base ** (-torch.arange(0, size, 2).float() / size)
        return torch.polar(torch.ones_like(angles), angles)

    def run(self, tokens: Any, places: Any, attend: Attend) -> Any:
        """States after the last layer (rows × width) of tokens (rows) at their places in their texts."""
        import torch

        values = torch.nn.functional.embedding(tokens, self._table).float() * self.width**0.5
        turns = {base: turn[places][:, None] for base, turn in self._turns.items()}
        for number, layer in enumerate(self._layers):
            query, key, value = self._asked(layer, values, turns[self.shape.bases[number]])
            seen = layer.outward(layer.outward.prepare(attend(number, query, key, value)))
            values = torch.addcmul(values, seen.mul_(self._evened(seen)), layer.after)
            inner = layer.gate.prepare((values * self._evened(values)).mul_(layer.second))
            gated = self._gelu(layer.gate(inner)).mul_(layer.up(inner))
            added = layer.down(layer.down.prepare(gated))
            values = torch.addcmul(values, added.mul_(self._evened(added)), layer.last)
        return (values * self._evened(values)).mul_(self._last)

    def _asked(self, layer: _Layer, values: Any, turn: Any) -> tuple[Any, Any, Any]:
        """Queries, keys and values of rows."""
        import torch

        heads, size = self.shape.heads, self.shape.size
        made = layer.inward(layer.inward.prepare((values * self._evened(values)).mul_(layer.first)))
        both = made[:, : (heads + 1) * size].reshape(-1, heads + 1, size)
        both = both.mul_(self._evened(both)).mul_(layer.scales)
        torch.view_as_complex(both.view(-1, heads + 1, size // 2, 2)).mul_(turn)
        both = both.to(self.type)
        return both[:, :heads], both[:, heads], made[:, (heads + 1) * size :].to(self.type)

    def reaches(self, read: Callable[[], object], rows: slice) -> dict[str, Any]:
        """How far the inputs of each product reach: the largest absolute values (inputs) in some of the rows
        that ``run`` gets while something is read, by ``name_of_reach``. Of a model that was given none."""
        found: dict[str, Any] = {}
        layers = self._layers
        self._layers = [
            layer._replace(
                **{
                    product: _Watched(getattr(layer, product), found, name_of_reach(number, product), rows)
                    for product in PRODUCTS
                }
            )
            for number, layer in enumerate(layers)
        ]
        try:
            read()
        finally:
            self._layers = layers
        return found

    def _evened(self, values: Any) -> Any:
        """One over the root of the mean of squares of each row."""
        import torch

        length = torch.linalg.vector_norm(values, dim=-1, keepdim=True)
        return torch.addcmul(self._eps, length, length, value=1 / values.shape[-1]).rsqrt_()

    def _gelu(self, values: Any) -> Any:
        """The approximate Gaussian error linear unit (Hendrycks and Gimpel 2016,
        https://arxiv.org/abs/1606.08415), in place; torch's own takes three times as long."""
        import torch

        inner = torch.addcmul(self._root, values, values, value=_ROOT * 0.044715).mul_(values).tanh_()
        return values.addcmul_(values, inner).mul_(0.5)

    def head(self, tokens: Sequence[int] | None = None) -> Head:
        """What tells how likely tokens are.

        Args:
            tokens: those that may be said, ascending; None for all.
        """
        return Head(self._table, tokens)


class _Watched:
    """A product that notes how far its inputs reach.

    Args:
        found: where to, under a name.
        rows: that count.
    """

    def __init__(self, product: Product, found: dict[str, Any], name: str, rows: slice) -> None:
        self._product, self._found, self._name, self._rows = product, found, name, rows

    def prepare(self, rows: Any) -> Any:
        """See ``Product``."""
        import torch

        reach = rows[self._rows].float().abs().amax(0)
        self._found[self._name] = torch.maximum(reach, self._found.get(self._name, reach))
        return self._product.prepare(rows)

    def __call__(self, prepared: Any) -> Any:
        """See ``Product``."""
        return self._product(prepared)


class Head:
    """How likely tokens are after a state, of those that may be said: others take time, and are not what a
    model was taught to choose from.

    Args:
        table: of the embeddings (tokens × width).
        tokens: see ``Gemma.head``.
    """

    def __init__(self, table: Any, tokens: Sequence[int] | None) -> None:
        import torch

        self._table = table
        self._make: type[Halved | Plain] = Halved if table.dtype == torch.bfloat16 else Plain
        self._tokens = torch.arange(len(table)) if tokens is None else torch.tensor(tokens)
        self._products = [self._make(table if tokens is None else table[self._tokens])]
        self._places = torch.full((len(table),), -1)
        self._places[self._tokens] = torch.arange(len(self._tokens))

    def beside(self, tokens: Iterable[int]) -> Head:
        """The same where some more tokens may be said, for which nothing else is laid out anew."""
        import torch

        more = torch.tensor(sorted(set(tokens)), dtype=torch.long)
        more = more[self._places[more] < 0]
        if not len(more):
            return self
        out = copy(self)
        out._tokens = torch.cat([self._tokens, more])
        out._products = [*self._products, self._make(self._table[more])]
        out._places = self._places.clone()
        out._places[more] = torch.arange(self.size, out.size)
        return out

    @property
    def size(self) -> int:
        """How many tokens may be said."""
        return len(self._tokens)

    def places(self, tokens: Any) -> Any:
        """Where each token stands among those that may be said, -1 for others."""
        return self._places[tokens]

    def likelihoods(self, states: Any, tokens: Any) -> Any:
        """Log-probability, in nats, of a token after each state (rows)."""
        import torch

        parts = []
        for some, own in zip(states.split(ROWS), tokens.split(ROWS), strict=True):
            rows = torch.nn.functional.pad(some, (0, 0, 0, ROWS - len(some)))  # as many as others: as fast
            _, total, _ = self._spread(rows, self._scores(rows), 1)
            parts.append((self._exact(some, own[:, None]) - total[: len(some)])[:, 0])
        return torch.cat(parts)

    def likeliest(
        self, states: Any, count: int, unwanted: tuple[Any, Any] | None = None, favour: Any = None
    ) -> tuple[Any, Any]:
        """Log-probabilities, in nats, and numbers of the likeliest next tokens of each row, some more than
        ``count`` (rows × tokens each).

        Args:
            unwanted: rows and ``places`` that are no choice there.
            favour: nats (texts × ``size``) by which tokens count as likelier in the rows of a text, of
                which all have as many, while they are looked for.
        """
        import torch

        scores = self._scores(states)
        if unwanted is not None:
            scores[unwanted] = -torch.inf
        exact, total, tokens = self._spread(states, scores, count, favour)
        return exact - total, tokens

    def compared(self, states: Any, tokens: Any) -> tuple[Any, Any, Any]:
        """Log-probabilities, in nats, of a token after each state (rows), which may be said there, and of the
        likeliest one, and the entropy of all."""
        import torch

        parts = []
        for some, own in zip(states.split(ROWS), self.places(tokens).split(ROWS), strict=True):
            rows = torch.nn.functional.pad(some, (0, 0, 0, -len(some) % ROWS_STEP))
            spread = self._scores(rows)[: len(some)].float().log_softmax(-1)
            entropy = -(spread.exp() * spread).sum(-1)
            parts.append((spread.gather(1, own[:, None])[:, 0], spread.amax(-1), entropy))
        told, best, entropies = zip(*parts, strict=True)
        return torch.cat(told), torch.cat(best), torch.cat(entropies)

    def _scores(self, states: Any) -> Any:
        """Of every token that may be said, before they are made probabilities."""
        import torch

        rows = self._products[0].prepare(states)
        whole, *more = [product(rows) for product in self._products]
        return torch.cat([whole, *more], 1) if more else whole

    def _spread(self, states: Any, scores: Any, count: int, favour: Any = None) -> tuple[Any, Any, Any]:
        """Scores in 32 bits of the likeliest tokens (rows × tokens), the logarithm of the sum of all (rows ×
        1), and their numbers."""
        import torch

        rows, size = scores.shape
        whole = size // BLOCK * BLOCK
        blocks = scores[:, :whole].view(rows, -1, BLOCK)
        best = blocks.amax(-1).topk(min(BLOCKS, blocks.shape[1]), -1).indices
        held = blocks.gather(1, best[:, :, None].expand(-1, -1, BLOCK)).view(rows, -1)
        held = torch.cat([held, scores[:, whole:]], 1).float()
        places = (best[:, :, None] * BLOCK + torch.arange(BLOCK)).view(rows, -1)
        places = torch.cat([places, torch.arange(whole, size).expand(rows, -1)], 1)
        chosen = held
        if favour is not None:
            chosen = held + favour.gather(1, places.view(len(favour), -1)).view_as(held)
        at = chosen.topk(min(count + SPARE, held.shape[1]), -1).indices
        rough, tokens = held.gather(1, at), self._tokens[places.gather(1, at)]
        exact = torch.where(rough == -torch.inf, rough, self._exact(states, tokens))
        total = held.logsumexp(-1, keepdim=True)
        told = (exact - total).exp().sum(-1, keepdim=True) - (rough - total).exp().sum(-1, keepdim=True)
        return exact, total + told.log1p(), tokens

    def _exact(self, states: Any, tokens: Any) -> Any:
        """Scores of some tokens of each row (rows × tokens), in 32 bits."""
        return (self._table[tokens].float() * states[:, None]).sum(-1)
