// What looks at a corpus before training (line_scanner.hpp, minhash.hpp, stop_word_votes.hpp).
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bindings.hpp"
#include "line_scanner.hpp"
#include "minhash.hpp"
#include "stop_word_votes.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace latent {

namespace {

template <class T>
using In = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using InOut = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using Table = nb::ndarray<T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

Form form_of(const std::string& name) {
    if (name == "lines") return Form::lines;
    if (name == "paragraphs") return Form::paragraphs;
    if (name == "file") return Form::file;
    throw std::invalid_argument("no form '" + name + "'");
}

nb::bytes as_bytes(std::string_view text) { return nb::bytes(text.data(), text.size()); }

class BoundLineScanner {
  public:
    BoundLineScanner(size_t n_places, size_t most_lines)
        : scanner_(n_places, std::bit_ceil(std::max<size_t>(most_lines, 1 << 10))) {
        if (n_places > 1 << 20 || most_lines > size_t{1} << 28) {
            throw std::invalid_argument("too many places or lines to keep");
        }
    }

    void begin(const std::string& form) { scanner_.begin(form_of(form)); }

    void feed(nb::bytes bytes, bool last) {
        const std::string_view text(bytes.c_str(), bytes.size());
        nb::gil_scoped_release released;
        scanner_.feed(text, last);
    }

    void texts(nb::bytes bytes, In<uint64_t> starts, In<uint32_t> files, In<uint64_t> lines) {
        const std::string_view text(bytes.c_str(), bytes.size());
        const size_t n = starts.size();
        if (files.size() != n || lines.size() != n ||
            !std::is_sorted(starts.data(), starts.data() + n) ||
            (n && starts.data()[n - 1] > text.size())) {
            throw std::invalid_argument("documents must begin in order and in the text");
        }
        const std::vector<size_t> begins(starts.data(), starts.data() + n);
        const std::vector<uint32_t> of_files(files.data(), files.data() + n);
        const std::vector<uint64_t> at_lines(lines.data(), lines.data() + n);
        nb::gil_scoped_release released;
        scanner_.texts(text, begins, of_files, at_lines);
    }

    void end() { scanner_.end(); }

    nb::list seen() const {
        nb::list all;
        for (size_t i = 0; i < N_SIGHTS; ++i) {
            const Seen& seen = scanner_.seen(static_cast<Sight>(i));
            nb::list first;
            for (const Seen::Place& place : seen.first) {
                first.append(nb::make_tuple(place.file, place.line, as_bytes(place.text)));
            }
            all.append(nb::make_tuple(seen.lines, seen.documents, first));
        }
        return all;
    }

    nb::list repeated(uint32_t documents) const {
        nb::list all;
        const RepeatedLines& lines = scanner_.repeated();
        for (const RepeatedLines::Line& line : lines.found(std::max(3u, documents))) {
            all.append(nb::make_tuple(line.documents, line.count, line.file, line.line,
                                      as_bytes(lines.text(line))));
        }
        return all;
    }

    uint64_t n_lines() const { return scanner_.n_lines(); }
    uint64_t n_characters() const { return scanner_.n_characters(); }
    uint32_t floor() const { return scanner_.repeated().floor(); }

