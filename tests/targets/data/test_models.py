from __future__ import annotations

from pathlib import Path

import pytest

from airflow_llm.targets.airflow.support.models import evaluate_model, fit_model, predict, promote_model, write_metrics
from tests.targets.data.conftest import rows

pytestmark = pytest.mark.airflow

DATA = """
    SELECT range AS id, range % 7 AS visits, CASE WHEN range % 5 = 0 THEN NULL ELSE 'plan ' || range % 3 END AS plan,
        TIMESTAMP '2026-01-01' + INTERVAL (range) DAY AS since, NULL::VARCHAR AS "empty", (range % 7) > 3 AS churned,
        (range % 7) * 2.5 AS revenue
    FROM range(200)
"""


def test_a_classifier_from_data_to_predictions(home: Path, parquet) -> None:
    from sklearn.ensemble import RandomForestClassifier

    data = parquet(DATA)
    model = f"file://{home}/model.joblib"
    assert fit_model(RandomForestClassifier(random_state=0), data, model, label="churned") == model
    found = evaluate_model(model, data, label="churned", metrics=("accuracy", "f1", "auc"))
    assert found["accuracy"] > 0.95
    assert set(found) == {"accuracy", "f1", "auc"}
    current = promote_model(model, f"file://{home}/models/production.joblib")
    target = predict(current, data, f"file://{home}/scored.parquet", output="guess")
    ((right,),) = rows(target, "SELECT count(*) FROM staged WHERE guess = churned")
    assert right > 190
    assert rows(write_metrics(found, f"file://{home}/m.parquet"), "SELECT accuracy FROM staged") == [
        (found["accuracy"],)
    ]


def test_a_regressor_of_chosen_features_is_the_same_each_time(home: Path, parquet) -> None:
    from sklearn.linear_model import LinearRegression

    data = parquet(DATA)
    found = []
    for _ in range(2):
        model = fit_model(LinearRegression(), data, f"file://{home}/m", label="revenue", features=("visits",))
        found.append(evaluate_model(model, data, label="revenue"))
    assert found[0] == found[1]
    assert found[0]["rmse"] == pytest.approx(0, abs=1e-6)


def test_a_missing_column_and_an_unknown_metric_are_named(home: Path, parquet) -> None:
    from sklearn.linear_model import LinearRegression

    model = fit_model(LinearRegression(), parquet(DATA), f"file://{home}/m", label="revenue", features=("visits",))
    with pytest.raises(ValueError, match="needs the columns visits"):
        predict(model, parquet("SELECT 1 AS id", "other"), f"file://{home}/p.parquet", output="guess")
    with pytest.raises(ValueError, match="'beauty' is no metric"):
        evaluate_model(model, parquet(DATA), label="revenue", metrics=("beauty",))


def test_no_rows_are_no_predictions(home: Path, parquet) -> None:
    from sklearn.linear_model import LinearRegression

    model = fit_model(LinearRegression(), parquet(DATA), f"file://{home}/m", label="revenue", features=("visits",))
    empty = parquet(f"FROM ({DATA}) WHERE false", "empty")
    assert rows(predict(model, empty, f"file://{home}/p.parquet", output="guess")) == []
