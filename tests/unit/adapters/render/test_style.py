"""The colours of the report's page, by day and by night."""

import re
from importlib.resources import files

import pytest

STYLE = files("vanbang.adapters.render").joinpath("templates", "quality.css").read_text("utf-8")
TEXT, PICTURE = 4.5, 3.0
"""The least contrasts of WCAG 2.2 level AA: 1.4.3 for text, 1.4.11 for pictures."""

GROUNDS = ("paper", "card", "valid-wash", "invalid-wash", "unsure-wash")
PAIRS = [
    *((text, ground, TEXT) for text in ("ink", "soft") for ground in GROUNDS),
    *((tone, ground, TEXT) for tone in ("valid", "invalid", "unsure") for ground in ("card", "paper", f"{tone}-wash")),
    ("none", "card", TEXT),
    *((shade, ground, PICTURE) for shade in ("gold", "invalid", "amber", "none") for ground in ("card", "paper")),
]


def colours(scheme: str) -> dict[str, str]:
    """The colours of a scheme by name; the dark one overrides some of the light one."""
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part)) for part in STYLE.split("@media screen", 1))
    return light | dark if scheme == "dark" else light


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_contrast_is_enough(scheme: str, front: str, ground: str, least: float):
    """Every text and every picture stands out from the ground it may be on."""
    shades = colours(scheme)
    darker, lighter = sorted(luminance(shades[name]) for name in (front, ground))
    assert (lighter + 0.05) / (darker + 0.05) >= least
