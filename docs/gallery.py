"""A gallery of saved pages, and the documentation's pictures.

    python docs/gallery.py [store] [folder]              one page a view and an index
    python docs/gallery.py --pictures [store] [folder]   one PNG a view

The store is the demo's by default (`geowidgets demo`), its nets beside it in `models`. Pages go
to `docs/gallery`, which git ignores, pictures to `docs/pictures`.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

import geowidgets as gw

HERE = Path(__file__).parent
SHARED = "Brush in one view and look at the others"
WIDTH = 1000  # CSS pixels of a picture
OF_A_STUDY = ("spectrum", "weight_graph")  # their pages show the paper's net
NARROW = 1.0  # margin, in feature units
COLORS = 256  # of its palette: a third of the bytes


class Gallery:
    """Views on one store, one of each kind, that show something worth a look.

    Args:
        store: with its models at hand, or with attribution maps in it; else the grid is empty.
        epochs: of the small nets that are trained for the views without a store.
    """

    def __init__(self, store: gw.GeometryStore, epochs: int = 12) -> None:
        self.store = store
        self.training = cache(lambda: _training(epochs))
        self.star = cache(lambda: _stars(epochs))

    def makers(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        """(file name, title, what makes the view) of every kind."""
        store = self.store
        yield (
            "evaluation_table",
            "Every model on every benchmark",
            lambda: gw.EvaluationTable(store),
        )
        yield "local_geometry", "Angle and length, a panel a class", self._local
        yield "parallel_coordinates", "Angles to every class", self._parallel
        yield "similarity_map", "Which models and benchmarks are alike", self._map
        yield "attribution_grid", "What a patch holds up", self._grid
        yield "prune_curves", "How far one may prune", lambda: gw.PruneCurves(store)
        yield "spectrum", "Eigenvalues of a layer", self._spectrum
        yield "weight_graph", "A layer's units while they learn", self._graph
        yield "latent_star", "A latent space of two features", self._star
        yield "dimension_curves", "Angles and dimension", self._dimension
        yield "explorer", "Linked views in one output", self._explorer

    def _local(self) -> gw.LocalGeometry:
        return gw.LocalGeometry(self.store)

    def _parallel(self) -> gw.ParallelCoordinates:
        view = gw.ParallelCoordinates(self.store)
        view.brush({"margin": (-5.0, 0.0)})
        return view

    def _map(self) -> gw.SimilarityMap:
        view = gw.SimilarityMap(self.store)
        view.wait()
        return view

    def _grid(self) -> gw.AttributionGrid:
        selection = gw.Selection(self.store)
        kept = self.store.maps.kept()
        selection.focus = kept[0].sample if kept else 3
        return gw.AttributionGrid(self.store, selection)

    def _spectrum(self) -> gw.Spectrum:
        net, record, test = self.training()
        data = test.images, test.labels
        view = gw.Spectrum(net, record=record, layer="fc1", data=data, ranks=[1, 2, 5, 10, 20, 50])
        view.wait()
        return view

    def _graph(self) -> gw.WeightGraph:
        return gw.WeightGraph(self.training()[1], "fc2", inner_product=0.25).wait()

    def _star(self) -> gw.LatentStar:
        return gw.LatentStar(self.star())

    def _dimension(self) -> gw.DimensionCurves:
        dimensions = [2, 5, 10, 30, 100, 300, 1000]
        return gw.DimensionCurves(gw.redundancy.random_angles(dimensions))

    def _explorer(self) -> gw.Explorer:
        return gw.Explorer(self.store)

    def brushed(self) -> gw.Explorer:
        """The README's picture: samples that the first model decides with a narrow margin."""
        views = ["evaluation_table", "parallel_coordinates", "local_geometry", "similarity_map"]
        view = gw.Explorer(self.store, views=views)
        view.similarity_map.wait()
        view.parallel_coordinates.brush({"margin": (-5.0, NARROW)})
        return view


def _training(epochs: int) -> tuple[Any, Any, Any]:
    """A small net, its weights of every epoch, and the test digits."""
    train, test = gw.datasets.digits(16, "train"), gw.datasets.digits(16)
    net = gw.zoo.lenet300_100(10, 1, 16)
    record = gw.training.WeightRecord()
    gw.training.train(
        net, train.images, train.labels, epochs=epochs, lr=0.1, progress=False, record=record,
        device="cpu",
    )  # fmt: skip
    return net, record, test


def _stars(epochs: int) -> list[Any]:
    train, test = gw.datasets.digits(16, "train"), gw.datasets.digits(16)
    return [
        gw.redundancy.star_for(
            train.images, train.labels, (test.images, test.labels), loss=loss, epochs=epochs,
            progress=False, device="cpu",
        )
        for loss in ("cross_entropy", "hinge")
    ]  # fmt: skip


def build(store: gw.GeometryStore, folder: Path, epochs: int = 12) -> Path:
    """Write every page and the index; the index's path."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, title, make in Gallery(store, epochs).makers():
        view = make()
        page = view.save_html(folder / f"{name}.html", title=title)
        view.close()
        lines.append(f'<li><a href="{name}.html">{html.escape(title)}</a> ({page.size:,} bytes)')
    index = folder / "index.html"
    body = "\n".join(lines)
    index.write_text(
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>geowidgets</title>\n'
        f"<h1>Pages that live without a kernel</h1>\n<p>{SHARED}.</p>\n<ul>\n{body}\n</ul>\n",
        encoding="utf-8",
    )
    return index


def pictures(store: gw.GeometryStore, folder: Path, epochs: int = 12) -> list[Path]:
    """Write PNGs of the views, drawn by an installed browser; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    gallery = Gallery(store, epochs)
    for name, _, make in gallery.makers():
        if name in OF_A_STUDY:
            continue
        view = gallery.brushed() if name == "explorer" else make()
        path = folder / f"{name}.png"
        width = 1300 if name == "explorer" else WIDTH
        pale = name == "latent_star"  # its regions would share a palette's colours
        scale = 1 if pale else 1.5
        view.save_image(path, theme="light", width=width, scale=scale, headless=True)
        view.close()
        with Image.open(path) as picture:
            if pale:
                picture.convert("RGB").save(path, optimize=True)
                written.append(path)
                continue
            few = picture.convert("RGB").quantize(COLORS, Image.Quantize.MAXCOVERAGE, kmeans=2)
            few.save(path, optimize=True)
        written.append(path)
    return written


if __name__ == "__main__":
    drawn = "--pictures" in sys.argv
    given = [one for one in sys.argv[1:] if one != "--pictures"]
    place = Path(given[0] if given else "geowidgets-demo/digits.zarr")
    opened = gw.GeometryStore.open(place)
    if (place.parent / "models").is_dir():
        opened.attach(gw.demo_study(place.parent / "models").models)
    if drawn:
        print(*pictures(opened, Path(given[1]) if given[1:] else HERE / "pictures"), sep="\n")
    else:
        print(build(opened, Path(given[1]) if given[1:] else HERE / "gallery"))
