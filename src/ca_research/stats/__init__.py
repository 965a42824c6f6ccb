"""Statistics that know no domain."""

from .curve import Model, SpecificationCurve, specification_curve
from .event_study import EventStudy, event_study
from .forecast import (
    ConvergenceError,
    Forecast,
    arima,
    ets,
    mase,
    naive,
    random_walk_drift,
)
from .growth import change_error, compound_rate, end_to_end, log_slope, mean_annual_rate, sen_slope
from .multiple import holm
from .synthetic import Placebos, SyntheticControl, simplex_weights, synthetic_control
from .universe import AtMostOne, Axis, Exclusion, Universe, collapse, distinct

__all__ = [
    "AtMostOne",
    "Axis",
    "ConvergenceError",
    "EventStudy",
    "Exclusion",
    "Forecast",
    "Model",
    "Placebos",
    "SpecificationCurve",
    "SyntheticControl",
    "Universe",
    "arima",
    "change_error",
    "collapse",
    "compound_rate",
    "distinct",
    "end_to_end",
    "ets",
    "event_study",
    "holm",
    "log_slope",
    "mase",
    "mean_annual_rate",
    "naive",
    "random_walk_drift",
    "sen_slope",
    "simplex_weights",
    "specification_curve",
    "synthetic_control",
]


def __dir__() -> list[str]:
    return __all__
