"""What is measured and reported, and is no defect in itself: loudness, true peak, the container's data."""

from vivavoce.inspection.measurements.meters import Meters

__all__ = ["Meters"]
