"""The spec on disk: nothing is lost, bad files are refused with their place, `update` changes only what changed."""

import ruamel.yaml
import yaml
from hypothesis import HealthCheck, given, settings

from airflow_llm.spec.document import config_data, dump, load, tasks_data, update
from tests.spec.strategies import pipelines

fast = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@fast
@given(pipeline=pipelines())
def test_any_valid_spec_survives_dump_and_load(pipeline):
    tasks, config = dump(pipeline)
    found = load(tasks, config)
    assert repr(found) == repr(pipeline)
    assert dump(found) == (tasks, config)
    assert update(pipeline, tasks, config) == (tasks, config)


@settings(fast, max_examples=60)
@given(pipeline=pipelines())
def test_other_yaml_readers_read_the_same(pipeline):
    tasks, config = dump(pipeline)
    assert repr(ruamel.yaml.YAML(typ="safe", pure=True).load(tasks)) == repr(tasks_data(pipeline))
    assert repr(yaml.load(config, yaml.CSafeLoader)) == repr(config_data(pipeline))


@settings(fast, max_examples=120)
@given(old=pipelines(), new=pipelines())
def test_update_says_the_new_spec_whatever_the_old_text(old, new):
    tasks, config = update(new, *dump(old))
    assert tasks_data(load(tasks, config)) == tasks_data(new)
    assert config_data(load(tasks, config)) == config_data(new)
