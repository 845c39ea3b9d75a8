"""Slurm's variables decide who starts the processes; nothing hangs, nothing trains twice."""

from __future__ import annotations

import needs_torch  # noqa: F401

# isort: split
import pytest
from lightning_fabric.plugins.environments import LightningEnvironment

from vidgist.errors import SettingError
from vidgist.training.cluster import launcher
from vidgist.training.engine import open_fabric

ALLOCATION = {"SLURM_JOB_ID": "7", "SLURM_NTASKS": "2", "SLURM_PROCID": "0", "SLURM_LOCALID": "0"}
STEP = {**ALLOCATION, "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2"}


def chosen(variables, *, devices=1, num_nodes=1):
    return launcher(devices=devices, num_nodes=num_nodes, variables=variables)


def test_without_a_scheduler():
    assert chosen({}) is None
    assert chosen({"MASTER_ADDR": "a"}, num_nodes=2) is None
    with pytest.raises(SettingError, match=r"^num_nodes: nothing starts the processes of 2"):
        chosen({}, num_nodes=2)


@pytest.mark.parametrize("devices", [1, 2])
def test_alone_in_an_allocation_it_starts_its_own_processes(devices):
    (environment,) = chosen(ALLOCATION, devices=devices)
    assert isinstance(environment, LightningEnvironment)
    one = {**STEP, "SLURM_STEP_NUM_TASKS": "1"}
    assert isinstance(chosen(one, devices=devices)[0], LightningEnvironment)


def test_tasks_of_srun():
    assert chosen(STEP, devices=2) is None
    assert chosen(STEP, num_nodes=2) is None
    with pytest.raises(SettingError, match=r"^devices: Slurm started 2 tasks"):
        chosen(STEP)
    with pytest.raises(SettingError, match=r"^num_nodes: Slurm started this program once"):
        chosen(ALLOCATION, num_nodes=2)


def test_a_training_in_an_allocation_of_two_tasks_runs(monkeypatch):
    for name, value in ALLOCATION.items():
        monkeypatch.setenv(name, value)
    fabric = open_fabric(device="cpu")
    assert fabric.world_size == 1
