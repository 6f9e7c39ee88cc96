"""Pruning: model in, pruned copy, masks and measured ratios out.

`prune(model, method, ratio)` for one model; `METHODS` and `register` for the methods.
"""

from __future__ import annotations

from geowidgets.pruning.adoption import Adopted, MasksFromZeros, adopt
from geowidgets.pruning.biprop import edge_popup, mpt
from geowidgets.pruning.build import build_family
from geowidgets.pruning.cycles import Snapshots, Stage, cycle_ratios, prune_retrain, retrain
from geowidgets.pruning.family import ModelFamily
from geowidgets.pruning.filters import ft
from geowidgets.pruning.layers import PruningError, prunable
from geowidgets.pruning.masks import Masks, apply, merge
from geowidgets.pruning.measured import Measured, measure
from geowidgets.pruning.penalty import GeometricPenalty
from geowidgets.pruning.plan import Plan
from geowidgets.pruning.provable import pfp
from geowidgets.pruning.pruned import Pruned, prune, score
from geowidgets.pruning.records import ModelRecord, list_checkpoints
from geowidgets.pruning.registry import METHODS, Method, Request, register
from geowidgets.pruning.robust import ROBUST_RECIPES, RobustRecipe, robust_augment
from geowidgets.pruning.sensitivity import sipp
from geowidgets.pruning.taylor import taylor2
from geowidgets.pruning.tickets import Ticket, ticketed
from geowidgets.pruning.units import frame_potential, removal_order, unit_curve
from geowidgets.pruning.weight_scores import gradient, magnitude, random

__all__ = [
    "METHODS",
    "ROBUST_RECIPES",
    "Adopted",
    "GeometricPenalty",
    "Masks",
    "MasksFromZeros",
    "Measured",
    "Method",
    "ModelFamily",
    "ModelRecord",
    "Plan",
    "Pruned",
    "PruningError",
    "Request",
    "RobustRecipe",
    "Snapshots",
    "Stage",
    "Ticket",
    "adopt",
    "apply",
    "build_family",
    "cycle_ratios",
    "edge_popup",
    "frame_potential",
    "ft",
    "gradient",
    "list_checkpoints",
    "magnitude",
    "measure",
    "merge",
    "mpt",
    "pfp",
    "prunable",
    "prune",
    "prune_retrain",
    "random",
    "register",
    "removal_order",
    "retrain",
    "robust_augment",
    "score",
    "sipp",
    "taylor2",
    "ticketed",
    "unit_curve",
]
