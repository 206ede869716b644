"""Templates over HTTP: a table where a type's rows fit one, and a line of JSON where they do not."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from vanbang.catalog import TYPES, type_by_name
from vanbang.web.problems import KINDS, Refused
from vanbang.web.v1.public import read_type_line, read_type_template


def asked(read: Any, name: str) -> Any:
    return read(SimpleNamespace(path={"name": name}), None)


def test_a_table_is_given_where_rows_fit_one() -> None:
    """With the type's name for the file."""
    answer = asked(read_type_template, "vn-diploma")
    assert answer.body == type_by_name("vn-diploma").csv_template()
    assert 'filename="vn-diploma.csv"' in answer.headers["Content-Disposition"]


def test_transcripts_have_no_table() -> None:
    """The refusal says where their template is."""
    with pytest.raises(Refused) as refused:
        asked(read_type_template, "vn-transcript")
    assert refused.value.kind == "json_lines_only"
    assert "template.jsonl" in KINDS["json_lines_only"].vi


@pytest.mark.parametrize("name", sorted({kind.name for kind in TYPES.values()}))
def test_every_type_has_a_line_of_json(name: str) -> None:
    """One example row, which the type takes."""
    answer = asked(read_type_line, name)
    record, found = type_by_name(name).parse(json.loads(answer.body))
    assert record is not None
    assert found == []


@pytest.mark.parametrize("read", [read_type_template, read_type_line])
def test_an_unknown_type_is_not_found(read: Any) -> None:
    """Whatever its template would be."""
    with pytest.raises(Refused) as refused:
        asked(read, "vn-nothing")
    assert refused.value.kind == "not_found"
