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
tanh_loss_0(const I n0, const I n1, const double *__restrict__ x, const I x_s0, const I x_s1,
    const double *__restrict__ w, const I w_s0, const I w_s1,
    const double *__restrict__ b, const I b_s0, const double *__restrict__ y,
    const I y_s0, const I y_s1, double *__restrict__ dx, double *__restrict__ dw,
    double *__restrict__ db_part, double *__restrict__ value_part)
{
    double value_sum = 0.0;
    const I total = n1;
    const I rows = n0;
    const I chunk = (rows + gridDim.y - 1) / gridDim.y;
    const I first = blockIdx.y * chunk;
    const I last = first + chunk < rows ? first + chunk : rows;
    for (I q = (I)blockIdx.x * blockDim.x + threadIdx.x; q < total; q += (I)gridDim.x * blockDim.x) {
        const I j = q;
        // tanh_loss.py:2: z = x * w + b
        const double b_j = b[j * b_s0];
        double db_sum = 0.0;
        for (I r2 = first; r2 < last; ++r2) {
            const I i = r2;
            // tanh_loss.py:2: z = x * w + b
            const double x_ij = x[i * x_s0 + j * x_s1];
            const double w_ij = w[i * w_s0 + j * w_s1];
            const double z = x_ij * w_ij + b_j;
            // tanh_loss.py:3: h = np.tanh(z)
            const double h = tanh(z);
            // tanh_loss.py:4: r = h - y
            const double r = h - y[i * y_s0 + j * y_s1];
            // tanh_loss.py:5: return np.sum(r**2)
            value_sum += r * r;
            const double dr = 2.0 * r;
            // tanh_loss.py:3: h = np.tanh(z)
            const double dz = dr * (1.0 - h * h);
            db_sum += dz;
            // tanh_loss.py:2: z = x * w + b
            dx[i * n1 + j] = dz * w_ij;
            dw[i * n1 + j] = dz * x_ij;
        }
        db_part[blockIdx.y * total + q] = db_sum;
    }
    value_sum = block_sum_f64(value_sum);
    if (threadIdx.x == 0)
        value_part[blockIdx.y * gridDim.x + blockIdx.x] = value_sum;
}

// Adds up the partial sums of each of the kept elements.
extern "C" __global__ void __launch_bounds__(256)
tanh_loss_finish_kept_f64(const I parts, const I kept, const double *__restrict__ part,
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
tanh_loss_finish_f64(const I parts, const double *__restrict__ part, double *__restrict__ sum)
{
    double t = 0.0;
    for (I p = threadIdx.x; p < parts; p += blockDim.x)
        t += part[p];
    t = block_sum_f64(t);
    if (threadIdx.x == 0)
        sum[0] = t;
}
