// Text to token ids: bytes of UTF-8 to numbers of words, documents and paragraph starts.
//
// Text is cut at ASCII white space into runs. What words a run gave is remembered, so that all but
// the first of equal runs cost one look-up; the word rule is asked only for those that are new, and
// Python only for those that need normalising. Several workers take a part of each block of text;
// each numbers its words by itself, and vocabulary.hpp brings these numbers together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "layout.hpp"
#include "string_table.hpp"
#include "word_cutter.hpp"

namespace latent {

// The words of a piece that is too hard for WordCutter. Several threads may call it at once.
using Ask = std::function<void(std::string_view piece, std::vector<std::string>& words)>;

struct EncoderSettings {
    WordRule rule;
    Ask ask;
    size_t n_threads = 1;
    uint64_t seed = 0;                          // of the hash tables; no result depends on it
    size_t piece_characters = size_t{1} << 20;  // a longer line is cut, inside a piece if need be
    size_t remembered_runs = size_t{1} << 19;   // by each worker
    size_t worth_a_thread = size_t{1} << 15;    // bytes
};

// A block of text that the workers share, ended by white space and StringTable::PADDING of it.
struct Block {
    const uint8_t* bytes;
    size_t size;
    uint64_t place;                         // of its first byte in all text
    const std::vector<size_t>* chunk_ends;  // where the text was cut when it was read
    bool carriage_returns;                  // CR and CRLF end lines, too
};

struct Line {
    uint32_t end;     // behind the line end
    uint32_t tokens;  // of the worker by then
    bool blank;       // nothing but white space in what the worker saw of it
};

// A run of text and how many tokens come before it, so that the text of a token is found again
// without reading a long document from its beginning. The first run of each MARK_BYTES has one.
struct Mark {
    uint64_t place;   // of the worker's in its block; of the encoder's in all text
    uint64_t tokens;  // likewise
};
constexpr uint64_t MARK_BYTES = uint64_t{1} << 16;

// Encodes part of each block.
class Worker {
  public:
    explicit Worker(const EncoderSettings& settings);

    // Encode the block from `first` up to `last`, both behind white space or at an end.
    void encode(const Block& block, size_t first, size_t last);
    // Number these words, and no others: what is none of them is numbered words.size().
    void know(const std::vector<std::string>& words);
    // Encode one piece, after what is there.
    void encode_piece(const uint32_t* characters, size_t size);

    static constexpr size_t VALID = SIZE_MAX;

    std::vector<uint32_t> tokens;  // of this block, in the worker's own numbers
    std::vector<Line> lines;       // that ended in it
    std::vector<Mark> marks;       // in it, the first run at least
    bool text_follows = false;     // whether there is text behind the last of them
    size_t invalid = VALID;        // where the block is not UTF-8
    uint64_t overlong = 0;         // words left out, in all blocks

    const StringTable& words() const { return words_; }
    // How often each word occurred by now.
    std::vector<uint64_t> counts() const;

  private:
    struct Found {  // what a remembered run gave: words, and whether it is more than white space
        uint32_t first, n_words;
        bool text;
    };

    const uint8_t* next_run(const uint8_t* at, const uint8_t* end, std::array<StringKey, 32>& batch,
                            size_t& n) const;
    void encode_run(const StringKey& run);
    void mark(const StringKey& run);
    bool encode_known(const StringKey& run);
    void encode_new(const StringKey& run);
    bool encode_characters(const uint8_t* run, size_t size);
    size_t cuttable(const uint8_t* piece, size_t size) const;
    void encode_long(size_t cuttable);
    void ask(const uint32_t* characters, size_t size);
    void add_words();
    void add(const uint8_t* word, size_t size);
    uint32_t number_of(const StringKey& word);

    const EncoderSettings& settings_;
    const Block* block_ = nullptr;
    size_t next_mark_ = 0;
    WordCutter cutter_;
    StringTable words_;
    uint32_t unknown_ = StringTable::NONE;  // the number of words that are not known, if any are
    std::vector<uint64_t> counts_;          // of words whose runs were not remembered yet
    StringTable runs_;
    std::vector<Found> found_;
    std::vector<uint32_t> found_words_;
    std::vector<uint32_t> characters_;
    std::vector<uint8_t> asked_;
};

class Encoder {
  public:
    explicit Encoder(const EncoderSettings& settings);
    Encoder(const Encoder&) = delete;  // the workers refer to its settings
    Encoder& operator=(const Encoder&) = delete;

    // Number the words of a model, in its order, in place of those met; call it before any text.
    void know(const std::vector<std::string>& words);

    // Begin a file: what its documents are, and whether a byte order mark at its start is dropped.
    void begin(Form form, bool may_have_mark);

    // Encode the next chunks of the file; `last` ends it. Returns the place of the first byte in
    // the file that is not UTF-8, or Worker::VALID; lines() counts the line ends before it.
    size_t feed(const std::vector<std::string_view>& chunks, bool last);

    // Encode whole texts: documents begin at `starts`, and what stands before the first belongs
    // to the one before. CR is white space here. Returns as feed does.
    size_t texts(std::string_view text, const std::vector<size_t>& starts,
                 const std::vector<uint8_t>& hard_wrapped);

    uint64_t lines() const { return lines_; }
    uint64_t n_tokens() const { return n_tokens_; }
    uint64_t overlong() const;
    Layout& layout() { return layout_; }
    const Layout& layout() const { return layout_; }
    const std::vector<std::unique_ptr<Worker>>& workers() const { return workers_; }

    // Tokens that were not taken yet, and stretches of them: how many, numbered by which worker.
    struct Stretch {
        uint64_t n_tokens;
        uint64_t worker;
    };
    std::vector<uint32_t> tokens;
    std::vector<Stretch> stretches;
    std::vector<Mark> marks;

  private:
    void drop_mark();
    size_t complete(bool last) const;
    std::vector<size_t> shares(const Block& block) const;
    size_t work(const Block& block, const std::vector<size_t>& shares);
    void arrange(const Block& block, const std::vector<size_t>& shares,
                 const std::vector<size_t>& starts, const std::vector<uint8_t>& hard_wrapped);
    void take_tokens(size_t worker);
    void add_mark(uint64_t place, uint64_t tokens);
    size_t hold();

    EncoderSettings settings_;
    std::vector<std::unique_ptr<Worker>> workers_;
    Layout layout_;
    std::vector<uint8_t> buffer_, held_;
    std::vector<size_t> chunk_ends_;
    uint64_t offset_ = 0;  // of the buffer in the file
    uint64_t place_ = 0;   // of the buffer in all text
    uint64_t last_mark_ = 0;
    uint64_t lines_ = 0, n_tokens_ = 0;
    bool may_have_mark_ = false;
};

}  // namespace latent
