// The encoder and what belongs to it (encode.hpp, vocabulary.hpp, strings.hpp) for Python.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <stdexcept>

#include "bindings.hpp"
#include "encode.hpp"
#include "strings.hpp"
#include "vocabulary.hpp"

namespace nb = nanobind;

namespace latent {

namespace {

template <class T>
using In = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using InOut = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using Out = nb::ndarray<nb::numpy, T, nb::ndim<1>>;

// An array that owns what was the vector's, which is empty then.
template <class T>
Out<T> taken(std::vector<T>& vector) {
    auto* kept = new std::vector<T>();
    kept->swap(vector);
    nb::capsule owner(kept, [](void* data) noexcept { delete static_cast<std::vector<T>*>(data); });
    return Out<T>(kept->data(), {kept->size()}, owner);
}

PieceRule piece_rule(const std::string& name) {
    if (name == "words") return PieceRule::words;
    if (name == "whole") return PieceRule::whole;
    if (name == "ask") return PieceRule::ask;
    throw std::invalid_argument("no piece rule '" + name + "'");
}

Form form_of(const std::string& name) {
    if (name == "lines") return Form::lines;
    if (name == "paragraphs") return Form::paragraphs;
    if (name == "file") return Form::file;
    if (name == "texts") return Form::texts;
    throw std::invalid_argument("no form '" + name + "'");
}

// Where documents begin must grow and lie inside the corpus, since tokens are looked up in it.
void check_starts(const In<uint64_t>& starts) {
    for (size_t i = 0; i < starts.size(); ++i) {
        if (i ? starts.data()[i] < starts.data()[i - 1] : starts.data()[0] != 0) {
            throw std::invalid_argument("documents must begin at 0 and in order");
        }
    }
}

void check_lines(const In<uint8_t>& text, const In<uint64_t>& offsets) {
    if (offsets.size() == 0 || offsets.size() > UINT32_MAX) {
        throw std::invalid_argument("lines need offsets, one more than there are");
    }
    for (size_t i = 0; i + 1 < offsets.size(); ++i) {
        if (offsets.data()[i] >= offsets.data()[i + 1] || offsets.data()[i + 1] > text.size()) {
            throw std::invalid_argument("offsets must rise and lie in the text");
        }
    }
}

// A line of corpus/strings.py as the string that it stands for.
std::string unescaped(const uint8_t* line, size_t size) {
    std::string string;
    for (size_t i = 0; i < size; ++i) {
        char byte = static_cast<char>(line[i]);
        if (byte == '\\' && i + 1 < size) {
            byte = static_cast<char>(line[++i]);
            byte = byte == 'n' ? '\n' : byte == 'r' ? '\r' : byte;
        }
        string.push_back(byte);
    }
    return string;
}

class BoundEncoder {
  public:
    BoundEncoder(In<uint8_t> properties, In<uint32_t> lower, nb::callable ask,
                 const std::string& pieces, bool keep_case, bool keep_numbers, size_t n_threads,
                 uint64_t seed, size_t piece_characters, size_t remembered_runs,
                 size_t worth_a_thread)
        : properties_(properties.data(), properties.data() + properties.size()),
          lower_(lower.data(), lower.data() + lower.size()),
          ask_(std::move(ask)) {
        if (properties_.size() != N_CHARACTERS || lower_.size() != N_LOWER) {
            throw std::invalid_argument("the tables of characters have the wrong size");
        }
        for (const uint32_t character : lower_) {
            if (character >= N_CHARACTERS) throw std::invalid_argument("no such character");
        }
        if (n_threads < 1 || n_threads > 256 || piece_characters < 1 || worth_a_thread < 1) {
            throw std::invalid_argument("n_threads must be 1 to 256, and sizes positive");
        }
        EncoderSettings settings;
        settings.rule.characters = {properties_.data(), lower_.data()};
        settings.rule.pieces = piece_rule(pieces);
        settings.rule.keep_case = keep_case;
        settings.rule.keep_numbers = keep_numbers;
        settings.ask = [this](std::string_view piece, std::vector<std::string>& words) {
            nb::gil_scoped_acquire held;
            const nb::bytes bytes(piece.data(), piece.size());
            for (nb::handle word : ask_(bytes)) {
                const nb::bytes found = nb::cast<nb::bytes>(word);
                words.emplace_back(found.c_str(), found.size());
            }
        };
        settings.n_threads = n_threads;
        settings.seed = seed;
        settings.piece_characters = piece_characters;
        settings.remembered_runs = remembered_runs;
        settings.worth_a_thread = worth_a_thread;
        encoder_.emplace(settings);
    }

    BoundEncoder(const BoundEncoder&) = delete;
    BoundEncoder& operator=(const BoundEncoder&) = delete;

