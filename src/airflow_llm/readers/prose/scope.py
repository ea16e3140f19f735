"""For which step a retry, a time-out, a resource or an alert holds: that of its brackets or list item, or all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow_llm.readers.prose.alerts import AlertWords
from airflow_llm.readers.prose.drafts import Draft
from airflow_llm.readers.prose.entities import tokenise
from airflow_llm.readers.prose.findings import Findings
from airflow_llm.readers.prose.flow import Flow
from airflow_llm.readers.prose.lateness import Lateness
from airflow_llm.readers.prose.limited import subject_of
from airflow_llm.readers.prose.meant import Meant
from airflow_llm.readers.prose.policies import Limit
from airflow_llm.readers.prose.pools import Pool
from airflow_llm.readers.prose.references import resolve
from airflow_llm.readers.prose.resources import Needs
from airflow_llm.readers.prose.retries import Retries
from airflow_llm.readers.prose.span import Found
from airflow_llm.readers.prose.spellings import hints

_SUBJECT = 4
_LOOK_BACK = 300
_BEHIND = 30
_WAITING = r"\b(?:wait(?:s|ing)?|pok(?:e|es|ing)|poll(?:s|ing)?|sensors?|begin\s+looking|watch(?:es|ing)?)\b"
_HEAVY = ("spark", "train", "container", "transform", "python", "predict", "evaluate")


class Scopes:
    """Where the findings of a text belong. `steps` holds the fields of single drafts, `defaults` those of all."""

    def __init__(self, text: str, drafts: Sequence[Draft], findings: Findings, flow: Flow) -> None:
        self.text = text
        self.drafts = sorted(drafts, key=lambda draft: draft.clause.start)
        self.flow = flow
        self.meant = Meant(text, drafts)
        self.steps: dict[int, dict[str, Any]] = {}
        self.defaults: dict[str, Any] = {}
        self.timeout: Any = None
        self.alerts: list[dict[str, Any]] = []
        rest = any(retries.value.scope == "rest" for retries in findings.retries)
        for retries in sorted(findings.retries, key=lambda hit: hit.value.scope != "rest"):
            self._retries(retries, rest)
        if findings.retry_delay is not None:
            self.defaults.setdefault("retry_delay", findings.retry_delay.value)
        for limit in findings.timeouts:
            self._limit(limit)
        for needs in findings.needs:
            self._needs(needs)
        self.late = Lateness(self.drafts, findings, flow)
        for alert in findings.alerts:
            self._alert(alert)
        self.alerts += self.late.alerts(self._told_of_failures())
        for pool in findings.pools:
            self._pool(pool, several=len({hit.value.name for hit in findings.pools}) > 1)

    def _give(self, drafts: Sequence[Draft], fields: dict[str, Any]) -> None:
        for draft in drafts:
            self.steps.setdefault(draft.number, {}).update(fields)

    # --------------------------------------------------------------- where a place belongs
    def _in_brackets(self, place: int) -> bool:
        before = self.text[max(0, place - _LOOK_BACK) : place].rsplit("\n", 1)[-1]
        return before.count("(") > before.count(")")

    def _sentence_start(self, place: int) -> int:
        before = self.text[:place]
        return (
            max(before.rfind(". "), before.rfind("\n"), before.rfind(";"), before.rfind("! "), before.rfind("? "), -1)
            + 1
        )

    def _nearest(self, place: int) -> list[Draft]:
        """The drafts of the clause before the place, in the same sentence; of a list, the member right before it."""
        start = self._sentence_start(place)
        before = [draft for draft in self.drafts if start <= draft.clause.start < place and draft.kind != "choose"]
        if not before:
            return []
        ended = [draft for draft in before if draft.objects and draft.objects[-1].end <= place]
        last = before[-1]
        group = [draft for draft in before if draft.clause is last.clause or draft.phrase is last.phrase]
        spread = {(draft.objects[0].start if draft.objects else 0) for draft in group}
        if len(group) > 1 and len(spread) == len(group) and ended:
            close = max(ended, key=lambda draft: draft.objects[-1].end)
            listed_after = self.text[close.objects[-1].end : place].strip(" (")
            return [close] if not listed_after else group
        return group

    def _of_item(self, place: int) -> list[Draft]:
        """The drafts of the list item that the place stands in, when it has some of its own."""
        start = self.text.rfind("\n", 0, place) + 1
        end = self.text.find("\n", place)
        end = len(self.text) if end < 0 else end
        listed = hints(self.text[start : start + 6], r"^\s*(?:[-*\u2022]|\(?[\da-h]{1,2}[.)])\s")
        inside = [draft for draft in self.drafts if start <= draft.clause.start < end and (listed or draft.clause.item)]
        return inside if len(self.drafts) > len(inside) else []

    def _subject(self, place: int) -> list[Draft]:
        """`Training needs 4 CPUs and may take 2 hours`: the steps that the sentence's first words name."""
        words = self.text[self._sentence_start(place) : place].split()[:_SUBJECT]
        said = [word for word in words if word.lower() not in ("the", "a", "an", "this", "that", "each", "every")]
        found = resolve(tokenise(" ".join(said)).items[:1], self.drafts, [], strict=True) if said else []
        return found if len(found) < len(self.drafts) else []

    # --------------------------------------------------------------- what is found
    def _told(self, hit: Found[Retries], rest: bool) -> list[Draft]:
        """The steps of which a number of retries is said; none for all of them."""
        if hit.value.scope == "named":
            return self._named(hit)
        if hit.value.scope or "default" in hit.text.lower():
            return []
        if self._in_brackets(hit.start):
            return self._nearest(hit.start)
        before = self._nearest(hit.start)
        if hit.value.about == "it":
            return before or [draft for draft in self.drafts if draft.clause.start < hit.start][-1:]
        if hit.value.about:
            named = self._named(hit)
            if named and len(named) < len(self.drafts):
                return named
        return self._of_item(hit.start) or (before if rest else [])

    def _named(self, hit: Found[Retries]) -> list[Draft]:
        """The steps that the words beside a count name."""
        named = self.meant.by(hit.value.about, hit.start)
        if named or hit.value.scope == "named":
            return named
        words = tokenise(hit.value.about).items
        return resolve(words, self.drafts, [], strict=True) or resolve(words, self.drafts, [])

    def _retries(self, hit: Found[Retries], rest: bool) -> None:
        fields: dict[str, Any] = {
            "retries": hit.value.count, "retry_delay": hit.value.delay, "backoff": hit.value.backoff,
        }  # fmt: skip
        said = {name: value for name, value in fields.items() if value is not None}
        drafts = self._told(hit, rest)
        if drafts:
            self._give(drafts, said)
        if drafts or hit.value.scope == "named":
            return
        if hit.value.longest_delay is not None:
            said["max_retry_delay"] = hit.value.longest_delay
        for name, value in said.items():
            self.defaults.setdefault(name, value)

    def _limit(self, hit: Found[Limit]) -> None:
        if hit.value.scope == "run":
            self.timeout = hit.value.length
            return
        said = subject_of(self.text, hit.start, hit.end)
        named = self.meant.by(said, hit.start) if said else []
        own = bool(named) and "execution" in hit.text
        if hit.value.scope == "task" and not own and not self._in_brackets(hit.start):
            self.defaults["timeout"] = hit.value.length
            return
        drafts = named if own else self._limited(hit, named)
        if drafts:
            self._give(drafts, {"timeout": hit.value.length})
        elif self._of_no_step(hit):
            self.flow.assume(
                "steps",
                f"{' '.join(hit.text.split())!r} limits a wait, and no step of the text is read as one: it is left out",
                "say what is waited for, for example: wait for the file orders.csv",
            )
        else:
            self.defaults.setdefault("timeout", hit.value.length)

    def _of_no_step(self, hit: Found[Limit]) -> bool:
        """Whether the limit is that of a wait, in a text of which no step is one."""
        around = self.text[self._sentence_start(hit.start) : hit.end + _BEHIND].lower()
        return all(draft.kind != "wait" for draft in self.drafts) and hints(around, _WAITING)

    def _limited(self, hit: Found[Limit], named: list[Draft]) -> list[Draft]:
        """The steps that must not take longer; none for all of them."""
        around = self.text[self._sentence_start(hit.start) : hit.end].lower()
        waits = [draft for draft in self.drafts if draft.kind == "wait" and draft.clause.start < hit.start]
        if waits and hints(around, _WAITING):
            named = [draft for draft in named if draft.kind == "wait"]
        drafts = self._nearest(hit.start) or self._of_item(hit.start)
        if named and not (drafts and self._in_brackets(hit.start)):
            return named
        each = hints(self.text[max(0, hit.start - 20) : hit.end + 8], r"\beach\b")
        if hit.value.scope == "wait" and waits:
            drafts = [draft for draft in drafts if draft.kind == "wait"] or waits[-1:]
        if each and waits:
            drafts = waits
        elif each and len(drafts) == 1 and drafts[0].ups:
            one = drafts[0]
            drafts = [draft for draft in self.drafts if draft.ups == one.ups and draft.kind == one.kind]
        alone = self.meant.drafts if len(self.meant.drafts) == 1 else []
        return drafts or self._subject(hit.start) or alone

    def _pool(self, hit: Found[Pool], *, several: bool) -> None:
        """A pool is that of the step beside it; said by itself, or at the end of everything, it is that of all."""
        drafts = [] if hit.value.everywhere else self._pooled(hit, several=several)
        slots = {"pool_slots": hit.value.slots} if hit.value.slots > 1 else {}
        if drafts:
            self._give(drafts, {"pool": hit.value.name, **slots})
            return
        self.defaults.setdefault("pool", hit.value.name)
        if slots and self.defaults["pool"] == hit.value.name:
            self._give([draft for draft in self.drafts if "pool" not in self.steps.get(draft.number, {})], slots)

    def _pooled(self, hit: Found[Pool], *, several: bool) -> list[Draft]:
        """The steps that the pool is said of; none for all of them."""
        if hit.value.about:
            named = resolve(tokenise(hit.value.about).items, self.drafts, [], strict=True)
            if named:
                return named if len(named) < len(self.drafts) else []
        sentence = self._sentence_start(hit.start)
        further = [draft for draft in self.drafts if hit.end <= draft.clause.start]
        goes_on = any(self._sentence_start(draft.clause.start) == sentence for draft in further)
        before = self._nearest(hit.start) if several or goes_on or self._in_brackets(hit.start) else []
        return before or self._of_item(hit.start) or self._subject(hit.start)

    def _needs(self, hit: Found[Needs]) -> None:
        drafts = self._nearest(hit.start) or [draft for draft in self.drafts if draft.kind in _HEAVY]
        for draft in drafts:
            fields = self.steps.setdefault(draft.number, {})
            for name in ("cpu", "memory", "disk", "gpu"):
                value = getattr(hit.value, name)
                if value is not None:
                    fields.setdefault("resources", {})[name] = value
            if draft.kind == "spark":
                fields.setdefault("conf", {}).update(hit.value.conf())

    def _alert(self, hit: Found[AlertWords]) -> None:
        words = hit.value
        channel = words.channel or ("slack" if words.target.startswith("#") else "email")
        if not words.channel and not words.target:
            self.flow.assume(
                "alerts",
                "the text does not say how the alert is sent; e-mail is taken",
                "name a channel or address in the text",
            )
        alert: dict[str, Any] = {"on": words.on, "connection": self.flow.connect(channel), "target": words.target}
        after = self.late.limit(words) if words.on == "deadline" else words.after
        if after is not None:
            alert["after"] = after
        about = resolve(tokenise(words.subject).items, self.drafts, []) if words.subject else []
        if about and len(about) < len(self.drafts) and words.on != "deadline":
            for draft in about:
                self.steps.setdefault(draft.number, {}).setdefault("alerts", []).append(alert)
        else:
            self.alerts.append(alert)

    def _told_of_failures(self) -> list[dict[str, Any]]:
        """The alerts of the pipeline, or where it has none those of its steps."""
        return self.alerts or [alert for fields in self.steps.values() for alert in fields.get("alerts", ())]
