"""Calls of `nd`, and what MXNet 1.9.1 gives for them; read by `test_nd_reference.py`.

The answers are written by running this file under MXNet, from the root of the repository::

    MXNET_MKLDNN_ENABLED=0 python -m tests.imperative.nd_reference

It needs nothing but NumPy and MXNet.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_suffix(".json")

# The operands: `x` and `w` are variables, the others constants.
NAMES = {
    "x": [[0.5, -1.25, 2.0], [1.5, 0.25, -0.75]],
    "w": [[1.0, 2.0, 0.5], [-1.0, 0.75, 3.0]],
    "v": [1.0, -2.0, 0.5],
    "p": [[0.2, 0.9, 1.7], [2.5, 0.6, 1.1]],
    "q": [[0.2, -0.9, 0.7], [-0.5, 0.6, 0.1]],
    "c": [[[[1, 5, 2, 0], [4, 3, 8, 7], [6, 9, 1, 2]], [[0, 1, 0, 2], [3, 1, 1, 5], [2, 2, 7, 1]]]],
    "k": [[[[0.5, -1], [2, 0.25]], [[1, 0], [0.5, -0.5]]]],
    "i": [1.0, 0.0],
    "j": [[0.0, 1.0, 1.0], [2.0, 0.0, 1.0]],
    "n": [[3, -2, 7], [1, 0, -5]],
}
INTEGERS = {"n"}

# Separated by blanks.
_TEXT = """
    nd.abs(x) nd.sign(x) nd.round(x*2) nd.rint(x*2) nd.ceil(x) nd.floor(x) nd.trunc(x) nd.fix(x)
    nd.square(x) nd.sqrt(p) nd.rsqrt(p) nd.cbrt(x) nd.rcbrt(x) nd.reciprocal(x) nd.exp(x)
    nd.expm1(x) nd.log(p) nd.log10(p) nd.log2(p) nd.log1p(p) nd.sin(x) nd.cos(x) nd.tan(x)
    nd.arcsin(q) nd.arccos(q) nd.arctan(x) nd.sinh(x) nd.cosh(x) nd.tanh(x) nd.arcsinh(x)
    nd.arccosh(p+1) nd.arctanh(q) nd.degrees(x) nd.radians(x) nd.negative(x) nd.logical_not(x)
    nd.relu(x) nd.sigmoid(x) nd.softsign(x) nd.erf(x) nd.erfinv(q) nd.gamma(p) nd.gammaln(p)
    nd.identity(x) nd.stop_gradient(x) nd.BlockGrad(x) nd.clip(x,-0.5,1.5) nd.hard_sigmoid(x)
    nd.smooth_l1(x,scalar=2.0) nd.cast(x,dtype='float64') nd.add(x,w) nd.add(x,2) nd.add(2,x)
    nd.subtract(3,x) nd.multiply(x,w) nd.divide(x,w) nd.modulo(x,w) nd.modulo(5,w) nd.power(p,w)
    nd.power(2,x) nd.maximum(x,w) nd.maximum(x,0.3) nd.minimum(0.3,x)
    nd.broadcast_add(x,v.reshape((1,3))) nd.broadcast_mul(x,v.reshape((1,3)))
    nd.broadcast_hypot(x,v.reshape((1,3))) nd.broadcast_maximum(x,v.reshape((1,3)))
    nd.broadcast_greater(x,v.reshape((1,3))) nd.broadcast_logical_xor(x,v.reshape((1,3)))
    nd.elemwise_mul(x,w) nd.elemwise_div(x,w) nd.elemwise_sub(x,w) nd.add_n(x,w,x) nd.equal(x,0.5)
    nd.not_equal(x,w) nd.greater(x,w) nd.greater(1,x) nd.greater_equal(x,w) nd.lesser(x,w)
    nd.lesser_equal(x,0.5) nd.logical_and(x,w) nd.logical_or(x,0) nd.logical_xor(x,1) x+w x-w x*w
    x/w x%w p**w -x abs(x) 2-x 2/x 5%w 2**x x>w x<=0.25 x==w x!=w n+1.9 1.9-n n*1.5 n/2 7/(n*2+1)
    n%3 n**2 2**(n*n) n>0 n==n abs(n) -n n.sum() n.mean() n.max() n.prod() nd.square(n) nd.exp(n*0)
    nd.clip(n,-1,2) nd.sum(x) nd.sum(x,axis=0) nd.sum(x,axis=1,keepdims=True) nd.sum(x,axis=(0,1))
    nd.sum(x,axis=()) nd.sum(x,axis=0,exclude=True) nd.sum(x,axis=-1) nd.mean(x) nd.mean(x,axis=1)
    nd.prod(x,axis=0) nd.max(x) nd.max(x,axis=0) nd.min(x,axis=1) nd.nansum(x) nd.nanprod(x,axis=1)
    nd.norm(x) nd.norm(x,axis=1) nd.norm(x,ord=1) nd.norm(x,ord=1,axis=0,keepdims=True)
    nd.norm(x,axis=(0,1)) nd.argmax(x) nd.argmax(x,axis=1) nd.argmin(x,axis=0,keepdims=True)
    nd.argmax_channel(x) nd.moments(x,axes=1)[0] nd.moments(x,axes=(0,1))[1]
    nd.sum(x,keepdims=True) nd.max(x,keepdims=True) nd.dot(x,w,transpose_b=True)
    nd.dot(x,w,transpose_a=True) nd.dot(x,v) nd.dot(v,v) nd.dot(v,w.T)
    nd.dot(c[0],k[0,0],transpose_a=True) nd.dot(k[0],x,transpose_a=True)
    nd.batch_dot(x.reshape((1,2,3)),w.reshape((1,3,2))) nd.batch_dot(c[0],c[0],transpose_b=True)
    nd.linalg_gemm2(x,w,transpose_b=True,alpha=2.0) nd.linalg_syrk(x) nd.khatri_rao(x,w)
    nd.linalg_det(nd.dot(p,w,transpose_b=True)) nd.linalg_inverse(nd.dot(p,w,transpose_b=True))
    x.reshape((3,-1)) x.reshape((0,-4,1,-1)) c.reshape((-3,-2)) c.reshape((0,0,-1))
    c.reshape((-2,)) c.reshape((-1,0),reverse=True) nd.reshape(c,shape=(0,-3,-1))
    nd.reshape_like(x,w.T) nd.flatten(c) nd.expand_dims(x,axis=1) nd.squeeze(c)
    nd.squeeze(c,axis=0) x.T nd.transpose(c) nd.transpose(c,axes=(2,0,3,1)) nd.swapaxes(c,1,3)
    nd.broadcast_to(v.reshape((1,3)),(2,0)) nd.broadcast_axis(v.reshape((1,3)),axis=0,size=2)
    nd.broadcast_like(v.reshape((1,3)),x) nd.zeros_like(x) nd.ones_like(n) nd.shape_array(c)
    nd.size_array(c) nd.concat(x,w) nd.concat(x,w,dim=0) nd.stack(x,w) nd.stack(x,w,axis=-1)
    nd.split(x,3)[1] nd.split(x,2,axis=0,squeeze_axis=True)[1] nd.split(x,3,axis=-1)[2]
    nd.split_v2(x,(1,),axis=1)[1] nd.split_v2(x,2)[0]
    nd.SliceChannel(x,num_outputs=3,axis=1,squeeze_axis=True)[0]
    nd.slice(x,begin=(0,1),end=(2,None)) nd.slice(x,begin=(None,2),end=(None,None),step=(None,-1))
    nd.slice_axis(x,axis=1,begin=1,end=None) nd.slice_axis(x,axis=-1,begin=-2,end=3)
    nd.slice_like(c,k) nd.slice_like(c,k,axes=(2,3)) nd.flip(x,axis=1) nd.flip(x,axis=(0,1))
    nd.reverse(x,axis=0) nd.tile(x,reps=(2,)) nd.tile(x,reps=(2,1,2)) nd.repeat(x,repeats=2)
    nd.repeat(x,repeats=2,axis=0)
    nd.pad(c,mode='constant',pad_width=(0,0,0,0,1,0,2,1),constant_value=9)
    nd.pad(c,mode='edge',pad_width=(0,0,0,0,1,0,2,1))
    nd.pad(c,mode='reflect',pad_width=(0,0,0,0,1,0,2,1)) nd.where(j,x,w) nd.where(i,x,w) nd.diag(x)
    nd.diag(v,k=1) nd.diag(x,k=1) nd.depth_to_space(nd.reshape(c,(1,8,3,1)),2)
    nd.space_to_depth(nd.slice_axis(c,axis=2,begin=0,end=2),2) nd.take(x,i)
    nd.take(x,j,mode='wrap') nd.take(x,j,axis=1) nd.take(x,nd.array([-1.0,5.0]))
    nd.take(x,nd.array([-1.0,5.0]),mode='wrap') nd.batch_take(x,nd.array([1,0],dtype='int32'))
    nd.one_hot(i,3) nd.one_hot(j,2,on_value=5,off_value=-1,dtype='int32') nd.pick(x,i)
    nd.pick(x,nd.array([1,0,1]),axis=0) nd.pick(x,i,keepdims=True)
    nd.gather_nd(x,nd.array([[0,1],[2,0]])) nd.gather_nd(x,nd.array([[1,0]]))
    nd.scatter_nd(v,nd.array([[2,0,1],[1,1,0]]),shape=(3,2)) nd.sort(x,axis=-1)
    nd.sort(x,axis=0,is_ascend=False) nd.sort(x,axis=None) nd.argsort(x)
    nd.argsort(x,axis=0,is_ascend=False) nd.argsort(x,dtype='int32') nd.topk(x)
    nd.topk(x,k=2,ret_typ='value') nd.topk(x,k=2,ret_typ='both')[1] nd.topk(x,k=2,ret_typ='mask')
    nd.topk(x,axis=0,k=1,is_ascend=True,dtype='int32') nd.topk(x,axis=None,k=2)
    nd.SequenceMask(x,nd.array([1,2,0]),use_sequence_length=True,value=-3.0)
    nd.SequenceMask(x,nd.array([1,2]),use_sequence_length=True,axis=1) nd.SequenceMask(x)
    nd.Activation(x,act_type='softrelu') nd.LeakyReLU(x) nd.LeakyReLU(x,act_type='elu',slope=0.5)
    nd.LeakyReLU(x,v,act_type='prelu') nd.LeakyReLU(x,act_type='gelu') nd.softmax(x)
    nd.softmax(x,axis=0,temperature=2.0) nd.log_softmax(x) nd.softmin(x) nd.SoftmaxActivation(c)
    nd.SoftmaxActivation(c,mode='channel') nd.softmax_cross_entropy(x,i) nd.SoftmaxOutput(x,i)
    nd.SoftmaxOutput(x,i,grad_scale=2.0,normalization='batch')
    nd.SoftmaxOutput(x,i,smooth_alpha=0.3) nd.SoftmaxOutput(x,i,use_ignore=True,ignore_label=0)
    nd.SoftmaxOutput(x,i,use_ignore=True,ignore_label=0,normalization='valid')
    nd.SoftmaxOutput(x,i,normalization='valid')
    nd.SoftmaxOutput(x.reshape((1,2,3)),nd.array([[0,1,1]]),multi_output=True)
    nd.SoftmaxOutput(x.reshape((1,2,3)),nd.array([[0,1,1]]),multi_output=True,normalization='batch')
    nd.SoftmaxOutput(x.reshape((1,2,3)),nd.array([[0,1,1]]),multi_output=True,use_ignore=True,ignore_label=0,normalization='valid')
    nd.SoftmaxOutput(x.reshape((1,2,3)),nd.array([[0,2]]),preserve_shape=True)
    nd.LinearRegressionOutput(x,w) nd.LogisticRegressionOutput(x,w,grad_scale=2.0)
    nd.MAERegressionOutput(x,w) nd.MakeLoss(x) nd.MakeLoss(x,grad_scale=3.0) nd.make_loss(x)
    nd.FullyConnected(x,w,num_hidden=2,no_bias=True) nd.FullyConnected(x,w,i,num_hidden=2)
    nd.FullyConnected(x.reshape((1,2,3)),w,i,num_hidden=2,flatten=False)
    nd.Embedding(i,w,input_dim=2,output_dim=3) nd.LayerNorm(x,v,v+1)
    nd.LayerNorm(x,i,i,axis=0,eps=0.1) nd.InstanceNorm(c,i,i+1,eps=0.1)
    nd.GroupNorm(c,i,i+1,num_groups=2) nd.GroupNorm(c,nd.ones(1),nd.ones(1)*2,num_groups=1)
    nd.L2Normalization(x) nd.L2Normalization(c,mode='channel') nd.L2Normalization(c,mode='spatial')
    nd.Convolution(c,k,num_filter=1,kernel=(2,2),no_bias=True)
    nd.Convolution(c,k,nd.array([0.5]),num_filter=1,kernel=(2,2),stride=(2,1),pad=(1,1),dilate=(1,2))
    nd.Deconvolution(c,nd.transpose(k,axes=(1,0,2,3)),num_filter=1,kernel=(2,2),stride=(2,1),pad=(1,0))
    nd.Pooling(c,kernel=(2,2)) nd.Pooling(c,kernel=(2,2),stride=(2,2),pool_type='avg',pad=(1,1))
    nd.Pooling(c,kernel=(2,2),stride=(2,2),pool_type='avg',pad=(1,1),count_include_pad=False)
    nd.Pooling(c,kernel=(2,3),stride=(2,2),pooling_convention='full')
    nd.Pooling(c,global_pool=True,kernel=(1,1))
    nd.Pooling(c,kernel=(2,2),stride=(2,2),pool_type='sum')
    nd.UpSampling(c,scale=2,sample_type='nearest') nd.Dropout(x) x.astype('int32') x.copy() x[1]
    x[1,2] x[:,1] x[0:1] x[-1,0] x[i] x[:,1:] x[None] x[[1,0],[2,0]] x[...,0] x[::-1]
    x[nd.array([[0,1],[1,1]])] x[x>1] x.T[1:] x[1:1] nd.BatchNorm(c,i+2,i,i,i+1)
    nd.BatchNorm(c,i+2,i,i,i+1,fix_gamma=False,eps=0.1)
    nd.BatchNorm(x,nd.ones(3),v,nd.ones(3),nd.ones(3)*4,axis=-1)
    nd.BatchNorm(x,v,nd.ones(3),nd.ones(3),nd.ones(3)*4,axis=-1,fix_gamma=False) nd.zeros(3)
    nd.ones((2,1)) nd.full((2,),7) nd.full((2,),7.9,dtype='int32') nd.arange(4) nd.arange(1,4)
    nd.arange(1,2,0.25) nd.arange(3,0,-1) nd.arange(0,3,repeat=2) nd.arange(3,dtype='int32')
    nd.eye(2) nd.eye(2,3,1) nd.eye(3,k=-1) nd.linspace(0,1,5) nd.linspace(0,1,5,endpoint=False)
    nd.array([1,2]) nd.array([[True]]) nd.array(n) nd.array(x,dtype='float64')
    nd.array(onp.arange(3)) nd.array([],dtype='int64') nd.cumsum(x,axis=1) nd.cumsum(x)
    nd.ElementWiseSum(x,w) nd.Concat(x,w,dim=0) nd.Cast(x,dtype='float16') nd.Flatten(c)
    nd.Reshape(x,shape=(-1,)) nd.SwapAxis(x,dim1=0,dim2=1)
    nd.Pad(c,mode='edge',pad_width=(0,0,0,0,1,1,1,1)) nd.sum_axis(x,axis=1) nd.max_axis(x,axis=1)
    nd.min_axis(x,axis=0) nd.broadcast_axes(v.reshape((1,3)),axis=0,size=2) nd.true_divide(x,w)
    nd.moveaxis(c,1,3) nd.linalg_potrf(nd.array([[4.0,2.0],[2.0,3.0]])) x.flatten()
    x.expand_dims(0) nd.linalg_gemm(x,w,nd.ones((2,2)),transpose_b=True,alpha=2.0,beta=0.5)
    nd.random.uniform(shape=3) nd.random.uniform(-1,2,shape=(2,2)) nd.random.uniform() nd.random.normal(shape=(3,))
    nd.random.normal(1,2,shape=(2,2)) nd.random.randn(2,2) nd.random.uniform(shape=2,dtype='float64')
    nd.random.randint(2,50,shape=(4,)) nd.random.exponential(2.0,shape=3) nd.random.gamma(2.0,0.5,shape=3)
    nd.random.poisson(3.0,shape=(2,2)) nd.random.multinomial(nd.array([0.25,0.25,0.5]),shape=4)
    nd.random.multinomial(nd.array([[0.1,0.2,0.7],[1,0,0]]),shape=(2,2)) nd.random.shuffle(nd.arange(6))
    nd.random.multinomial(nd.array([0.1,0.9])) nd.random.multinomial(p/4,get_prob=True)[1]
    nd.random.shuffle(nd.arange(6).reshape((3,2))) nd.Dropout(x,p=0.3,mode='always') nd.uniform(shape=2)
    nd.normal(shape=2) nd.random_uniform(shape=2) nd.shuffle(nd.arange(5)) nd.random.uniform_like(x)
    nd.Dropout(c,p=0.5,mode='always',axes=(2,))
