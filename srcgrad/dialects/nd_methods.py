"""The methods of the array of `srcgrad.nd` that are functions of it too."""

from __future__ import annotations

from srcgrad.dialects import nd_assembly as assembly
from srcgrad.dialects import nd_elementwise as elementwise
from srcgrad.dialects import nd_neural as neural
from srcgrad.dialects import nd_picks as picks
from srcgrad.dialects import nd_products as products
from srcgrad.dialects import nd_reductions as reductions
from srcgrad.dialects import nd_shapes as shapes


class Methods:
    """Functions of `srcgrad.nd` as methods: ``x.sum(axis=0)`` is ``nd.sum(x, axis=0)``."""

    __slots__ = ()

    abs = elementwise.abs
    arccos = elementwise.arccos
    arccosh = elementwise.arccosh
    arcsin = elementwise.arcsin
    arcsinh = elementwise.arcsinh
    arctan = elementwise.arctan
    arctanh = elementwise.arctanh
    cbrt = elementwise.cbrt
    ceil = elementwise.ceil
    clip = elementwise.clip
    cos = elementwise.cos
    cosh = elementwise.cosh
    degrees = elementwise.degrees
    exp = elementwise.exp
    expm1 = elementwise.expm1
    fix = elementwise.fix
    floor = elementwise.floor
    log = elementwise.log
    log10 = elementwise.log10
    log1p = elementwise.log1p
    log2 = elementwise.log2
    radians = elementwise.radians
    rcbrt = elementwise.rcbrt
    reciprocal = elementwise.reciprocal
    relu = elementwise.relu
    rint = elementwise.rint
    round = elementwise.round
    rsqrt = elementwise.rsqrt
    sigmoid = elementwise.sigmoid
    sign = elementwise.sign
    sin = elementwise.sin
    sinh = elementwise.sinh
    sqrt = elementwise.sqrt
    square = elementwise.square
    tan = elementwise.tan
    tanh = elementwise.tanh
    trunc = elementwise.trunc

    argmax = reductions.argmax
    argmax_channel = reductions.argmax_channel
    argmin = reductions.argmin
    cumsum = reductions.cumsum
    max = reductions.max
    mean = reductions.mean
    min = reductions.min
    nanprod = reductions.nanprod
    nansum = reductions.nansum
    norm = reductions.norm
    prod = reductions.prod
    sum = reductions.sum

    broadcast_axes = shapes.broadcast_axes
    broadcast_like = shapes.broadcast_like
    broadcast_to = shapes.broadcast_to
    expand_dims = shapes.expand_dims
    flatten = shapes.flatten
    ones_like = shapes.ones_like
    reshape_like = shapes.reshape_like
    shape_array = shapes.shape_array
    size_array = shapes.size_array
    squeeze = shapes.squeeze
    swapaxes = shapes.swapaxes
    transpose = shapes.transpose
    zeros_like = shapes.zeros_like

    depth_to_space = assembly.depth_to_space
    diag = assembly.diag
    flip = assembly.flip
    pad = assembly.pad
    repeat = assembly.repeat
    slice = assembly.slice_
    slice_axis = assembly.slice_axis
    slice_like = assembly.slice_like
    space_to_depth = assembly.space_to_depth
    split = assembly.split
    split_v2 = assembly.split_v2
    tile = assembly.tile

    argsort = picks.argsort
    one_hot = picks.one_hot
    pick = picks.pick
    sort = picks.sort
    take = picks.take
    topk = picks.topk

    dot = products.dot

    log_softmax = neural.log_softmax
    softmax = neural.softmax
    softmin = neural.softmin
