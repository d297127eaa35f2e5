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
cube_0(const I n0, const I n1, const I n2, const double *__restrict__ x, const I x_s0,
    const I x_s1, const I x_s2, const double *__restrict__ w, const I w_s0,
    const I w_s1, const double *__restrict__ s, const I s_s0, double *__restrict__ z,
    double *__restrict__ result_part, double *__restrict__ result_6_part,
    double *__restrict__ sum_part)
{
    double result_6_sum = 0.0;
    double sum_sum = 0.0;
    const I total = n1 * n2;
    const I rows = n0;
    const I chunk = (rows + gridDim.y - 1) / gridDim.y;
    const I first = blockIdx.y * chunk;
    const I last = first + chunk < rows ? first + chunk : rows;
    for (I q = (I)blockIdx.x * blockDim.x + threadIdx.x; q < total; q += (I)gridDim.x * blockDim.x) {
        const I j = q / n2;
        const I k = q % n2;
        const double w_kj = w[k * w_s0 + j * w_s1];
        double result_sum = 0.0;
        for (I r = first; r < last; ++r) {
            const I i = r;
            const double z_ijk = x[i * x_s0 + j * x_s1 + k * x_s2] * w_kj * s[i * s_s0];
            z[i * n1 * n2 + j * n2 + k] = z_ijk;
            result_sum += z_ijk;
            result_6_sum += z_ijk;
            sum_sum += z_ijk;
        }
        result_part[blockIdx.y * total + q] = result_sum;
    }
    result_6_sum = block_sum_f64(result_6_sum);
    if (threadIdx.x == 0)
        result_6_part[blockIdx.y * gridDim.x + blockIdx.x] = result_6_sum;
    sum_sum = block_sum_f64(sum_sum);
    if (threadIdx.x == 0)
        sum_part[blockIdx.y * gridDim.x + blockIdx.x] = sum_sum;
}

// Adds up the partial sums of each of the kept elements.
extern "C" __global__ void __launch_bounds__(256)
cube_finish_kept_f64(const I parts, const I kept, const double *__restrict__ part,
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
cube_finish_f64(const I parts, const double *__restrict__ part, double *__restrict__ sum)
{
    double t = 0.0;
    for (I p = threadIdx.x; p < parts; p += blockDim.x)
        t += part[p];
    t = block_sum_f64(t);
    if (threadIdx.x == 0)
        sum[0] = t;
}

extern "C" __global__ void __launch_bounds__(256)
cube_4(const I n0, const I n1, const I n2, const double *__restrict__ x, const I x_s0,
    const I x_s1, const I x_s2, const double *__restrict__ w, const I w_s0,
    const I w_s1, const double *__restrict__ s, const I s_s0,
    double *__restrict__ result_2_part)
{
    const I total = n0 * n2;
    const I rows = n1;
    const I chunk = (rows + gridDim.y - 1) / gridDim.y;
    const I first = blockIdx.y * chunk;
    const I last = first + chunk < rows ? first + chunk : rows;
    for (I q = (I)blockIdx.x * blockDim.x + threadIdx.x; q < total; q += (I)gridDim.x * blockDim.x) {
        const I i = q / n2;
        const I k = q % n2;
        const double s_i = s[i * s_s0];
        double result_2_sum = 0.0;
        for (I r = first; r < last; ++r) {
            const I j = r;
            const double z_ijk = x[i * x_s0 + j * x_s1 + k * x_s2] * w[k * w_s0 + j * w_s1] * s_i;
            result_2_sum += z_ijk;
        }
        result_2_part[blockIdx.y * total + q] = result_2_sum;
    }
}

extern "C" __global__ void __launch_bounds__(256)
cube_6(const I n0, const I n1, const I n2, const double *__restrict__ x, const I x_s0,
    const I x_s1, const I x_s2, const double *__restrict__ w, const I w_s0,
    const I w_s1, const double *__restrict__ s, const I s_s0,
    double *__restrict__ result_3_part)
{
    const I total = n0 * n1;
    const I rows = n2;
    const I chunk = (rows + gridDim.y - 1) / gridDim.y;
    const I first = blockIdx.y * chunk;
    const I last = first + chunk < rows ? first + chunk : rows;
    for (I q = (I)blockIdx.x * blockDim.x + threadIdx.x; q < total; q += (I)gridDim.x * blockDim.x) {
        const I i = q / n1;
        const I j = q % n1;
        const double s_i = s[i * s_s0];
        double result_3_sum = 0.0;
        for (I r = first; r < last; ++r) {
            const I k = r;
            const double z_ijk = x[i * x_s0 + j * x_s1 + k * x_s2] * w[k * w_s0 + j * w_s1] * s_i;
            result_3_sum += z_ijk;
        }
        result_3_part[blockIdx.y * total + q] = result_3_sum;
    }
}

extern "C" __global__ void __launch_bounds__(256)
cube_8(const I n0, const I n1, const I n2, const double *__restrict__ x, const I x_s0,
    const I x_s1, const I x_s2, const double *__restrict__ w, const I w_s0,
    const I w_s1, const double *__restrict__ s, const I s_s0,
    double *__restrict__ result_4_part)
{
    const I total = n1;
    const I rows = n0 * n2;
    const I chunk = (rows + gridDim.y - 1) / gridDim.y;
    const I first = blockIdx.y * chunk;
    const I last = first + chunk < rows ? first + chunk : rows;
    for (I q = (I)blockIdx.x * blockDim.x + threadIdx.x; q < total; q += (I)gridDim.x * blockDim.x) {
        const I j = q;
        double result_4_sum = 0.0;
        for (I r = first; r < last; ++r) {
            const I i = r / n2;
            const I k = r % n2;
            const double z_ijk = x[i * x_s0 + j * x_s1 + k * x_s2] * w[k * w_s0 + j * w_s1] * s[i * s_s0];
            result_4_sum += z_ijk;
        }
        result_4_part[blockIdx.y * total + q] = result_4_sum;
    }
}

extern "C" __global__ void __launch_bounds__(256)
cube_10(const I n0, const I n1, const I n2, const double *__restrict__ x, const I x_s0,
    const I x_s1, const I x_s2, const double *__restrict__ w, const I w_s0,
    const I w_s1, const double *__restrict__ s, const I s_s0,
    double *__restrict__ result_5_part)
{
    const I total = n0;
    const I rows = n1 * n2;
    const I chunk = (rows + gridDim.y - 1) / gridDim.y;
    const I first = blockIdx.y * chunk;
    const I last = first + chunk < rows ? first + chunk : rows;
    for (I q = (I)blockIdx.x * blockDim.x + threadIdx.x; q < total; q += (I)gridDim.x * blockDim.x) {
        const I i = q;
        const double s_i = s[i * s_s0];
        double result_5_sum = 0.0;
        for (I r = first; r < last; ++r) {
            const I j = r / n2;
            const I k = r % n2;
            const double z_ijk = x[i * x_s0 + j * x_s1 + k * x_s2] * w[k * w_s0 + j * w_s1] * s_i;
            result_5_sum += z_ijk;
        }
        result_5_part[blockIdx.y * total + q] = result_5_sum;
    }
}

extern "C" __global__ void __launch_bounds__(256)
cube_12(const I n0, const I n1, const I n2, double *__restrict__ counted,
    double *__restrict__ sum)
{
    const double counted_0 = sum[0] * (double)(n0 * n1 * n2 * n2);
    const I total = 1;
    for (I p = (I)blockIdx.x * blockDim.x + threadIdx.x; p < total; p += (I)gridDim.x * blockDim.x) {
        counted[0] = counted_0;
    }
}
