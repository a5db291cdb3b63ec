"""What an encoder hears before a track begins and behind its end: the sound, going on as it was.

The windows of a lossy encoder reach over both ends of a track. Were there silence, the step to the first sample would
spread as noise that is heard as a click where two tracks of a gapless album join: for a sine at half of full scale,
MP3 of 192 kbit/s is 0.043 off there, and 0.0001 everywhere else. Linear prediction (Burg's method: J. P. Burg, Maximum
Entropy Spectral Analysis, 1975) goes on with the tones that there are, and the step is gone.
"""

from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
"""Samples within ±1, of shape (channels, samples)."""

_HISTORY = 4096
"""Samples from which is told how the sound goes on."""
_ORDER = 32
_GRID = 32_768
"""Predictions are rounded to so many steps of full scale, so that what is left of the order in which a processor adds
decides nothing."""


class Sound(Protocol):
    """Samples of a track, in terms of what its encoder takes. May be read from many threads."""

    @property
    def rate(self) -> int:
        """Samples a second."""

    @property
    def channels(self) -> int:
        """How many channels each sample has."""

    @property
    def total(self) -> int:
        """How many samples there are of each channel."""

    def read(self, start: int, count: int) -> Floats:
        """Samples [start, start + count). Raises what decoding raises: MediaError, OriginError."""


class Endless:
    """A sound that may be read before its start and behind its end as well, where it goes on as it was."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self.rate, self.channels, self.total = sound.rate, sound.channels, sound.total

    def read(self, start: int, count: int) -> Floats:
        """Samples [start, start + count), which may be negative. What lies outside depends on the sound alone."""
        end, total = start + count, self.total
        parts = []
        if start < 0:
            before = self._continued(0, -start, backwards=True)
            parts.append(before[:, : min(count, -start)])
        if inside := range(max(start, 0), min(end, total)):
            parts.append(self._sound.read(inside.start, len(inside)))
        if end > total:
            behind = self._continued(max(0, total - _HISTORY), end - total)
            parts.append(behind[:, max(0, start - total) :])
        return parts[0] if len(parts) == 1 else np.concatenate(parts, 1)

    def _continued(self, at: int, count: int, backwards: bool = False) -> Floats:
        known = self._sound.read(at, min(_HISTORY, self.total - at)).astype(np.float64)
        if backwards:
            known = known[:, ::-1]
        ahead = np.stack([predicted(channel, count) for channel in known])
        ahead = np.round(ahead * _GRID) / _GRID
        return (ahead[:, ::-1] if backwards else ahead).astype(np.float32)


def predicted(known: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """`count` samples that come behind those that are known, within ±1; silence where none is known."""
    order = min(_ORDER, len(known) // 2)
    if not order:
        return np.full(count, known[-1] if len(known) else 0.0)
    steps = _steps(_burg(known, order))
    blocks, last = [], known[-order:]
    for _ in range(-(-count // order)):
        last = np.clip(steps @ last, -1.0, 1.0)
        blocks.append(last)
    return np.concatenate(blocks)[:count] if blocks else np.zeros(0)


def _burg(known: npt.NDArray[np.float64], order: int) -> npt.NDArray[np.float64]:
    """Weights of the last `order` samples, the newest first, by which the next one is predicted."""
    forward, backward = known, known
    weights = np.ones(1)
    for _ in range(order):
        ahead, behind = forward[1:], backward[:-1]
        energy = np.dot(ahead, ahead) + np.dot(behind, behind)
        reflection = -2 * np.dot(ahead, behind) / energy if energy > 1e-12 else 0.0
        forward, backward = ahead + reflection * behind, behind + reflection * ahead
        longer = np.append(weights, 0.0)
        weights = longer + reflection * longer[::-1]
    return -weights[1:]


def _steps(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The matrix that makes the next samples, as many as there are weights, of the last ones."""
    order = len(weights)
    rows = list(np.eye(order))
    for _ in range(order):
        rows.append(weights @ np.array(rows[: -order - 1 : -1]))
    return np.array(rows[order:])
