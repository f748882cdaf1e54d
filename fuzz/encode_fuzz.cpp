// Hostile bytes for the encoder: however they are cut into blocks and shared among threads, the
// words, documents and paragraph starts are the same, and so is the place of the first byte that is
// not UTF-8; the words are also those that a plain loop finds.
//
//     clang++ -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -Ilatentcli/kernels -Ifuzz
//         fuzz/encode_fuzz.cpp latentcli/kernels/{encode,worker,word_cutter,layout,vocabulary}.cpp
//
// With -DSTANDALONE in place of -fsanitize=fuzzer it mutates files by itself:
// encode_fuzz SECONDS FILE...
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "encode.hpp"
#include "standalone.hpp"
#include "vocabulary.hpp"

namespace {

using namespace latent;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::abort();
}

// A counter-based generator (SplitMix64), for cuts and tables.
uint64_t mixed(uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

// Properties of ASCII as they are, of all else at random: the encoder must cope with any table.
struct Tables {
    std::vector<uint8_t> properties = std::vector<uint8_t>(N_CHARACTERS);
    std::vector<uint32_t> lower = std::vector<uint32_t>(N_LOWER);

    Tables() {
        for (uint32_t i = 0; i < N_CHARACTERS; ++i) {
            if (i < N_LOWER) lower[i] = i;
            if (i < 0x80) {
                const bool is_letter = (i | 32) >= 'a' && (i | 32) <= 'z';
                if (is_letter) properties[i] = uint8_t{LETTER} | uint8_t{ALPHABETIC};
                if (i >= '0' && i <= '9') properties[i] = LETTER;
                if (i == '\'') properties[i] = APOSTROPHE;
                if (is_ascii_space(static_cast<uint8_t>(i))) properties[i] = SPACE;
                if (i >= 'A' && i <= 'Z') lower[i] = i | 32;
                continue;
            }
            const uint64_t random = mixed(i);
            properties[i] = static_cast<uint8_t>(random % 7);
            if (random >> 8 & 1) properties[i] |= ALPHABETIC;
            for (const uint8_t flag : {HARD, COMBINING, FIRST, SECOND}) {
                if ((random >> 16 & 0xFF) < 32 && (random >> 24) % 3 == 0) properties[i] |= flag;
            }
            if (i < N_LOWER && (random >> 32) % 4 == 0) lower[i] = 0xE0 + (random >> 40) % 0x700;
        }
    }
};

const Tables& tables() {
    static const Tables made;
    return made;
}

// Stands for Python: some words that depend on the piece alone.
void ask(std::string_view piece, std::vector<std::string>& words) {
    for (size_t i = 0; i < piece.size() % 4; ++i) {
        words.emplace_back(i == 2 ? std::string(300, 'h')
                                  : std::string(piece.substr(0, i * 3 + 1)));
        for (char& byte : words.back()) byte &= 0x7F;
    }
}

EncoderSettings settings_of(uint8_t choice) {
    EncoderSettings settings;
    settings.rule.characters = {tables().properties.data(), tables().lower.data()};
    settings.rule.pieces = static_cast<PieceRule>(choice % 3);
    settings.rule.keep_case = choice & 4;
    settings.rule.keep_numbers = choice & 8;
    settings.rule.max_word_characters = 20;
    settings.ask = ask;
    settings.worth_a_thread = 1;
    return settings;
}

struct Result {
    size_t invalid = Worker::VALID;
    uint64_t lines = 0, overlong = 0;
    std::vector<std::string> words;  // one for each token
    std::vector<uint64_t> starts, numbers, breaks, document_counts;
    bool operator==(const Result&) const = default;
};

std::vector<std::string> words_of(const Vocabulary& vocabulary) {
    std::vector<std::string> words;
    for (size_t i = 0; i + 1 < vocabulary.offsets.size(); ++i) {
        std::string word;
        for (size_t at = vocabulary.offsets[i]; at + 1 < vocabulary.offsets[i + 1]; ++at) {
            word.push_back(static_cast<char>(vocabulary.text[at]));
            if (word.back() == '\\') ++at;
        }
        words.push_back(word);
    }
    return words;
}

Result encoded(std::string_view text, Form form, const EncoderSettings& settings, uint64_t cuts) {
    Encoder encoder(settings);
    encoder.begin(form, true);
    Result result;
    for (size_t at = 0, step = 0; at < text.size() && result.invalid == Worker::VALID; ++step) {
        std::vector<std::string_view> chunks;
        const uint64_t random = mixed(cuts + step);
        for (size_t i = 0; i <= random % 3 && at < text.size(); ++i) {
            // Where `cuts` is 0 all comes at once.
            const size_t size = cuts ? 1 + (random >> 8 * (i + 1)) % 40 : text.size();
            chunks.push_back(text.substr(at, size));
            at += chunks.back().size();
        }
        result.invalid = encoder.feed(chunks, false);
    }
    if (result.invalid == Worker::VALID) result.invalid = encoder.feed({}, true);
    if (result.invalid != Worker::VALID) {
        result.lines = encoder.lines();
        return result;
    }
    const Vocabulary vocabulary = vocabulary_of(encoder.workers());
    const std::vector<std::string> words = words_of(vocabulary);
    require(words.size() == vocabulary.counts.size(), "a count for each word");
    for (size_t i = 1; i < words.size(); ++i) {
        const uint64_t a = vocabulary.counts[i - 1], b = vocabulary.counts[i];
        require(a > b || (a == b && words[i - 1] < words[i]), "the vocabulary is in order");
    }
    result.starts = encoder.layout().starts;
    result.numbers = encoder.layout().numbers;
    result.breaks = encoder.layout().breaks;
    result.overlong = encoder.overlong();
    std::vector<uint32_t> tokens = encoder.tokens;
    require(tokens.size() == encoder.n_tokens(), "every token is there");
    if (tokens.empty()) return result;
    Renumbering renumbering(vocabulary.rows, words.size());
    // In two calls, the border between which is that of a stretch.
    const size_t half = encoder.stretches.size() / 2;
    const std::vector<Encoder::Stretch> before(encoder.stretches.begin(),
                                               encoder.stretches.begin() + half);
    const std::vector<Encoder::Stretch> after(encoder.stretches.begin() + half,
                                              encoder.stretches.end());
    size_t border = 0;
    for (const Encoder::Stretch& stretch : before) border += stretch.n_tokens;
    renumbering.renumber(tokens.data(), border, 0, before, result.starts.data(),
                         result.starts.size());
    renumbering.renumber(tokens.data() + border, tokens.size() - border, border, after,
                         result.starts.data(), result.starts.size());
    result.document_counts = renumbering.document_counts();
    std::vector<uint64_t> counts(words.size());
    for (const uint32_t token : tokens) {
        ++counts[token];
        result.words.push_back(words[token]);
    }
    require(counts == vocabulary.counts, "words are counted");
    return result;
}

// The words of valid UTF-8, by a plain loop over its characters.
std::vector<std::string> plainly(std::string_view text, const EncoderSettings& settings) {
    std::vector<std::string> words;
    WordCutter cutter(settings.rule);
    std::vector<uint32_t> piece;
    std::string bytes;
    const auto end_piece = [&] {
        if (piece.empty()) return;
        if (cutter.cut(piece.data(), piece.size()) == WordCutter::Outcome::hard) {
            std::vector<std::string> asked;
            ask(bytes, asked);
            for (const std::string& word : asked) {
                if (word.size() <= settings.rule.max_word_characters) words.push_back(word);
            }
        } else {
            uint32_t start = 0;
            for (const uint32_t end : cutter.ends) {
                words.emplace_back(cutter.bytes.begin() + start, cutter.bytes.begin() + end);
                start = end;
            }
        }
        piece.clear();
        bytes.clear();
    };
    const uint8_t* at = reinterpret_cast<const uint8_t*>(text.data());
    const uint8_t* const end = at + text.size();
    if (text.substr(0, 3) == "\xEF\xBB\xBF") at += 3;
    while (at < end) {
        const uint8_t* here = at;
        const uint32_t character = decoded(at, end);
        if ((settings.rule.characters.properties[character] & KIND) == SPACE) {
            end_piece();
        } else {
            piece.push_back(character);
            bytes.append(here, at);
        }
    }
    end_piece();
    return words;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 3) return 0;
    const uint64_t cuts = 1 + data[0];
    const Form form = static_cast<Form>(data[1] % 3);
    EncoderSettings settings = settings_of(data[2]);
    const std::string_view text(reinterpret_cast<const char*>(data) + 3, size - 3);

    const Result whole = encoded(text, form, settings, 0);
    if (whole.invalid == Worker::VALID) {
        require(whole.words == plainly(text, settings), "the words are those of a plain loop");
    }
    for (const size_t n_threads : {1, 3}) {
        settings.n_threads = n_threads;
        settings.seed = cuts;
        settings.remembered_runs = n_threads == 1 ? 4 : 1000;
        require(encoded(text, form, settings, cuts) == whole, "cuts and threads do not matter");
    }
    // Cut inside its words, too: then only what can be said of any result holds.
    settings.piece_characters = 5;
    encoded(text, form, settings, cuts);
    return 0;
}
