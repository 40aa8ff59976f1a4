"""Every text of ours is there in Chinese with its placeholders; every model's labels are in both languages."""

import re
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from models.inspection import models_with_pages
from models.meta import FIELD_KEY, Label
from tests.conftest import ROOT

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
METHODS = [
    *((f"{folder}/**.py", "python") for folder in ("admin_views", "auth", "services")),
    ("templates/**.html", "jinja2"),
]


def catalogue() -> Catalog:
    """Return the Chinese catalogue."""
    path = ROOT / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
    return read_po(BytesIO(path.read_bytes()), locale="zh_Hans_CN")


def texts() -> set[str]:
    """Return the English texts that code and templates hold."""
    keywords = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(ROOT, METHODS, keywords=keywords, directory_filter=_is_ours)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def _is_ours(path: object) -> bool:
    return not re.search(r"/(\.venv|node_modules|tests|static|\.git)(/|$)", str(path))


def test_catalogue_holds_every_text() -> None:
    translated = {message.id[0] if isinstance(message.id, tuple) else message.id: message for message in catalogue()}

    missing = {text for text in texts() if text not in translated or not translated[text].string}

    assert missing == set()
    assert len(texts()) > 100


def test_catalogue_keeps_placeholders() -> None:
    wrong = {}
    for message in catalogue():
        source = message.id if isinstance(message.id, str) else message.id[-1]
        target = message.string if isinstance(message.string, str) else message.string[0]
        lost = set(PLACEHOLDER.findall(target)) ^ set(PLACEHOLDER.findall(source))
        if source and lost:
            wrong[source] = lost

    assert wrong == {}


def test_catalogue_is_not_fuzzy_and_has_chinese() -> None:
    for message in catalogue():
        target = message.string if isinstance(message.string, str) else message.string[0]
        assert not message.id or "fuzzy" not in message.flags
        assert not message.id or re.search(r"[\u4e00-\u9fff]|%\(", target), message.id


def test_labels_of_models_are_in_both_languages() -> None:
    labels: list[Label] = []
    for model in models_with_pages():
        page = model.__page__
        labels += [page.label, page.menu_title, *filter(None, [page.add, page.empty])]
        for column in model.__table__.columns:
            meta = column.info.get(FIELD_KEY)
            if meta is not None:
                labels += [meta.label, *filter(None, [meta.help]), *(meta.choices or {}).values()]

    assert [label for label in labels if not label.en.isascii() or label.en == label.zh] == []
    assert [label for label in labels if not re.search(r"[\u4e00-\u9fff]", label.zh)] == []
