"""Data sets: POST /v1/datasets/upload.

`append` with `example_ids` (since 15.0) makes an example that is new, replaces one whose content differs, leaves one that is the same,
and touches no other; `update` would delete every example that is not in the request. Measured on 20.26.1.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from annotator.domain.dataset import Example, PutExamples
from annotator.errors import NotPhoenix, OutcomeUnknown
from annotator.sources.phoenix.client import Client
from annotator.sources.phoenix.wire import UploadAnswer

PATH = "/v1/datasets/upload"


def put_examples(client: Client, dataset: str, examples: Sequence[Example]) -> PutExamples:
    """One request, one new version of the data set where something changes."""
    body: dict[str, Any] = {
        "action": "append",
        "name": dataset,
        "inputs": [dict(one.input) for one in examples],
        "outputs": [dict(one.output) for one in examples],
        "metadata": [dict(one.metadata) for one in examples],
        "span_ids": [one.span_id for one in examples],
        "example_ids": [one.id for one in examples],
    }
    if any(one.split for one in examples):  # else an example would lose the splits that it has
        body["splits"] = [one.split for one in examples]
    try:
        answer = client.post(PATH, body, [("sync", "true")])
    except OutcomeUnknown:
        answer = client.post(PATH, body, [("sync", "true")])  # what was applied is the same already
    try:
        found = UploadAnswer.model_validate(answer).data
    except ValidationError as error:
        raise NotPhoenix(f"{client.url} answered {PATH} with something else than Phoenix does.", "Check any proxy before it.") from error
    return PutExamples(found.num_created_examples, found.num_updated_examples)
