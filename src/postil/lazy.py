"""Properties of a view that are worked out when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class lazy(Generic[Value]):  # noqa: N801 - a decorator
    """As :class:`functools.cached_property`, without the lock: a view belongs to one thread, and has dozens of these."""

    def __init__(self, work_out: Callable[[Any], Value]) -> None:
        self._work_out = work_out
        self._name = work_out.__name__
        self.__doc__ = work_out.__doc__

    @overload
    def __get__(self, view: None, owner: type) -> lazy[Value]: ...

    @overload
    def __get__(self, view: object, owner: type) -> Value: ...

    def __get__(self, view: Any, owner: type) -> Any:
        if view is None:
            return self
        value = view.__dict__[self._name] = self._work_out(view)  # found there first, from now on
        return value
