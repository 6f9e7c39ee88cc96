"""`WeightGraph`: a layer's units as a graph that moves with the epochs of its training."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t

from geowidgets.widgets._base import Displayed, nearest
from geowidgets.widgets.weight_graph_checks import FORCES, check_units, checked_forces
from geowidgets.widgets.weight_graph_epochs import KERNELS, KINDS, Epochs
from geowidgets.widgets.weight_graph_page import preloaded
from geowidgets.widgets.weight_graph_sources import by_epoch, stacked
from geowidgets.widgets.weight_graph_tables import component_curve, unit_rows

if TYPE_CHECKING:
    import os

    import pandas as pd
    import xarray as xr

    from geowidgets.redundancy.kernel import Kernel
    from geowidgets.widgets.saved_page import SavedPage

COLORS = ("auto", "layer", "component", "turn")


class WeightGraph(Displayed):
    """The training graph ("Sources of redundancy", §3.2, Figs 3 to 5).

    A node is a unit, its radius ‖w_i‖; an edge joins units whose cosine ⟨ŵ_i, ŵ_j⟩ is at least
    `inner_product`, and weighs exp(−d²/σ²) by the kernel: d² = 1 − cos (`"report"`) or
    d = (1 − cos)/2 (`"tool"`, the published program). A force layout, kept from epoch to epoch,
    turns the change of weights into motion. Units of norm 0 are hidden. Beside it stand the
    units' norm against the cosine to their initial weight, the distribution of norms, and the
    connected components against the cut-off; brushing in any of them selects units in all.

    Keys: Space plays, ← → step through the epochs, ↑ ↓ walk over the units by norm, Enter selects
    one, C its component, Escape clears.

    Args:
        weights: a `WeightRecord`, as `training.train(…, record=record)` fills it; epoch → weights;
            an array `(epoch, unit, input)`; or a single epoch: a matrix, a layer or a model.
        layer: name of the layer in the record or model.
        beside: a second source of the same kinds, whose layer is stacked under the first:
            another model's, or the same record for another layer of equal fan-in.
        beside_layer: name of its layer; `layer` by default.
        names: what the two are called; by default the layers' names.
        outputs: similarities of the units' outputs, epoch → `(unit, unit)`, as
            `redundancy.output_similarity` measures them; shown with `kind="outputs"`.
        options: the traits below, such as `epoch`, `inner_product`, `kernel`, `speed`, `units`.

    Raises:
        TypeError: an unknown option, or a source that is none of these.
        ValueError: layers of unequal fan-in or without a common epoch, unknown names, values out
            of range.

    >>> graph = gw.WeightGraph(record, "fc1", inner_product=0.25)       # doctest: +SKIP
    >>> graph.units, graph.to_dataframe().nlargest(3, "norm")           # doctest: +SKIP
    """

    bundle = "weight_graph"
    # Here, because a widget whose options are refused is closed before it is made.
    _stop: threading.Event | None = None

    epoch = t.Int(0, help="Number of the epoch shown; Python and view.").tag(sync=True)
    inner_product = t.Float(
        0.25, min=-1, max=1, help="Least cosine of an edge, −1..1; Python and view."
    ).tag(sync=True)
    kernel = t.Enum(KERNELS, "tool", help="Of the edge weights; Python and view.").tag(sync=True)
    sigma = t.Float(
        None, allow_none=True, help="σ of the kernel; None: the mean d over all epochs and pairs."
    ).tag(sync=True)
    kind = t.Enum(KINDS, "weights", help="What is alike; Python and view.").tag(sync=True)
    color = t.Enum(
        COLORS, "auto", help="What colours tell; auto: layer for two, component for one."
    ).tag(sync=True)
    playing = t.Bool(False, help="Whether the epochs run; Python and view.").tag(sync=True)
    speed = t.Float(4.0, min=0.1, max=60, help="Epochs a second; Python and view.").tag(sync=True)
    forces = t.Dict(help=f"{', '.join(FORCES)}; Python and view.").tag(sync=True)
    units = t.Any(
        None, help="Selected units, positions in the stack; None: no selection. Python and view."
    ).tag(sync=True)
    height = t.Int(None, allow_none=True, min=200, help="CSS pixels; Python.").tag(sync=True)

    layers = t.List(help="Name and units of each layer; written by Python.").tag(sync=True)
    epochs = t.List(t.Int(), help="Numbers of the epochs; written by Python.").tag(sync=True)
    kinds = t.List(t.Unicode(), help="Similarities there are; written by Python.").tag(sync=True)
    sigmas = t.Dict(help="Mean d a kind and kernel; written by Python.").tag(sync=True)
    arrays = t.Dict(help="`norms`, `turns` (epoch, unit); written by Python.").tag(sync=True)
    phase = t.Dict(help="How far the numbers are; written by Python.").tag(sync=True)
    preloaded = t.Dict(help="Edges that a saved page carries.").tag(sync=True)

    def __init__(
        self,
        weights: Any,
        layer: str | None = None,
        *,
        beside: Any = None,
        beside_layer: str | None = None,
        names: Sequence[str] | None = None,
        outputs: Any = None,
        **options: Any,
    ) -> None:
        self._stacked = stacked(weights, layer, beside, beside_layer, names)
        read = None if outputs is None else by_epoch(outputs, self._stacked)
        self._epochs = Epochs(self._stacked, read)
        self._stop = stop = threading.Event()
        self._error: BaseException | None = None
        for name, known in (("kernel", KERNELS), ("kind", self._epochs.kinds), ("color", COLORS)):
            if name in options and options[name] not in known:
                value = options[name]
                raise ValueError(
                    f"{name}: expected one of {', '.join(known)}, got {value!r}."
                    f"{nearest(value, list(known))}"
                )
        # An interpreter that ends must not wait for a graph that nobody will see.
        self._thread = threading.Thread(
            target=self._compute, args=(stop,), name="weight graph", daemon=True
        )
        options = {"epoch": self._stacked.epochs[-1], "forces": {}} | options
        super().__init__(
            layers=[
                {"name": name, "units": units}
                for name, units in zip(self._stacked.names, self._stacked.sizes, strict=True)
            ],
            epochs=self._stacked.epochs,
            kinds=self._epochs.kinds,
            phase={"name": "computing", "done": 0.0, "message": ""},
            **options,
        )
        self.on_msg(WeightGraph._hear)
        self._thread.start()

    # ---- computing

    def _compute(self, stop: threading.Event) -> None:
        def report(done: float) -> None:
            if stop.is_set():
                raise InterruptedError("the weight graph was closed")
            self.phase = {"name": "computing", "done": done, "message": ""}

        try:
            self._epochs.compute(report)
        except BaseException as error:
            # A thread's exception reaches nobody by itself: the view shows it, wait() raises it.
            self._error = error
            if not stop.is_set():
                self.phase = {"name": "failed", "done": 0.0, "message": str(error)}
            return
        with self.hold_sync():
            self.sigmas = self._epochs.sigmas
            self.arrays = {"norms": self._wire("norms"), "turns": self._wire("turns")}
            self.phase = {"name": "ready", "done": 1.0, "message": ""}

    def _wire(self, name: str) -> bytes:
        return np.ascontiguousarray(getattr(self._epochs, name), "<f4").tobytes()

    def wait(self, timeout: float | None = None) -> WeightGraph:
        """Wait until every epoch has been gone through; the view shows meanwhile how far it is.

        Args:
            timeout: seconds to wait at most.

        Raises:
            TimeoutError: it took longer.
            RuntimeError: it failed or was closed; the cause is chained.
        """
        self._thread.join(timeout)
        if self._thread.is_alive():
            raise TimeoutError(f"the graph's numbers are not there after {timeout} s")
        if self._error is not None:
            raise RuntimeError(f"the graph has no numbers: {self._error}") from self._error
        return self

    def close(self) -> None:
        """Stop computing and close the view."""
        if self._stop is not None:
            self._stop.set()
        super().close()

    def _hear(self, content: Any, buffers: list) -> None:
        if not isinstance(content, dict) or content.get("type") != "epoch":
            self.refuse(content, "{'type': 'epoch', 'kind': …, 'epoch': …}")
            return
        kind, epoch = content.get("kind"), content.get("epoch")
        try:
            if kind not in self.kinds or epoch not in self.epochs:
                raise ValueError(f"expected one of {self.kinds} and {self.epochs}, got {content}")
            cosines = self.wait()._epochs.cosines(kind, epoch)
            visible = self._epochs.visible(kind, epoch).astype(np.uint8)
        except (RuntimeError, ValueError) as error:
            self.send({"type": "error", "kind": kind, "epoch": epoch, "message": str(error)})
            return
        data = [cosines.astype("<f4").tobytes(), visible.tobytes()]
        self.send({"type": "epoch", "kind": kind, "epoch": epoch}, data)

    # ---- what Python reads

    @property
    def unit_names(self) -> list[tuple[str, int]]:
        """(layer, unit in it) of every position in the stack."""
        pairs = zip(self._stacked.names, self._stacked.sizes, strict=True)
        return [(name, unit) for name, units in pairs for unit in range(units)]

    def edge_kernel(self) -> Kernel:
        """The kernel of the edge weights, with the σ that is in use."""
        from geowidgets.redundancy.kernel import Kernel

        mean = self.wait()._epochs.sigmas[f"{self.kind}/{self.kernel}"]
        return Kernel(self.kernel, mean if self.sigma is None else self.sigma)

    @property
    def cutoff(self) -> float:
        """c in (0, 1]: the least weight of an edge, which stands for `inner_product`."""
        return float(self.edge_kernel().weight(self.inner_product))

    @cutoff.setter
    def cutoff(self, value: float) -> None:
        self.inner_product = max(-1.0, float(self.edge_kernel().cosine(value)))

    def cosines(self, epoch: int | None = None) -> np.ndarray:
        """⟨ŵ_i, ŵ_j⟩ `(unit, unit)`, or the outputs' correlations, of an epoch.

        Rounded to float32, as the view has them; NaN where a unit is hidden.

        Raises:
            ValueError: an epoch that is not there.
        """
        return self.wait()._epochs.square(self.kind, self._epoch(epoch))

    def components(self, epoch: int | None = None) -> xr.Dataset:
        """Connected components against the cut-off, at 101 inner products from −1 to 1.

        See `redundancy.components`; norms are the epoch's.
        """
        norms = self._epochs.norms[self.epochs.index(self._epoch(epoch))]
        return component_curve(self.cosines(epoch), self.edge_kernel(), norms)

    def to_dataframe(self, epoch: int | None = None) -> pd.DataFrame:
        """A row a unit of an epoch, by default the one shown.

        Columns: `layer`, `unit`, `norm`, `initial_norm`, `turn` (cosine to the first epoch's
        weight), `edges` and `component` (the largest is 0, hidden units −1) at `inner_product`,
        `selected`.
        """
        place = self.epochs.index(self._epoch(epoch))
        square = self.cosines(epoch)
        limit, chosen = self.inner_product, self.units or []
        return unit_rows(self._epochs, place, square, limit, self.unit_names, chosen)

    def _epoch(self, epoch: int | None) -> int:
        number = self.epoch if epoch is None else epoch
        if number not in self.epochs:
            raise ValueError(f"epoch: expected one of {self.epochs}, got {number!r}")
        return number

    # ---- a page without a kernel

    def save_html(self, path: str | os.PathLike[str], **options: Any) -> SavedPage:
        """Write the graph as one HTML file that plays without a kernel; see `save_page`.

        Of every epoch it carries the strongest edges, about 3 MB of them in all; where a cut-off
        asks for weaker ones, the page says so.
        """
        return super().save_html(path, **options)

    def page_state(self) -> dict[str, Any]:
        """The synced state, and the strongest edges of every epoch."""
        self.wait()
        return {**super().page_state(), "playing": False, "preloaded": preloaded(self._epochs)}

    # ---- checks

    @t.validate("epoch")
    def _valid_epoch(self, proposal: dict[str, Any]) -> int:
        return self._known_epoch(proposal["value"])

    def _known_epoch(self, number: int) -> int:
        if number not in self._stacked.epochs:
            raise ValueError(f"epoch: expected one of {self._stacked.epochs}, got {number!r}")
        return number

    @t.validate("kind")
    def _valid_kind(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] not in self._epochs.kinds:
            raise ValueError(f"kind: expected one of {self._epochs.kinds}; pass outputs= for more")
        return proposal["value"]

    @t.validate("sigma")
    def _valid_sigma(self, proposal: dict[str, Any]) -> float | None:
        value = proposal["value"]
        if value is not None and not 0 < value < np.inf:
            raise ValueError(f"sigma: expected a positive number or None, got {value!r}")
        return value

    @t.validate("forces")
    def _valid_forces(self, proposal: dict[str, Any]) -> dict[str, float]:
        return checked_forces(proposal["value"])

    @t.validate("units")
    def _valid_units(self, proposal: dict[str, Any]) -> list[int] | None:
        return check_units(proposal["value"], self._stacked.units)
