"""What Python and page hold in common of a selection, and how either side changes it."""

from __future__ import annotations

from typing import Any

import traitlets as t

from geowidgets.widgets import selection_history, selection_state, selection_subsets
from geowidgets.widgets._base import Hub


class SharedState(Hub):
    """State, steps and subsets under one reducer: a change is taken whole, or refused in words."""

    state: t.Dict[str, Any] = t.Dict(
        help="See `selection_state`; written by the reducer, here and there."
    ).tag(sync=True)
    history: t.Dict[str, Any] = t.Dict(help="Patches to undo and redo, newest last.").tag(sync=True)
    sizes: t.Dict[str, Any] = t.Dict(
        help="Counts that values are checked against; written by Python."
    ).tag(sync=True)
    error = t.Unicode(help="Why the browser's last message was refused.").tag(sync=True)
    subsets: t.Dict[str, Any] = t.Dict(
        help="Saved subsets: name → set, n, mask (None: large); both sides."
    ).tag(sync=True)

    def dispatch(self, action: dict[str, Any]) -> None:
        """Apply one action of `selection_state.reduce`, or `undo` / `redo`.

        Raises:
            ValueError: the action is unknown or out of range; nothing has changed then.
        """
        state, history = selection_history.commit(self.state, self.history, action, self.sizes)
        with self.hold_sync():
            self.error = ""
            self.history = history
            self.state = state

    def clear(self) -> None:
        """Drop every clause on models, benchmarks, pairs, classes and samples."""
        self.dispatch({"type": "clear"})

    def undo(self) -> None:
        """Go back one step, whether it was taken here or in a view."""
        self.dispatch({"type": "undo"})

    def redo(self) -> None:
        """Take the last undone step again."""
        self.dispatch({"type": "redo"})

    # ---- the browser's messages

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser sends: all of it, or none and say why."""
        try:
            accepted = self._check_message(sync_data)
        except ValueError as reason:
            self._refuse(str(reason), sync_data)
            return
        if accepted is None:
            self.send_state(["state", "history"])
        else:
            self.error = ""
            super().set_state(accepted)

    def _check_message(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """The message in canonical form, or None where Python has moved on meanwhile."""
        for name in ("sizes", "error"):
            if name in message:
                raise ValueError(f"{name} is written by Python alone")
        checked = dict(message)
        if "history" in message:
            checked["history"] = selection_history.validate(message["history"], self.sizes)
        if "state" in message:
            checked["state"] = selection_state.validate(message["state"], self.sizes)
            stale = checked["state"]["revision"] <= self.state["revision"]
            if stale and checked["state"] != self.state:
                return None
        if "subsets" in message:
            checked["subsets"] = selection_subsets.validate(message["subsets"], self.sizes)
            for name, one in checked["subsets"].items():
                if one["mask"] is None and self.subsets.get(name) != one:
                    raise ValueError(f"subsets {name!r}: without its mask, and not known here")
        return checked

    def _refuse(self, reason: str, message: dict[str, Any]) -> None:
        """Send the state back under a revision that the browser has not reached yet."""
        theirs = message.get("state")
        revision = theirs.get("revision") if isinstance(theirs, dict) else None
        ahead = revision if isinstance(revision, int) and 0 <= revision < 2**52 else 0
        with self.hold_sync():
            self.error = f"The selection was refused: {reason}"
            self.state = {
                **self.state, "revision": max(ahead, self.state["revision"]) + 1
            }  # fmt: skip
            self._states_to_send.update({"error", "history", "state"})

    @t.validate("state")
    def _valid_state(self, proposal: dict[str, Any]) -> dict[str, Any]:
        return selection_state.validate(proposal["value"], self.sizes)
