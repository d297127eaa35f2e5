#include <math.h>

typedef long long I;
enum { BLOCK = 512 };

void doubling(const I n0, const double *restrict a, const I a_s0, double *restrict value,
    double *restrict da)
{
    double value_sum = 0.0;
    for (I ii = 0; ii < n0; ii += BLOCK) {
        const I last = ii + BLOCK < n0 ? ii + BLOCK : n0;
        double value_block = 0.0;
        for (I i = ii; i < last; ++i) {
            // doubling.py:2: b = a * 2
            const double b = a[i * a_s0] * 2.0;
            // doubling.py:4: b = b * 2
            const double b_2 = b * 2.0;
            const double b_3 = b_2 * 2.0;
            const double b_4 = b_3 * 2.0;
            const double b_5 = b_4 * 2.0;
            const double b_6 = b_5 * 2.0;
            const double b_7 = b_6 * 2.0;
            const double b_8 = b_7 * 2.0;
            const double b_9 = b_8 * 2.0;
            value_block += b_9 * 2.0;
            // doubling.py:2: b = a * 2
            da[i] = 1024.0;
        }
        value_sum += value_block;
    }
    value[0] = value_sum;
}
