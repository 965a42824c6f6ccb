"""A picture says what frame it needs, draws one thing where it shows one, and never a line over
what is not there. The pictures and their frames stand in pictures.yaml.
"""

import importlib
import pkgutil
from contextlib import suppress

import case_frames as cases
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from ca_research import article, plots
from ca_research.ground.errors import CaResearchError, UsageError
from ca_research.plots.canvas import for_phone as narrowed

PICTURES = cases.read("pictures.yaml")
CASES = cases.read("pictures_cases.yaml")
GIVEN = [(name, argument) for name, told in PICTURES.items() for argument in told["frames"]]
DRAWN = {name: getattr(plots, name) for name in plots.__all__} | {
    name: getattr(module, name)
    for question in pkgutil.iter_modules(article.__path__, f"{article.__name__}.")
    for module in [importlib.import_module(question.name)]
    for name in PICTURES
    if hasattr(module, name)
}
"""Pictures by name, those of any project and those of this article."""


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def draw(name, frames=None, **instead):
    """The picture with its own frames and choices, or others instead."""
    told = PICTURES[name]
    given = {argument: cases.frame_of(one) for argument, one in told["frames"].items()}
    given |= frames or {}
    drawn = DRAWN[name](**given, **told.get("choices", {}) | instead)
    return drawn if isinstance(drawn, Figure) else drawn.get_figure()


def own(name, told):
    """A frame as YAML has it, where `it` is the picture's own."""
    (first, *_) = PICTURES[name]["frames"].values()
    if told == "it":
        return first
    if isinstance(told, dict):
        return {key: own(name, one) if key == "of" else one for key, one in told.items()}
    return [own(name, one) for one in told] if isinstance(told, list) else told


def drawn_of(name, frames, choices):
    given = {argument: cases.frame_of(own(name, told)) for argument, told in frames.items()}
    return draw(name, given, **choices)


def words(figure):
    texts = {text.get_text() for ax in figure.axes for text in [*ax.texts, *ax.get_yticklabels()]}
    return texts | {ax.get_title(loc="left") for ax in figure.axes}


def test_every_public_picture_is_looked_at_here():
    assert set(DRAWN) == PICTURES.keys() | set(CASES["no_pictures"])


@pytest.mark.parametrize(("name", "argument"), GIVEN)
def test_a_picture_draws_its_frame_and_refuses_what_it_is_not(name, argument):
    told = PICTURES[name]
    frame = cases.frame_of(told["frames"][argument])
    assert draw(name).axes
    for column in set(frame) - set(told.get("spare", ())):
        with pytest.raises(UsageError) as refused:
            draw(name, {argument: frame.drop(columns=column)})
        assert f"'{column}'" in refused.value.what
    with pytest.raises(UsageError):
        draw(name, {argument: "KAZ"})
    with suppress(CaResearchError):  # of no rows a picture of nothing, or a refusal
        narrowed(draw(name, {argument: frame.iloc[:0]}))
    if "twice" in told:
        with pytest.raises(UsageError):
            draw(name, {argument: pd.concat([frame, frame.assign(**told["twice"])])})


@pytest.mark.parametrize("name", CASES["by_name"])
def test_a_picture_takes_an_economy_by_code_or_name_alone_or_in_a_list(name):
    by_code, by_name = (draw(name, **choices) for choices in CASES["by_name"][name])
    assert words(by_code) == words(by_name)
    colours = [[to_hex(p.get_facecolor()) for p in f.axes[0].patches] for f in (by_code, by_name)]
    assert colours[0] == colours[1]
    assert not {"not observed", "not reported"} & words(by_name)


@pytest.mark.parametrize(("name", "frames", "choices", "error"), CASES["refused"])
def test_what_cannot_be_shown_is_refused_with_what_to_do_next(name, frames, choices, error):
    with pytest.raises(cases.error(error)) as refused:
        drawn_of(name, frames, choices)
    assert refused.value.hint


@pytest.mark.parametrize(("name", "frames", "choices", "written"), CASES["writes"])
def test_a_picture_says_what_its_frame_says(name, frames, choices, written):
    assert set(written) <= words(drawn_of(name, frames, choices))


@pytest.mark.parametrize(("name", "frames", "years", "figures"), CASES["breaks"])
def test_lines_break_at_years_without_a_figure(name, frames, years, figures):
    line = drawn_of(name, frames, {}).axes[0].lines[0]
    assert list(line.get_xdata()) == years
    assert [cases.plain(y) for y in line.get_ydata()] == figures


def test_a_curve_is_sorted_and_its_main_specification_ringed():
    curve, _ = draw("specification_curve").axes
    dots, ring = (c.get_offsets().tolist() for c in curve.collections if len(c.get_offsets()))
    assert (sorted(dots), ring) == ([[0, 1], [1, 2], [2, 3]], [[2, 3]])
