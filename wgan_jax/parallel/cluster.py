"""Whether a cluster started this process as one of several, read from its environment.

It looks for the launchers that jax's own detection knows, because
`jax.distributed.initialize` has to find the cluster again, and it asks no server, so
that a laptop never waits. It knows environment variables and does not import jax.
"""

import importlib.util
from collections.abc import Mapping

_SLURM = (
    "SLURM_JOB_ID",
    "SLURM_STEP_NODELIST",
    "SLURM_PROCID",
    "SLURM_LOCALID",
)
# In the order in which jax reads them: the first that is set holds the list of hosts.
_TPU_HOSTS = ("TPU_PROCESS_ADDRESSES", "TPU_WORKER_HOSTNAMES")


def in_cluster(environment: Mapping[str, str]) -> bool:
    """Whether the environment is that of one process among several.

    Args:
        environment: `os.environ`, after jax was imported: on a TPU machine jax sets
            TPU_ML_PLATFORM there.

    Returns:
        True in an `srun` step of several tasks, under `mpirun` with several ranks, on a
        TPU pod slice (on GKE by its variables; on Compute Engine jax asks a metadata
        server, so every TPU machine counts), and in an indexed Kubernetes job where
        jax's extra `k8s` is installed.
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
    if environment.get("TPU_PROCESS_ADDRESSES_PATH"):  # jax reads the list from there
        return True
    hosts = next((environment[n] for n in _TPU_HOSTS if n in environment), None)
    if hosts is not None:
        # A slice of a single host may be joined with other slices.
        return "," in hosts or _several(environment, "MEGASCALE_NUM_SLICES")
    # Set on GKE. Without it jax asks the metadata server of Compute Engine.
    return "TPU_SKIP_MDS_QUERY" not in environment


def _in_kubernetes_job(environment: Mapping[str, str]) -> bool:
    # A pod without an index, such as a notebook, is no process of a job. jax needs the
    # package to ask for the job's size.
    in_pod = "KUBERNETES_SERVICE_HOST" in environment
    indexed = "JOB_COMPLETION_INDEX" in environment
    return in_pod and indexed and importlib.util.find_spec("kubernetes") is not None
