"""Schedules that are no clock: by hand, once, or when a dataset changes."""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.readers.prose.span import Found, found, without_overlaps
from airflow_llm.readers.prose.spellings import finds, hints, lexicon, pattern, spelled
from airflow_llm.spec.schedule import AssetSchedule, ManualSchedule, OnceSchedule, Schedule

_NO_VERB = r"(?!\s+(?:are|is|was|were|have|has|to|of|in)\b)"
_CHANGED = (
    r"(?:is|are|gets?|was|were|has\s+been|have\s+(?:both\s+|all\s+)?been|become)\s+(?:newly\s+|freshly\s+)?"
    r"(?:updated|refreshed|changed|modified|rebuilt|reloaded|rewritten|republished|published)"
    rf"|(?:changes|updates|refreshes){_NO_VERB}"
    r"|(?:gets?|receives?|has|have)\s+(?:(?:new|fresh)\s+(?:data|rows|records|content)|a\s+new\s+version)"
)


def find_triggers(text: str) -> list[Found[Schedule]]:
    """Every place that says that the pipeline has no clock, with its strength."""
    return without_overlaps([*_manual(text), *_once(text), *_assets(text)])


def _manual(text: str) -> Iterator[Found[Schedule]]:
    for start, end, _ in spelled("manual_triggers", text):
        opens = pattern(r"(?:^|[.;!\n])\s*$").search(text, max(0, start - 4), start) is not None
        alone = opens and pattern(r"\s*(?:[.;!\n]|$)").match(text, end) is not None
        yield found(text, start, end, ManualSchedule(), 0.9 if alone else 0.8)
    none = (
        r"\bschedule(?:[_ ]interval)?[\"'`*]*\s*(?:[:=]|is)\s*[\"'`*]*\s*(?:none|null|"
        r"manual(?:ly)?(?:\s+(?:only|trigger(?:ed)?))?)\b[\"']?"
    )
    for match in finds(none, text, "schedule"):
        yield found(text, *match.span(), ManualSchedule(), 0.95)
    done = r"(?:^|[.;\n])\s*(?:it\s+is\s+|this\s+is\s+)?(?:done|run|started|launched)\s+by\s+hand\b"
    for match in finds(done, text, "hand"):
        yield found(text, match.end() - len("by hand"), match.end(), ManualSchedule(), 0.9)
    told = r"(?:^|(?<=[.;\n]\s)|(?<=[.;\n]))manual(?:ly)?(?:\s+(?:start|run|trigger))?(?=\s*(?:[.,;\n]|$))"
    for match in finds(told, text, "manual"):
        yield found(text, *match.span(), ManualSchedule(), 0.9)
    counted = (
        r"\b(?:started|run|launched|triggered)\s+by\s+hand(?=,?\s+(?:once|twice|\w+\s+times)\s+an?\b)"
        r"|\bby\s+hand\s+start(?:ed)?\b"
    )
    for match in finds(counted, text, "hand"):
        yield found(text, *match.span(), ManualSchedule(), 0.9)
    loose = (
        r"\b(?:start(?:ed|s)?|run|runs|trigger(?:ed|s)?|launch(?:ed)?|"
        r"kick(?:ed)?\s+off)\s+(?:it\s+)?(?:manually|by\s+hand|on[\s-]demand|ad[\s-]hoc)\b"
    )
    for match in finds(loose, text, "manual", "hand", "demand", "hoc"):
        before = text[max(0, match.start() - 30) : match.start()].lower()
        about_now = pattern(
            r"\b(?:jobs?|we|she|he|they|who|that\s+\w+|currently|so\s+far|today|until\s+now|not|n't|never)\s+$"
        )
        yield found(text, *match.span(), ManualSchedule(), 0.3 if about_now.search(before) else 0.65)


def _once(text: str) -> Iterator[Found[Schedule]]:
    words = (
        r"(?<!\w)(?:@once\b|one[\s-](?:off|time)\s+(?:job|run|migration|load|import|task|pipeline|backfill|"
        r"thing)|run\s+(?:it\s+|this\s+)?(?:just\s+|only\s+|exactly\s+)?once(?!\s+(?:a|per|every|each|the|all|"
        r"it|they|that|we))\b|(?:just|only)\s+once(?=\s*(?:[.,;:!)\n]|$|(?:please|pls|ever|in\s+total|for|and|on|at|then|now)\b)))"
    )
    for match in finds(words, text, "once", "one"):
        if pattern(r"\b(?:re-?try|re-?tries|try)\s+(?:it\s+)?$").search(
            text[max(0, match.start() - 40) : match.start()]
        ):
            continue
        yield found(text, *match.span(), OnceSchedule(), 0.95 if match.group().startswith("@") else 0.7)


