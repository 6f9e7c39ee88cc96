"""The last latent space of a model: its classifier head, features and effective weights."""

from __future__ import annotations

from geowidgets.latents.head import ForwardError, Head, HeadError, Latents, Tap
from geowidgets.latents.search import capture, find_head
from geowidgets.latents.weights import effective_weight

__all__ = [
    "ForwardError",
    "Head",
    "HeadError",
    "Latents",
    "Tap",
    "capture",
    "effective_weight",
    "find_head",
]
