"""Sources as data: where their secrets are looked up."""

from toysection import SECTIONS

from musfuse.config import load_config
from musfuse.origins import SourceSpec
from musfuse.origins.spec import variable_of


def test_a_variable_goes_before_what_is_set() -> None:
    spec = SourceSpec("0a1b", "toy", "toy://shelf", name="Büro nas-2", secrets={"key": "env:KEY"})
    assert variable_of(spec.name, "key") == "MUSFUSE_SOURCE_B_RO_NAS_2_KEY"
    env = {"KEY": "set"}
    assert spec.secret("key", env=env).reveal() == "set"
    env["MUSFUSE_SOURCE_0A1B_KEY"] = "by uid"
    assert spec.secret("key", env=env).reveal() == "by uid"
    env["MUSFUSE_SOURCE_B_RO_NAS_2_KEY"] = "by name"
    secret = spec.secret("key", env=env)
    assert secret.reveal() == "by name"
    assert "by name" not in repr(spec) + repr(secret)
    assert not spec.secret("other", env=env)


def test_such_variables_are_no_options() -> None:
    assert load_config(SECTIONS, env={"MUSFUSE_SOURCE_NAS_PASSWORD": "hunter2"}).config
