// 64-bit hashes: of numbers, and of bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace latent {

// The two halves of a product, as in Wang Yi's wyhash.
inline uint64_t mixed(uint64_t a, uint64_t b) {
    const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// The hash of some bytes; never 0.
inline uint64_t hash_of(const uint8_t* bytes, size_t size, uint64_t seed) {
    constexpr uint64_t FIRST = 0x9e3779b97f4a7c15, SECOND = 0xbf58476d1ce4e5b9;
    uint64_t hash = seed ^ FIRST ^ size;
    for (; size >= 16; bytes += 16, size -= 16) {
        uint64_t low, high;
        std::memcpy(&low, bytes, 8);
        std::memcpy(&high, bytes + 8, 8);
        hash = mixed(low ^ hash, high ^ SECOND);
    }
    uint64_t rest[2] = {0, 0};
    if (size) std::memcpy(rest, bytes, size);
    hash = mixed(mixed(rest[0] ^ hash, rest[1] ^ SECOND), FIRST);
    return hash ? hash : 1;
}

}  // namespace latent
