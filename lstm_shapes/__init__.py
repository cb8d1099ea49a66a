"""What are the arrays in `get_weights()` of a recurrent layer?

>>> import lstm_shapes
>>> explanation = lstm_shapes.explain(input_dim=100, units=20, bidirectional=True)
>>> explanation.weights[0].shape, explanation.parameters
((100, 80), 19360)
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

# Name -> the module it lives in.  Loaded when it is used: importing the package costs nothing.
_WHERE = {
    "explain": "front",
    "check": "checks",
    "history": "histories",
    "label": "labels",
    "unlabel": "labels",
    "trace": "traces",
    "explain_step": "contributions",
    "convert": "conversion",
    "compare": "comparison",
    "frameworks": "layouts",
    "tensorboard_callback": "callbacks",
    "Explanation": "layer",
    "Layer": "layer",
    "Weight": "layer",
    "Connection": "layer",
    "UsageError": "layer",
}
# Modules whose names are used with the module's own, as in `lstm_shapes.plot.weights(...)`.
_MODULES = ("compute", "costs", "diff", "identify", "messages", "plot", "reference")

__all__ = list(_WHERE)

TYPE_CHECKING = False  # as in typing, whose import costs as much as argparse's
if TYPE_CHECKING:
    from typing import Any

    from lstm_shapes.callbacks import tensorboard_callback as tensorboard_callback
    from lstm_shapes.checks import check as check
    from lstm_shapes.comparison import compare as compare
    from lstm_shapes.contributions import explain_step as explain_step
    from lstm_shapes.conversion import convert as convert
    from lstm_shapes.front import explain as explain
    from lstm_shapes.histories import history as history
    from lstm_shapes.labels import label as label
    from lstm_shapes.labels import unlabel as unlabel
    from lstm_shapes.layer import Connection as Connection
    from lstm_shapes.layer import Explanation as Explanation
    from lstm_shapes.layer import Layer as Layer
    from lstm_shapes.layer import UsageError as UsageError
    from lstm_shapes.layer import Weight as Weight
    from lstm_shapes.layouts import frameworks as frameworks
    from lstm_shapes.traces import trace as trace


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"lstm_shapes.{name}")
    if name not in _WHERE:
        raise AttributeError(f"module 'lstm_shapes' has no attribute {name!r}")
    value = getattr(import_module(f"lstm_shapes.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE, *_MODULES})
