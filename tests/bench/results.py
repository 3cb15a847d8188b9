"""All figures, as they were sampled."""
from dataclasses import dataclass, field

from sampling import median, percentile


@dataclass
class Figure:
    group: str
    what: str
    who: str
    leases: int
    unit: str
    values: list

    @property
    def median(self):
        return median(self.values)

    def as_json(self):
        return {
            "group": self.group, "what": self.what, "who": self.who, "leases": self.leases, "unit": self.unit,
            "median": self.median, "p99": percentile(self.values, 0.99), "min": min(self.values),
            "samples": len(self.values),
        }


@dataclass
class Results:
    figures: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)

    def add(self, group, what, who, leases, unit, values):
        values = [value for value in values if value is not None]
        if values:
            self.figures[group, what, who, leases] = Figure(group, what, who, leases, unit, values)

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def median(self, group, what, who, leases):
        """None if it was not measured."""
        figure = self.figures.get((group, what, who, leases))
        return None if figure is None else figure.median

    def of(self, group):
        return [figure for figure in self.figures.values() if figure.group == group]

    def sizes(self, group):
        return sorted({figure.leases for figure in self.of(group)})
