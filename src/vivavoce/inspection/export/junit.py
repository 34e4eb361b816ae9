"""Results as JUnit XML: a suite for each file, a case for each detector and each check of the profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from vivavoce.inspection.compliance import Check
from vivavoce.inspection.event import Severity
from vivavoce.inspection.export.text import printable
from vivavoce.inspection.qc_items import ebu_qc_item
from vivavoce.inspection.session import Inspection


def results_junit(
    results: Sequence[Inspection], checks: Mapping[str, Sequence[Check]], fail_on: Severity = Severity.MINOR
) -> str:
    """The report's text. A case fails with events of `fail_on` and above; `checks` are those of each file, by name."""
    root = ElementTree.Element("testsuites", name="vivavoce inspect")
    for result in results:
        suite = ElementTree.SubElement(root, "testsuite", name=printable(result.file))
        failures = errors = skipped = 0
        for name in sorted({*result.detectors, *(event.defect for event in result.events)}):
            case = _add_case(suite, name, result)
            found = [event for event in result.events if event.defect == name and event.severity >= fail_on]
            if found:
                failures += 1
                said = [
                    f"{e.start_s:.3f}-{e.end_s:.3f} s, {e.severity.name.lower()}, score {e.score:.2f}" for e in found
                ]
                items = [item for event in found if (item := ebu_qc_item(event))]
                if items:
                    properties = ElementTree.SubElement(case, "properties")
                    ElementTree.SubElement(properties, "property", name="ebu_qc", value=items[0])
                failure = ElementTree.SubElement(case, "failure", type=name, message=f"{len(found)} events")
                failure.text = "\n".join(said)
        for check in checks.get(result.file, ()):
            case = _add_case(suite, check.name, result)
            if not check.passed:
                failures += 1
                ElementTree.SubElement(case, "failure", type="measurement", message=str(check))
        for name, reason in result.skipped.items():
            skipped += 1
            ElementTree.SubElement(_add_case(suite, name, result), "skipped", message=printable(reason))
        if result.error:
            errors += 1
            ElementTree.SubElement(_add_case(suite, "decode", result), "error", message=printable(result.error))
        counts = {"tests": len(suite), "failures": failures, "errors": errors, "skipped": skipped}
        suite.attrib.update({key: str(value) for key, value in counts.items()} | {"time": f"{result.seconds:.3f}"})
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _add_case(suite: ElementTree.Element, name: str, result: Inspection) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", name=name, classname=printable(result.file))
