"""The faults of an export file, told with their lines: all of them up to a number that somebody may still read."""

from __future__ import annotations

MOST_FAULTS = 100
_LONGEST_FAULT = 400  # characters


class ImportRefused(Exception):
    """The file cannot be imported. `faults` are sentences that begin with their line, at most MOST_FAULTS."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class TransferFaults:
    """The faults found so far."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, line: int, message: str) -> None:
        """Note what is wrong with the line of this number. Raises ImportRefused where that was enough."""
        self.told.append(f"line {line}: {_readable(message)}")
        if len(self.told) == MOST_FAULTS:
            self.refuse()

    def refuse(self) -> None:
        """Raises ImportRefused where there are faults."""
        if self.told:
            raise ImportRefused(self.told)


def _readable(message: str) -> str:
    """What came from a file, fit for a terminal: nothing that steers it, and no more than anybody reads."""
    cut = message if len(message) <= _LONGEST_FAULT else f"{message[:_LONGEST_FAULT]}…"
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in cut)
