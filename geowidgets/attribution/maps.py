"""Occlusion maps of many models and images, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn

from geowidgets.attribution.forward import opened
from geowidgets.attribution.occlusion import Plan, occlusion_map
from geowidgets.attribution.pixels import as_pixels, mean_pixel
from geowidgets.attribution.progress import Cancel, Progress, Steps
from geowidgets.latents import Head
from geowidgets.study.model_entry import ModelEntry, Transform
from geowidgets.suggest import nearest

if TYPE_CHECKING:
    import xarray as xr

Models = Mapping[str, nn.Module] | Sequence[nn.Module | ModelEntry] | nn.Module | ModelEntry


class OcclusionMap(NamedTuple):
    """One map of `occlusion_maps`.

    Attributes:
        model: The model's name.
        sample: Position of the image among those given.
        values: `(metric, y, x)`, see `occlusion`.
    """

    model: str
    sample: int
    values: xr.DataArray


def occlusion_maps(
    models: Models,
    images: Any,
    labels: Sequence[int],
    *,
    transform: Transform | None = None,
    head: str | nn.Module | Head | None = None,
    output: Any = None,
    mean: Any = None,
    device: str | torch.device = "auto",
    progress: Progress = False,
    cancel: Cancel = None,
    **options: Any,
) -> Iterator[OcclusionMap]:
    """Maps of every model on every image, made one after the other as they are asked for.

    Nothing but the map at hand is kept, and a lazy `ModelEntry` is built when its turn comes.

    Args:
        models: Name → module, a sequence of modules or `ModelEntry`s, or a single one; modules
            without a name are called "0", "1", …
        images: uint8 `(sample, y, x, channel)` or floats `(sample, channel, y, x)`.
        labels: True classes `(sample,)`.
        transform: As in `occlusion`; an entry's own comes first.
        head: As in `occlusion`.
        output: As in `occlusion`.
        mean: As in `occlusion`; None = the mean pixel over all `images`.
        device: As in `occlusion`.
        progress: True for a bar, or a function of (done, total) windows over all maps.
        cancel: As in `occlusion`; `CancelledError` is raised from the iteration.
        **options: `window`, `stride`, `fill`, `metrics`, `margin`, `use_bias`, `masks`, `sigma`,
            `batch`, `path`, as in `occlusion`.

    Yields:
        `OcclusionMap(model, sample, values)`, the models outermost.

    Raises:
        TypeError: an unknown option.
        ValueError: as in `occlusion`, or numbers of images and labels that differ.

    Example:
        >>> from geowidgets import datasets, zoo
        >>> digits = datasets.digits(split="test")
        >>> nets = {"a": zoo.lenet5(in_channels=1), "b": zoo.lenet300_100(in_channels=1)}
        >>> [(m, s) for m, s, _ in occlusion_maps(nets, digits.images[:2], digits.labels[:2])]
        [('a', 0), ('a', 1), ('b', 0), ('b', 1)]
    """
    known = list(Plan.__dataclass_fields__)
    for option in options:
        if option not in known:
            raise TypeError(f"occlusion_maps() got {option!r}; {nearest(option, known)}")
    if len(images) != len(labels) or not len(images):
        raise ValueError(
            f"expected as many labels as images and at least one, got {len(labels)} labels and "
            f"{len(images)} images"
        )
    if "metrics" in options:
        options["metrics"] = tuple(options["metrics"])
    plan = Plan(**options, mean=mean_pixel(images) if mean is None else mean)
    chosen = named_models(models)
    regions = plan.regions(as_pixels(images[0]))
    total = len(chosen) * len(images) * len(regions)

    def stream() -> Iterator[OcclusionMap]:
        with Steps(total, "occlusion maps", progress, cancel) as steps:
            for name, model in chosen.items():
                own, found, module, key = transform, head, model, output
                if isinstance(model, ModelEntry):
                    own = model.transform or transform
                    found = head if model.head is None else model.head
                    key = output if model.output is None else model.output
                    module = model.load()
                for sample, label in enumerate(labels):
                    pixels = as_pixels(images[sample])
                    # Opened anew for each map: a generator must not leave the caller's code
                    # in inference mode, nor the model in eval mode, while it waits.
                    with opened(module, pixels, own, found, key, device) as net:
                        found = net.head
                        values = occlusion_map(net, pixels, int(label), plan, regions, steps)
                    yield OcclusionMap(name, sample, values)

    return stream()


def named_models(models: Models) -> dict[str, nn.Module | ModelEntry]:
    """Models by name.

    Raises:
        TypeError: neither modules nor entries.
        ValueError: none, or a name twice.
    """
    if isinstance(models, nn.Module | ModelEntry):
        models = [models]
    if isinstance(models, Mapping):
        named: list[tuple[str, nn.Module | ModelEntry]] = list(models.items())
    else:
        named = [
            (model.name if isinstance(model, ModelEntry) else str(place), model)
            for place, model in enumerate(models)
        ]
    for name, model in named:
        if not isinstance(model, nn.Module | ModelEntry):
            raise TypeError(f"model {name!r}: expected a module or ModelEntry, got {type(model)}")
    if not named or len(dict(named)) < len(named):
        raise ValueError(f"models: expected different names, got {[name for name, _ in named]}")
    return dict(named)
