"""Statistics that know no domain."""

from ..ground.periods import years_back
from .backtest import backtest, compare_with_naive, mase
from .bootstrap import (
    Bootstrap,
    WildBootstrap,
    block_bootstrap,
    cluster_bootstrap,
    wild_bootstrap_t,
)
from .breaks import Break, chow, sup_f
from .event_study import EventStudy, event_study
from .forecast import (
    ConvergenceError,
    Forecast,
    arima,
    ets,
    naive,
    random_walk_drift,
    share_forecast,
)
from .growth import compound_rate, end_to_end, log_slope, mean_annual_rate, sen_slope
from .influence import influence, leave_one_out
from .joint_test import JointTest, joint_test
from .linear import LinearModel, control_axes, linear_path
from .multiple import holm
from .synthetic import Placebos, SyntheticControl, simplex_weights, synthetic_control
from .trend import (
    BaseChange,
    MannKendall,
    OlsTrend,
    SenSlope,
    change_against_base,
    mann_kendall,
    ols_trend,
    sen_interval,
)
from .universe import AtMostOne, Axis, Exclusion, Universe, collapse, distinct, share_holding

__all__ = [
    "AtMostOne",
    "Axis",
    "BaseChange",
    "Bootstrap",
    "Break",
    "ConvergenceError",
    "EventStudy",
    "Exclusion",
    "Forecast",
    "JointTest",
    "LinearModel",
    "MannKendall",
    "OlsTrend",
    "Placebos",
    "SenSlope",
    "SyntheticControl",
    "Universe",
    "WildBootstrap",
    "arima",
    "backtest",
    "block_bootstrap",
    "change_against_base",
    "chow",
    "cluster_bootstrap",
    "collapse",
    "compare_with_naive",
    "compound_rate",
    "control_axes",
    "distinct",
    "end_to_end",
    "ets",
    "event_study",
    "holm",
    "influence",
    "joint_test",
    "leave_one_out",
    "linear_path",
    "log_slope",
    "mann_kendall",
    "mase",
    "mean_annual_rate",
    "naive",
    "ols_trend",
    "random_walk_drift",
    "sen_interval",
    "sen_slope",
    "share_forecast",
    "share_holding",
    "simplex_weights",
    "sup_f",
    "synthetic_control",
    "wild_bootstrap_t",
    "years_back",
]
