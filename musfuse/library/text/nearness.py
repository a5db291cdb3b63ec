"""Words that are nearly the same: so many letters put in, left out, taken for another, or swapped with the next."""


def is_near(one: str, other: str, edits: int) -> bool:
    """Whether a word becomes another by so many edits, 0 to 2 of them: the optimal string alignment distance."""
    if abs(len(one) - len(other)) > edits:
        return False
    if one == other:
        return True
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    end = 0
    while end < min(len(one), len(other)) - at and one[-1 - end] == other[-1 - end]:
        end += 1
    return _distance(one[at : len(one) - end], other[at : len(other) - end], edits) <= edits


def _distance(one: str, other: str, most: int) -> int:
    """The distance of two words, or any number over `most`."""
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        two_before, before, row = before, row, [i, *(0 for _ in other)]
        for j, theirs in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != theirs))
            if i > 1 and j > 1 and char == other[j - 2] and theirs == one[i - 2]:
                row[j] = min(row[j], two_before[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]
