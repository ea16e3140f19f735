"""What a user's package could look like: the golden pipelines call it."""

from __future__ import annotations


def count(number: int = 1) -> dict[str, int]:
    return {"number": number}


def names(size: int = 2) -> list[str]:
    return [f"name{n}" for n in range(size)]


def files(size: int = 2) -> dict[str, list[str]]:
    return {"files": [f"file{n}" for n in range(size)]}


def broken() -> None:
    raise ValueError("broken on purpose")


def fine() -> None:
    pass


def take(**values: object) -> None:
    for name, value in values.items():
        print(name, repr(value))


def write(target: str) -> None:
    raise NotImplementedError(target)


def expect_plain(item: str) -> None:
    if "{" not in item:
        raise ValueError(f"the template in {item!r} was rendered")
