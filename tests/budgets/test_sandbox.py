"""Every workflow that is started pays for what its sandbox imports: nearly nothing."""

import importlib
import sys

import pytest
from temporalio.worker.workflow_sandbox import SandboxRestrictions

# What the SDK's sandbox imports with; it has no public way of asking what was run anew.
from temporalio.worker.workflow_sandbox._importer import Importer
from temporalio.worker.workflow_sandbox._restrictions import RestrictionContext

from worker import OUR_PURE_ROOMS

OF_THE_SANDBOX = {"__main__", "builtins", "sys"}


@pytest.mark.parametrize(
    "module",
    ["workflows.purchase_order", "workflows.cases", "workflows.subjects"],
)
def test_a_sandbox_runs_no_module_anew_but_the_workflows(module: str) -> None:
    importlib.import_module(module)

    assert {name for name in _run_anew(module) if not name.startswith("workflows")} == set()


def test_a_module_that_is_not_passed_through_is_found() -> None:
    importlib.import_module("workflows.purchase_order")

    assert "daigou.domain.steps" in _run_anew("daigou.domain.steps", passed_through=())


def _run_anew(module: str, *, passed_through: tuple[str, ...] = OUR_PURE_ROOMS) -> set[str]:
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*passed_through)
    importer = Importer(restrictions, RestrictionContext())
    with importer.applied():
        importlib.import_module(module)
    return {
        name for name, loaded in importer.new_modules.items() if sys.modules.get(name) is not loaded
    } - OF_THE_SANDBOX
