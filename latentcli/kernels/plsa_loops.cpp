#include "plsa_loops.hpp"

namespace latent::LATENT_ISA {

namespace {

constexpr std::size_t lanes = 16;
// Of 64 bytes, or in halves where registers are of 32: sums are in one order.
typedef float Floats __attribute__((vector_size(64), may_alias));

inline float sum_of(const Floats& x) {
    float sums[lanes];
    for (std::size_t i = 0; i < lanes; ++i) sums[i] = x[i];
    for (std::size_t half = lanes / 2; half; half /= 2) {
        for (std::size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
    }
    return sums[0];
}

inline const Floats* vectors_of(const float* row) { return reinterpret_cast<const Floats*>(row); }

// The sum of logarithms, of which few are taken: most numbers are multiplied.
class LogSum {
  public:
    void add(float probability, float count) {
        if (count == 1.0f) {
            product_ *= static_cast<double>(probability);
            if (product_ < 1e-250) settle();
        } else {
            sum_ += static_cast<double>(count) * __builtin_log(static_cast<double>(probability));
        }
    }
    double total() {
        settle();
        return sum_;
    }

  private:
    void settle() {
        sum_ += __builtin_log(product_);
        product_ = 1;
    }
    double sum_ = 0;
    double product_ = 1;
};

}  // namespace

double em_row(const CountedRow& row, const float* table, std::size_t width, const float* weights,
              float* next) {
    constexpr float tiny = 1e-25f;  // what no topic explains goes nowhere
    const std::size_t vectors = width / lanes;
    Floats* out = reinterpret_cast<Floats*>(next);
    for (std::size_t v = 0; v < vectors; ++v) out[v] = Floats{};
    LogSum likelihood;
    for (std::size_t i = 0; i < row.n_pairs; ++i) {
        const Floats* column = vectors_of(table + static_cast<std::size_t>(row.columns[i]) * width);
        Floats sum = {};
        for (std::size_t v = 0; v < vectors; ++v) sum += vectors_of(weights)[v] * column[v];
        const float probability = sum_of(sum) + tiny;
        const float ratio = row.counts[i] / probability;
        for (std::size_t v = 0; v < vectors; ++v) out[v] += column[v] * ratio;
        likelihood.add(probability, row.counts[i]);
    }
    for (std::size_t v = 0; v < vectors; ++v) out[v] *= vectors_of(weights)[v];
    return likelihood.total();
}

}  // namespace latent::LATENT_ISA
