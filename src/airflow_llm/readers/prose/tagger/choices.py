"""Choices under the network's graph: which tasks are the arms, on which words each depends, and where arms meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_llm.readers.prose.drafts import Draft
from airflow_llm.readers.prose.lexicon import Verb
from airflow_llm.readers.prose.phrases import Phrase
from airflow_llm.readers.prose.tagger.rules import is_failure, is_success
from airflow_llm.readers.prose.tagger.told import Told, is_limit, shared, told

if TYPE_CHECKING:
    from airflow_llm.readers.prose.tagger.linking import GraphSaid, TaskSaid

_CHOOSING = Verb("decide", "pick", "base")
_LIKELY = 0.15
"""How likely a task must hang on a condition when the text plainly says so."""
_UNLIKELY = 0.03
_BESIDE = 0.1
"""The same beside a task that does, where words stand in front of it."""
_WORK = frozenset({"extract", "ingest", "load", "transform", "notify", "report", "train", "deploy", "sql", "cleanup"})
_SURE_OPENERS = frozenset({"if", "unless", "case", "event"})
_PLAIN_OPENERS = frozenset({"if", "unless", "case", "event", "should", "provided", "that", "only"})


@dataclass(slots=True)
class _Group:
    """The arms of one choice: what stands before it, and for each condition ("" for otherwise) its tasks."""

    ups: frozenset[int]
    arms: dict[str, list[int]] = field(default_factory=dict)

    def members(self) -> list[int]:
        return [number for held in self.arms.values() for number in held]


def place_choices(said: GraphSaid, drafts: list[Draft], source: str) -> None:
    """Puts the tasks that hang on a condition behind a choice."""
    tolds = _all_told(said.tasks, source)
    groups: list[_Group] = []
    taken: dict[int, _Group] = {}
    for number, task in enumerate(said.tasks):
        further = _further_arm(task, number, tolds, drafts, taken)
        if further is not None:
            drafts[number].ups = set(further.ups)
        if _hangs(task, number, tolds, drafts, taken):
            words = _words(tolds, number, taken, drafts)
            if words == "" and tolds[number].how == "else" and not _opens_otherwise(groups):
                words = _instead(tolds, number) or words
            held = _add(groups, number, words, drafts, source[task.mark.start : task.mark.end])
            taken.update({number: held} if held is not None else {})
    for group in groups:
        _join(group, said.tasks, tolds, drafts, taken)
        if not _only_success(group, drafts):
            _place(group, drafts, source, said.tasks)
    for draft in drafts:
        if draft.kind == "choose" and not any(words for words, _ in draft.arms):
            draft.kind, draft.arms = "validate", []


def _all_told(tasks: Sequence[TaskSaid], source: str) -> list[Told]:
    """What the text tells in front of each task and behind it; a decision that is marked belongs to what follows it."""
    found = []
    for number, task in enumerate(tasks):
        last = number - 1
        while last >= 0 and _decides(tasks[last], source):
            last -= 1
        start = tasks[last].mark.end if last >= 0 else 0
        end = tasks[number + 1].mark.start if number + 1 < len(tasks) else len(source)
        mark = task.mark
        before, after = source[start : mark.start], source[mark.end : end]
        found.append(told(before, source[mark.start : mark.end], after, source[: mark.start]))
    return found


def _decides(task: TaskSaid, source: str) -> bool:
    """Whether the marked words are the decision itself (`amount over 200?`), and no work that is politely asked for."""
    asked = source[task.mark.end : task.mark.end + 2].lstrip().startswith("?")
    return task.kind == "branch" or (asked and task.kind not in _WORK)


def _further_arm(
    task: TaskSaid, number: int, tolds: Sequence[Told], drafts: Sequence[Draft], taken: dict[int, _Group]
) -> _Group | None:
    """The choice of which `b → …` is a further arm, though it was taken to come after `a → …` on its own line."""
    own = tolds[number]
    if not (task.conditional and own.fresh and own.how == "head"):
        return None
    before = [up for up in drafts[number].ups if up in taken and tolds[up].how == "head"]
    return taken[before[0]] if before else None


def _hangs(
    task: TaskSaid, number: int, tolds: Sequence[Told], drafts: Sequence[Draft], taken: dict[int, _Group]
) -> bool:
    """Whether the task is the first of an arm."""
    own, ups = tolds[number], drafts[number].ups
    if own.how == "anyway":
        return False
    if own.how == "if" and is_failure(own.words) and not any(drafts[up].kind == "validate" for up in ups):
        return False  # it runs after a failure, which is a rule of its own
    within = any(up in taken for up in ups)
    if task.conditional:
        return not (within and own.how in ("joined", "loose"))
    last = taken.get(number - 1)
    if own.how == "joined" and last is not None and set(last.ups) == ups and len(ups) > 0:
        return True  # `if …, a and b`, and the one does not wait for the other
    if own.how not in ("if", "else", "head") or (within and own.how != "if"):
        return False
    chance = dict(task.chances).get("conditional", 0.0)
    decided = any(drafts[up].kind == "choose" for up in ups)
    beside = any(set(group.ups) == ups for group in taken.values())
    beside = beside or (own.how == "else" and any("" not in group.arms for group in list(taken.values())[-1:]))
    plainly = own.how in ("else", "head") or own.opener in _PLAIN_OPENERS
    limited = own.how == "head" and is_limit(own.words)
    surely = own.opener in _SURE_OPENERS and chance >= _UNLIKELY
    return decided or beside or limited or surely or (plainly and chance >= _LIKELY)


def _join(
    group: _Group, tasks: Sequence[TaskSaid], tolds: Sequence[Told], drafts: Sequence[Draft], taken: dict[int, _Group]
) -> None:
    """Takes in the tasks that stand where the arms do, with words of their own in front (`25 to 50, …`)."""
    for number, (task, own) in enumerate(zip(tasks, tolds, strict=True)):
        if number in taken or own.how not in ("loose", "head") or not own.words or drafts[number].ups != group.ups:
            continue
        chance = dict(task.chances).get("conditional", float(task.conditional))
        if chance >= _BESIDE or is_limit(own.words):
            group.arms.setdefault(own.words, []).append(number)
            taken[number] = group


def _only_success(group: _Group, drafts: Sequence[Draft]) -> bool:
    """Whether the one arm hangs on nothing but that what ran before went well, as every task does."""
    if len(group.arms) != 1 or not group.ups or any(drafts[up].kind in ("choose", "validate") for up in group.ups):
        return False
    return is_success(next(iter(group.arms)))


def _words(tolds: Sequence[Told], number: int, taken: dict[int, _Group], drafts: Sequence[Draft]) -> str | None:
    """The condition; "" for otherwise, None where nothing tells it."""
    own = tolds[number]
    if own.how != "joined":
        return own.words
    beside = taken.get(number - 1)
    if beside is not None and drafts[number - 1].ups == drafts[number].ups:
        return next((words for words, held in beside.arms.items() if number - 1 in held), None)
    following = shared(tolds, number)
    return following.words if following is not own else None


def _add(groups: list[_Group], number: int, words: str | None, drafts: Sequence[Draft], mark: str) -> _Group | None:
    """The choice to which the task was added, None where nothing tells a condition: it runs like any other."""
    ups = frozenset(drafts[number].ups)
    if words == "" and groups and ("" not in groups[-1].arms or number - 1 in groups[-1].arms[""]):
        groups[-1].arms.setdefault("", []).append(number)
        return groups[-1]
    same = next((group for group in reversed(groups) if group.ups == ups), None)
    if words is None:
        if same is None and not any(drafts[up].kind == "choose" for up in ups):
            return None
        words = f"{mark} is needed"
    if same is None:
        same = _Group(ups)
        groups.append(same)
    same.arms.setdefault(words, []).append(number)
    return same


def _opens_otherwise(groups: Sequence[_Group]) -> bool:
    """Whether the last choice has no otherwise yet."""
    return bool(groups) and "" not in groups[-1].arms


def _instead(tolds: Sequence[Told], number: int) -> str:
    """For an otherwise whose choice was not seen: the opposite of what the text states in front of it."""
    told_before = next((one.words for one in reversed(tolds[:number]) if one.how in ("if", "head")), "")
    stated = tolds[number].instead or told_before
    return f"not ({stated})" if stated and not stated.startswith("not (") else stated[5:-1]


def _place(group: _Group, drafts: list[Draft], source: str, tasks: Sequence[TaskSaid]) -> None:
    limits = [words for words in group.arms if words and is_limit(words)]
    plain = [words for words in group.arms if words and not is_limit(words)]
    if len(limits) == len(plain) == 1 and "" not in group.arms:
        group.arms[""] = group.arms.pop(plain[0])  # `rows < 5 → …, enough → …`: the one or the other
    members = group.members()
    choice = _choice(drafts, group.ups, members)
    for number in members:
        drafts[number].ups = {choice.number}
    if set(group.arms) == {""}:  # an otherwise without its if
        first = tasks[members[0]].mark
        group.arms = {f"{source[first.start : first.end]} is needed": members}
    choice.arms = [
        *((words, held) for words, held in group.arms.items() if words),
        *([("", group.arms[""])] if "" in group.arms else []),
    ]


def _choice(drafts: list[Draft], ups: frozenset[int], members: list[int]) -> Draft:
    if len(ups) == 1 and drafts[next(iter(ups))].kind == "choose":
        return drafts[next(iter(ups))]
    first = drafts[members[0]]
    choice = Draft(len(drafts), _CHOOSING, "choose", list(first.objects), Phrase(), first.clause)
    choice.ups = set(ups)
    drafts.append(choice)
    return choice
