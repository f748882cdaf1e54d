#include "plsa_loops.hpp"

#include "float_vectors.hpp"

namespace latent::LATENT_ISA {

namespace {

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
