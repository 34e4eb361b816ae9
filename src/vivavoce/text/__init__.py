from vivavoce.text.analysis import analyse, iter_sentences

__all__ = ["analyse", "iter_sentences"]
