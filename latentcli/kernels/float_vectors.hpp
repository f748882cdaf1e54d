// 16 numbers at a time, for loops that are compiled once for each instruction set: in one register
// where it has 64 bytes, else in parts, since a vector wider than the registers would be kept in
// memory. What is computed is the same, in the same order; instruction sets differ only in whether
// they multiply and add at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace latent::LATENT_ISA {

namespace {

#if defined(__AVX512F__)
constexpr std::size_t register_bytes = 64;
#elif defined(__AVX2__)
constexpr std::size_t register_bytes = 32;
#else
constexpr std::size_t register_bytes = 16;
#endif

constexpr std::size_t lanes = 16;
constexpr std::size_t n_parts = 64 / register_bytes;
constexpr std::size_t part_lanes = lanes / n_parts;

typedef float FloatPart __attribute__((vector_size(register_bytes), may_alias));
typedef std::int32_t IntPart __attribute__((vector_size(register_bytes), may_alias));

struct __attribute__((may_alias)) Floats {
    FloatPart part[n_parts];
};

struct __attribute__((may_alias)) Ints {
    IntPart part[n_parts];
};

// Calls a function for each part.
template <class Function>
inline __attribute__((always_inline)) void by_part(Function function) {
    for (std::size_t p = 0; p < n_parts; ++p) function(p);
}

template <class Vector, class Function>
inline __attribute__((always_inline)) Vector made(Function function) {
    Vector made;
    by_part([&](std::size_t p) { made.part[p] = function(p); });
    return made;
}

inline Floats all(float x) {
    return made<Floats>([&](std::size_t) { return FloatPart{} + x; });
}

inline Floats operator+(const Floats& x, const Floats& y) {
    return made<Floats>([&](std::size_t p) { return x.part[p] + y.part[p]; });
}
inline Floats operator-(const Floats& x, const Floats& y) {
    return made<Floats>([&](std::size_t p) { return x.part[p] - y.part[p]; });
}
inline Floats operator*(const Floats& x, const Floats& y) {
    return made<Floats>([&](std::size_t p) { return x.part[p] * y.part[p]; });
}
inline Floats operator+(const Floats& x, float y) { return x + all(y); }
inline Floats operator*(const Floats& x, float y) { return x * all(y); }
inline Floats& operator+=(Floats& x, const Floats& y) { return x = x + y; }
inline Floats& operator-=(Floats& x, const Floats& y) { return x = x - y; }
inline Floats& operator*=(Floats& x, const Floats& y) { return x = x * y; }

inline Ints operator+(const Ints& x, const Ints& y) {
    return made<Ints>([&](std::size_t p) { return x.part[p] + y.part[p]; });
}

// Where a lane holds, it is -1, else 0.
inline Ints less(const Floats& x, const Floats& y) {
    return made<Ints>([&](std::size_t p) { return x.part[p] < y.part[p]; });
}
inline Floats choose(const Ints& which, const Floats& x, const Floats& y) {
    return made<Floats>([&](std::size_t p) { return which.part[p] ? x.part[p] : y.part[p]; });
}
inline Floats floats_of(const Ints& x) {
    return made<Floats>(
        [&](std::size_t p) { return __builtin_convertvector(x.part[p], FloatPart); });
}

template <std::size_t... i>
inline IntPart counted_from(std::int32_t first, std::index_sequence<i...>) {
    return IntPart{static_cast<std::int32_t>(i)...} + first;
}

// -1 in the lane of this number, if it is one, and 0 elsewhere.
inline Ints lane_is(std::int32_t number) {
    return made<Ints>([&](std::size_t p) {
        const auto first = static_cast<std::int32_t>(p * part_lanes);
        return counted_from(first, std::make_index_sequence<part_lanes>{}) == number;
    });
}

template <std::size_t by, std::size_t... i>
inline FloatPart joined(FloatPart before, FloatPart here, std::index_sequence<i...>) {
    return __builtin_shufflevector(before, here, (part_lanes - by + i)...);
}

// Each lane takes the number of the one that is `by` before it, the first ones 0.
template <std::size_t by>
inline Floats shifted(const Floats& x) {
    constexpr std::size_t whole = by / part_lanes, rest = by % part_lanes;
    return made<Floats>([&](std::size_t p) {
        const FloatPart here = p >= whole ? x.part[p - whole] : FloatPart{};
        if constexpr (rest == 0) {
            return here;
        } else {
            const FloatPart before = p > whole ? x.part[p - whole - 1] : FloatPart{};
            return joined<rest>(before, here, std::make_index_sequence<part_lanes>{});
        }
    });
}

// Sums of the lanes up to and with each (Hillis and Steele 1986).
inline Floats prefix_sums(Floats x) {
    x += shifted<1>(x);
    x += shifted<2>(x);
    x += shifted<4>(x);
    x += shifted<8>(x);
    return x;
}

// How many lanes are at most y.
inline std::size_t count_up_to(const Floats& x, float y) {
    std::size_t count = 0;
    by_part([&](std::size_t p) {
#if defined(__AVX512F__)
        const auto part = reinterpret_cast<const __m512&>(x.part[p]);
        const int mask = _mm512_cmp_ps_mask(part, _mm512_set1_ps(y), _CMP_LE_OQ);
        count += static_cast<std::size_t>(__builtin_popcount(static_cast<unsigned>(mask)));
#elif defined(__AVX2__)
        const auto part = reinterpret_cast<const __m256&>(x.part[p]);
        const int mask = _mm256_movemask_ps(_mm256_cmp_ps(part, _mm256_set1_ps(y), _CMP_LE_OQ));
        count += static_cast<std::size_t>(__builtin_popcount(static_cast<unsigned>(mask)));
#elif defined(__SSE2__)
        const auto part = reinterpret_cast<const __m128&>(x.part[p]);
        const int mask = _mm_movemask_ps(_mm_cmple_ps(part, _mm_set1_ps(y)));
        count += static_cast<std::size_t>(__builtin_popcount(static_cast<unsigned>(mask)));
#else
        const IntPart below = x.part[p] <= (FloatPart{} + y);
        for (std::size_t i = 0; i < part_lanes; ++i) count -= static_cast<std::size_t>(below[i]);
#endif
    });
    return count;
}

inline float lane_of(const Floats& x, std::size_t lane) {
    float stored[lanes];
    __builtin_memcpy(stored, &x, sizeof stored);
    return stored[lane];
}

inline float last_lane(const Floats& x) { return x.part[n_parts - 1][part_lanes - 1]; }

inline float sum_of(const Floats& x) {
    float sums[lanes];
    __builtin_memcpy(sums, &x, sizeof sums);
    for (std::size_t half = lanes / 2; half; half /= 2) {
        for (std::size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
    }
    return sums[0];
}

inline const Floats* vectors_of(const float* row) { return reinterpret_cast<const Floats*>(row); }

}  // namespace

}  // namespace latent::LATENT_ISA
