"""The picture of growth: well-formed, whole in itself, and within its frame."""

from xml.etree import ElementTree

import pytest

from vanbang.adapters.render.charts import decades, log_percent
from vanbang.adapters.render.growth_picture import WIDTH, GrownTo, growth_picture

SVG = "{http://www.w3.org/2000/svg}"
ODD = "<b>&\"'"


def picture(*sizes: int, seconds: float = 1e-4) -> ElementTree.Element:
    stages = {"checking": 70.0, "sealing": 60.0, ODD: 5.0}
    made = growth_picture([GrownTo(size, size * seconds, 900.0, stages) for size in sizes], 90e-6, 1_536)
    return ElementTree.fromstring(made)  # noqa: S314 -- our own


def test_it_needs_nothing_else() -> None:
    """No script, no picture, no font, no style from elsewhere; colours for light and for dark."""
    text = ElementTree.tostring(picture(10_000, 10_000_000), encoding="unicode")
    rest = text.replace("http://www.w3.org/2000/svg", "")
    assert not [word for word in ("http", "url(", "href", "<script", "@import", "<image") if word in rest]
    assert "prefers-color-scheme: dark" in text


@pytest.mark.parametrize("sizes", [(2_000,), (10_000, 100_000), (10_000, 100_000, 1_000_000, 10_000_000)])
@pytest.mark.parametrize("seconds", [1e-6, 1e-4, 1e-1])
def test_every_mark_lies_within_the_frame(sizes: tuple[int, ...], seconds: float) -> None:
    """Dots, limits and bars of any sizes and times, within width and height; a dot for each size in each panel."""
    svg = picture(*sizes, seconds=seconds)
    height = float(svg.attrib["viewBox"].split()[3])
    for element in svg.iter():
        for name, size in (("x", WIDTH), ("x1", WIDTH), ("x2", WIDTH), ("cx", WIDTH), ("y", height), ("y1", height),
                           ("y2", height), ("cy", height)):  # fmt: skip
            assert 0 <= float(element.get(name, "0")) <= size
    assert len(svg.findall(f"{SVG}circle")) == 2 * len(sizes)


def test_bars_add_up_and_names_stay_text() -> None:
    """A bar's pieces lie end to end, and a name with signs of markup is shown as it is."""
    svg = picture(10_000)
    pieces = [each for each in svg.findall(f"{SVG}rect") if each.get("height") == "26"]
    ends = [float(each.attrib["x"]) + float(each.attrib["width"]) for each in pieces]
    assert [float(each.attrib["x"]) for each in pieces[1:]] == pytest.approx(ends[:-1], abs=0.2)
    assert ODD in [each.text for each in svg.findall(f"{SVG}text")]


def test_axes_go_from_one_power_of_ten_to_another() -> None:
    """All values lie between, and a single one still has two ends."""
    assert decades([3.2, 880]) == (1.0, 1_000.0)
    assert decades([100]) == (100.0, 1_000.0)
    assert [log_percent(value, 1, 1_000) for value in (1, 10, 1_000)] == [0, 33.33, 100]
