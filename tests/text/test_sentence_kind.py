"""Kinds of sentences: on questions of many shapes, none of which is in data/text."""

import pytest

from vivavoce.text import analyse

KINDS = {
    "yes_no": [
        "Are you coming?", "Hasn't she called yet?", "Could I have some water, please?", "You came alone?",
        "And did he answer?", "When you get there, will you call me?", "If it rains, are we staying in?",
        "Do you know what time it is?", "Have you any brothers or sisters?", "Is there anything else?",
        "Well, Tom, did they find it?", "Ready?", "So they just left?", "Did you ever meet him or her?",
        "Can you wait a minute or two?", "Are you coming or not?",
    ],
    "wh": [
        "Where is the key?", "Who's calling?", "What happened?", "How many were there?", "In which house does he live?",
        "But why did they go?", "If it rains, what shall we do?", "Why?", "Whose idea was it?", "What about the dog?",
        "How come nobody told me?", "Well, Tom, where were you?", "The old man, where is he?", "To whom did you write?",
        "When does the train leave?", "Who told your brother or sister?",
    ],
    "or": [
        "Tea or coffee?", "Do you want the red one or the blue one?", "Is it true, or did he make it up?",
        "Shall we walk, or take the bus?", "Will you pay in cash or by card?", "Which do you prefer, rice or pasta?",
    ],
    "tag": [
        "It's cold, isn't it?", "You won't tell, will you?", "She left, didn't she?", "You know him, do you, Anna?",
        "That's yours, right?", "He isn't here, is he?",
    ],
    "list": [
        "We saw lions, tigers and bears.", "Bring a coat, a hat, and a pair of boots.",
        "She sang, danced, and laughed.", "The flag is red, white and blue.",
    ],
    "statement": [
        "He left.", "When he came, we ate, and then he left.", "I asked what it was.", "Bread and butter.",
        "However, he stayed, and she went home.", "Tea or coffee will do.",
    ],
    "exclamation": ["What a day!", "Stop!"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in KINDS.items() for text in texts])
def test_kind(kind: str, text: str) -> None:
    assert analyse(text).sentences[-1].kind == kind


def test_boundaries_tell_paragraphs_and_parts() -> None:
    first, second, third = analyse("One. Two.\n\nThree.").sentences
    assert [first.boundary, second.boundary, third.boundary] == ["sentence", "paragraph", "paragraph"]
    parts = analyse("Is it so that " + ", ".join(["a long story goes on"] * 30) + "?").sentences
    assert [part.boundary for part in parts[:-1]] == ["part"] * (len(parts) - 1)
    assert (parts[0].kind, parts[-1].kind) == ("statement", "yes_no")


def test_markup_tells_paragraphs() -> None:
    found = analyse("<speak><p><s>One.</s><s>Two.</s></p><p>Three. Four.</p></speak>").sentences
    assert [sentence.boundary for sentence in found] == ["sentence", "paragraph", "sentence", "paragraph"]
