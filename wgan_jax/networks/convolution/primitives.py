"""Three convolution primitives that are closed under differentiation.

`conv(x, w)` is linear in either operand, and so are its transpose in the input and its
transpose in the kernel. Each one's derivatives are the other two, so derivatives of any
order are made of these three, and each can be carried out in the form that is fast on
the machine at hand (`forms`). A mapped axis merges into batch or channels:
`vmap(grad(...))` costs what one batched pass costs, at second order too.

The form is chosen at lowering, where `jax.default_matmul_precision` may have ended: the
precision is read as `conv` is traced and carried along, and derivatives have it too.

    x [B, H, W, I]      w [h, w, I, O]      y [B, out_h, out_w, O]

This module knows nothing of modules and parameters.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from wgan_jax.networks.convolution import forms
from wgan_jax.networks.convolution.geometry import Geometry, Pair

Form = Callable[..., jax.Array]
Shape = tuple[int, ...]


def conv(
    x: jax.Array, w: jax.Array, strides: Pair, padding: tuple[Pair, Pair]
) -> jax.Array:
    """Convolves (correlates, as the field has it).

    Args:
        x: `[B, H, W, I]`.
        w: `[h, w, I, O]`, of the same dtype.
        strides: steps between windows.
        padding: zeros before and after, for height and for width.

    Returns:
        `[B, out_h, out_w, O]`.
    """
    geometry = _geometry(x.shape[1:3], w, strides, padding)
    # Pointwise: a matrix product, which needs no primitive to be fast when transposed.
    if geometry.window == (1, 1) == geometry.strides and not any(map(any, padding)):
        return forms.conv_products(x, w, geometry)
    return _conv.bind(x, w, geometry=geometry, precision=_precision())


def conv_input_transpose(
    y: jax.Array,
    w: jax.Array,
    size: Pair,
    strides: Pair,
    padding: tuple[Pair, Pair],
) -> jax.Array:
    """Transposes `conv` in its input (a transposed convolution).

    Args:
        y: `[B, out_h, out_w, O]`.
        w: `[h, w, I, O]`, the kernel of the convolution that is transposed.
        size: height and width of the result.
        strides: those of the convolution.
        padding: that of the convolution.

    Returns:
        `[B, *size, I]`, the x-gradient of `<y, conv(x, w)>`.
    """
    geometry = _geometry(size, w, strides, padding)
    return _input_transpose.bind(y, w, geometry=geometry, precision=_precision())


def _precision() -> str | None:
    """What `jax.default_matmul_precision` is while this is traced."""
    return jax.config.jax_default_matmul_precision  # pyright: ignore[reportAttributeAccessIssue]


def _geometry(
    size: Sequence[int], w: jax.Array, strides: Pair, padding: tuple[Pair, Pair]
) -> Geometry:
    return Geometry((size[0], size[1]), (w.shape[0], w.shape[1]), strides, padding)


def _conv_shape(x: Shape, w: Shape, geometry: Geometry) -> Shape:
    return (x[0], *geometry.out, w[3])


def _input_shape(y: Shape, w: Shape, geometry: Geometry) -> Shape:
    return (y[0], *geometry.size, w[2])


def _kernel_shape(x: Shape, y: Shape, geometry: Geometry) -> Shape:
    return (*geometry.window, x[3], y[3])


def _primitive(
    name: str,
    shape: Callable[..., Shape],
    cpu: Form,
    native: Form,
    products: Form,
    merges: tuple[Pair, Pair],
) -> Primitive:
    """Defines one of the three maps.

    `cpu` and `native` are its forms on CPU and elsewhere, `products` the form for two
    mapped operands. `merges` holds, for each operand, the axis that absorbs a mapped
    axis and the axis of the result where it comes out.
    """
    primitive = Primitive(name)
    run = functools.partial(_run, cpu, native)
    primitive.def_abstract_eval(functools.partial(_abstract, name, shape))
    # Eager calls are compiled too, once for each shape and geometry.
    primitive.def_impl(jax.jit(run, static_argnames=("geometry", "precision")))
    mlir.register_lowering(primitive, mlir.lower_fun(run, multiple_results=False))
    batch = functools.partial(_batch, primitive, products, merges)
    batching.primitive_batchers[primitive] = batch
    return primitive


def _abstract(
    name: str,
    shape: Callable[..., Shape],
    a: Any,
    b: Any,
    *,
    geometry: Geometry,
    precision: str | None,
):
    if a.dtype != b.dtype:
        raise TypeError(f"{name}: operands are {a.dtype} and {b.dtype}, not alike")
    return a.update(shape=shape(a.shape, b.shape, geometry), weak_type=False)


def _run(
    cpu: Form,
    native: Form,
    a: jax.Array,
    b: jax.Array,
    *,
    geometry: Geometry,
    precision: str | None,
) -> jax.Array:
    # Chosen at lowering: the other platform's form is never compiled.
    bound = functools.partial
    with jax.default_matmul_precision(precision):  # pyright: ignore[reportArgumentType]
        return lax.platform_dependent(
            a,
            b,
            cpu=bound(cpu, geometry=geometry),
            default=bound(native, geometry=geometry),
        )


def _batch(
    primitive: Primitive,
    products: Form,
    merges: tuple[Pair, Pair],
    operands: Sequence[jax.Array],
    dims: Sequence[int | None],
    *,
    geometry: Geometry,
    precision: str | None,
) -> tuple[jax.Array, int]:
    mapped = [(i, dim) for i, dim in enumerate(dims) if dim is not None]
    # Both mapped, as in per-sample kernel gradients: a batched matrix product. With
    # XLA's grouped convolutions gp fell from 1.06 to .68 steps a second (measured).
    if len(mapped) == 2:
        form = functools.partial(products, geometry=geometry)
        with jax.default_matmul_precision(precision):  # pyright: ignore[reportArgumentType]
            return jax.vmap(form, in_axes=tuple(dims))(*operands), 0
    # One mapped: a single call with `count` times the batch or the channels.
    [(i, dim)] = mapped
    into, out = merges[i]
    operands = list(operands)
    count, operands[i] = _merge(operands[i], dim, into)
    result = primitive.bind(*operands, geometry=geometry, precision=precision)
    return _split(result, out, count), out


def _merge(a: jax.Array, mapped: int, into: int) -> tuple[int, jax.Array]:
    # [..., count, n, ...] with count at `into`, to [..., count n, ...].
    count = a.shape[mapped]
    a = jax.numpy.moveaxis(a, mapped, into)
    return count, a.reshape(*a.shape[:into], -1, *a.shape[into + 2 :])


def _split(a: jax.Array, axis: int, count: int) -> jax.Array:
    return a.reshape(*a.shape[:axis], count, -1, *a.shape[axis + 1 :])


# A mapped axis goes into, and comes out of: x the batch; w the output channels.
_conv = _primitive(
    "conv",
    _conv_shape,
    forms.conv_cpu,
    forms.conv_native,
    forms.conv_products,
    ((0, 0), (3, 3)),
)
# y the batch; w its input channels, the last axis of the result.
_input_transpose = _primitive(
    "conv_input_transpose",
    _input_shape,
    forms.input_transpose_cpu,
    forms.input_transpose_native,
    forms.input_transpose_products,
    ((0, 0), (2, 3)),
)
# x its channels, axis 2 of the kernel; y its channels, axis 3.
_kernel_transpose = _primitive(
    "conv_kernel_transpose",
    _kernel_shape,
    forms.kernel_transpose_cpu,
    forms.kernel_transpose_native,
    forms.kernel_transpose_products,
    ((3, 2), (3, 3)),
)

# Each rule takes the result's cotangent and both operands, and returns the cotangent of
# one of them, which it must not read: JAX passes a placeholder there.
ad.defbilinear(
    _conv,
    lambda ct, x, w, **k: _input_transpose.bind(ct, w, **k),
    lambda ct, x, w, **k: _kernel_transpose.bind(x, ct, **k),
)
ad.defbilinear(
    _input_transpose,
    lambda ct, y, w, **k: _conv.bind(ct, w, **k),
    lambda ct, y, w, **k: _kernel_transpose.bind(ct, y, **k),
)
ad.defbilinear(
    _kernel_transpose,
    lambda ct, x, y, **k: _input_transpose.bind(y, ct, **k),
    lambda ct, x, y, **k: _conv.bind(x, ct, **k),
)
