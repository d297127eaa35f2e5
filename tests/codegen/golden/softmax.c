#include <math.h>

typedef long long I;
enum { BLOCK = 512 };

void softmax(const I n0, const I n1, const double *restrict x, const I x_s0, const I x_s1,
    double *restrict p, double *restrict average, double *restrict result,
    double *restrict m, double *restrict result_2, double *restrict sum,
    double *restrict total, double *restrict sum_2)
{
    {
        double sum_2_sum = 0.0;
        for (I i = 0; i < n0; ++i) {
            double sum_sum = 0.0;
            for (I jj = 0; jj < n1; jj += BLOCK) {
                const I last = jj + BLOCK < n1 ? jj + BLOCK : n1;
                double sum_block = 0.0;
                double sum_2_block = 0.0;
                for (I j = jj; j < last; ++j) {
                    // softmax.py:2: m = x.mean(axis=1, keepdims=True)
                    const double x_ij = x[i * x_s0 + j * x_s1];
                    sum_block += x_ij;
                    // softmax.py:4: return e / np.sum(e, axis=1)[:, None], x.mean()
                    sum_2_block += x_ij;
                }
                sum_sum += sum_block;
                sum_2_sum += sum_2_block;
            }
            sum[i] = sum_sum;
        }
        sum_2[0] = sum_2_sum;
    }
    for (I i = 0; i < n0; ++i) {
        // softmax.py:2: m = x.mean(axis=1, keepdims=True)
        const double m_i = sum[i] / (double)n1;
        double total_sum = 0.0;
        for (I jj = 0; jj < n1; jj += BLOCK) {
            const I last = jj + BLOCK < n1 ? jj + BLOCK : n1;
            double total_block = 0.0;
            for (I j = jj; j < last; ++j) {
                // softmax.py:3: e = np.exp(x - m)
                total_block += exp(x[i * x_s0 + j * x_s1] - m_i);
            }
            total_sum += total_block;
        }
        total[i] = total_sum;
    }
    {
        // softmax.py:4: return e / np.sum(e, axis=1)[:, None], x.mean()
        average[0] = sum_2[0] / (double)(n0 * n1);
    }
    for (I i = 0; i < n0; ++i) {
        // softmax.py:2: m = x.mean(axis=1, keepdims=True)
        m[i] = sum[i] / (double)n1;
    }
    for (I p2 = 0; p2 < n1; ++p2)
        result[p2] = 0.0;
    for (I p2 = 0; p2 < n1; ++p2)
        result_2[p2] = 0.0;
    for (I i = 0; i < n0; ++i) {
        // softmax.py:2: m = x.mean(axis=1, keepdims=True)
        const double m_i = sum[i] / (double)n1;
        // softmax.py:4: return e / np.sum(e, axis=1)[:, None], x.mean()
        const double total_i = total[i];
        for (I j = 0; j < n1; ++j) {
            // softmax.py:3: e = np.exp(x - m)
            const double e = exp(x[i * x_s0 + j * x_s1] - m_i);
            // softmax.py:4: return e / np.sum(e, axis=1)[:, None], x.mean()
            const double p_ij = e / total_i;
            p[i * n1 + j] = p_ij;
            result[j] += p_ij;
            result_2[j] += p_ij;
        }
    }
}
