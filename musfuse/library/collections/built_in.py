"""The collections that every library has."""

from musfuse.library.collections.rules import DateRange, Definition, MostPlayed, RecentlyAdded, RecentlyPlayed

BUILT_IN: dict[str, Definition] = {
    "Recently Added": Definition(RecentlyAdded(30)),
    "Recently Played": Definition(RecentlyPlayed(7)),
    "Most Played": Definition(MostPlayed(100)),
    **{f"{year % 100:02}s": Definition(DateRange("year", str(year), str(year + 9))) for year in range(1960, 2030, 10)},
}
"""Their definitions by name."""
