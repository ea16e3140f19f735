"""Models of scikit-learn: fitted, measured, promoted and applied."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow_llm.targets.airflow.support.engine import engine, parquet
from airflow_llm.targets.airflow.support.location import local_copies, publish

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

METRICS: Mapping[str, str] = {
    "accuracy": "accuracy_score",
    "auc": "roc_auc_score",
    "balanced_accuracy": "balanced_accuracy_score",
    "f1": "f1_score",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "precision": "precision_score",
    "r2": "r2_score",
    "recall": "recall_score",
    "rmse": "root_mean_squared_error",
    "roc_auc": "roc_auc_score",
}
AVERAGED = frozenset({"f1", "precision", "recall"})
RANKED = frozenset({"auc", "roc_auc"})


def fit_model(
    estimator: Any,
    uris: str | Iterable[str],
    model: str,
    *,
    label: str,
    features: Sequence[str] = (),
) -> str:
    """Fit an estimator on staged rows, publish it, and return its URI.

    `features` are all other columns by default. Rows without a label are left out.
    """
    import joblib

    frame = staged_frame(uris).dropna(subset=[label])
    inputs = frame[list(features)] if features else frame.drop(columns=[label])
    pipeline = prepared(inputs, estimator).fit(inputs, frame[label])
    with publish(model) as attempt:
        joblib.dump(pipeline, attempt)
    log.info("%s: fitted on %d rows, %d columns", model, *inputs.shape)
    return model


def staged_frame(uris: str | Iterable[str]) -> pd.DataFrame:
    """Staged rows as a data frame, in an order that is the same in every run."""
    with engine() as connection, local_copies(uris) as paths:
        return connection.execute(f"FROM {parquet(paths)} ORDER BY ALL").df()


def prepared(inputs: pd.DataFrame, estimator: Any) -> Any:
    """The estimator after what its inputs need: gaps filled, numbers scaled, categories
    and dates as numbers.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    numbers = list(inputs.select_dtypes(["number", "bool"]).columns)
    moments = list(inputs.select_dtypes(["datetime", "datetimetz"]).columns)
    categories = [name for name in inputs.columns if name not in {*numbers, *moments}]
    as_number = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler())
    as_days = make_pipeline(FunctionTransformer(days), as_number)
    as_category = make_pipeline(
        FunctionTransformer(categories_as_text),
        OneHotEncoder(handle_unknown="ignore", max_categories=50, sparse_output=False),
    )
    columns = ColumnTransformer(
        [
            ("numbers", as_number, numbers),
            ("moments", as_days, moments),
            ("categories", as_category, categories),
        ]
    )
    return make_pipeline(columns, estimator)


def days(frame: pd.DataFrame) -> pd.DataFrame:
    """Points in time as days since 1970."""
    import pandas as pd

    start, day = pd.Timestamp(0, tz="UTC"), pd.Timedelta(days=1)
    return pd.DataFrame(
        {name: (pd.to_datetime(frame[name], utc=True) - start) / day for name in frame}
    )


def categories_as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Values of any kind as text; a missing one is a category of its own."""
    return frame.astype(object).where(frame.notna(), "").astype(str)


def loaded_model(model: str) -> Any:
    """A published model."""
    import joblib

    with local_copies(model) as paths:
        return joblib.load(paths[0])


def model_inputs(model: Any, frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that the model was fitted on. ValueError names those that are missing."""
    names = list(model.feature_names_in_)
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise ValueError(f"the model needs the columns {', '.join(missing)}")
    return frame[names]


def evaluate_model(
    model: str, uris: str | Iterable[str], *, label: str, metrics: Sequence[str] = ()
) -> dict[str, float]:
    """The metrics of a model on staged rows; by default those that fit its kind."""
    from sklearn.base import is_classifier

    fitted = loaded_model(model)
    frame = staged_frame(uris).dropna(subset=[label])
    inputs = model_inputs(fitted, frame)
    usual = ("accuracy", "f1") if is_classifier(fitted) else ("rmse", "r2")
    found = {
        name: metric(name, fitted, inputs, frame[label]) for name in metrics or usual
    }
    log.info("%s: %s", model, found)
    return found


def metric(name: str, model: Any, inputs: pd.DataFrame, truth: pd.Series[Any]) -> float:
    """One metric of scikit-learn. ValueError for a name that it does not have."""
    from sklearn import metrics

    if name not in METRICS:
        raise ValueError(f"{name!r} is no metric; known are {', '.join(METRICS)}")
    score = getattr(metrics, METRICS[name])
    if name in RANKED:
        shares = model.predict_proba(inputs)
        binary = shares.shape[1] == len(("no", "yes"))
        return float(
            score(truth, shares[:, 1] if binary else shares, multi_class="ovr")
        )
    options = {"average": "weighted", "zero_division": 0} if name in AVERAGED else {}
    return float(score(truth, model.predict(inputs), **options))


def write_metrics(values: Mapping[str, float], target: str) -> str:
    """Publish metrics as one row, and return the target."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with publish(target) as attempt:
        pq.write_table(pa.Table.from_pylist([dict(values)]), attempt)
    return target


def promote_model(candidate: str, current: str, conn_id: str | None = None) -> str:
    """Make a published model the current one, in one step; return where that lies."""
    with local_copies(candidate) as paths, publish(current, conn_id) as attempt:
        shutil.copyfile(paths[0], attempt)
    log.info("%s is now %s", candidate, current)
    return current


def predict(model: str, uris: str | Iterable[str], target: str, *, output: str) -> str:
    """Publish staged rows with a model's prediction in one more column."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fitted = loaded_model(model)
    writer: pq.ParquetWriter | None = None
    with (
        engine() as connection,
        local_copies(uris) as paths,
        publish(target) as attempt,
    ):
        reader: Any = connection.sql(f"FROM {parquet(paths)}").to_arrow_reader(100_000)
        try:
            for batch in reader:
                table = pa.Table.from_batches([batch])
                predicted = fitted.predict(model_inputs(fitted, table.to_pandas()))
                table = table.append_column(output, pa.array(predicted))
                writer = writer or pq.ParquetWriter(attempt, table.schema)
                writer.write_table(table)
            if writer is None:
                empty = pa.table(
                    {field.name: pa.array([], field.type) for field in reader.schema}
                )
                pq.write_table(
                    empty.append_column(output, pa.array([], pa.float64())), attempt
                )
        finally:
            if writer is not None:
                writer.close()
    return target
