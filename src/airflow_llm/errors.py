"""One root for every error that a user may see: what is wrong, where, and what to do."""

from __future__ import annotations


class AirflowLLMError(Exception):
    """An error with a remedy.

    `message` says what is wrong and quotes the value; `hint` says what to do; `place` names the file, line or
    spec path. `transient` is true when the same call may succeed later. `exit_code` is what the terminal returns.
    """

    exit_code = 2
    transient = False

    def __init__(self, message: str, *, hint: str = "", place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.place = place

    def __str__(self) -> str:
        head = f"{self.place}: {self.message}" if self.place else self.message
        return f"{head} ({self.hint})" if self.hint else head


class InputError(AirflowLLMError):
    """The text, YAML, file or option that the user gave cannot be used."""


class ContradictionError(InputError):
    """What the user asked for contradicts itself, so that no other reading helps."""


class NotFoundError(AirflowLLMError):
    """Something named does not exist; the hint offers the nearest known name."""


class UnsupportedError(AirflowLLMError):
    """A target or connector cannot express what was asked, with the reason and an alternative."""


class MachineError(AirflowLLMError):
    """The machine lacks something (a package, Airflow, disk, permission)."""


class CheckError(AirflowLLMError):
    """A requested check found errors."""

    exit_code = 1


class ProofError(AirflowLLMError):
    """A requested proof did not hold."""

    exit_code = 1
