#include <math.h>

typedef long long I;
enum { BLOCK = 512 };

void cube(const I n0, const I n1, const I n2, const double *restrict x, const I x_s0,
    const I x_s1, const I x_s2, const double *restrict w, const I w_s0, const I w_s1,
    const double *restrict s, const I s_s0, double *restrict result,
    double *restrict result_2, double *restrict result_3, double *restrict result_4,
    double *restrict result_5, double *restrict result_6, double *restrict counted,
    double *restrict z, double *restrict sum)
{
    for (I p = 0; p < n1 * n2; ++p)
        result[p] = 0.0;
    for (I p = 0; p < n0 * n2; ++p)
        result_2[p] = 0.0;
    for (I p = 0; p < n1; ++p)
        result_4[p] = 0.0;
    {
        double result_6_sum = 0.0;
        double sum_sum = 0.0;
        for (I i = 0; i < n0; ++i) {
            const double s_i = s[i * s_s0];
            double result_5_sum = 0.0;
            for (I j = 0; j < n1; ++j) {
                double result_3_sum = 0.0;
                double result_4_sum = 0.0;
                for (I kk = 0; kk < n2; kk += BLOCK) {
                    const I last = kk + BLOCK < n2 ? kk + BLOCK : n2;
                    double result_3_block = 0.0;
                    double result_4_block = 0.0;
                    double result_5_block = 0.0;
                    double result_6_block = 0.0;
                    double sum_block = 0.0;
                    for (I k = kk; k < last; ++k) {
                        const double z_ijk = x[i * x_s0 + j * x_s1 + k * x_s2] * w[k * w_s0 + j * w_s1] * s_i;
                        z[i * n1 * n2 + j * n2 + k] = z_ijk;
                        result[j * n2 + k] += z_ijk;
                        result_2[i * n2 + k] += z_ijk;
                        result_3_block += z_ijk;
                        result_4_block += z_ijk;
                        result_5_block += z_ijk;
                        result_6_block += z_ijk;
                        sum_block += z_ijk;
                    }
                    result_3_sum += result_3_block;
                    result_4_sum += result_4_block;
                    result_5_sum += result_5_block;
                    result_6_sum += result_6_block;
                    sum_sum += sum_block;
                }
                result_3[i * n1 + j] = result_3_sum;
                result_4[j] += result_4_sum;
            }
            result_5[i] = result_5_sum;
        }
        result_6[0] = result_6_sum;
        sum[0] = sum_sum;
    }
    {
        counted[0] = sum[0] * (double)(n0 * n1 * n2 * n2);
    }
}
