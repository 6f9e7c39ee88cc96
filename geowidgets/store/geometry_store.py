"""`GeometryStore`: compute, resume, open, attach, verify."""

from __future__ import annotations

import hashlib
import os
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geowidgets.schema import StoreError
from geowidgets.store.arguments import check_fill, settings_of
from geowidgets.store.asking import Asking
from geowidgets.store.contents import Contents
from geowidgets.store.disk import Place, writing
from geowidgets.store.growth import Growing
from geowidgets.store.verify import Damage, drop_entries, find_damage

if TYPE_CHECKING:
    import torch

    from geowidgets.study import ModelEntry, Study


class GeometryStore(Asking, Growing):
    """Geometry of every sample for models × benchmarks, on disk, asked by name.

    Made by `compute` or `open`, never by hand.

    Example:
        >>> store = GeometryStore.open("digits.zarr")  # doctest: +SKIP
        >>> store.accuracy().sel(model="dense", benchmark="clean")  # doctest: +SKIP
    """

    def __init__(self, place: Place, study: Study | None = None) -> None:
        self._place = place
        self._study = study
        self._attached: dict[str, ModelEntry] = {}
        self._listeners: list[weakref.ref[Callable[[], None]]] = []
        self.refresh()

    # -- made -----------------------------------------------------------------------------------

    @classmethod
    def compute(
        cls,
        study: Study,
        path: str | os.PathLike[str],
        device: str | torch.device = "auto",
        *,
        margin: str = "predicted",
        use_bias: bool = True,
        angles: str | Sequence[int] | None = "all",
        images: str | None = "full",
        features: str | Sequence[str] | None = None,
        batch_size: int | None = None,
        progress: bool = True,
        client: Any = None,
    ) -> GeometryStore:
        """Compute what is missing of a study and open the result; run again to resume.

        Args:
            study: Models, benchmarks, samples.
            path: Folder or fsspec URL; made when absent.
            device: `"auto"` (CUDA where there is one), `"cpu"`, `"cuda:1"`, …
            margin: Reading of the margin: `"predicted"`, `"true"` or `"signed"`
                (`geometry.measure`).
            use_bias: Whether margins count the classifier's bias.
            angles: Classes whose angles are kept: `"all"`, class indices, or `None`. The angle to
                the true class and the runner-up class are always kept.
            images: Clean images kept for the views: `"full"`, `"thumbnails"` or `None`.
            features: Latents kept: `None`, `"float16"` for all models, or names of models.
            batch_size: Images a forward pass; halved when the device runs out of memory.
            progress: Show a bar with pairs done, images a second and time left.
            client: A `distributed.Client`: its workers compute the pairs and write them, on their
                own `device`, each with as many threads as torch has here (docs/clusters.md).

        Raises:
            StoreError: the path holds something else, other data, other settings or a newer
                version; a model has no head or fails; no space is left or the store may not be
                written; the cluster is gone. Complete pairs are kept.
            TypeError, ValueError: an argument of another kind than is said here; it is named.
            ImportError: `client` without `pip install "geowidgets[cluster]"`.
        """
        from geowidgets.store.compute import fill
        from geowidgets.store.votes import fill_votes

        check_fill(study, batch_size, features)
        settings = settings_of(margin, use_bias, angles, images, len(study.classes))
        place = Place(path)
        with writing(place.path):
            fill(
                study,
                place,
                settings,
                device=device,
                features=features,
                batch_size=batch_size,
                progress=progress,
                client=client,
            )
            fill_votes(place)
        return cls(place, study)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> GeometryStore:
        """Open a store; needs neither torch nor the models.

        Raises:
            StoreError: nothing there, no store, damaged, or newer than this package.
        """
        return cls(Place(path))

    # -- followed -------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look again at what is on disk: another process may have added to it."""
        self._contents = Contents(self._place)
        self._tell()

    def _tell(self) -> None:
        self._listeners = [one for one in self._listeners if one() is not None]
        for listener in list(self._listeners):
            call = listener()
            if call is not None:
                call()

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener()` after `add`, `refresh` and `attach`, while somebody else holds it.

        Example:
            >>> store.subscribe(view.redraw)  # doctest: +SKIP
        """
        bound = hasattr(listener, "__self__")
        self._listeners.append(weakref.WeakMethod(listener) if bound else weakref.ref(listener))

    # -- live models ----------------------------------------------------------------------------

    def attach(self, models: Sequence[ModelEntry], transform: Any = None) -> None:
        """Make live models available to what needs them; each must be the one that was measured.

        Args:
            models: Entries named as in the store.
            transform: The study's transform, where the entries have none of their own.

        Raises:
            StoreError: an entry's fingerprint is not the stored one; names both.
        """
        for entry in models:
            stored = self._contents.model(entry.name).fingerprint
            if not entry.has_fingerprint(stored, transform):
                raise StoreError(entry.refusal(stored, transform, self.path))
        self._attached.update({entry.name: _with(entry, transform) for entry in models})
        self._tell()

    def live_model(self, model: str | int) -> ModelEntry:
        """The attached entry of a model, or that of the study this store came from.

        It carries the transform that its images take, the study's where it has none of its own.

        Raises:
            StoreError: it is not at hand; names the way out.
        """
        found = self._contents.model(model)
        name = found.name
        if found.members:
            raise StoreError(
                f"{name!r} is an ensemble: it votes by {', '.join(found.members)} and has no net"
            )
        if name in self._attached:
            return self._attached[name]
        for entry in self._study.models if self._study else ():
            if entry.name == name:
                return _with(entry, self._study.transform if self._study else None)
        raise StoreError(f"model {name!r} is not at hand: call store.attach(models) with it")

    @property
    def at_hand(self) -> tuple[str, ...]:
        """Names of the models that `live_model` gives."""
        known = {*self._attached, *(m.name for m in (self._study.models if self._study else ()))}
        return tuple(model.name for model in self.models if model.name in known)

    # -- kept whole -----------------------------------------------------------------------------

    def digest(self) -> str:
        """Digest over names and numbers of all complete pairs, whatever order they came in."""
        whole = hashlib.sha256()
        pairs = [
            (m.name, b.name, self._contents.array(f"sets/{b.set}/digest")[m.slot, b.slot].tobytes())
            for i, m in enumerate(self._contents.index.live_models)
            for j, b in enumerate(self._contents.index.live_benchmarks)
            if self.done[i, j]
        ]
        for model, benchmark, digest in sorted(pairs):
            whole.update(f"{model}\0{benchmark}\0".encode() + digest)
        return whole.hexdigest()

    def verify(self, repair: bool = False) -> list[Damage]:
        """Read all that is kept and compare it with its digests.

        Args:
            repair: Drop what is damaged, so that the next `compute` makes it again.

        Returns:
            One entry for each damaged pair, head or set: model, benchmark and what is wrong.

        Raises:
            StoreError: `repair` of a store that may not be written.
        """
        with writing(self.path):
            damage = find_damage(self._place, self._contents.index, repair)
        if repair and damage:
            self.refresh()
        return damage

    def compact(self) -> None:
        """Free the space of replaced models and benchmarks; slots never move."""
        with writing(self.path), self._place.lease():
            drop_entries(self._place, self._place.read_index())
        self.refresh()

    def __repr__(self) -> str:
        done = int(self.done.sum())
        sizes = ", ".join(f"{name}: {self.size(name)} samples" for name in self.sets)
        return (
            f"GeometryStore({self.path!r}: {len(self.models)} models × {len(self.benchmarks)} "
            f"benchmarks, {done} of {self.done.size} pairs, {sizes})"
        )


def _with(entry: ModelEntry, transform: Any) -> ModelEntry:
    """The entry with a transform, where it has none of its own."""
    if transform is None or entry.transform is not None:
        return entry
    return replace(entry, transform=transform)
