"""The HTML part of a letter: what its text says, in the quiet form of our pages.

Of the text are made paragraphs, of facts (名前：値) a list, of the address of a page on which somebody acts a button
with the address beneath. What that looks like stands in `pieces/`, with each style in its element, for many mail
programs throw style sheets away; what `page.html` has besides is for whoever reads in the dark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from itertools import groupby

Piece = Callable[..., str]
"""Gives the template of `pieces/` with this name, with this HTML in it."""

PIECES: Mapping[str, frozenset[str]] = {
    "paragraph": frozenset({"text"}),
    "note": frozenset({"text"}),
    "rule": frozenset({"text"}),
    "facts": frozenset({"facts"}),
    "fact": frozenset({"name", "text"}),
    "link": frozenset({"url"}),
    "button": frozenset({"url", "label", "link"}),
}
"""Every piece, and what is put into it: a note is a paragraph of less weight."""

LABELS: Mapping[str, str] = {
    "reply_url": "回答のページを開く",
    "own_url": "ご自分のページを開く",
    "notice_url": "お知らせのページを開く",
    "link_url": "手続のページを開く",
    "check_url": "登録内容を確かめる",
}
"""What stands on the button that leads to the address of this fact."""

OURS = (*LABELS, "feed_url")
"""Facts that are addresses of this installation: only these become links."""

_FACT = re.compile("([^・：。、\\s][^：。、\\s]{1,11}：)(.*)")
_RULE = re.compile("―+")
_BREAK = "<br>\n"


class Writer:
    """Writes texts in which these facts stand."""

    def __init__(self, known: Mapping[str, str], piece: Piece) -> None:
        self.piece = piece
        self.labels = {known[name]: LABELS.get(name) for name in OURS if known.get(name, "").startswith("http")}

    def opening(self, text: str) -> str:
        """Who writes, and how to check that, takes less weight than whom it is for."""
        who, _, whom = text.strip().partition("\n\n")
        return f"{self.text(who, 'note')}\n{self.text(whom)}"

    def text(self, text: str, kind: str = "paragraph") -> str:
        """Paragraph by paragraph, of this kind."""
        return "\n".join(self._block(block.split("\n"), kind) for block in text.strip().split("\n\n"))

    def _block(self, lines: list[str], kind: str) -> str:
        """Lines that belong together; an item (・) belongs to the fact before it."""
        sorts: list[str] = []
        for line in lines:
            goes_on = line.startswith("・") and sorts[-1:] == ["facts"]
            sorts.append("facts" if goes_on else self._sort(line))
        runs = groupby(zip(sorts, lines, strict=True), key=lambda pair: pair[0])
        return "\n".join(self._run(sort, [line for _, line in run], kind) for sort, run in runs)

    def _sort(self, line: str) -> str:
        if _RULE.fullmatch(line):
            return "rule"
        if self.labels.get(line.rpartition(" ")[2]):
            return "button"
        return "facts" if _FACT.fullmatch(line) else "plain"

    def _run(self, sort: str, lines: list[str], kind: str) -> str:
        match sort:
            case "facts":
                return self.piece("facts", facts="\n".join(self._facts(lines)))
            case "button":
                return "\n".join(self._button(line, kind) for line in lines)
            case "rule":
                return self.piece("rule", text=escape(lines[0]))
            case _:
                return self.piece(kind, text=_BREAK.join(map(self._linked, lines)))

    def _facts(self, lines: list[str]) -> Iterable[str]:
        facts: list[tuple[str, list[str]]] = []
        for line in lines:
            if found := _FACT.fullmatch(line):
                facts.append((found[1], [found[2]]))
            else:
                facts[-1][1].append(line)
        for name, values in facts:
            text = _BREAK.join(map(self._linked, values)).removeprefix("<br>")
            yield self.piece("fact", name=escape(name), text=text)

    def _button(self, line: str, kind: str) -> str:
        said, _, url = line.rpartition(" ")
        before = self.piece(kind, text=escape(said)) if said else ""
        label = self.labels[url] or ""
        return f"{before}\n{self.piece('button', url=escape(url), label=label, link=self._linked(url))}".lstrip("\n")

    def _linked(self, line: str) -> str:
        shown = escape(line)
        for url in map(escape, self.labels):
            shown = shown.replace(url, self.piece("link", url=url))
        return shown
