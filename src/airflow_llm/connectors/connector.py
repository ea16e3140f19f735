"""What is known about a system: the names people use, how Airflow reaches it, and what stands in for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Family = Literal["sql", "objects", "files", "http", "chat", "mail"]
StandIn = Literal["duckdb", "folder", "http", "smtp"]
Role = Literal["connection", "sql", "path", "recipient", "text", "subject", "method", "headers", "body", "files"]


@dataclass(frozen=True)
class Binding:
    """A class of a provider that does one kind of step.

    `path` is its dotted path. `arguments` maps its constructor's arguments to what we put in them: the connection
    id, SQL, path, recipient, text, subject, method, headers, body or files of the step.
    """

    path: str
    arguments: Mapping[str, Role] = field(default_factory=dict)

    @property
    def module(self) -> str:
        """The module that the class is imported from."""
        return self.path.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The class's name."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True)
class Connector:
    """One system. `bindings` are by (target, step kind); `alert` stands beside the kinds for callbacks.

    `aliases` are lower-case names that people use beside `name`; `dialect` is sqlglot's, for SQL systems;
    `secret_fields` are the connection fields that hold credentials and never enter a spec.
    """

    name: str
    title: str
    family: Family
    connection_type: str
    provider: str
    standin: StandIn
    bindings: Mapping[tuple[str, str], Binding]
    aliases: tuple[str, ...] = ()
    dialect: str | None = None
    extras: tuple[str, ...] = ()
    secret_fields: tuple[str, ...] = ()

    @property
    def requirement(self) -> str:
        """The provider as pip installs it, with the extras that our code needs."""
        return f"{self.provider}[{','.join(self.extras)}]" if self.extras else self.provider

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that means this system: its own first."""
        return (self.name, *self.aliases)

    def binding(self, target: str, kind: str) -> Binding | None:
        """What does that kind of step in that target; None when nothing does."""
        return self.bindings.get((target, kind))
