#include <math.h>

typedef long long I;
enum { BLOCK = 512 };

void ratio(const I n0, const I n1, const double *restrict x, const I x_s0, const I x_s1,
    const double y, double *restrict value, double *restrict dx, double *restrict dy)
{
    // ratio.py:2: return np.sum(x / y)
    const double t1 = 1.0 / y;
    double value_sum = 0.0;
    double dy_sum = 0.0;
    for (I i = 0; i < n0; ++i) {
        for (I jj = 0; jj < n1; jj += BLOCK) {
            const I last = jj + BLOCK < n1 ? jj + BLOCK : n1;
            double value_block = 0.0;
            double dy_block = 0.0;
            for (I j = jj; j < last; ++j) {
                // ratio.py:2: return np.sum(x / y)
                const double q = x[i * x_s0 + j * x_s1] / y;
                value_block += q;
                dx[i * n1 + j] = t1;
                dy_block += -(q / y);
            }
            value_sum += value_block;
            dy_sum += dy_block;
        }
    }
    value[0] = value_sum;
    dy[0] = dy_sum;
}
