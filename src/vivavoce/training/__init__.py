"""How the shipped addons are made: recipes, the products that they name, one trainer and one exporter."""
