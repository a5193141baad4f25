"""Clusters are recognised where jax's own detection finds several processes."""

import contextlib
import importlib.util
import os
from unittest import mock

import pytest
from jax._src.clusters import ClusterEnv, cloud_tpu_cluster

from wgan_jax.parallel.cluster import in_cluster

STEP = {
    "SLURM_JOB_ID": "71",
    "SLURM_STEP_ID": "0",
    "SLURM_STEP_NODELIST": "node[01-02]",
    "SLURM_NTASKS": "2",
    "SLURM_STEP_NUM_TASKS": "2",
    "SLURM_PROCID": "1",
    "SLURM_LOCALID": "0",
}
SALLOC = STEP | {
    "SLURM_STEP_ID": "4294967290",
    "SLURM_STEP_NUM_TASKS": "1",
    "SLURM_PROCID": "0",
}
SBATCH = {
    "SLURM_JOB_ID": "71",
    "SLURM_NTASKS": "2",
    "SLURM_PROCID": "0",
    "SLURM_LOCALID": "0",
    "SLURM_JOB_NODELIST": "node[01-02]",
}
MPI = {
    "OMPI_MCA_orte_hnp_uri": "1531576320.0;tcp://10.96.0.1,10.148.0.1:34911",
    "OMPI_COMM_WORLD_SIZE": "4",
    "OMPI_COMM_WORLD_RANK": "2",
    "OMPI_COMM_WORLD_LOCAL_RANK": "2",
}
TPU = {"TPU_ML_PLATFORM": "JAX", "TPU_WORKER_ID": "0"}
POD = TPU | {"TPU_SKIP_MDS_QUERY": "true"}  # as GKE sets it
GKE = POD | {"TPU_WORKER_HOSTNAMES": "tpu-0.svc,tpu-1.svc"}


# What a Compute Engine server of two TPU machines would say.
METADATA = {
    "tpu-env": ("", 200),
    "agent-worker-number": ("0", 200),
    "worker-network-endpoints": ("a,b", 200),
}


def found_by_jax(environment: dict[str, str]) -> int:
    """How many processes jax would wait for, by its own classes."""
    on_tpu = mock.patch.object(
        cloud_tpu_cluster, "running_in_cloud_tpu_vm", "TPU_ML_PLATFORM" in environment
    )
    server = mock.patch.object(cloud_tpu_cluster, "get_metadata", METADATA.__getitem__)
    with mock.patch.dict(os.environ, environment, clear=True), on_tpu, server:
        kinds = ClusterEnv._cluster_types
        present = (k for k in kinds if not k.opt_in_only_method and k.is_env_present())
        kind = next(present, None)
        return kind.get_process_count() if kind else 1


@pytest.mark.parametrize(
    ("environment", "count"),
    [
        pytest.param({"HOME": "/root"}, 1, id="laptop"),
        pytest.param(STEP, 2, id="srun"),
        pytest.param(
            STEP | {"SLURM_NTASKS": "1", "SLURM_STEP_NUM_TASKS": "1"}, 1, id="srun -n1"
        ),
        pytest.param(SBATCH, 1, id="the script of sbatch"),
        pytest.param(MPI, 4, id="mpirun"),
        pytest.param(MPI | {"OMPI_COMM_WORLD_SIZE": "1"}, 1, id="mpirun -n 1"),
        pytest.param(GKE, 2, id="TPU slice on GKE"),
        pytest.param(POD | {"TPU_WORKER_HOSTNAMES": "localhost"}, 1, id="one TPU host"),
        pytest.param(
            GKE | {"TPU_PROCESS_ADDRESSES": "local"}, 1, id="addresses before names"
        ),
        pytest.param(
            POD | {"TPU_WORKER_HOSTNAMES": "tpu-0", "MEGASCALE_NUM_SLICES": "2"},
            2,
            id="two slices",
        ),
        pytest.param(
            {"TPU_WORKER_HOSTNAMES": "a,b", "TPU_SKIP_MDS_QUERY": "1"},
            1,
            id="TPU variables without TPU chips",
        ),
        pytest.param(POD, 1, id="TPU that asks nobody"),
    ],
)
def test_agrees_with_jax(environment, count):
    assert found_by_jax(environment) == count
    assert in_cluster(environment) == (count > 1)


def test_an_interactive_shell_of_salloc_trains_alone():
    assert found_by_jax(SALLOC) == 2, "jax would wait for a task that never starts"
    assert not in_cluster(SALLOC)


def test_on_a_compute_engine_tpu_only_jax_can_ask():
    assert found_by_jax(TPU) == 2
    assert in_cluster(TPU)


@pytest.mark.parametrize("installed", [True, False])
def test_an_indexed_kubernetes_job_needs_the_package(monkeypatch, installed):
    spec = importlib.util.find_spec("json") if installed else None
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    pod = {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}
    assert in_cluster(pod | {"JOB_COMPLETION_INDEX": "0"}) == installed
    assert not in_cluster(pod), "a notebook in a pod is not a job"


def test_a_launcher_that_jax_cannot_read_is_no_reason_to_train_alone():
    environment = {"OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "1"}
    with contextlib.suppress(RuntimeError):  # from jax 0.12 on: mpi4py is missing
        assert found_by_jax(environment) == 1
    assert in_cluster(environment)
