import pytest
from chains import Chain, Deployment
from stage import Stage, set_up


@pytest.fixture(scope="session")
def base_stage(deployment: Deployment) -> Stage:
    return set_up(deployment)


@pytest.fixture
def stage(base_stage: Stage, chain: Chain) -> Stage:
    """The cast of stage.py on a fresh copy of the chain."""
    return base_stage
