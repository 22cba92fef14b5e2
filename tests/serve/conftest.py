from __future__ import annotations

from collections.abc import Iterator

import pytest

from .background import Background


@pytest.fixture(scope="module")
def background() -> Iterator[Background]:
    with Background() as background:
        yield background
        assert not background.errors
