"""A store that grows and shrinks while views on it are open: `add`, `add_subset`, `remove`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from geowidgets.schema import Index, StoreError
from geowidgets.store.contents import Contents
from geowidgets.store.disk import FULL, Place
from geowidgets.store.shrinking import removed, withdrawn

if TYPE_CHECKING:
    from geowidgets.study import Benchmark, Ensemble, ModelEntry, Study

RESUMABLE = " (complete pairs are kept; run again to resume)"


class Growing:
    """What changes an open store; `GeometryStore` is the only one."""

    _place: Place
    _study: Study | None
    _contents: Contents

    def refresh(self) -> None:
        """Look again at what is on disk, and tell the views."""
        raise NotImplementedError

    def add(
        self,
        *entries: ModelEntry | Benchmark | Ensemble,
        sets: Mapping[str, tuple[Any, Any]] | None = None,
        **options: Any,
    ) -> Self:
        """Compute further models and benchmarks, count further ensembles; open views show them.

        Models are computed on all benchmarks, benchmarks with all models of the study that this
        store came from, ensembles on what their members have. An entry of a known name replaces
        that one. Where a model cannot be computed, store and views are as before. Interrupted, it
        keeps what is complete; the same call goes on.

        Args:
            *entries: models, benchmarks and ensembles in any order.
            sets: further sample sets for the benchmarks: name → (images, labels).
            **options: of `compute`: `device`, `features`, `batch_size`, `progress`, `client`.

        Raises:
            StoreError: the store was opened without its study (ensembles need none), or what
                `compute` raises.
            TypeError: something else than an entry, or an unknown option.

        Example:
            >>> store.add(gw.finetune(entry, images, labels))      # doctest: +SKIP
            >>> store.add(gw.Ensemble(["dense", "magnitude-60"]))  # doctest: +SKIP
        """
        from geowidgets.store.votes import check_ensembles, fill_votes
        from geowidgets.study import Benchmark, Ensemble, ModelEntry

        for entry in entries:
            if not isinstance(entry, ModelEntry | Benchmark | Ensemble):
                raise TypeError(
                    f"add: expected ModelEntry, Benchmark or Ensemble, got {type(entry).__name__} "
                    f"{entry!r:.60}"
                )
        models = [entry for entry in entries if isinstance(entry, ModelEntry)]
        benchmarks = [entry for entry in entries if isinstance(entry, Benchmark)]
        ensembles = [entry for entry in entries if isinstance(entry, Ensemble)]
        new = [model.name for model in models]
        check_ensembles(self._place.read_index(), ensembles, new, self._place.path)
        if models or benchmarks or sets:
            self._compute(models, benchmarks, sets or {}, options)
        fill_votes(self._place, ensembles)
        self.refresh()
        return self

    def _compute(
        self,
        models: list[ModelEntry],
        benchmarks: list[Benchmark],
        sets: Mapping[str, tuple[Any, Any]],
        options: dict[str, Any],
    ) -> None:
        from geowidgets.store.geometry_store import GeometryStore

        study = extended(self._known_study(), models, benchmarks, sets)
        before = self._place.read_index()
        own = before.settings
        kept = {"margin": own.margin, "use_bias": own.use_bias, "angles": own.angles}
        try:
            GeometryStore.compute(
                study, self._place.path, **{**kept, "images": own.images, **options}
            )
        except KeyboardInterrupt:
            self._study = study
            self.refresh()
            raise
        except Exception as error:
            if getattr(error.__cause__, "errno", None) in FULL:  # what is complete is worth keeping
                self._study = study
                self.refresh()
                raise
            self._withdraw(before, models, benchmarks)
            if isinstance(error, StoreError):
                words = str(error).replace(RESUMABLE, "")
                raise StoreError(f"nothing was added: {words}") from error
            raise
        self._study = study

    def _withdraw(
        self, before: Index, models: Sequence[ModelEntry], benchmarks: Sequence[Benchmark]
    ) -> None:
        names = {one.name for one in models}, {one.name for one in benchmarks}
        now = self._place.read_index()
        if withdrawn(now, before, *names) == now:  # nothing had joined, and the disk may be locked
            return
        with self._place.lease():
            now = self._place.read_index()
            self._place.write_index(withdrawn(now, before, *names))

    def _known_study(self) -> Study:
        if self._study is None:
            raise StoreError(
                f"{self._place.path} was opened without its study: call "
                "GeometryStore.compute(study, path) with the further entries in the study"
            )
        return self._study

    def add_subset(
        self,
        name: str,
        samples: np.ndarray | Sequence[int],
        benchmarks: str | Sequence[str] | None = None,
        *,
        set: str | None = None,
    ) -> Self:
        """Make chosen samples a sample set of their own, measured as they already are.

        A benchmark of it is one more column of the table, a set for `Selection` and `finetune`.
        Its numbers are copied from those of the whole set: no model runs, none has to be at hand.

        Args:
            name: of the new set, and of its clean benchmark; others are called
                `"<name> <benchmark>"`.
            samples: indices or a boolean mask `(sample,)`, such as `selection.saved["fragile"]`.
            benchmarks: of the set that the samples are from; by default the clean ones.
            set: that set; the benchmarks', else the first.

        Raises:
            StoreError: a name that is taken, benchmarks of another set, no sample, or images that
                the store does not keep.

        Example:
            >>> store.add_subset("fragile", selection.saved["fragile"])  # doctest: +SKIP
            >>> store.accuracy(set="fragile")                            # doctest: +SKIP
        """
        from geowidgets.store.subset import copy_subset

        wanted = [benchmarks] if isinstance(benchmarks, str) else benchmarks
        self._study = copy_subset(self._contents, self._study, name, samples, wanted, set)
        self.refresh()
        return self

    def remove(self, *names: str) -> Self:
        """Take models or benchmarks out of the store; their space is freed by `compact`.

        A sample set goes with its last benchmark. A study that still names them computes them
        anew when it is computed again.

        Raises:
            StoreError: an unknown name, one that a model and a benchmark share, the last model or
                benchmark, or a member of an ensemble that stays.

        Example:
            >>> store.remove("saturate-3", "brightness-3")  # doctest: +SKIP
        """
        with self._place.lease():
            index = removed(self._place.read_index(), names, self._place.path)
            self._place.write_index(index)
        if self._study is not None:
            self._study = reduced(self._study, index)
        self.refresh()
        return self


def extended(
    study: Study,
    models: Sequence[ModelEntry],
    benchmarks: Sequence[Benchmark],
    sets: Mapping[str, tuple[Any, Any]],
) -> Study:
    """The study with further entries, each in place of one of its name."""
    from geowidgets.study import Study
    from geowidgets.study.study import sample_pairs

    # Apart: a model may be called as a benchmark is.
    fresh_models, fresh_benchmarks = {m.name for m in models}, {b.name for b in benchmarks}
    known = {name: (samples.images, samples.labels) for name, samples in study.sets.items()}
    further = sample_pairs(sets)
    return Study(
        [*(m for m in study.models if m.name not in fresh_models), *models],
        [*(b for b in study.benchmarks if b.name not in fresh_benchmarks), *benchmarks],
        classes=study.classes,
        transform=study.transform,
        sets={**known, **further},
    )


def reduced(study: Study, index: Index) -> Study | None:
    """What of a study is still in the store; None where nothing of it is."""
    from geowidgets.study import Study

    names = {m.name for m in index.live_models}, {b.name for b in index.live_benchmarks}
    models = [m for m in study.models if m.name in names[0]]
    benchmarks = [b for b in study.benchmarks if b.name in names[1]]
    if not models or not benchmarks:
        return None
    sets = {n: (s.images, s.labels) for n, s in study.sets.items() if n in index.sets}
    return Study(models, benchmarks, classes=study.classes, transform=study.transform, sets=sets)
