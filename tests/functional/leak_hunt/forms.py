"""Reads the form of a page, as a browser would send it."""

from html.parser import HTMLParser


class _FormReader(HTMLParser):
    """Gathers the values of the form of the class ``model-form``."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._is_inside = False
        self._select: str | None = None
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a field."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = "model-form" in found.get("class", "").split()
        if not self._is_inside:
            return
        name = found.get("name", "")
        if tag == "input" and (found.get("type") not in ("checkbox", "radio") or "checked" in found):
            self.values[name] = found.get("value", "y")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select is not None and ("selected" in found or self._select not in self.values):
            self.values[self._select] = found.get("value", "")
        elif tag == "textarea":
            self._text, self.values[name] = name, ""

    def handle_endtag(self, tag: str) -> None:
        """Leave a field, or the form."""
        if tag == "form":
            self._is_inside = False
        if tag == "select":
            self._select = None
        if tag == "textarea" and self._text is not None:
            self.values[self._text] = self.values[self._text].removeprefix("\r\n")  # no part of the text
            self._text = None

    def handle_data(self, data: str) -> None:
        """Note the text of a text area."""
        if self._text is not None:
            self.values[self._text] += data


def read_form(page: str) -> dict[str, str]:
    """Return the values of the page's form by name; none where the page has no form."""
    reader = _FormReader()
    reader.feed(page)
    return reader.values
