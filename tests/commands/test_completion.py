"""What the shells complete, asked of the shells themselves where they are installed."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from vivavoce.cli import main
from vivavoce.commands.parser import VERBS


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


def test_bash_completes_verbs_and_options(capsys: pytest.CaptureFixture[str]) -> None:
    ask = """
COMP_WORDS=(vivavoce {words}); COMP_CWORD={place}; COMPREPLY=()
_shtab_vivavoce; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    lines = script("bash", capsys)
    for words, place, wanted in (("se", 1, {"send", "serve"}), ("serve --worke", 2, {"--workers"})):
        asked = lines + ask.format(words=words, place=place)
        done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
        assert set(done.stdout.split()) == wanted


def test_fish_has_every_verb_and_their_options(capsys: pytest.CaptureFixture[str]) -> None:
    lines = script("fish", capsys)
    assert all(f" -a {verb} " in lines for verb in VERBS)
    assert "'__fish_seen_subcommand_from serve' -l workers -r" in lines
    if shutil.which("fish"):
        asked = lines + '\ncomplete -C "vivavoce serve --worke"\n'
        done = subprocess.run(["fish", "-c", asked], capture_output=True, text=True, check=True)
        assert done.stdout.split()[0] == "--workers"


def test_zsh_knows_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    lines = script("zsh", capsys)
    assert lines.startswith("#compdef vivavoce")
    assert all(f"{verb}:" in lines for verb in VERBS)
    if shutil.which("zsh"):
        subprocess.run(["zsh", "-n"], input=lines, text=True, check=True)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["serve", "--port", "many"], "argument --port: invalid int value: 'many'; see vivavoce serve --help"),
        (["serve", "--log", "xml"], "invalid choice: 'xml'"),
        (["batch"], "the following arguments are required"),
        (["nothing"], "invalid choice: 'nothing'"),
        ([], "the following arguments are required: VERB; see vivavoce --help"),
    ],
)
def test_a_wrong_option_is_one_line(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    told = capsys.readouterr().err
    assert (ended.value.code, told.count("\n")) == (2, 1)
    assert complaint in told
