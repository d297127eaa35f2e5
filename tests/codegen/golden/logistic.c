#include <math.h>

typedef long long I;
enum { BLOCK = 512 };

static inline float maximum_f32(float x, float y) { return x >= y || x != x ? x : y; }

void logistic(const I n0, const I n1, const float *restrict x, const I x_s0, const I x_s1,
    const float *restrict w, const I w_s0, const I w_s1, const float *restrict y,
    const I y_s0, const I y_s1, const double scale, float *restrict value,
    float *restrict dx, float *restrict dw, float *restrict sum)
{
    {
        float sum_sum = 0.0f;
        for (I i = 0; i < n0; ++i) {
            for (I jj = 0; jj < n1; jj += BLOCK) {
                const I last = jj + BLOCK < n1 ? jj + BLOCK : n1;
                float sum_block = 0.0f;
                for (I j = jj; j < last; ++j) {
                    // logistic.py:2: z = x * w
                    const float x_ij = x[i * x_s0 + j * x_s1];
                    const float w_ij = w[i * w_s0 + j * w_s1];
                    const float z = x_ij * w_ij;
                    // logistic.py:3: e = np.exp(-np.abs(z))
                    const float e = expf(-fabsf(z));
                    // logistic.py:4: return scale * np.sum(np.maximum(z, 0) - z * y + np.log1p(e))
                    const float y_ij = y[i * y_s0 + j * y_s1];
                    sum_block += maximum_f32(z, 0.0f) - z * y_ij + log1pf(e);
                    const float t1 = 1.0f + e;
                    const float p = z >= 0.0f ? 1.0f / t1 : e / t1;
                    const float dz = (float)scale * (p - y_ij);
                    // logistic.py:2: z = x * w
                    dx[i * n1 + j] = dz * w_ij;
                    dw[i * n1 + j] = dz * x_ij;
                }
                sum_sum += sum_block;
            }
        }
        sum[0] = sum_sum;
    }
    {
        // logistic.py:4: return scale * np.sum(np.maximum(z, 0) - z * y + np.log1p(e))
        value[0] = (float)scale * sum[0];
    }
}
