"""What kind of step a task of a structured description is: by its operator, then by its name and objective."""

from __future__ import annotations

from airflow_llm.readers.prose.outline.order.branches import is_branch
from airflow_llm.readers.prose.outline.tasks.names import Node, slug
from airflow_llm.readers.prose.spellings import any_of, lexicon, pattern

COMMAND = r"\b(?:bash_)?command\s*[=:]\s*(['\"`])(.{3,2000}?)\1|`([^`\n]{3,2000})`"
_NOTIFYING = r"\b(?:send|notif\w+|alerts?|e-?mails?|slack|message|announce)\b"


def kind_of(node: Node) -> str:
    """The step kind that fits the task best; `python` when only the user's code can do it."""
    if is_branch(node):
        return "choose"
    by_operator = _by_operator(node)
    if by_operator == "marker":
        return _marker(node)
    if by_operator == "check":
        return "validate"
    if by_operator in ("container", "shell"):
        return by_operator if says_how(node, by_operator) else _by_words(node)
    if by_operator == "sql":
        return _sql(node)
    if by_operator is not None:
        return by_operator
    if node.item.text("image"):
        return "container"
    return _by_words(node)


def says_how(node: Node, kind: str) -> bool:
    """Whether the words name the image or quote the command; else only the user knows what is run."""
    if kind == "container":
        said = pattern(r"\bimage\s*[=:]\s*['\"`]?[\w./:@-]{2,300}").search(node.item.everything)
        return bool(node.item.text("image")) or said is not None
    return pattern(COMMAND).search(node.item.text("parameters", "notes", "objective")) is not None


def _by_operator(node: Node) -> str | None:
    operator = node.item.text("operator")
    if not operator:
        return None
    match = pattern(rf"(?<!\w){any_of('operators')}(?!\w)").search(operator)
    if match is not None:
        return lexicon("operators")[" ".join(match.group().lower().split())]
    if pattern(r"\w*Sensor\b").search(operator):
        return "wait"
    custom = pattern(r"\b\w*?(Postgres|MySql|Snowflake|BigQuery|Sql|Redshift)\w*Operator\b").search(operator)
    if custom is not None:
        return "sql"
    custom = pattern(r"\b\w*?(Email|Slack|Teams|Telegram|Discord)\w*Operator\b").search(operator)
    if custom is not None:
        return "notify"
    return "spark" if pattern(r"\b\w*Spark\w*Operator\b").search(operator) else None


def _marker(node: Node) -> str:
    """An empty operator with a job to say (`slack: sends the final message`) is that job."""
    objective = node.item.text("objective")
    tells = pattern(rf"^\s*(?:final\s+step\s+)?(?:to\s+)?{_NOTIFYING}").search(objective)
    return "notify" if tells and pattern(_NOTIFYING).search(node.name.replace("_", " ")) else "marker"


def _sql(node: Node) -> str:
    """SQL that brings rows which an earlier task handed over is a load, anything else stays SQL."""
    first = verb_kind(node.id)
    handed = pattern(r"\b(?:xcom|from\s+\w+_\w+)\b").search(node.item.text("input")) is not None or bool(
        node.item.text("upstream")
    )
    if first == "validate":
        return "validate"
    return "load" if first == "load" and handed else "sql"


def verb_kind(name: str) -> str | None:
    """The kind that the words of a name say: two words before one, from the left, then the last word."""
    parts = slug(name).split("_")
    known = lexicon("step_verbs")
    for size in (3, 2):
        joined = "_".join(parts[:size])
        if len(parts) >= size and joined in known:
            return known[joined]
    if parts[0] in known:
        return known[parts[0]]
    return next((known[part] for part in reversed(parts) if part in known), None)


def _by_words(node: Node) -> str:
    objective = node.item.text("objective")
    named = verb_kind(node.id)
    first = " ".join(objective.split()[:1])
    said = verb_kind(first) if first and first.lower() not in ("process", "processes", "prepare") else None
    tells = pattern(_NOTIFYING).search(node.name.replace("_", " ")) is not None
    if tells and (said in (None, "notify") or named == "notify"):
        return "notify"
    kind = _agreed(named, said, objective)
    if kind == "sql" or (kind == "trigger" and not pattern(r"\bdag\b").search(node.item.everything)):
        return "python" if kind == "trigger" else _table_work(node)
    if kind == "wait":
        if pattern(r"\bwait|until|arriv|availab|\bpok(?:es?|ing)\b|\bis\s+there\b").search(node.item.everything):
            return "wait"
        return said if said is not None and said not in ("wait", "trigger", "sql", "notify") else "python"
    if kind == "notify":
        return "notify" if pattern(_NOTIFYING).search(f"{node.name} {objective}".replace("_", " ")) else "python"
    return kind or "python"


def _agreed(named: str | None, said: str | None, objective: str) -> str | None:
    """The name decides, but a name that says `get` or `process` gives way to an objective that says more."""
    if named is None:
        return (
            said
            if said
            in (
                "extract",
                "load",
                "transform",
                "validate",
                "notify",
                "report",
                "train",
                "evaluate",
                "predict",
                "cleanup",
            )
            else None
        )
    if (
        named == "load"
        and said == "extract"
        and pattern(r"\b(?:into|warehouse|database|table)\b").search(objective) is None
    ):
        return "extract"
    if named == "transform" and said == "validate":
        return "transform"
    return named


def _table_work(node: Node) -> str:
    return "sql" if pattern(r"\b(?:sql|database|table|view|schema|ddl)\b").search(node.item.everything) else "python"
