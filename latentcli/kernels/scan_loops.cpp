#include "scan_loops.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace latent::LATENT_ISA {

namespace {

// Pairs: the codes of some rows for two dimensions, widened to int16, row by row. Sums: an int32
// for each of these rows. A block takes `parts` of each; `tile` targets share the codes' loading.
// `not_below` says, in a bit for each row of a block, which values are not below the threshold;
// what is not a number is not.
#if defined(__AVX512BW__)

using Pairs = __m512i;
using Sums = __m512i;
constexpr std::size_t part_rows = 16;
constexpr std::size_t tile = 8;

inline Pairs load(const std::uint8_t* codes) {
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes)));
}
inline Pairs spread(std::int32_t pair) { return _mm512_set1_epi32(pair); }
inline Sums add_products(Sums sums, Pairs a, Pairs b) {
    return _mm512_add_epi32(sums, _mm512_madd_epi16(a, b));
}
inline void store(std::int32_t* out, Sums sums) { _mm512_storeu_si512(out, sums); }
inline unsigned not_below(const float* values, float threshold) {
    return _mm512_cmp_ps_mask(_mm512_loadu_ps(values), _mm512_set1_ps(threshold), _CMP_NLT_UQ);
}

#elif defined(__AVX2__)

using Pairs = __m256i;
using Sums = __m256i;
constexpr std::size_t part_rows = 8;
constexpr std::size_t tile = 4;

inline Pairs load(const std::uint8_t* codes) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
}
inline Pairs spread(std::int32_t pair) { return _mm256_set1_epi32(pair); }
inline Sums add_products(Sums sums, Pairs a, Pairs b) {
    return _mm256_add_epi32(sums, _mm256_madd_epi16(a, b));
}
inline void store(std::int32_t* out, Sums sums) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), sums);
}
inline unsigned not_below(const float* values, float threshold) {
    const __m256 least = _mm256_set1_ps(threshold);
    const __m256 first = _mm256_cmp_ps(_mm256_loadu_ps(values), least, _CMP_NLT_UQ);
    const __m256 second = _mm256_cmp_ps(_mm256_loadu_ps(values + 8), least, _CMP_NLT_UQ);
    const int high = _mm256_movemask_ps(second);
    return static_cast<unsigned>(_mm256_movemask_ps(first) | high << 8);
}

#elif defined(__SSE2__)

using Pairs = __m128i;
using Sums = __m128i;
constexpr std::size_t part_rows = 4;
constexpr std::size_t tile = 2;

inline Pairs load(const std::uint8_t* codes) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(codes));
    return _mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8);
}
inline Pairs spread(std::int32_t pair) { return _mm_set1_epi32(pair); }
inline Sums add_products(Sums sums, Pairs a, Pairs b) {
    return _mm_add_epi32(sums, _mm_madd_epi16(a, b));
}
inline void store(std::int32_t* out, Sums sums) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), sums);
}
inline unsigned not_below(const float* values, float threshold) {
    unsigned mask = 0;
    for (unsigned r = 0; r < block_rows; r += 4) {
        const __m128 part = _mm_cmpnlt_ps(_mm_loadu_ps(values + r), _mm_set1_ps(threshold));
        mask |= static_cast<unsigned>(_mm_movemask_ps(part)) << r;
    }
    return mask;
}

#else

constexpr std::size_t part_rows = 8;
constexpr std::size_t tile = 4;
typedef std::int16_t Pairs __attribute__((vector_size(4 * part_rows)));
typedef std::int32_t Sums __attribute__((vector_size(4 * part_rows)));

inline Pairs load(const std::uint8_t* codes) {
    typedef std::int8_t Bytes __attribute__((vector_size(2 * part_rows)));
    Bytes bytes;
    __builtin_memcpy(&bytes, codes, sizeof bytes);
    return __builtin_convertvector(bytes, Pairs);
}
inline Pairs spread(std::int32_t pair) {
    const Sums same = Sums{} + pair;
    Pairs pairs;
    __builtin_memcpy(&pairs, &same, sizeof pairs);
    return pairs;
}
inline Sums add_products(Sums sums, Pairs a, Pairs b) {
    Sums left, right;  // the first and the second of each pair, each with the sign of an int32
    __builtin_memcpy(&left, &a, sizeof left);
    __builtin_memcpy(&right, &b, sizeof right);
    return sums + (left << 16 >> 16) * (right << 16 >> 16) + (left >> 16) * (right >> 16);
}
inline void store(std::int32_t* out, Sums sums) { __builtin_memcpy(out, &sums, sizeof sums); }
inline unsigned not_below(const float* values, float threshold) {
    unsigned mask = 0;
    for (unsigned r = 0; r < block_rows; ++r) {
        mask |= static_cast<unsigned>(!(values[r] < threshold)) << r;
    }
    return mask;
}

