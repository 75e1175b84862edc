"""What a piece of a line looks like: the label's colour, fit for the background, and never colour alone.

With few colours the terminal's own are used, whatever they are set to; without any, bold, underline and reverse are left, and
the signs of the layout say all that a colour says.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color, ColorSystem
from rich.style import Style

from postil.rendering.pieces import colour_of
from postil.scheme import Scheme
from postil.tui.drawing import Look

Rgb = tuple[int, int, int]

_LEAST_CONTRAST = 4.5  # WCAG 2, for text
# The backgrounds that labels stand on, of the text and of dialogs, where the theme is dark and where not.
_BACKGROUNDS: dict[bool, tuple[Rgb, ...]] = {
    True: ((0x12, 0x14, 0x18), (0x1B, 0x1F, 0x26)),
    False: ((0xFA, 0xFA, 0xF7), (0xF0, 0xF0, 0xEA)),
}
_QUIET = {True: "#8b93a1", False: "#5f6570"}
_SELECTED = {True: ("#ffffff", "#264f78"), False: ("#000000", "#b4d5fe")}
_WRONG = {True: "#ff8a70", False: "#b3261e"}

# The terminal's own colours by their hues in degrees, bright where the background is dark. Blue on black and yellow on white are
# left out: few terminals show them well.
_OWN = {0: "red", 120: "green", 180: "cyan", 300: "magenta"}


class Palette:
    """The styles of one theme: dark or light, in all colours or in the terminal's own 16."""

    def __init__(self, scheme: Scheme, *, is_dark: bool, has_few_colours: bool = False) -> None:
        self._scheme, self._is_dark, self._has_few = scheme, is_dark, has_few_colours
        self.style = lru_cache(4096)(self._style)

    def _style(self, look: Look) -> Style:
        """The style of a piece."""
        if look.kind == "number":
            return self._quiet
        style = Style()
        if look.label:
            style += Style(color=self.colour(look.layer, look.label))
        if look.kind == "span":
            return style + self._of_span(look)
        if look.is_focused:
            style += Style(bold=True)
        if look.is_aimed_at:
            style += Style(underline=True)
        if look.is_found:
            style += Style(underline=True, italic=True)
        if look.is_selected:
            style += self._selected
        if look.is_cursor:
            is_reversed_already = self._has_few and look.is_selected
            style += Style(reverse=not is_reversed_already, bold=True, underline=is_reversed_already or None)
        return style

    def _of_span(self, look: Look) -> Style:
        style = Style(bold=look.is_focused, italic=look.is_ghost)
        if look.is_faulty:
            style += Style(color=self.wrong)
        return style

    @property
    def _quiet(self) -> Style:
        return Style(dim=True) if self._has_few else Style(color=_QUIET[self._is_dark])

    @property
    def _selected(self) -> Style:
        if self._has_few:
            return Style(reverse=True)
        fore, back = _SELECTED[self._is_dark]
        return Style(color=fore, bgcolor=back, underline=True)

    @property
    def wrong(self) -> str:
        """The colour of what is at fault."""
        return ("bright_red" if self._is_dark else "red") if self._has_few else _WRONG[self._is_dark]

    def colour(self, layer: str, label: str) -> str:
        """The colour of a label: the scheme's, as dark or as light as it takes to be read on the background."""
        wanted = Color.parse(colour_of(self._scheme, layer, label)).get_truecolor()
        if self._has_few:
            own = _nearest_own(wanted)
            return f"bright_{own}" if self._is_dark and own else own or "default"
        return "#{:02x}{:02x}{:02x}".format(*_readable((wanted[0], wanted[1], wanted[2]), is_dark=self._is_dark))


@lru_cache(512)
def _readable(colour: Rgb, *, is_dark: bool) -> Rgb:
    """The colour, moved towards white or black until it contrasts enough with every background."""
    red, green, blue = colour
    target = 255 if is_dark else 0
    for step in range(20):
        part = step / 20
        mixed = (round(red + (target - red) * part), round(green + (target - green) * part), round(blue + (target - blue) * part))
        if all(_can_be_read(mixed, background) for background in _BACKGROUNDS[is_dark]):
            return mixed
    return (target, target, target)


def _can_be_read(colour: Rgb, background: Rgb) -> bool:
    """Whether a colour contrasts enough with a background, in a terminal of 256 colours too."""
    pairs = ((colour, background), (_of_256(colour), _of_256(background)))
    return all(_contrast(*pair) >= _LEAST_CONTRAST for pair in pairs)


def _of_256(colour: Rgb) -> Rgb:
    return tuple(Color.from_rgb(*colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor())  # type: ignore[return-value]


def _contrast(one: Rgb, other: Rgb) -> float:
    """The contrast of two colours by WCAG 2: from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = ((part / 12.92) if (part := one / 255) <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for one in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _nearest_own(colour: Rgb) -> str:
    """The terminal's own colour whose hue is nearest; empty where there is none to speak of."""
    import colorsys

    hue, saturation, _ = colorsys.rgb_to_hsv(*(one / 255 for one in colour))
    if saturation < 0.15:
        return ""
    return _OWN[min(_OWN, key=lambda own: min(abs(own - hue * 360), 360 - abs(own - hue * 360)))]
