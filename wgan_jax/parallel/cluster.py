"""Whether a cluster started this process as one of several, told from its environment.

It looks only where jax's own detection looks, so that `jax.distributed.initialize`
finds what is promised here, and it asks no server, so that a laptop never waits. It
knows names of environment variables and nothing of jax.
"""

import importlib.util
from collections.abc import Mapping

_SLURM = (
    "SLURM_JOB_ID",
    "SLURM_STEP_NODELIST",
    "SLURM_PROCID",
    "SLURM_LOCALID",
)
_TPU_HOSTS = ("TPU_PROCESS_ADDRESSES", "TPU_WORKER_HOSTNAMES")


def in_cluster(environment: Mapping[str, str]) -> bool:
    """Whether the environment is that of one process among several.

    Args:
        environment: `os.environ`, after jax was imported: on a TPU machine jax leaves
            its mark there.

    Returns:
        True in an `srun` step of several tasks, under `mpirun` with several ranks, on a
        TPU pod slice (GKE tells; on Compute Engine only jax can ask, so every TPU
        machine counts), and in an indexed Kubernetes job where jax's extra `k8s` is
        installed.
    """
    return (
        _in_slurm(environment)
        or _several(environment, "OMPI_COMM_WORLD_SIZE")
        or _on_tpu_pod(environment)
        or _in_kubernetes_job(environment)
    )


def _several(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "")
    return value.isdigit() and int(value) > 1


def _in_slurm(environment: Mapping[str, str]) -> bool:
    # An interactive shell of salloc is a step of one task that keeps the SLURM_NTASKS
    # of its allocation: jax would wait there for tasks that nobody has started.
    return (
        all(name in environment for name in _SLURM)
        and _several(environment, "SLURM_NTASKS")
        and _several(environment, "SLURM_STEP_NUM_TASKS")
    )


def _on_tpu_pod(environment: Mapping[str, str]) -> bool:
    if "TPU_ML_PLATFORM" not in environment:  # set by jax where it finds TPU chips
        return False
    if environment.get("TPU_PROCESS_ADDRESSES_PATH"):
        return True
    hosts = next((environment[n] for n in _TPU_HOSTS if n in environment), None)
    if hosts is not None:
        return "," in hosts or _several(environment, "MEGASCALE_NUM_SLICES")
    return "TPU_SKIP_MDS_QUERY" not in environment


def _in_kubernetes_job(environment: Mapping[str, str]) -> bool:
    told = "KUBERNETES_SERVICE_HOST" in environment
    indexed = "JOB_COMPLETION_INDEX" in environment
    return told and indexed and importlib.util.find_spec("kubernetes") is not None
