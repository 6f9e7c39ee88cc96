"""Pruning: model in, pruned copy, masks and measured ratios out.

`prune(model, method, ratio)` for one model; `METHODS` and `register` for the methods.
"""

from __future__ import annotations

from geowidgets.pruning.biprop import edge_popup, mpt
from geowidgets.pruning.filters import ft
from geowidgets.pruning.layers import PruningError, prunable
from geowidgets.pruning.masks import Masks, apply, merge
from geowidgets.pruning.measured import Measured, measure
from geowidgets.pruning.plan import Plan
from geowidgets.pruning.provable import pfp
from geowidgets.pruning.prune import Pruned, prune, score
from geowidgets.pruning.registry import METHODS, Method, Request, register
from geowidgets.pruning.sensitivity import sipp
from geowidgets.pruning.taylor import taylor2
from geowidgets.pruning.tickets import Ticket, ticketed
from geowidgets.pruning.units import frame_potential, removal_order, unit_curve
from geowidgets.pruning.weight_scores import gradient, magnitude, random

__all__ = [
    "METHODS",
    "Masks",
    "Measured",
    "Method",
    "Plan",
    "Pruned",
    "PruningError",
    "Request",
    "Ticket",
    "apply",
    "edge_popup",
    "frame_potential",
    "ft",
    "gradient",
    "magnitude",
    "measure",
    "merge",
    "mpt",
    "pfp",
    "prunable",
    "prune",
    "random",
    "register",
    "removal_order",
    "score",
    "sipp",
    "taylor2",
    "ticketed",
    "unit_curve",
]