    void know(In<uint8_t> text, In<uint64_t> offsets) {
        check_lines(text, offsets);
        if (encoder_->n_tokens()) throw std::invalid_argument("text was encoded already");
        std::vector<std::string> words;
        for (size_t i = 0; i + 1 < offsets.size(); ++i) {
            const uint64_t first = offsets.data()[i], behind = offsets.data()[i + 1] - 1;
            words.push_back(unescaped(text.data() + first, behind - first));
        }
        nb::gil_scoped_release released;
        encoder_->know(words);
    }

    void begin(const std::string& form, bool may_have_mark) {
        encoder_->begin(form_of(form), may_have_mark);
    }

    std::optional<std::pair<uint64_t, uint64_t>> feed(nb::list chunks, bool last) {
        std::vector<std::string_view> views;
        size_t size = 0;
        for (nb::handle chunk : chunks) {
            const nb::bytes bytes = nb::cast<nb::bytes>(chunk);
            views.emplace_back(bytes.c_str(), bytes.size());
            size += bytes.size();
        }
        check_size(size);
        size_t invalid;
        {
            nb::gil_scoped_release released;
            invalid = encoder_->feed(views, last);
        }
        if (invalid == Worker::VALID) return std::nullopt;
        return std::pair<uint64_t, uint64_t>(encoder_->lines(), invalid);
    }

    void texts(nb::bytes text, In<uint64_t> starts, In<uint8_t> hard_wrapped) {
        check_size(text.size());
        if (starts.size() != hard_wrapped.size()) {
            throw std::invalid_argument("starts and hard_wrapped differ in length");
        }
        const std::string_view view(text.c_str(), text.size());
        const std::vector<size_t> begins(starts.data(), starts.data() + starts.size());
        for (size_t i = 0; i < begins.size(); ++i) {
            if (begins[i] > view.size() || (i && begins[i] <= begins[i - 1]) ||
                (begins[i] && view[begins[i] - 1] != '\n')) {
                throw std::invalid_argument("documents must begin at lines, in order");
            }
        }
        const std::vector<uint8_t> wrapped(hard_wrapped.data(),
                                           hard_wrapped.data() + hard_wrapped.size());
        nb::gil_scoped_release released;
        if (encoder_->texts(view, begins, wrapped) != Worker::VALID) {
            throw std::invalid_argument("the text is not UTF-8");
        }
    }

    void end() { encoder_->layout().end(encoder_->n_tokens()); }

    // Tokens so far, and how many each worker numbered: (n, 2).
    nb::tuple take_tokens() {
        std::vector<uint64_t> pairs;
        for (const Encoder::Stretch& stretch : encoder_->stretches) {
            pairs.insert(pairs.end(), {stretch.n_tokens, stretch.worker});
        }
        encoder_->stretches.clear();
        return nb::make_tuple(taken(encoder_->tokens), taken(pairs));
    }

    nb::tuple take_layout() {
        Layout& layout = encoder_->layout();
        return nb::make_tuple(taken(layout.starts), taken(layout.numbers), taken(layout.breaks));
    }

    // Where the texts of documents begin and end, and marks: (n, 2), token and byte.
    nb::tuple take_places() {
        std::vector<uint64_t> pairs;
        for (const Mark& mark : encoder_->marks) {
            pairs.insert(pairs.end(), {mark.tokens, mark.place});
        }
        encoder_->marks.clear();
        Layout& layout = encoder_->layout();
        return nb::make_tuple(taken(layout.text_starts), taken(layout.text_ends), taken(pairs));
    }

    nb::tuple vocabulary() {
        Vocabulary found;
        {
            nb::gil_scoped_release released;
            found = vocabulary_of(encoder_->workers());
        }
        nb::list rows;
        for (std::vector<uint32_t>& row : found.rows) rows.append(taken(row));
        return nb::make_tuple(taken(found.text), taken(found.offsets), taken(found.counts), rows);
    }

    size_t n_waiting() const { return encoder_->tokens.size(); }
    uint64_t line_start() const { return encoder_->layout().line_start(); }
    uint64_t n_tokens() const { return encoder_->n_tokens(); }
    uint64_t overlong() const { return encoder_->overlong(); }

  private:
    static void check_size(size_t size) {
        if (size >= size_t{1} << 31) throw std::invalid_argument("too much text for one block");
    }

    std::vector<uint8_t> properties_;
    std::vector<uint32_t> lower_;
    nb::callable ask_;
    std::optional<Encoder> encoder_;
};

class BoundRenumbering {
  public:
    BoundRenumbering(const std::vector<In<uint32_t>>& rows, size_t n_terms) {
        if (rows.empty()) throw std::invalid_argument("no worker's rows");
        std::vector<std::vector<uint32_t>> copied;
        for (const In<uint32_t>& row : rows) {
            copied.emplace_back(row.data(), row.data() + row.size());
            sizes_.push_back(row.size());
            for (const uint32_t term : copied.back()) {
                if (term >= n_terms) throw std::invalid_argument("a row is not in the vocabulary");
            }
        }
        renumbering_.emplace(std::move(copied), n_terms);
    }

