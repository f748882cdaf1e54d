// Hostile bytes for the parser of vectors as text: however many threads and however little room,
// the rows are the same; every word lies in its line, and sound vectors are the same numbers.
//
// With -DSTANDALONE in place of -fsanitize=fuzzer it mutates files by itself:
// parse_vectors_fuzz SECONDS FILE...
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "parse_vectors.hpp"
#include "standalone.hpp"

namespace {

using namespace latent;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::abort();
}

struct Row {
    std::string word;
    std::vector<float> numbers;
    uint8_t fault;

    bool operator==(const Row& other) const {
        if (fault != other.fault || word != other.word) return false;
        return fault != SOUND ||
               !std::memcmp(numbers.data(), other.numbers.data(), numbers.size() * sizeof(float));
    }
};

std::vector<Row> parsed(const std::string& text, size_t dim, size_t room, unsigned threads) {
    std::vector<Row> found;
    std::vector<float> vectors(room * dim);
    std::vector<uint64_t> words(2 * room);
    std::vector<uint8_t> faults(room);
    const ParsedRows rows{vectors.data(), words.data(), faults.data(), dim, room};
    for (size_t start = 0; start < text.size();) {
        const size_t before = start;
        const size_t n_rows = parse_vectors(text.data(), text.size(), start, rows, threads);
        if (n_rows == 0) {
            require(text.find('\n', before) == std::string::npos, "only a part of a line is left");
            break;
        }
        require(start > before && text[start - 1] == '\n', "rows end where lines do");
        for (size_t i = 0; i < n_rows; ++i) {
            const uint64_t begin = words[2 * i], end = words[2 * i + 1];
            require(before <= begin && begin <= end && end < start, "a word lies in its line");
            const float* const vector = vectors.data() + i * dim;
            found.push_back({text.substr(begin, end - begin), {vector, vector + dim}, faults[i]});
            if (faults[i] == SOUND) {
                require(begin < end, "a sound row has a word");
                require(found.back().word.find('\n') == std::string::npos, "of one line");
            }
        }
    }
    return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2) return 0;
    const size_t dim = 1 + data[0] % 5;
    const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::vector<Row> whole = parsed(text, dim, 1000, 1);
    require(parsed(text, dim, 1 + data[1] % 7, 3) == whole, "room and threads do not matter");
    return 0;
}
