import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.errors import InputError
from vivavoce.text.syntax import (
    MAX_DEPTH,
    collapse_unary,
    leaves,
    read_tree,
    right_binarise,
    strip_functions,
    syntactic_distance,
    tree_from_distances,
    without_punctuation,
    write_tree,
)
from vivavoce.text.utterance import Tree

ARTICLE = (
    "(S (S (NP (DT The) (JJ brown) (NN fox)) (VP (VBZ is) (ADJP (JJ quick)))) (, ,) (CC and) (S (NP (PRP it)) (VP "
    "(VBZ is) (VP (VBG jumping) (PP (IN over) (NP (DT the) (JJ lazy) (NN dog)))))))"
)
ARTICLE_DISTANCES = [0, 2, 1, 3, 1, 8, 7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("brackets", "distances"),
    [
        (ARTICLE, ARTICLE_DISTANCES),
        (f"(ROOT {ARTICLE})", ARTICLE_DISTANCES),
        (f"(ROOT {ARTICLE[:-1]} (. .)))", ARTICLE_DISTANCES),
        (f'(ROOT (`` ") {ARTICLE})', ARTICLE_DISTANCES),
        ("(NN one)", [0]),
        ("(ROOT (S (NP (NN one))))", [0]),
        ("(S (NP She)(VP left) .)", [0, 1]),
        ("(NP a b c d)", [0, 3, 2, 1]),
        ("(X (X (X a b) c) d)", [0, 1, 2, 3]),
        ("(X (X a b)(X c d))", [0, 1, 2, 1]),
        ("(S (NP I)(VP saw (NP the man)(PP with (NP the telescope))))", [0, 5, 4, 1, 3, 2, 1]),
        ("(SQ Does (NP he)(VP wear (NP (NP a black suit) or (NP a blue one))))", [0, 7, 6, 5, 2, 1, 4, 3, 2, 1]),
        ("(SBARQ (WHNP Who)(SQ (VP ate (NP (NP the rest)(PP of (NP my pizza))))))", [0, 5, 4, 1, 3, 2, 1]),
        ("(S (NP (NP John) , (NP my brother) ,)(VP left) .)", [0, 2, 1, 3]),
        ("(ROOT (X (. .) (-LRB- -LRB-) (-RRB- -RRB-)))", []),
    ],
)
def test_syntactic_distance_gives_the_known_vectors(brackets: str, distances: list[int]) -> None:
    assert syntactic_distance(read_tree(brackets)) == distances


words = st.text("abcdefg", min_size=1, max_size=3)
trees = st.recursive(
    st.builds(lambda tag, word: Tree(tag, (word,)), st.sampled_from(["NN", "VB", "DT"]), words),
    lambda inner: st.builds(
        lambda label, children: Tree(label, tuple(children)),
        st.sampled_from(["NP", "VP", "S"]),
        st.lists(inner, min_size=1, max_size=5),
    ),
    max_leaves=25,
)


@given(trees)
def test_brackets_are_read_as_they_were_written(tree: Tree) -> None:
    assert read_tree(write_tree(tree)) == tree


@given(trees)
def test_distances_are_those_of_the_binarised_tree(tree: Tree) -> None:
    binary = right_binarise(collapse_unary(tree))
    assert all(len(node.children) <= 2 for node in _nodes(binary))
    assert syntactic_distance(binary) == syntactic_distance(tree)
    assert list(leaves(binary)) == list(leaves(tree))


@given(trees)
def test_a_binary_tree_comes_back_from_its_distances(tree: Tree) -> None:
    distances = syntactic_distance(tree)
    back = tree_from_distances([word for _, word in leaves(tree)], distances)
    assert syntactic_distance(back) == distances
    assert _shape(back) == _shape(right_binarise(collapse_unary(tree)))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30, unique=True))
def test_any_distinct_values_are_a_tree_with_distances_of_the_same_maxima(values: list[float]) -> None:
    spoken = [f"w{number}" for number in range(len(values))]
    tree = tree_from_distances(spoken, values)
    assert [word for _, word in leaves(tree)] == spoken
    assert tree_from_distances(spoken, syntactic_distance(tree)) == tree


def _nodes(tree: Tree) -> list[Tree]:
    return [tree, *(node for child in tree.children if isinstance(child, Tree) for node in _nodes(child))]


def _shape(tree: Tree | str) -> object:
    if isinstance(tree, str) or len(tree.children) == 1:
        return ()
    return tuple(_shape(child) for child in tree.children)


def test_two_maxima_and_missing_values_are_refused() -> None:
    with pytest.raises(InputError, match=r"words 0 to 2: the maximum 4 occurs twice"):
        tree_from_distances(["a", "b", "c"], [0, 4, 4])
    with pytest.raises(InputError, match="1 values for 2 words"):
        tree_from_distances(["a", "b"], [0])
    with pytest.raises(InputError, match="0 values for 0 words"):
        tree_from_distances([], [])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("(S (NP", "character 6: 2 brackets left open"),
        ("", "character 0: 0 brackets left open"),
        ("word", "character 0: 'word' outside"),
        ("(S a))", "character 5: more after"),
        ("(S )", r"character 3: \(S\) holds nothing"),
        ("(" * (MAX_DEPTH + 1), "deeper than 400"),
    ],
)
def test_broken_brackets_are_refused_with_their_place(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read_tree(text)


def test_an_unlabelled_outer_pair_is_root() -> None:
    assert write_tree(read_tree("( (S (UH Yes)))")) == "(ROOT (S (UH Yes)))"


def test_function_tags_go_and_bracket_tags_stay() -> None:
    tree = strip_functions(read_tree("(S (NP-SBJ=1 (-LRB- -LRB-) (NN it)) (ADVP|PRT (RB up)))"))
    assert write_tree(tree) == "(S (NP (-LRB- -LRB-) (NN it)) (ADVP (RB up)))"


def test_constituents_of_punctuation_alone_are_pruned_whole() -> None:
    tree = without_punctuation(read_tree("(S (PRN (: --) (, ,)) (NP (NN war) (HYPH -) (NN time)) (. .))"))
    assert tree is not None
    assert write_tree(tree) == "(S (NP (NN war) (NN time)))"


def test_a_flat_tree_of_any_width_has_distances() -> None:
    count = 3000
    flat = Tree("ROOT", (Tree("X", tuple(Tree("NN", (str(n),)) for n in range(count))),))
    assert syntactic_distance(flat) == [0, *range(count - 1, 0, -1)]
