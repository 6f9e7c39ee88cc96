"""Traits that are read out of a state that others write, too."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets as t


class Mirror(t.TraitType):
    """A trait read out of `state`: writing it dispatches an action, changes notify observers."""

    default_value = None

    def __set__(self, obj: Any, value: Any) -> None:
        obj._write(self.name, value)

    def publish(self, obj: Any, value: Any) -> None:
        """Notify observers if `value` is another than before."""
        before = obj._trait_values.get(self.name)
        same = (
            np.array_equal(before, value)
            if isinstance(before, np.ndarray) and isinstance(value, np.ndarray)
            else before is value or (type(before) is type(value) and before == value)
        )
        if not same:
            obj._trait_values[self.name] = value
            obj._notify_trait(self.name, before, value)
