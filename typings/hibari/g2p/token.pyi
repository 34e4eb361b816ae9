class Tok:
    text: str
    tag: str
    whitespace: str
    phonemes: str | None
    is_head: bool
    alias: str | None
    stress: float | None
    currency: str | None
    num_flags: str
    prespace: bool
    rating: int | None
    def __init__(
        self,
        text: str,
        tag: str = "",
        whitespace: str = "",
        phonemes: str | None = None,
        is_head: bool = True,
        alias: str | None = None,
        stress: float | None = None,
        currency: str | None = None,
        num_flags: str = "",
        prespace: bool = False,
        rating: int | None = None,
    ) -> None: ...
