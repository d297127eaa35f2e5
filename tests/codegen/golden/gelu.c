#include <math.h>

typedef long long I;
enum { BLOCK = 512 };

void gelu(const I n0, const double *restrict x, const I x_s0, double *restrict value,
    double *restrict dx)
{
    double value_sum = 0.0;
    for (I ii = 0; ii < n0; ii += BLOCK) {
        const I last = ii + BLOCK < n0 ? ii + BLOCK : n0;
        double value_block = 0.0;
        for (I i = ii; i < last; ++i) {
            // gelu.py:2: u = 0.8 * (x + 0.04 * x**3)
            const double x_i = x[i * x_s0];
            const double u = 0.8 * (x_i + 0.04 * (x_i * x_i * x_i));
            // gelu.py:3: t = np.tanh(u)
            const double t = tanh(u);
            // gelu.py:4: return np.sum(0.5 * x * (1 + t))
            const double t1 = 0.5 * x_i;
            const double t2 = 1.0 + t;
            value_block += t1 * t2;
            const double dx_i = 0.5 * t2;
            // gelu.py:3: t = np.tanh(u)
            const double du = t1 * (1.0 - t * t);
            // gelu.py:2: u = 0.8 * (x + 0.04 * x**3)
            dx[i] = dx_i + 0.8 * du * (1.0 + 0.12 * (x_i * x_i));
        }
        value_sum += value_block;
    }
    value[0] = value_sum;
}
