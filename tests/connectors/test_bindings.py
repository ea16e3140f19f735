"""Every binding against the provider that is installed."""

from __future__ import annotations

import inspect
from importlib import import_module
from importlib.metadata import distribution

import pytest

from airflow_llm.connectors.connector import Binding, Connector
from airflow_llm.connectors.registry import known

pytestmark = pytest.mark.airflow

BINDINGS = [
    pytest.param(connector, binding, id=f"{connector.name}-{kind}")
    for connector in known()
    for (target, kind), binding in connector.bindings.items()
    if target == "airflow"
]


def accepted(cls: type) -> set[str]:
    """The names that the constructor and those it passes `**kwargs` to take."""
    names: set[str] = set()
    for parent in cls.__mro__:
        if "__init__" not in vars(parent):
            continue
        # Operators wrap their constructor; `__wrapped__` is the one that was written.
        parameters = inspect.signature(inspect.unwrap(parent.__init__)).parameters.values()
        names |= {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    return names - {"self"} | set(getattr(cls, "template_fields", ()))


@pytest.mark.parametrize(("connector", "binding"), BINDINGS)
def test_binding_fits_the_installed_provider(connector: Connector, binding: Binding) -> None:
    cls = getattr(import_module(binding.module), binding.name)
    arguments = set(binding.arguments)
    if issubclass(cls, _dbapi_hook()):
        # Hooks of DB-API take their connection id under the name that the class states.
        assert arguments == {cls.conn_name_attr}
        return
    assert arguments <= accepted(cls), connector.name


def _dbapi_hook() -> type:
    from airflow.providers.common.sql.hooks.sql import DbApiHook

    return DbApiHook


@pytest.mark.parametrize("connector", known(), ids=lambda connector: connector.name)
def test_the_provider_has_the_connection_type(connector: Connector) -> None:
    assert distribution(connector.provider).version
    hook = next(b for (_, kind), b in connector.bindings.items() if kind in ("extract", "alert", "wait"))
    cls = getattr(import_module(hook.module), hook.name)
    conn_type = getattr(cls, "conn_type", None)
    assert conn_type in (None, connector.connection_type)
