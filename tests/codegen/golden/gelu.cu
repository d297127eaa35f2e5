typedef long long I;

// The sum over the threads of a block, in a fixed order.
static __device__ double block_sum_f64(double sum)
{
    __shared__ double part[256];
    part[threadIdx.x] = sum;
    __syncthreads();
    for (unsigned half = 128; half > 0; half >>= 1) {
        if (threadIdx.x < half)
            part[threadIdx.x] += part[threadIdx.x + half];
        __syncthreads();
    }
    const double all = part[0];
    __syncthreads();
    return all;
}

extern "C" __global__ void __launch_bounds__(256)
gelu_0(const I n0, const double *__restrict__ x, const I x_s0, double *__restrict__ dx,
    double *__restrict__ value_part)
{
    double value_sum = 0.0;
    const I total = n0;
    for (I p = (I)blockIdx.x * blockDim.x + threadIdx.x; p < total; p += (I)gridDim.x * blockDim.x) {
        const I i = p;
        // gelu.py:2: u = 0.8 * (x + 0.04 * x**3)
        const double x_i = x[i * x_s0];
        const double u = 0.8 * (x_i + 0.04 * (x_i * x_i * x_i));
        // gelu.py:3: t = np.tanh(u)
        const double t = tanh(u);
        // gelu.py:4: return np.sum(0.5 * x * (1 + t))
        const double t1 = 0.5 * x_i;
        const double t2 = 1.0 + t;
        value_sum += t1 * t2;
        const double dx_i = 0.5 * t2;
        // gelu.py:3: t = np.tanh(u)
        const double du = t1 * (1.0 - t * t);
        // gelu.py:2: u = 0.8 * (x + 0.04 * x**3)
        dx[i] = dx_i + 0.8 * du * (1.0 + 0.12 * (x_i * x_i));
    }
    value_sum = block_sum_f64(value_sum);
    if (threadIdx.x == 0)
        value_part[blockIdx.x] = value_sum;
}

// Adds up the partial sums of all blocks; one block does it.
extern "C" __global__ void __launch_bounds__(256)
gelu_finish_f64(const I parts, const double *__restrict__ part, double *__restrict__ sum)
{
    double t = 0.0;
    for (I p = threadIdx.x; p < parts; p += blockDim.x)
        t += part[p];
    t = block_sum_f64(t);
    if (threadIdx.x == 0)
        sum[0] = t;
}
