"""Makes a view for each model with a page: its own of this package where there is one, else a generated one."""

import importlib
import pkgutil
from typing import Any

import admin_views
from admin_views.base import GeneratedView
from admin_views.order_pages import OrderPagesMixin
from admin_views.tree_pages import TreePagesMixin
from admin_views.value_lists import ValueListsMixin
from models.inspection import models_with_pages
from models.mixins import DictionaryMixin, SortableMixin, TreeMixin

#: Behaviour that a model's mixin brings to its view; the first that fits.
_PAGES: tuple[tuple[type[Any], tuple[type[Any], ...]], ...] = (
    (TreeMixin, (TreePagesMixin, ValueListsMixin)),
    (DictionaryMixin, (ValueListsMixin, OrderPagesMixin)),
    (SortableMixin, (OrderPagesMixin,)),
)


def make_views() -> list[GeneratedView]:
    """Return a fresh view for each model with a page, by table name."""
    own = _own_views()
    return [view_class(model, own.get(model, GeneratedView))(model) for model in models_with_pages()]


def view_class(model: type[Any], base: type[GeneratedView]) -> type[GeneratedView]:
    """Return the view class of a model: its own or the generated one, with what the model's mixins bring."""
    pages = next((pages for mixin, pages in _PAGES if issubclass(model, mixin)), ())
    bases = (*(page for page in pages if not issubclass(base, page)), base)
    return type(f"{model.__name__}View", bases, {})


def _own_views() -> dict[type[Any], type[GeneratedView]]:
    """Return the hand-written views of this package, by model: subclasses of GeneratedView that name a model."""
    for module in pkgutil.iter_modules(admin_views.__path__):
        importlib.import_module(f"{admin_views.__name__}.{module.name}")
    return {cls.own_model: cls for cls in _subclasses(GeneratedView) if cls.own_model is not None}


def _subclasses(cls: type[Any]) -> list[type[Any]]:
    return [found for child in cls.__subclasses__() for found in (child, *_subclasses(child))]
