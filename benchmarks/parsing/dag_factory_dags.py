"""The demo's DAG through dag-factory."""

from pathlib import Path

from airflow.sdk import DAG  # noqa: F401 - Airflow looks for DAG files by this word
from dagfactory import load_yaml_dags

load_yaml_dags(globals_dict=globals(), config_filepath=str(Path(__file__).with_name("dag_factory.yml")))
