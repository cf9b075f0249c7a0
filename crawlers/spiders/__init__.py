"""One spider for each kind of site, one file each; found by walking this folder."""

from importlib import import_module
from pkgutil import iter_modules

from crawlers.walking import Walker


def find_spiders() -> dict[str, type[Walker]]:
    """Give the spider of each kind: the one class in each module here that names its kind."""
    found: dict[str, type[Walker]] = {}
    for module in iter_modules(__path__):
        names = vars(import_module(f"{__name__}.{module.name}")).values()
        found |= {c.kind: c for c in names if isinstance(c, type) and issubclass(c, Walker) and c is not Walker}
    return found