def _named_assets(text: str) -> Iterator[Found[Schedule]]:
    """`on arrival of the asset fee_list`, `Trigger: asset x is updated`, `as soon as the table y renewed is`."""
    name = r"[\"'`]?((?a:[A-Za-z_])[\w./:-]*\w)[\"'`]?"
    for match in finds(
        rf"\b(?:dataset\s+asset|asset|dataset)\s+(?!is\b|has\b|of\b|asset\b){name}|(?<![\w.]){name}\s+\((?:asset|dataset)\)",
        text,
        "asset",
        "dataset",
    ):
        said = match[1] or match[2]
        formal = pattern(r"[_./:\d]").search(said) is not None or text[match.start(1) - 1] in "\"'`"
        around = (
            text[max(0, match.start() - 60) : match.start()].rpartition(". ")[2],
            text[match.end() : match.end() + 60],
        )
        formal = formal or (match.group().lower().startswith("asset") and said.lower() not in lexicon("asset_words"))
        opened = pattern(_OPENS_RUN).search(around[0]) or pattern(_RUNS_BEHIND).match(around[1])
        if formal and opened and not pattern(_MAKES).search(around[0]):
            yield found(text, *match.span(), AssetSchedule(assets=(said,)), 0.9)
    table = (
        rf"\b(?:whenever|as\s+soon\s+as|so\s+soon\s+as|w?hen|wen|(?:each"
        rf"|every)\s+time(?:\s+that)?)\s+(?:the\s+|teh\s+)?"
        rf"(?:table|view|dataset|asset)\s+(?:of\s+(?:the\s+)?)?{name}\s+(?:(?:is|has|gets|becomes|was|been"
        rf"|newly)\s+){{0,3}}"
        r"(?:actuali[sz]ed|renewed|chang(?:es|ed)|updat(?:es|ed)|refresh(?:es|ed)|modified|rebuilt"
        r"|reloaded|receives\s+an\s+update)\b"
    )
    timed = hints(text, r"\b(?:w?hen(?:ever)?|wen|soon\s+as|(?:each|every)\s+time)\s")
    for match in finds(table, text, "table", "view", "dataset", "asset") if timed else ():
        yield found(text, *match.span(), AssetSchedule(assets=(match[1],)), 0.9)


_MAKES = (
    r"\b(?:writ\w+|updat(?:e|es|ing)|publish\w*|emit\w*|produc\w+|creat\w+|refresh(?:es)?|mark\w*|outlets?"
    r"|load\w*|fill\w*)"
    r"\s*:?\s+(?:the\s+|an\s+|data\s+)*$"
)
_OPENS_RUN = (
    r"\b(?:trigger(?:s|ed)?|whenever|as\s+soon\s+as|so\s+soon\s+as|upon|on\s+arrival|arrival\s+of|(?:each"
    r"|every)\s+(?:time|update)|"
    r"set\s+off|started|event|schedule[ds]?|listen\w*|subscrib\w+|driven|reacts?|waits?\s+on|watch\w*)\b[^.;\n]*$"
    r"|\b(?:on|after|once|when|fires?\s+with|runs?\s+(?:off|with|on))\s+(?:(?:the|an|every|each|any|new)\s+)*"
    r"(?:(?:update|change|refresh)s?\s+(?:of|to|in)\s+(?:the\s+)?)?(?:data\s+)?$"
)
_RUNS_BEHIND = (
    r"[\s;,:.]*(?:(?:is|gets|has|was|becomes|been)\s+){0,2}(?:updated|changed|refreshed|renewed|changes"
    r"|arrives|receives|lands|fires|published|triggers)\b"
    r"|[\s;,:.]*(?:each|every)\s+(?:update|change|new\s+version)|[\s;,:.]*(?:gets|receives|has)\s+new\s+data"
)


