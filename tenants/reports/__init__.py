"""What a business's overview shows: figures of today, the sides of the last campaigns, and what needs somebody.

figures             balance, volume, delivery, spend
sides               the last campaigns by operator
needs, Need         what waits for a person, the most harmful first
todos               the same as counts, cheap enough for every page
steps               the way of a new business to its first campaign; empty when it has been walked
"""

from tenants.reports.needs import Need, needs, todos
from tenants.reports.overview import Figures, Sides, figures, sides
from tenants.reports.steps import Step, steps

__all__ = ["Figures", "Need", "Sides", "Step", "figures", "needs", "sides", "steps", "todos"]
