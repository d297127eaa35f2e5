typedef long long I;

static __device__ float maximum_f32(float x, float y) { return x >= y || x != x ? x : y; }

// The sum over the threads of a block, in a fixed order.
static __device__ float block_sum_f32(float sum)
{
    __shared__ float part[256];
    part[threadIdx.x] = sum;
    __syncthreads();
    for (unsigned half = 128; half > 0; half >>= 1) {
        if (threadIdx.x < half)
            part[threadIdx.x] += part[threadIdx.x + half];
        __syncthreads();
    }
    const float all = part[0];
    __syncthreads();
    return all;
}

extern "C" __global__ void __launch_bounds__(256)
logistic_0(const I n0, const I n1, const float *__restrict__ x, const I x_s0, const I x_s1,
    const float *__restrict__ w, const I w_s0, const I w_s1,
    const float *__restrict__ y, const I y_s0, const I y_s1, const double scale,
    float *__restrict__ dx, float *__restrict__ dw, float *__restrict__ sum_part)
{
    float sum_sum = 0.0f;
    const I total = n0 * n1;
    for (I p2 = (I)blockIdx.x * blockDim.x + threadIdx.x; p2 < total; p2 += (I)gridDim.x * blockDim.x) {
        const I i = p2 / n1;
        const I j = p2 % n1;
        // logistic.py:2: z = x * w
        const float x_ij = x[i * x_s0 + j * x_s1];
        const float w_ij = w[i * w_s0 + j * w_s1];
        const float z = x_ij * w_ij;
        // logistic.py:3: e = np.exp(-np.abs(z))
        const float e = expf(-fabsf(z));
        // logistic.py:4: return scale * np.sum(np.maximum(z, 0) - z * y + np.log1p(e))
        const float y_ij = y[i * y_s0 + j * y_s1];
        sum_sum += maximum_f32(z, 0.0f) - z * y_ij + log1pf(e);
        const float t1 = 1.0f + e;
        const float p = z >= 0.0f ? 1.0f / t1 : e / t1;
        const float dz = (float)scale * (p - y_ij);
        // logistic.py:2: z = x * w
        dx[i * n1 + j] = dz * w_ij;
        dw[i * n1 + j] = dz * x_ij;
    }
    sum_sum = block_sum_f32(sum_sum);
    if (threadIdx.x == 0)
        sum_part[blockIdx.x] = sum_sum;
}

// Adds up the partial sums of all blocks; one block does it.
extern "C" __global__ void __launch_bounds__(256)
logistic_finish_f32(const I parts, const float *__restrict__ part, float *__restrict__ sum)
{
    float t = 0.0f;
    for (I p = threadIdx.x; p < parts; p += blockDim.x)
        t += part[p];
    t = block_sum_f32(t);
    if (threadIdx.x == 0)
        sum[0] = t;
}

extern "C" __global__ void __launch_bounds__(256)
logistic_2(const double scale, float *__restrict__ value, float *__restrict__ sum)
{
    // logistic.py:4: return scale * np.sum(np.maximum(z, 0) - z * y + np.log1p(e))
    const float value_0 = (float)scale * sum[0];
    const I total = 1;
    for (I p2 = (I)blockIdx.x * blockDim.x + threadIdx.x; p2 < total; p2 += (I)gridDim.x * blockDim.x) {
        // logistic.py:4: return scale * np.sum(np.maximum(z, 0) - z * y + np.log1p(e))
        value[0] = value_0;
    }
}
