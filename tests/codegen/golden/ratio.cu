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
ratio_0(const I n0, const I n1, const double *__restrict__ x, const I x_s0, const I x_s1,
    const double y, double *__restrict__ dx, double *__restrict__ value_part,
    double *__restrict__ dy_part)
{
    // ratio.py:2: return np.sum(x / y)
    const double t1 = 1.0 / y;
    double value_sum = 0.0;
    double dy_sum = 0.0;
    const I total = n0 * n1;
    for (I p = (I)blockIdx.x * blockDim.x + threadIdx.x; p < total; p += (I)gridDim.x * blockDim.x) {
        const I i = p / n1;
        const I j = p % n1;
        // ratio.py:2: return np.sum(x / y)
        const double q = x[i * x_s0 + j * x_s1] / y;
        value_sum += q;
        dx[i * n1 + j] = t1;
        dy_sum += -(q / y);
    }
    value_sum = block_sum_f64(value_sum);
    if (threadIdx.x == 0)
        value_part[blockIdx.x] = value_sum;
    dy_sum = block_sum_f64(dy_sum);
    if (threadIdx.x == 0)
        dy_part[blockIdx.x] = dy_sum;
}

// Adds up the partial sums of all blocks; one block does it.
extern "C" __global__ void __launch_bounds__(256)
ratio_finish_f64(const I parts, const double *__restrict__ part, double *__restrict__ sum)
{
    double t = 0.0;
    for (I p = threadIdx.x; p < parts; p += blockDim.x)
        t += part[p];
    t = block_sum_f64(t);
    if (threadIdx.x == 0)
        sum[0] = t;
}
