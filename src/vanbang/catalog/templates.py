"""What a registrar starts from: an empty list with one example row, and a JSON Schema of one record."""

import csv
import io
import json
from typing import Any

from vanbang.catalog.model import TypeDescription, example_row


def template(described: TypeDescription) -> bytes:
    """What a list of this type looks like: CSV, or one line of JSON Lines where a row holds lists that no cell can."""
    return json_template(described) if described.nests else csv_template(described)


def json_template(described: TypeDescription) -> bytes:
    """One example row as a line of JSON Lines."""
    return json.dumps(example_row(described.fields), ensure_ascii=False).encode() + b"\n"


def csv_template(described: TypeDescription) -> bytes:
    """Header and one example row as CSV. UTF-8 with a byte order mark and CRLF, so that Excel reads it right."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([spec.name for spec in described.fields])
    writer.writerow([spec.example for spec in described.fields])
    return text.getvalue().encode("utf-8-sig")


def json_schema(described: TypeDescription) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of one record: an object of strings, titles Vietnamese, descriptions English."""
    schema = described.record_type.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$id"] = described.vct
    for spec in described.all_fields:
        if not spec.given:
            del schema["properties"][spec.name]
    schema["title"], schema["description"] = described.title_vi, described.title_en
    return schema