    void renumber(InOut<uint32_t> tokens, uint64_t first, In<uint64_t> stretches,
                  In<uint64_t> starts) {
        check_starts(starts);
        if (starts.size() == 0 || starts.size() >= UINT32_MAX || stretches.size() % 2) {
            throw std::invalid_argument("no documents, or stretches that are no pairs");
        }
        std::vector<Encoder::Stretch> pairs;
        uint64_t total = 0;
        for (size_t i = 0; i < stretches.size(); i += 2) {
            const Encoder::Stretch stretch{stretches.data()[i], stretches.data()[i + 1]};
            if (stretch.worker >= sizes_.size() || stretch.n_tokens > tokens.size() - total) {
                throw std::invalid_argument("a stretch does not fit the tokens");
            }
            const uint32_t* token = tokens.data() + total;
            for (uint64_t j = 0; j < stretch.n_tokens; ++j) {
                if (token[j] >= sizes_[stretch.worker]) {
                    throw std::invalid_argument("a token has no row");
                }
            }
            total += stretch.n_tokens;
            pairs.push_back(stretch);
        }
        if (total != tokens.size()) throw std::invalid_argument("stretches are not all tokens");
        nb::gil_scoped_release released;
        renumbering_->renumber(tokens.data(), tokens.size(), first, pairs, starts.data(),
                               starts.size());
    }

    Out<uint64_t> document_counts() {
        std::vector<uint64_t> counts = renumbering_->document_counts();
        return taken(counts);
    }

  private:
    std::vector<size_t> sizes_;
    std::optional<Renumbering> renumbering_;
};

nb::tuple index_of(In<uint8_t> text, In<uint64_t> offsets) {
    check_lines(text, offsets);
    const size_t n = offsets.size() - 1;
    std::vector<uint32_t> hashes(n), rows(n);
    {
        nb::gil_scoped_release released;
        index_lines(text.data(), offsets.data(), n, hashes.data(), rows.data());
    }
    return nb::make_tuple(taken(hashes), taken(rows));
}

nb::tuple number_lines(nb::bytes prefix, In<uint64_t> numbers) {
    std::vector<uint8_t> text;
    std::vector<uint64_t> offsets{0};
    append_numbers(reinterpret_cast<const uint8_t*>(prefix.c_str()), prefix.size(), numbers.data(),
                   numbers.size(), text, offsets);
    return nb::make_tuple(taken(text), taken(offsets));
}

}  // namespace

void bind_encode(nb::module_& m) {
    nb::class_<BoundEncoder>(m, "Encoder")
        .def(nb::init<In<uint8_t>, In<uint32_t>, nb::callable, const std::string&, bool, bool,
                      size_t, uint64_t, size_t, size_t, size_t>(),
             nb::arg("properties"), nb::arg("lower"), nb::arg("ask"), nb::kw_only(),
             nb::arg("pieces"), nb::arg("keep_case"), nb::arg("keep_numbers"), nb::arg("n_threads"),
             nb::arg("seed"), nb::arg("piece_characters") = size_t{1} << 20,
             nb::arg("remembered_runs") = size_t{1} << 19,
             nb::arg("worth_a_thread") = size_t{1} << 15)
        .def("know", &BoundEncoder::know, nb::arg("text"), nb::arg("offsets"))
        .def("begin", &BoundEncoder::begin, nb::arg("form"), nb::arg("may_have_mark") = false)
        .def("feed", &BoundEncoder::feed, nb::arg("chunks"), nb::arg("last"))
        .def("texts", &BoundEncoder::texts, nb::arg("text"), nb::arg("starts"),
             nb::arg("hard_wrapped"))
        .def("end", &BoundEncoder::end)
        .def("take_tokens", &BoundEncoder::take_tokens)
        .def("take_layout", &BoundEncoder::take_layout)
        .def("take_places", &BoundEncoder::take_places)
        .def("vocabulary", &BoundEncoder::vocabulary)
        .def_prop_ro("n_waiting", &BoundEncoder::n_waiting)
        .def_prop_ro("line_start", &BoundEncoder::line_start)
        .def_prop_ro("n_tokens", &BoundEncoder::n_tokens)
        .def_prop_ro("overlong", &BoundEncoder::overlong);
    nb::class_<BoundRenumbering>(m, "Renumbering")
        .def(nb::init<const std::vector<In<uint32_t>>&, size_t>(), nb::arg("rows"),
             nb::arg("n_terms"))
        .def("renumber", &BoundRenumbering::renumber, nb::arg("tokens").noconvert(),
             nb::arg("first"), nb::arg("stretches"), nb::arg("starts"))
        .def("document_counts", &BoundRenumbering::document_counts);
    m.def("index_lines", &index_of, nb::arg("text"), nb::arg("offsets"));
    m.def("number_lines", &number_lines, nb::arg("prefix"), nb::arg("numbers"));
}

}  // namespace latent
