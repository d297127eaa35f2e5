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
softmax_0(const I n0, const I n1, const double *__restrict__ x, const I x_s0, const I x_s1,
    double *__restrict__ sum_part, double *__restrict__ sum_2_part)
{
    double sum_2_sum = 0.0;
    const I total2 = n0;
    const I rows = n1;
    const I chunk = (rows + gridDim.y - 1) / gridDim.y;
    const I first = blockIdx.y * chunk;
    const I last = first + chunk < rows ? first + chunk : rows;
    for (I q = (I)blockIdx.x * blockDim.x + threadIdx.x; q < total2; q += (I)gridDim.x * blockDim.x) {
        const I i = q;
        double sum_sum = 0.0;
        for (I r = first; r < last; ++r) {
            const I j = r;
            // softmax.py:2: m = x.mean(axis=1, keepdims=True)
            const double x_ij = x[i * x_s0 + j * x_s1];
            sum_sum += x_ij;
            // softmax.py:4: return e / np.sum(e, axis=1)[:, None], x.mean()
            sum_2_sum += x_ij;
        }
        sum_part[blockIdx.y * total2 + q] = sum_sum;
    }
    sum_2_sum = block_sum_f64(sum_2_sum);
    if (threadIdx.x == 0)
        sum_2_part[blockIdx.y * gridDim.x + blockIdx.x] = sum_2_sum;
}

// Adds up the partial sums of each of the kept elements.
extern "C" __global__ void __launch_bounds__(256)
softmax_finish_kept_f64(const I parts, const I kept, const double *__restrict__ part,
    double *__restrict__ sum)
{
    for (I q = (I)blockIdx.x * blockDim.x + threadIdx.x; q < kept; q += (I)gridDim.x * blockDim.x) {
        double t = 0.0;
        for (I p = 0; p < parts; ++p)
            t += part[p * kept + q];
        sum[q] = t;
    }
}

// Adds up the partial sums of all blocks; one block does it.
extern "C" __global__ void __launch_bounds__(256)
softmax_finish_f64(const I parts, const double *__restrict__ part, double *__restrict__ sum)
{
    double t = 0.0;
    for (I p = threadIdx.x; p < parts; p += blockDim.x)
        t += part[p];
    t = block_sum_f64(t);
    if (threadIdx.x == 0)
        sum[0] = t;
}

extern "C" __global__ void __launch_bounds__(256)
softmax_3(const I n0, const I n1, const double *__restrict__ x, const I x_s0, const I x_s1,
    double *__restrict__ sum, double *__restrict__ total_part)
{
    const I total2 = n0;
    const I rows = n1;
    const I chunk = (rows + gridDim.y - 1) / gridDim.y;
    const I first = blockIdx.y * chunk;
    const I last = first + chunk < rows ? first + chunk : rows;
    for (I q = (I)blockIdx.x * blockDim.x + threadIdx.x; q < total2; q += (I)gridDim.x * blockDim.x) {
        const I i = q;
        // softmax.py:2: m = x.mean(axis=1, keepdims=True)
        const double m_i = sum[i] / (double)n1;
        double total_sum = 0.0;
        for (I r = first; r < last; ++r) {
            const I j = r;
            // softmax.py:3: e = np.exp(x - m)
            total_sum += exp(x[i * x_s0 + j * x_s1] - m_i);
        }
        total_part[blockIdx.y * total2 + q] = total_sum;
    }
}

extern "C" __global__ void __launch_bounds__(256)
softmax_5(const I n0, const I n1, double *__restrict__ average, double *__restrict__ sum_2)
{
    // softmax.py:4: return e / np.sum(e, axis=1)[:, None], x.mean()
    const double average_0 = sum_2[0] / (double)(n0 * n1);
    const I total2 = 1;
    for (I p2 = (I)blockIdx.x * blockDim.x + threadIdx.x; p2 < total2; p2 += (I)gridDim.x * blockDim.x) {
        // softmax.py:4: return e / np.sum(e, axis=1)[:, None], x.mean()
        average[0] = average_0;
    }
}

extern "C" __global__ void __launch_bounds__(256)
softmax_6(const I n0, const I n1, double *__restrict__ m, double *__restrict__ sum)
{
    const I total2 = n0;
    for (I p2 = (I)blockIdx.x * blockDim.x + threadIdx.x; p2 < total2; p2 += (I)gridDim.x * blockDim.x) {
        const I i = p2;
        // softmax.py:2: m = x.mean(axis=1, keepdims=True)
        m[i] = sum[i] / (double)n1;
    }
}

extern "C" __global__ void __launch_bounds__(256)
softmax_7(const I n0, const I n1, const double *__restrict__ x, const I x_s0, const I x_s1,
    double *__restrict__ p, double *__restrict__ sum, double *__restrict__ total,
    double *__restrict__ result_part, double *__restrict__ result_2_part)
{
    const I total2 = n1;
    const I rows = n0;
    const I chunk = (rows + gridDim.y - 1) / gridDim.y;
    const I first = blockIdx.y * chunk;
    const I last = first + chunk < rows ? first + chunk : rows;
    for (I q = (I)blockIdx.x * blockDim.x + threadIdx.x; q < total2; q += (I)gridDim.x * blockDim.x) {
        const I j = q;
        double result_sum = 0.0;
        double result_2_sum = 0.0;
        for (I r = first; r < last; ++r) {
            const I i = r;
            // softmax.py:2: m = x.mean(axis=1, keepdims=True)
            const double m_i = sum[i] / (double)n1;
            // softmax.py:3: e = np.exp(x - m)
            const double e = exp(x[i * x_s0 + j * x_s1] - m_i);
            // softmax.py:4: return e / np.sum(e, axis=1)[:, None], x.mean()
            const double p_ij = e / total[i];
            p[i * n1 + j] = p_ij;
            result_sum += p_ij;
            result_2_sum += p_ij;
        }
        result_part[blockIdx.y * total2 + q] = result_sum;
        result_2_part[blockIdx.y * total2 + q] = result_2_sum;
    }
}
