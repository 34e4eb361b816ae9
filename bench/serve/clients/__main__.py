"""Programs and libraries of others, in the versions people have, against a server of ours.

    python -m bench.serve.clients [NAME ...] [--environments DIR] [--keep]

Each client gets an environment of its own in DIR (made where it is missing) and a script of `bench/serve/clients` that
tries its calls one by one. The server runs with a token, so that every client has to bring it in its own way.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.serve.clients.catalogue import CLIENTS, Client
from bench.serve.server import free_port, running
from bench.shared.results import RESULTS, Table, read_result, write_result

HERE = Path(__file__).parent
TOKEN = "a-token-of-the-clients"
NAME = "serve-clients"
SOURCES = ("bench/serve/clients", "src/vivavoce/serve/protocols")
PATIENCE_S = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one client's calls."""

    client: Client
    version: str
    ok: list[str]
    absent: list[str]
    failed: list[tuple[str, str]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="clients; all where none is named")
    parser.add_argument("--environments", type=Path, default=Path(tempfile.gettempdir()) / "vivavoce-clients")
    arguments = parser.parse_args()
    known = {client.name: client for client in CLIENTS}
    if unknown := [name for name in arguments.names if name not in known]:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(known)}")
    wanted = [known[name] for name in arguments.names or known]
    wyoming = free_port()
    outcomes: list[Outcome] = []
    with running("--token", TOKEN, "--wyoming", f"127.0.0.1:{wyoming}") as (port, _):
        for client in wanted:
            outcome = try_client(client, arguments.environments, port, wyoming)
            outcomes.append(outcome)
            print(
                f"{client.name} {outcome.version}: {len(outcome.ok)} ok, {len(outcome.failed)} failed", file=sys.stderr
            )
            for name, reason in outcome.failed:
                print(f"    {name}: {reason}", file=sys.stderr)
    _write(outcomes)
    return int(any(outcome.failed for outcome in outcomes))


def try_client(client: Client, environments: Path, port: int, wyoming: int) -> Outcome:
    """Run a client's script in its environment."""
    program, version = client.prepare(environments / client.name)
    environment = {
        **os.environ, "SPEECH_URL": f"http://127.0.0.1:{port}", "SPEECH_TOKEN": TOKEN,
        "SPEECH_WYOMING_PORT": str(wyoming), "PYTHONWARNINGS": "ignore",
    }  # fmt: skip
    environment.pop("PYTHONPATH", None)
    try:
        done = subprocess.run(
            [*program, str(client.script_in(environments / client.name, HERE))], env=environment, capture_output=True,
            text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        lines, noise = done.stdout.splitlines(), done.stderr
    except subprocess.TimeoutExpired as error:
        lines, noise = (error.stdout or b"").decode().splitlines(), "it took too long"
    told = [line.split("\t") for line in lines if line.count("\t") == 2]
    failed = [(name, reason) for outcome, name, reason in told if outcome == "failed"]
    if not told or noise == "it took too long":
        failed.append(("the script", noise.strip()[-300:] or "it said nothing"))
    names = {kind: [name for outcome, name, _ in told if outcome == kind] for kind in ("ok", "absent")}
    return Outcome(client, version, names["ok"], names["absent"], failed)


def _write(outcomes: list[Outcome]) -> None:
    """A row for each client; those that were not run this time keep theirs."""
    rows: dict[str, tuple[str, ...]] = {}
    calls: dict[str, object] = {}
    if (RESULTS / f"{NAME}.json").is_file():
        before = read_result(NAME)
        rows = {row[0]: tuple(row) for row in before["tables"]["main"]["rows"]}
        calls = before["figures"]
    for outcome in outcomes:
        label = f"{outcome.client.label} {outcome.version}"
        wrong = "; ".join(name for name, _ in outcome.failed)
        rows[label] = (label, f"{len(outcome.ok)} of {len(outcome.ok) + len(outcome.failed)}", wrong or "none")
        calls[label] = {"ok": outcome.ok, "not in this version": outcome.absent, "failed": dict(outcome.failed)}
    order = sorted(rows, key=str.lower)
    table = Table(("client", "calls that work", "that do not"), [rows[label] for label in order])
    write_result(NAME, {"main": table}, SOURCES, {label: calls[label] for label in order})


if __name__ == "__main__":
    if not shutil.which("node"):
        print("without Node its clients are left out", file=sys.stderr)
    sys.exit(main())
