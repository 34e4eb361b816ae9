"""The whole journey on one page: speech said three ways, carried through loss, and a clip that is inspected."""
