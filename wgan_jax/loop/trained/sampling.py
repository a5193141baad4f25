"""What `wgan_jax.sample` writes of a run: arrays, pictures, GIFs, an export.

Every kind of output is one function, from a request to one line that says what was
written. How a file looks is in `artifacts`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wgan_jax.artifacts.exported import write_exported
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.images import write_gif, write_png, write_png_each
from wgan_jax.artifacts.outputs import new_file, new_folder
from wgan_jax.artifacts.plots import image_grid
from wgan_jax.data import short_name
from wgan_jax.errors import UserError
from wgan_jax.loop import pictures
from wgan_jax.loop.classes import (
    COLUMNS,
    as_classes,
    class_rows,
    in_turn,
    mean_over_classes,
    shown_classes,
)
from wgan_jax.loop.own_data import dataset_of
from wgan_jax.loop.trained import walks
from wgan_jax.loop.trained.export import export_generator, run_sha256
from wgan_jax.loop.trained.films import film_training
from wgan_jax.loop.trained.trained import Trained, load_trained

_WALK_MILLISECONDS = 80


class Request(NamedTuple):
    """What is wanted of a run; None where nothing was asked for.

    Attributes:
        run_dir: the run.
        out: an .npz file, a .png file, or a folder for one PNG each.
        gif: a GIF of the training, or of latent walks with `interpolate`.
        export: a folder for the generator as StableHLO.
        count: samples, or walks.
        seed: of the latent vectors.
        step: a step, "best", or None for the newest.
        weights: raw, ema or auto.
        interpolate: samples from one latent vector to the next.
        interpolation: linear or spherical, the default.
        classes: of a conditional run, which to make; all without.
        data_dir: where the real points of a picture are, as in training.
    """

    run_dir: str
    out: Path | None = None
    gif: Path | None = None
    export: Path | None = None
    count: int | None = None
    seed: int = 0
    step: int | str | None = None
    weights: str = "auto"
    interpolate: int | None = None
    interpolation: str | None = None
    data_dir: str | None = None
    classes: tuple[int, ...] | None = None


class _Job(NamedTuple):
    """A request, its run, and words for it."""

    request: Request
    trained: Trained
    title: str
    weights: str
    classes: Sequence[int] | None

    def count(self, default: int) -> int:
        return self.request.count or default

    def walk(self, default: int) -> walks.Walk:
        asked = self.request
        length, how = asked.interpolate or 0, asked.interpolation or "spherical"
        count = self.count(default)
        how_many = (asked.seed, count, length, how)
        return walks.Walk(*how_many, self.weights, self.labels(count))

    def labels(self, count: int) -> np.ndarray | None:
        return None if self.classes is None else in_turn(self.classes, count)


def write_requested(request: Request) -> Iterator[str]:
    """Writes everything that was asked for.

    Args:
        request: what is wanted; its files have been checked, see `artifacts.outputs`.

    Yields:
        One line for each file or folder, once it is there.

    Raises:
        UserError: for whatever the user can mend.
    """
    if request.gif is not None and request.interpolate is None:
        yield film_training(RunFolder.open(request.run_dir), request.gif)
    walking = request.gif is not None and request.interpolate is not None
    if request.out is None and request.export is None and not walking:
        return
    job = _open(request)
    if request.out is not None:
        yield _writer(request.out, request.interpolate is not None)(job, request.out)
    if request.gif is not None and walking:
        yield _walk_gif(job, request.gif)
    if request.export is not None:
        yield _export(job, request.export)


def _open(request: Request) -> _Job:
    trained = load_trained(request.run_dir, request.step)
    weights = trained.weights_name(request.weights)
    config, step = trained.config, int(trained.state.step)
    title = f"{config.variant} on {short_name(config.dataset)}, step {step:,}"
    classes = as_classes(request.classes, trained.num_classes)
    return _Job(request, trained, title, weights, classes)


def _writer(out: Path, walking: bool) -> Callable[[_Job, Path], str]:
    kinds = {".npz": (_npz, _npz), ".png": (_grid, _walk_picture)}
    return kinds.get(out.suffix.lower(), (_folder, _folder))[walking]


def _line(job: _Job, path: Path, what: str) -> str:
    return f"{path}: {what} of {job.title}, {job.weights} weights"


def _npz(job: _Job, path: Path) -> str:
    request, trained = job.request, job.trained
    if request.interpolate is None:
        count = job.count(1000)
        labels, seed = job.labels(count), request.seed
        samples = trained.sample(seed, count, weights=job.weights, labels=labels)
    else:
        walk = job.walk(8)
        samples, labels = walks.walk_between(trained, walk), walk.labels
    facts = {
        "seed": request.seed,
        "step": int(trained.state.step),
        "weights": job.weights,
        "params_sha256": run_sha256(trained),
    }
    # A file and no path: numpy would add .npz to the temporary name.
    with new_file(path) as temporary, temporary.open("wb") as file:
        given = {} if labels is None else {"labels": labels}
        np.savez(file, samples=samples, **given, **facts)
    return _line(job, path, f"samples {samples.dtype} {list(samples.shape)}")


def _grid(job: _Job, path: Path) -> str:
    trained, asked = job.trained, job.request
    if trained.is_image:
        labels = None if job.classes is None else _rows(job, job.classes)
        count = job.count(pictures.IMAGES) if labels is None else len(labels)
        pictures.refuse_large(count)
        images = trained.sample(asked.seed, count, weights=job.weights, labels=labels)
        columns = None if labels is None else int(np.sum(labels == labels[0]))
        write_png(path, image_grid(images, columns))
        rows = "" if labels is None else ", one row a class"
        return _line(job, path, f"{count:,} images{rows}")
    real, count = _real_points(job), job.count(pictures.POINTS)
    labels = job.labels(count)
    fake = trained.sample(asked.seed, count, weights=job.weights, labels=labels)
    score = mean_over_classes(trained.critic_scores, trained.num_classes)
    with new_file(path) as temporary:
        pictures.paint_points(temporary, real, fake, score, job.title)
    return _line(job, path, f"{count:,} points")


def _rows(job: _Job, classes: Sequence[int]) -> np.ndarray:
    """The labels of a picture, one row a class; a count is filled up to whole rows."""
    if job.request.classes is None:
        classes = shown_classes(len(classes))
    rows = list(dict.fromkeys(classes))
    wanted = job.request.count or len(rows) * COLUMNS
    pictures.refuse_large(wanted)
    return class_rows(rows, math.ceil(wanted / len(rows)))


def _walk_picture(job: _Job, path: Path) -> str:
    walk = job.walk(8)
    if job.trained.is_image:
        pictures.refuse_large(walk.count * walk.length)
        images = walks.walk_between(job.trained, walk)
        flat = images.reshape(-1, *images.shape[2:])
        write_png(path, image_grid(flat, columns=walk.length))
    else:
        real = _real_points(job)
        points = walks.walk_between(job.trained, walk)
        title = f"{job.title}, {walk.interpolation} walks"
        walks.draw_walks(path, job.trained, points, real, title)
    what = f"{walk.count} {walk.interpolation} walks of {walk.length} samples"
    return _line(job, path, what)


def _folder(job: _Job, path: Path) -> str:
    if not job.trained.is_image:
        raise UserError(
            f"{str(path)!r} names a folder of images, but {job.trained.config.dataset} "
            "holds points. Name an .npz file, or a .png file for a picture of them."
        )
    count = job.count(pictures.IMAGES)
    seed, labels = job.request.seed, job.labels(count)
    images = job.trained.sample(seed, count, weights=job.weights, labels=labels)
    with new_folder(path) as folder:
        write_png_each(folder, images)
    return _line(job, path, f"{count:,} PNG files")


def _walk_gif(job: _Job, path: Path) -> str:
    if job.trained.is_image:
        walk = job.walk(16)
        pictures.refuse_large(walk.count)
        frames = walks.image_frames(walks.walk_in_a_circle(job.trained, walk))
    else:
        walk, real = job.walk(500), _real_points(job)
        points = walks.walk_in_a_circle(job.trained, walk)
        frames = walks.point_frames(job.trained, points, real, job.title)
    write_gif(path, frames, [_WALK_MILLISECONDS] * len(frames))
    what = f"{walk.count} {walk.interpolation} walks in {len(frames)} frames"
    return _line(job, path, what)


def _export(job: _Job, path: Path) -> str:
    made = export_generator(job.trained, job.weights)
    write_exported(path, made.program, made.weights, made.facts)
    return _line(job, path, f"generator for {', '.join(made.facts['platforms'])}")


def _real_points(job: _Job) -> np.ndarray:
    advice = (
        "a picture of points needs the real ones. Write the samples to an .npz file."
    )
    folder = RunFolder.open(job.request.run_dir)
    data = dataset_of(folder, advice, job.request.data_dir)
    return pictures.spread(data.train, pictures.POINTS)
