"""`python -m vivavoce.training VERB RECIPE …`: see `vivavoce.training.core.cli`."""

from vivavoce.training.core.cli import main

if __name__ == "__main__":
    main()
