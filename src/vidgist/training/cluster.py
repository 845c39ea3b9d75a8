"""Who starts the processes of a training: this program, or a scheduler such as Slurm."""

from __future__ import annotations

import os
from collections.abc import Mapping

from lightning_fabric.plugins.environments import ClusterEnvironment, LightningEnvironment

from vidgist.errors import SettingError

_TORCHRUN = ("TORCHELASTIC_RUN_ID", "GROUP_RANK")


def launcher(
    *, devices: int, num_nodes: int, variables: Mapping[str, str] = os.environ
) -> list[ClusterEnvironment] | None:
    """Return what starts the processes, None for Lightning's choice.

    A program in a batch script of Slurm sees the allocation's variables, whether or not ``srun``
    started it. Alone, it trains alone; as one of several tasks, their number must be that of the
    devices.

    Args:
        devices: processes of each computer.
        num_nodes: computers.
        variables: of the environment.

    Raises:
        SettingError: the scheduler started another number of tasks, or nothing starts the processes
            of the other computers.
    """
    wanted = devices * num_nodes
    if "SLURM_JOB_ID" not in variables and "SLURM_NTASKS" not in variables:
        started = all(name in variables for name in _TORCHRUN) or "MASTER_ADDR" in variables
        if num_nodes > 1 and not started:
            raise SettingError(
                f"num_nodes: nothing starts the processes of {num_nodes} computers; run under "
                f"'srun --nodes={num_nodes} --ntasks-per-node={devices}' or torchrun"
            )
        return None
    tasks = _number(variables, "SLURM_STEP_NUM_TASKS") if "SLURM_STEP_ID" in variables else 1
    if tasks == wanted > 1:
        return None
    if tasks > 1:
        raise SettingError(
            f"devices: Slurm started {tasks} tasks, and devices x num_nodes is {wanted}; start one "
            "task (srun --ntasks=1), or give devices= the tasks of a node and num_nodes= the nodes"
        )
    if num_nodes > 1:
        raise SettingError(
            f"num_nodes: Slurm started this program once; start it on {num_nodes} nodes with "
            f"'srun --nodes={num_nodes} --ntasks-per-node={devices}'"
        )
    return [LightningEnvironment()]


def _number(variables: Mapping[str, str], name: str) -> int:
    text = variables.get(name, "")
    return int(text) if text.isdecimal() else 1
