import numpy as np

from vivavoce.text.embed import DIMENSION, LAYERS, WINDOW_PIECES, embedder

SENTENCE = ["The", "bank", "of", "the", "river", ",", "and", "the", "bank", "in", "the", "city", "."]


def test_one_vector_a_word_that_depends_on_its_context() -> None:
    vectors = embedder().embed(SENTENCE)
    assert vectors.shape == (len(SENTENCE), DIMENSION)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors[1] - vectors[8]) > 1.0


def test_the_last_of_the_layers_is_the_embedding() -> None:
    layers = embedder().embed_layers(SENTENCE)
    assert layers.shape == (len(SENTENCE), LAYERS, DIMENSION)
    np.testing.assert_allclose(layers[:, -1], embedder().embed(SENTENCE), atol=1e-5)
    # The input embeddings know place and word alone: two "the" differ less there than further up.
    spread = np.linalg.norm(layers[3] - layers[7], axis=-1) / np.linalg.norm(layers[3], axis=-1)
    assert spread[0] < spread[3]


def test_a_word_of_several_pieces_has_their_mean() -> None:
    np.testing.assert_allclose(
        embedder().embed(["well-known"])[0], embedder().embed(["well", "-", "known"]).mean(axis=0), atol=1e-5
    )


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Cosine."""
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_sentences_alike_in_meaning_have_vectors_alike() -> None:
    eating, meal, market = (
        embedder().embed(text.split()).mean(axis=0)
        for text in ("A man is eating food", "A man eats something", "The stock market fell")
    )
    assert likeness(eating, meal) > 0.7 > 0.3 > likeness(eating, market)


def test_a_sentence_beyond_the_window_is_embedded_whole() -> None:
    words = [f"{SENTENCE[n % len(SENTENCE)]}" for n in range(WINDOW_PIECES + 150)]
    vectors = embedder().embed(words)
    assert vectors.shape == (len(words), DIMENSION)
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(vectors[:300], embedder().embed(words[:WINDOW_PIECES])[:300], atol=1e-4)


def test_nothing_gives_nothing() -> None:
    assert embedder().embed([]).shape == (0, DIMENSION)
    assert embedder().embed_layers([]).shape == (0, LAYERS, DIMENSION)
    assert embedder().embed([""]).shape == (1, DIMENSION)


def test_models_are_kept_by_thread_count() -> None:
    assert embedder() is embedder()
