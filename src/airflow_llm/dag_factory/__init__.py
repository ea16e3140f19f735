"""The public Python API: pipelines from a description, or from configuration objects."""

from __future__ import annotations

from airflow_llm.dag_factory.configs import DAGConfig, TaskConfig
from airflow_llm.dag_factory.factory import EnterpriseDAGFactory
from airflow_llm.dag_factory.natural_language import NaturalLanguageDAGGenerator

__all__ = ["DAGConfig", "EnterpriseDAGFactory", "NaturalLanguageDAGGenerator", "TaskConfig"]