  private:
    LineScanner scanner_;
};

void check_starts(const In<int64_t>& starts, size_t n_tokens) {
    const int64_t* data = starts.data();
    if (starts.size() == 0 || data[0] != 0 || !std::is_sorted(data, data + starts.size()) ||
        data[starts.size() - 1] != static_cast<int64_t>(n_tokens)) {
        throw std::invalid_argument("starts do not rise from 0 to the number of tokens");
    }
}

void check_threads(unsigned threads) {
    if (threads < 1 || threads > 1024) throw std::invalid_argument("1 to 1024 threads");
}

ShingledTexts shingled(const In<uint32_t>& tokens, const In<int64_t>& starts, size_t shingle) {
    check_starts(starts, tokens.size());
    if (shingle < 1) throw std::invalid_argument("a shingle has a token at least");
    return {tokens.data(), starts.data(), starts.size() - 1, shingle};
}

void bound_minhash(In<uint32_t> tokens, In<int64_t> starts, size_t shingle, uint64_t seed,
                   Table<uint32_t> signatures, InOut<uint64_t> hashes, unsigned threads) {
    const ShingledTexts texts = shingled(tokens, starts, shingle);
    check_threads(threads);
    const size_t n_bins = signatures.shape(1);
    if (!std::has_single_bit(n_bins) || n_bins > 1 << 16) {
        throw std::invalid_argument("the bins must be a power of two");
    }
    if (signatures.shape(0) != texts.n_documents || hashes.size() != texts.n_documents) {
        throw std::invalid_argument("a row for each document is wanted");
    }
    nb::gil_scoped_release released;
    minhash(texts, n_bins, seed, signatures.data(), hashes.data(), threads);
}

void bound_jaccard(In<uint32_t> tokens, In<int64_t> starts, size_t shingle,
                   Table<const int64_t> pairs, InOut<double> indices, unsigned threads) {
    const ShingledTexts texts = shingled(tokens, starts, shingle);
    check_threads(threads);
    if (pairs.shape(1) != 2 || indices.size() != pairs.shape(0)) {
        throw std::invalid_argument("an index for each pair is wanted");
    }
    const int64_t most = static_cast<int64_t>(texts.n_documents);
    if (std::any_of(pairs.data(), pairs.data() + pairs.size(),
                    [&](int64_t document) { return document < 0 || document >= most; })) {
        throw std::invalid_argument("no such document");
    }
    nb::gil_scoped_release released;
    jaccard(texts, pairs.data(), pairs.shape(0), indices.data(), threads);
}

void bound_votes(In<uint32_t> tokens, In<int64_t> starts, In<uint64_t> lists, unsigned usual,
                 InOut<uint8_t> language, InOut<uint32_t> votes, InOut<uint32_t> usual_votes,
                 unsigned threads) {
    check_starts(starts, tokens.size());
    check_threads(threads);
    const size_t n = starts.size() - 1;
    if (language.size() != n || votes.size() != n || usual_votes.size() != n || usual > 63) {
        throw std::invalid_argument("a place for each document is wanted, and a language");
    }
    if (std::any_of(tokens.data(), tokens.data() + tokens.size(),
                    [&](uint32_t token) { return token >= lists.size(); })) {
        throw std::invalid_argument("a token is not in the vocabulary");
    }
    nb::gil_scoped_release released;
    count_votes(tokens.data(), starts.data(), n, lists.data(), usual,
                {language.data(), votes.data(), usual_votes.data()}, threads);
}

}  // namespace

void bind_check(nb::module_& m) {
    nb::class_<BoundLineScanner>(m, "LineScanner")
        .def(nb::init<size_t, size_t>(), "n_places"_a, "most_lines"_a = size_t{1} << 22)
        .def("begin", &BoundLineScanner::begin, "form"_a)
        .def("feed", &BoundLineScanner::feed, "bytes"_a, "last"_a)
        .def("texts", &BoundLineScanner::texts, "text"_a, "starts"_a, "files"_a, "lines"_a)
        .def("end", &BoundLineScanner::end)
        .def("seen", &BoundLineScanner::seen)
        .def("repeated", &BoundLineScanner::repeated, "documents"_a)
        .def_prop_ro("n_lines", &BoundLineScanner::n_lines)
        .def_prop_ro("n_characters", &BoundLineScanner::n_characters)
        .def_prop_ro("floor", &BoundLineScanner::floor);
    m.def("minhash", &bound_minhash, "tokens"_a.noconvert(), "starts"_a.noconvert(), "shingle"_a,
          "seed"_a, "signatures"_a.noconvert(), "hashes"_a.noconvert(), "threads"_a = 1);
    m.def("jaccard", &bound_jaccard, "tokens"_a.noconvert(), "starts"_a.noconvert(), "shingle"_a,
          "pairs"_a.noconvert(), "indices"_a.noconvert(), "threads"_a = 1);
    m.def("count_votes", &bound_votes, "tokens"_a.noconvert(), "starts"_a.noconvert(),
          "lists"_a.noconvert(), "usual"_a, "language"_a.noconvert(), "votes"_a.noconvert(),
          "usual_votes"_a.noconvert(), "threads"_a = 1);
}

}  // namespace latent
