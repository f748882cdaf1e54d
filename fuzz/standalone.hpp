// Without libFuzzer: a program that mutates files by chance for some seconds, PROGRAM SECONDS
// FILE...
#pragma once

#ifdef STANDALONE

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

// A counter-based generator (SplitMix64).
inline uint64_t random_of(uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

int main(int argc, char** argv) {
    if (argc < 3) return std::fprintf(stderr, "%s SECONDS FILE...\n", argv[0]), 2;
    std::vector<std::string> corpus;
    for (int i = 2; i < argc; ++i) {
        std::ifstream file(argv[i], std::ios::binary);
        corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(argv[1]));
    uint64_t n = 0;
    for (; std::chrono::steady_clock::now() < end; ++n) {
        std::string input = corpus[random_of(n) % corpus.size()];
        if (input.size() > 2000)
            input = input.substr(random_of(n ^ 1) % (input.size() - 2000), 2000);
        for (uint64_t i = 0; i < random_of(n ^ 2) % 8 && !input.empty(); ++i) {
            const uint64_t random = random_of(n * 64 + i + 3);
            const size_t place = random % input.size();
            const std::string& other = corpus[(random >> 8) % corpus.size()];
            switch (random >> 40 & 3) {
                case 0:
                    input[place] = static_cast<char>(random >> 32);
                    break;
                case 1:
                    input.erase(place, random >> 32 & 7);
                    break;
                case 2:
                    input.insert(place, other.substr((random >> 16) % (other.size() + 1), 9));
                    break;
                default:
                    input.insert(place, 1, "\n\r \t\x1c'\xC3\xE3"[random >> 32 & 7]);
            }
        }
        LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
    }
    std::printf("%llu inputs\n", static_cast<unsigned long long>(n));
    return 0;
}

#endif
