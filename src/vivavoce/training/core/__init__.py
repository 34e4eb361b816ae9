"""The seam that every trained network goes through: a recipe, a product, a trainer, an export.

A *recipe* is a TOML file: which product is trained, with which numbers (`recipe`). A *product* is a class that knows
its network, its data, its losses and what becomes of it (`product`). The *trainer* runs a product by its recipe and
knows nothing else (`trainer`, `adversarial`, `checkpoint`). `addon_export` hands a trained product,
its networks as ONNX (`onnx_export`), to the one writer of addons and their cards (`vivavoce.blocks.addon_spec`).

To train a network of your own, write a dataclass of its numbers, a product and a TOML file:

    @dataclass(frozen=True, kw_only=True)
    class EchoRecipe(Recipe):
        network: EchoNetworkSettings
        data: EchoDataSettings

    class Echo(Product[EchoRecipe]):
        recipe_class = EchoRecipe
        def build_network(self): ...
        def batches(self, random, progress): ...    # an endless iterator
        def losses(self, network, batch, progress): return Losses({"distance": ...})
        def export(self, network): return AddonSpec(...)

    # echo.toml
    product = "my.module:Echo"
    [network]
    width = 48
    [data]
    batch = 32
    [training]
    steps = 2000
    learning_rate = 1e-3

`python -m vivavoce.training train echo.toml` trains it, `… export echo.toml` writes its addon. A further TOML that
begins with `base = "echo"` and says only what differs is an ablation.
"""
