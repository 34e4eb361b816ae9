"""The report: one self-contained page to look at and listen to."""

from vivavoce.inspection.report.page import report_page

__all__ = ["report_page"]
