"""What a business's overview shows: figures of today, the sides of the last campaigns, and what needs somebody.

figures             balance, volume, delivery, spend
volume, Slot        what was sent by the hour or the day its campaign began
sides               the last campaigns by operator
needs, Need         what waits for a person, the most harmful first
todos               the same as counts, cheap enough for every page
steps               the way of a new business to its first campaign; empty when it has been walked
"""

from tenants.reports.needs import Need, needs, todos
from tenants.reports.overview import Figures, Sides, figures, sides
from tenants.reports.steps import Step, steps
from tenants.reports.volume import Slot, volume

__all__ = ["Figures", "Need", "Sides", "Slot", "Step", "figures", "needs", "sides", "steps", "todos", "volume"]