def _called_assets(text: str) -> Iterator[Found[Schedule]]:
    """`Asset("raw.orders")` in code, `after the update of crm.leads`."""
    called = r"\b(?:Asset|Dataset)\(\s*(?:uri\s*=\s*|name\s*=\s*)?[\"']([^\"'\n]{1,200})[\"']"
    for match in finds(called, text, "asset(", "dataset("):
        if not pattern(r"\boutlets?\b[^.;\n]{0,30}$").search(text, max(0, match.start() - 44), match.start()):
            yield found(text, *match.span(), AssetSchedule(assets=(match[1],)), 0.9)
    single = (
        r"\b(?:after|on|upon|with|at)\s+(?:(?:an|a|the)\s+)?(?:update|change|refresh|reload|arrival|publication)s?\s+"
        r"(?:of|to|in)\s+(?:the\s+)?(?:(?:table|view|dataset|asset|file|feed)\s+)?[\"'`]?((?a:[A-Za-z_])\w*(?:[_./:-]+\w+)+)"
    )
    for match in finds(single, text, "update", "change", "refresh", "reload", "arrival", "publication"):
        if pattern(_FILE).search(match[1]):
            continue  # a file that arrives is waited for
        yield found(text, *match.span(), AssetSchedule(assets=(match[1],)), 0.85)


_FILE = r"\.(?:csv|pdf|json|xlsx?|zip|parquet|txt|xml|gz|avro|tsv|ok|done|flag)$"


def _assets(text: str) -> Iterator[Found[Schedule]]:
    name = r"[\"'`]?((?a:[A-Za-z_])[\w./:-]*\w)[\"'`]?(?:\s+(?:table|view|dataset|asset|file|feed))?"
    several = (
        rf"(?:(?:both|all\s+of|either|any\s+of)\s+)?(?:the\s+)?(?:(?:table|view|dataset|asset|"
        rf"file)s?\s+)?{name}(?:\s*(?:,|and|or|,\s*and)\s+(?:the\s+)?(?:(?:table|view|dataset|asset)\s+)?{name})?"
    )
    place = r"(?:\s+(?:in|on|from|of|at)\s+(?:the\s+|our\s+)?[\w. -]{2,40}?)?"
    opener = (
        r"(whenever|every\s+time|each\s+time|any\s*time|on\s+every\s+(?:change|update)\s+of|as\s+soon\s+as|when|"
        r"once|after)"
    )
    changed = ("updat", "refresh", "chang", "modif", "rebuilt", "reload", "rewritten", "publish", "new ", "fresh ")
    for match in finds(rf"\b{opener}\s+{several}{place}\s+(?:{_CHANGED})\b", text, *changed):
        names = [word for word in (match[2], match[3]) if word]
        if any(
            word.lower()
            in ("it", "that", "this", "anything", "something", "data", "one", "they", "table", "view", "asset", "file")
            for word in names
        ):
            continue
        if pattern(_FILE).search(names[0] if names else ""):
            continue
        formal = pattern(r"\w[._/]\w").search(names[0] if names else "") is not None
        sure = formal or match[1].lower().split()[0] in ("whenever", "every", "each", "any", "anytime", "on")
        any_one = pattern(r"\b(?:or|either|any\s+of)\b").search(match.group()) is not None
        schedule = AssetSchedule(assets=tuple(names), match="any" if any_one and len(names) > 1 else "all")
        yield found(text, *match.span(), schedule, 0.9 if sure else 0.5)
    yield from _named_assets(text)
    yield from _called_assets(text)
    noun = (
        r"\b(?:after|on|upon|with)\s+(?:every|each|any)\s+(?:update|change|refresh|reload)\s+"
        r"(?:of|to|in)\s+(?:the\s+)?"
    )
    sort = r"(?:(?:table|view|dataset|asset|file|feed)\s+)?"
    for match in finds(rf"{noun}{sort}[\"'`]?((?a:[A-Za-z_])[\w./:-]*\w)", text, *changed, "update"):
        yield found(text, *match.span(), AssetSchedule(assets=(match[1],)), 0.9)
    listed = r"\bschedule[\"'`*]*\s*[:=]\s*\[?\s*(?:Dataset|Asset)\(\s*[\"']([^\"']{1,200})[\"']\s*\)"
    for match in finds(listed, text, "dataset", "asset"):
        yield found(text, *match.span(), AssetSchedule(assets=(match[1],)), 0.95)