#endif

constexpr std::size_t parts = block_rows / part_rows;

// What float32 rounds off a score, relative to the numbers that it is made of.
constexpr float rounding = 1e-6F;

// The dot products of a block's codes with those of `count` targets: int32 (count, 16).
template <std::size_t count>
inline void multiply(const std::uint8_t* block, std::size_t n_pairs, const ScanTarget* targets,
                     std::int32_t* products) {
    Sums sums[count][parts] = {};
    for (std::size_t pair = 0; pair < n_pairs; ++pair) {
        Pairs codes[parts];
        for (std::size_t part = 0; part < parts; ++part) {
            codes[part] = load(block + 2 * (pair * block_rows + part * part_rows));
        }
        for (std::size_t t = 0; t < count; ++t) {
            std::int32_t two;
            __builtin_memcpy(&two, targets[t].codes + 2 * pair, sizeof two);
            const Pairs target = spread(two);
            for (std::size_t part = 0; part < parts; ++part) {
                sums[t][part] = add_products(sums[t][part], codes[part], target);
            }
        }
    }
    for (std::size_t t = 0; t < count; ++t) {
        for (std::size_t part = 0; part < parts; ++part) {
            store(products + t * block_rows + part * part_rows, sums[t][part]);
        }
    }
}

// A number for each row of a block. (Loops over 16 floats are not always made into vectors.)
typedef float Figures __attribute__((vector_size(block_rows * sizeof(float))));
typedef std::int32_t Products __attribute__((vector_size(block_rows * sizeof(std::int32_t))));

struct Rows {
    Figures scale, residual, norm;
};

// From dot products to bounds on scores; tells `consider` of the rows that may pass the threshold.
inline void judge(const std::int32_t* given, const Rows& rows, std::size_t first_row,
                  bool distances, const ScanTarget& target, std::size_t number, Consider consider,
                  void* context) {
    Products products;
    __builtin_memcpy(&products, given, sizeof products);
    Figures score = __builtin_convertvector(products, Figures) * (rows.scale * target.scale);
    Figures error = rows.residual * target.reach + target.error;
    if (distances) {
        const Figures length = rows.norm * target.inverse_norm, square = length * length;
        score = score * length - square * 0.5F;
        error = error * length + rounding * (length + square);
    }
    const Figures bound = score + error;
    float upper[block_rows];
    __builtin_memcpy(upper, &bound, sizeof upper);
    // A bound that is not a number (lengths out of float32's range) rules nothing out.
    unsigned near = not_below(upper, target.threshold);
    if (near == 0) return;
    const Figures other = score - error;
    float lower[block_rows];
    __builtin_memcpy(lower, &other, sizeof lower);
    for (; near != 0; near &= near - 1) {
        const auto r = static_cast<std::size_t>(__builtin_ctz(near));
        // The rows before it may have raised the threshold.
        if (upper[r] < target.threshold) continue;
        consider(context, number, first_row + r, lower[r], upper[r]);
    }
}

template <std::size_t count>
inline void scan_tile(const std::uint8_t* blocks, std::size_t n, std::size_t first_row,
                      std::size_t dim, bool distances, ScanTarget* targets, std::size_t number,
                      Consider consider, void* context) {
    const std::size_t codes_bytes = block_rows * padded_dim(dim);
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint8_t* block = blocks + i * block_bytes(dim);
        std::int32_t products[count * block_rows];
        multiply<count>(block, padded_dim(dim) / 2, targets, products);
        Rows rows;
        static_assert(sizeof rows == sizeof(BlockFigures));
        __builtin_memcpy(&rows, block + codes_bytes, sizeof rows);
        for (std::size_t t = 0; t < count; ++t) {
            judge(products + t * block_rows, rows, first_row + i * block_rows, distances,
                  targets[t], number + t, consider, context);
        }
    }
}

}  // namespace

void scan_blocks(const std::uint8_t* blocks, std::size_t count, std::size_t first_row,
                 std::size_t dim, bool distances, ScanTarget* targets, std::size_t n_targets,
                 Consider consider, void* context) {
    std::size_t t = 0;
    for (; t + tile <= n_targets; t += tile) {
        scan_tile<tile>(blocks, count, first_row, dim, distances, targets + t, t, consider,
                        context);
    }
    for (; t < n_targets; ++t) {
        scan_tile<1>(blocks, count, first_row, dim, distances, targets + t, t, consider, context);
    }
}

}  // namespace latent::LATENT_ISA
