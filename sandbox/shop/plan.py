"""Every page of the storefront by its path. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from sandbox.magento.sample import SampleShop
from sandbox.shop.layout import Place, Site
from sandbox.shop.pages import category_page, help_page, home_page, missing_page
from sandbox.shop.product_page import product_page
from sandbox.shop.shelves import Shelves


@dataclass(frozen=True, slots=True)
class Spot:
    """A page to be: whose it is, its path in each store view, and what writes it."""

    shelves: Shelves
    twins: tuple[str, ...]
    write: Callable[[Place], str]

    def written(self, site: Site) -> str:
        """The page as it is now."""
        return self.write(Place(site=site, shelves=self.shelves, twins=self.twins))


def plan(views: tuple[Shelves, ...], sample: SampleShop) -> Mapping[str, Spot]:
    """Path -> page, for all of `views`. Raises ValueError when two pages have the same path."""
    spots = [found for shelves in views for found in _spots(views, shelves, sample)]
    repeated = [path for path, times in Counter(path for path, _ in spots).items() if times > 1]
    if repeated:
        raise ValueError(f"several pages at {', '.join(repeated)}")
    return dict(spots)


def missing(views: tuple[Shelves, ...], path: str) -> Spot:
    """What stands for a page that is not there: in the store view with the longest root that `path` is below."""
    nearest = max(views, key=lambda view: len(view.root) if path.startswith(view.root) else 0)
    return Spot(nearest, tuple(view.root for view in views), missing_page)


def _spots(views: tuple[Shelves, ...], shelves: Shelves, sample: SampleShop) -> Iterator[tuple[str, Spot]]:
    yield shelves.root, Spot(shelves, tuple(view.root for view in views), home_page)
    yield shelves.help_path, Spot(shelves, tuple(view.help_path for view in views), help_page)
    for category in sample.model.categories:
        paths = tuple(view.category_path(category) for view in views)
        yield shelves.category_path(category), Spot(shelves, paths, partial(category_page, category=category))
    for number, item in enumerate(shelves.items):
        paths = tuple(view.items[number].path for view in views)
        write = partial(product_page, item=item, attributes=sample.model.attributes)
        yield item.path, Spot(shelves, paths, write)
