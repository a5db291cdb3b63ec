"""Rates that are made others, and those that are not."""

import pytest

from musfuse.media.lossy.rates import can_resample


@pytest.mark.parametrize("rate", [1000, 8000, 11_025, 37_123, 47_999, 96_001, 176_400, 192_000, 352_800, 384_000])
def test_rates_in_use_are_resampled(rate: int) -> None:
    assert can_resample(rate, 48_000)
    assert can_resample(rate, 44_100)


@pytest.mark.parametrize("rate", [1, 999, 192_001, 384_001, 655_349])
def test_rates_whose_filters_would_take_seconds_are_not(rate: int) -> None:
    assert not can_resample(rate, 48_000)
