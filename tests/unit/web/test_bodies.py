"""What is wrong with a body, told in two languages."""

from typing import Literal

import pytest
from pydantic import BaseModel

from vanbang.web.bodies import read_json
from vanbang.web.problems import Refused


class Answer(BaseModel):
    """A body with a choice."""

    answer: Literal["yes", "no"]


def test_a_choice_is_told_in_each_language() -> None:
    """The choices are joined by a word of the sentence's own language."""
    with pytest.raises(Refused) as refused:
        read_json(b'{"answer": "perhaps"}', Answer)
    (fault,) = refused.value.faults
    assert fault.detail_vi == "Chỉ được là 'yes' hoặc 'no'."
    assert fault.detail_en == "It may only be 'yes' or 'no'."
