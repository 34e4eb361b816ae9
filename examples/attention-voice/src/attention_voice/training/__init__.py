"""How the voice is trained: a product of `vivavoce.training`, by the recipe beside it."""
