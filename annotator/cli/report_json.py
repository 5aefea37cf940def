"""A report as JSON: null for what cannot be told."""

import math
from collections.abc import Mapping
from typing import Any

from annotator.workflow.report.disagreements import Disputed
from annotator.workflow.report.figures import ConfigFigures, JudgeFigures, PairFigures, Value
from annotator.workflow.report.intervals import Figure
from annotator.workflow.report.whole import Report


def whole(made: Report) -> dict[str, Any]:
    """`{"at", "queues", "filter", "by", "only_what_rules_take", "groups", "between", "disagreements"}`; times are UTC.

    The first group, null, is all items.
    """
    return {
        "at": made.at.isoformat(timespec="seconds"),
        "queues": list(made.queues),
        "filter": made.filter,
        "by": made.by,
        "only_what_rules_take": list(made.partial),
        "groups": [
            {"group": section.group or None, "items": section.items, "configs": [_config(one) for one in section.configs]}
            for section in made.sections
        ],
        "between": [{"name": side.name, "one": side.one, "other": side.other, "table": _table(side.table)} for side in made.sides],
        "disagreements": [_disputed(one) for one in made.disputed],
    }


def figure(one: Figure) -> dict[str, Any]:
    return {"value": _number(one.value), "low": _number(one.low), "high": _number(one.high), "n": one.n}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)


def _config(one: ConfigFigures) -> dict[str, Any]:
    return {
        "name": one.name,
        "level": one.level,
        "people": list(one.people),
        "units": one.reliability.units,
        "agreement": figure(one.reliability.agreement),
        "alpha": figure(one.reliability.alpha),
        "pairs": [_pair(pair) for pair in one.pairs],
        "recheck": [_pair(pair) for pair in one.repeated],
        "fails": one.fails or None,
        "failure_rate": figure(one.failure),
        "weighted": one.weighted,
        "tied": one.tied,
        "probability_unknown": {"all": one.alone, "left_out": one.unknown},
        "judges": [_judge(judge) for judge in one.judges],
        "more": dict(one.more),
    }


def _pair(pair: PairFigures) -> dict[str, Any]:
    return {
        "one": pair.one, "other": pair.other, "units": pair.agreement.n, "agreement": figure(pair.agreement), "kappa": figure(pair.kappa),
        "table": _table(pair.table),
    }  # fmt: skip


def _judge(judge: JudgeFigures) -> dict[str, Any]:
    found = judge.found
    return {
        "judge": judge.who,
        "annotator_kind": judge.kind,
        **dict(zip(("true_positives", "false_positives", "false_negatives", "true_negatives"), found.counts, strict=True)),
        "tpr": figure(found.tpr),
        "tnr": figure(found.tnr),
        "precision": figure(found.precision),
        "accuracy": figure(found.accuracy),
        "kappa": figure(found.kappa),
        "judge_rate": figure(found.judge_rate),
        "corrected_rate": figure(found.corrected),
        "uncorrected": found.uncorrected or None,
        "weighted": found.weighted,
        "table": _table(judge.table),
        "more": dict(judge.more),
    }


def _table(table: Mapping[tuple[Value, Value], int]) -> list[dict[str, Any]]:
    return [{"one": one, "other": other, "count": count} for (one, other), count in sorted(table.items(), key=str)]


def _disputed(one: Disputed) -> dict[str, Any]:
    said = {"said": one.said, "adjudicated": one.settled}
    return {
        "queue": one.judged.queue,
        "position": one.judged.item.position,
        "target": one.rated.target.kind,
        "id": one.rated.target.id,
        "document_position": one.rated.target.position,
        "name": one.rated.name,
    } | {
        key: [{"who": rater.who, "annotator_kind": rater.kind, "label": row.label, "score": row.score} for rater, row in rows]
        for key, rows in said.items()
    }
