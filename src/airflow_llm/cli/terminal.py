"""Where output goes: people on a terminal, pipes, and machines that want JSON. Nothing untrusted is ever markup."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from airflow_llm.errors import AirflowLLMError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

T = TypeVar("T")
_KEPT = frozenset("\n\t")
_BIDI = frozenset(map(chr, (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_PIPE_WIDTH = 140
_MAX_QUOTE = 4_000


def plain(text: object, limit: int = _MAX_QUOTE) -> str:
    """Text that can do nothing to a terminal: control and direction characters become visible escapes."""
    value = str(text)
    if len(value) > limit:
        value = value[:limit] + "…"
    if value.isascii() and value.isprintable():
        return value
    return "".join(_visible(character) for character in value)


def _visible(character: str) -> str:
    if character in _KEPT or not (unicodedata.category(character) in ("Cc", "Cs") or character in _BIDI):
        return character
    return character.encode("unicode_escape", "surrogatepass").decode()


def line(text: object, limit: int = 200) -> str:
    """The same on one line, cut at the limit."""
    value = " ".join(plain(text).split())
    return value if len(value) <= limit else value[: limit - 1] + "…"


@dataclass(eq=False, repr=False)
class Terminal:
    """The two streams, and how the person or the machine wants them."""

    json: bool = False
    quiet: bool = False
    no_color: bool = False

    @cached_property
    def out(self) -> Console:
        """Results."""
        return self._console(stderr=False)

    @cached_property
    def err(self) -> Console:
        """Errors and progress."""
        return self._console(stderr=True)

    def show(self, *parts: RenderableType) -> None:
        """Prints a result for people; nothing when a machine listens or silence was asked for."""
        if not self.json and not self.quiet:
            for part in parts:
                self.out.print(part)

    def result(self, text: str) -> None:
        """Prints a result as it is, also when silence was asked for: a document, a path, a picture."""
        if not self.json:
            sys.stdout.write(text if text.endswith("\n") else text + "\n")
            sys.stdout.flush()

    def emit(self, data: Any) -> None:
        """Prints the machine's result."""
        if self.json:
            sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False, default=str) + "\n")
            sys.stdout.flush()

    def fail(self, error: AirflowLLMError) -> None:
        """Says what is wrong, where, and what to do."""
        if self.json:
            self.emit({"error": error_data(error)})
            return
        from rich.panel import Panel

        body = _error_text(error)
        if self.err.is_terminal:
            self.err.print(Panel(body, title="error", title_align="left", border_style="red"))
        else:
            self.err.print(body, soft_wrap=True)

    @contextmanager
    def working(self, what: str) -> Iterator[Callable[[str], None]]:
        """A moving sign of life on the terminal; the function changes what it says."""
        if self.json or self.quiet or not self.err.is_terminal:
            yield lambda _: None
            return
        from rich.text import Text

        with self.err.status(Text(line(what))) as status:
            yield lambda text: status.update(Text(line(text)))

    def track(self, items: Iterable[T], total: int, what: str) -> Iterator[T]:
        """The items, with a progress bar on the terminal."""
        if self.json or self.quiet or not self.err.is_terminal:
            yield from items
            return
        from rich.progress import track

        yield from track(items, what, total, console=self.err, transient=True)

    def _console(self, *, stderr: bool) -> Console:
        from rich.console import Console

        stream = sys.stderr if stderr else sys.stdout
        width = None if stream.isatty() or "COLUMNS" in os.environ else _PIPE_WIDTH
        return Console(
            stderr=stderr, markup=False, highlight=False, emoji=False, no_color=self.no_color or None, width=width
        )


def error_data(error: AirflowLLMError) -> dict[str, Any]:
    """An error as a machine reads it."""
    return {
        "kind": type(error).__name__,
        "message": error.message,
        "place": error.place,
        "hint": error.hint,
        "transient": error.transient,
        "exit_code": error.exit_code,
    }


def _error_text(error: AirflowLLMError) -> Text:
    from rich.text import Text

    text = Text()
    if error.place:
        text.append(f"{line(error.place)}: ", style="bold")
    text.append(plain(error.message))
    diff = getattr(error, "diff", "")
    if diff:
        text.append("\n\n").append(diff_text(diff))
    if error.hint:
        text.append("\nwhat to do: ", style="green").append(plain(error.hint))
    return text


def diff_text(diff: str, most_lines: int = 300) -> Text:
    """A unified diff, coloured, and cut when it is very long."""
    from rich.text import Text

    lines = diff.splitlines()
    styles = {"+": "green", "-": "red", "@": "cyan"}
    text = Text()
    for row in lines[:most_lines]:
        text.append(plain(row) + "\n", style=styles.get(row[:1], ""))
    if len(lines) > most_lines:
        text.append(f"… {len(lines) - most_lines} more lines\n", style="dim")
    return text
