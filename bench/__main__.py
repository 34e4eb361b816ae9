"""`python -m bench tables` draws the tables of README and docs; `python -m bench` lists the results.

`python -m bench renew RESULT REASON` takes a result's sources as they are now, where they changed in name only.
"""

from __future__ import annotations

import sys

from bench.shared.results import RESULTS, changed_sources, draw_tables, pages, read_result, renew_result


def main() -> int:
    if sys.argv[1:] == ["tables"]:
        for page in pages():
            text = page.read_text(encoding="utf-8")
            drawn = draw_tables(text)
            if drawn != text:
                page.write_text(drawn, encoding="utf-8")
                print(page)
        return 0
    if len(sys.argv) == 4 and sys.argv[1] == "renew":
        renew_result(sys.argv[2], sys.argv[3])
        return 0
    if sys.argv[1:]:
        use = "use: python -m bench [tables | renew RESULT REASON]; a bench runs as python -m bench.ROOM.NAME"
        print(use, file=sys.stderr)
        return 2
    for path in sorted(RESULTS.glob("*.json")):
        document = read_result(path.stem)
        changed = changed_sources(document)
        note = f", changed since: {', '.join(changed)}" if changed else ""
        print(f"{path.stem}: {document['date']}, {document['commit']}{note}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