"""
CALLS = _TEXT.split()


def run(call: str, nd: Any, autograd: Any, seed: Any) -> dict[str, Any]:
    """The value of a call, and the gradients for a head gradient that differs from place to place."""
    names: dict[str, Any] = {"nd": nd, "onp": np}
    for name, values in NAMES.items():
        names[name] = nd.array(values, dtype="int32" if name in INTEGERS else "float32")
    variables = [names[name] for name in "xwpvck"]
    for variable in variables:
        variable.attach_grad()
    seed(7)
    with autograd.record(train_mode=False):
        y = eval(call, names)
    answer: dict[str, Any] = {"value": _plain(y)}
    head = 0.5 + 0.25 * (np.arange(y.asnumpy().size) % 5)
    try:
        y.backward(nd.array(head.reshape(y.shape), dtype=y.dtype), train_mode=False)
    except Exception:
        return answer  # nothing was recorded, or MXNet has no gradient for it
    grads = {name: _plain(v.grad) for name, v in zip("xwpvck", variables, strict=True)}
    answer["grads"] = {name: g for name, g in grads.items() if np.any(g[2])}
    return answer


def _plain(array: Any) -> list[Any]:
    values = array.asnumpy()
    return [str(values.dtype), list(values.shape), values.ravel().tolist()]


if __name__ == "__main__":
    import mxnet

    found: dict[str, Any] = {}
    for call in CALLS:
        try:
            found[call] = run(call, mxnet.nd, mxnet.autograd, mxnet.random.seed)
        except Exception as error:
            print("not in MXNet:", call, str(error).strip().splitlines()[-1])
    lines = [f"{json.dumps(call)}: {json.dumps(answer)}" for call, answer in found.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
