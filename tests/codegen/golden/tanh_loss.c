#include <math.h>

typedef long long I;
enum { BLOCK = 512 };

void tanh_loss(const I n0, const I n1, const double *restrict x, const I x_s0, const I x_s1,
    const double *restrict w, const I w_s0, const I w_s1, const double *restrict b,
    const I b_s0, const double *restrict y, const I y_s0, const I y_s1,
    double *restrict value, double *restrict dx, double *restrict dw,
    double *restrict db)
{
    for (I p = 0; p < n1; ++p)
        db[p] = 0.0;
    double value_sum = 0.0;
    for (I i = 0; i < n0; ++i) {
        for (I jj = 0; jj < n1; jj += BLOCK) {
            const I last = jj + BLOCK < n1 ? jj + BLOCK : n1;
            double value_block = 0.0;
            for (I j = jj; j < last; ++j) {
                // tanh_loss.py:2: z = x * w + b
                const double x_ij = x[i * x_s0 + j * x_s1];
                const double w_ij = w[i * w_s0 + j * w_s1];
                const double z = x_ij * w_ij + b[j * b_s0];
                // tanh_loss.py:3: h = np.tanh(z)
                const double h = tanh(z);
                // tanh_loss.py:4: r = h - y
                const double r = h - y[i * y_s0 + j * y_s1];
                // tanh_loss.py:5: return np.sum(r**2)
                value_block += r * r;
                const double dr = 2.0 * r;
                // tanh_loss.py:3: h = np.tanh(z)
                const double dz = dr * (1.0 - h * h);
                db[j] += dz;
                // tanh_loss.py:2: z = x * w + b
                dx[i * n1 + j] = dz * w_ij;
                dw[i * n1 + j] = dz * x_ij;
            }
            value_sum += value_block;
        }
    }
    value[0] = value_sum;
}
