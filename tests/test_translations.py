"""Every text of ours is there in Chinese with its placeholders; every model's labels are in both languages."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.conftest import ROOT

HAN = "[\u4e00-\u9fff]"
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
        assert not message.id or re.search(rf"{HAN}|%\(", target), message.id


def labels() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield where each ``label(en=…, zh=…)`` of ours stands, and its texts."""
    for folder in ("admin_views", "auth", "models", "services"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "label":
                    texts = {
                        word.arg: word.value.value for word in node.keywords if isinstance(word.value, ast.Constant)
                    }
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", texts


def test_labels_are_in_both_languages() -> None:
    found = {place: texts for place, texts in labels() if re.search(r"[A-Za-z]", texts.get("en", ""))}
    not_chinese = [place for place, texts in found.items() if not re.search(rf"{HAN}|%s", texts["zh"])]
    uneven = [place for place, texts in found.items() if texts["en"].count("%s") != texts["zh"].count("%s")]

    assert (not_chinese, uneven) == ([], [])
    assert len(found) > 200


#: A text put before people by a script: what it sets, and the literal.
SHOWN = re.compile(
    r"""(?:\.(?:textContent|innerText|innerHTML|title|placeholder|alt|ariaLabel)\s*=|
        \b(?:textContent|innerText|title|placeholder|ariaLabel|alt)\s*:|
        setAttribute\(\s*["'](?:aria-label|title|placeholder|alt|aria-description)["']\s*,|
        \b(?:alert|confirm|prompt)\(|
        \.(?:append|prepend|after|before|replaceChildren)\()
        \s*(?P<literal>"[^"\n]*"|'[^'\n]*'|`[^`]*`)""",
    re.VERBOSE,
)
#: Two words of a sentence in a literal, wherever it goes.
SENTENCE = re.compile(r"""["'`][^"'`\n]*\b[A-Z][a-z]+ [a-z]{2,} [a-z]{2,}[^"'`\n]*["'`]""")
INSERTED = re.compile(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
COMMENT = re.compile(r"(?m)(?:^|\s)//.*$|/\*.*?\*/", re.DOTALL)


def spoken(script: str) -> list[str]:
    """Return the literals of a script that people would read: those hold words, whatever the language."""
    code = COMMENT.sub("", script)
    found = [
        match["literal"] for match in SHOWN.finditer(code) if re.search(r"[^\W\d_]", INSERTED.sub("", match["literal"]))
    ]
    return found + SENTENCE.findall(code) + re.findall(f"{HAN}+", code)


def test_scripts_hold_no_texts() -> None:
    """Scripts get their words from the page, where the catalogue is."""
    scripts = sorted((ROOT / "static" / "js").rglob("*.js"))

    assert {script.name: spoken(script.read_text("utf-8")) for script in scripts} == {
        script.name: [] for script in scripts
    }
    assert len(scripts) > 5


@pytest.mark.parametrize(
    "script",
    [
        'box.textContent = "Nothing";',
        "button.setAttribute('aria-label', 'Remove');",
        "live.textContent = `${count} rows`;",
        'say("Nothing was found here");',
        'window.confirm("Sure?")',
        'const words = "保存";',
    ],
)
def test_texts_in_scripts_would_be_found(script: str) -> None:
    assert spoken(script) != []


#: What stands in no language, or names its own.
NAMES = {"English", "中文", "Kepei", "Alt", "Ctrl", "Delete", "End", "F2", "Home", "Shift"}
#: Parts of a template that are no text: comments, statements, expressions.
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
#: For scripts, which test_scripts_hold_no_texts reads; a template may hold half of a tag.
DATA = re.compile(r'\bdata-[\w-]+(?:="[^"]*"?)?')
SPOKEN_ATTRIBUTE = re.compile(r'\b(?:title|aria-label|placeholder|alt)="([^"]*)"')


def plain_texts(template: str) -> set[str]:
    """Return the words that a template holds outside the catalogue."""
    page = re.sub(r"<(script|style)\b.*?</\1>", "", JINJA.sub("\n", template), flags=re.DOTALL)
    texts = [*TAG.sub("\n", DATA.sub("", page)).split("\n"), *SPOKEN_ATTRIBUTE.findall(page)]
    return {text.strip() for text in texts if re.search(r"[^\W\d_]{2,}", text)} - NAMES


def test_templates_hold_no_plain_texts() -> None:
    found = {path.name: plain_texts(path.read_text("utf-8")) for path in (ROOT / "templates").rglob("*.html")}

    assert {name: texts for name, texts in found.items() if texts} == {}
    assert plain_texts('<p title="Go">{{ _("Yes") }} Nothing here</p>') == {"Go", "Nothing here"}


#: Signs of Western width that stand at a Chinese word, where Chinese has its own (GB/T 15834).
WESTERN_SIGN = re.compile(rf"(?<=[{HAN[1:-1]}”》]) ?[,;:?!()]|[,;()](?={HAN})")


def test_chinese_has_chinese_punctuation() -> None:
    written = [str(target) for message in catalogue() for target in _targets(message.string)]
    written += [texts["zh"] for _, texts in labels() if "zh" in texts]

    wrong = [text for text in written if WESTERN_SIGN.search(PLACEHOLDER.sub("字", text))]

    assert wrong == []
    assert len(written) > 100


def _targets(string: object) -> tuple[object, ...]:
    return string if isinstance(string, tuple) else (string,)
