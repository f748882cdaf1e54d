// What in a text is likely to harm training: a pass over its lines, before any word is cut.
//
// A line is looked at in detail only where a first pass saw a byte in it that some fault has. Each
// sight counts the lines and the documents in which it is seen, and keeps the first places.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layout.hpp"
#include "repeated_lines.hpp"

namespace latent {

enum class Sight : uint8_t {
    replacement,  // U+FFFD
    mojibake,     // UTF-8 that was read as Latin-1 or Windows-1252
    c1_control,   // U+0080 to U+009F
    control,      // of ASCII, but tab, line ends and form feed
    invisible,    // zero-width space, byte order mark inside, directional marks
    soft_hyphen,  // U+00AD
    decomposed,   // a letter of ASCII and a combining mark
    composed,     // a Latin letter with its mark in one
    html_tag,     // <br>, </p> ...
    entity,       // &amp; &#233; ...
    wiki,         // [[...]] {{...}} '''...''' == ... ==
    latex,        // \name{
    url,          // scheme:// or www.
    email,        // name@host.domain
    encoded,      // base64 or uuencoded blocks
    header,       // lines of a mail header, at a document's beginning
    quoted,       // > a line of someone else
    introducer,   // X writes:
    signature,    // --
    hyphenation,  // a word parted at the line's end
    overlong,     // more than MAX_RUN bytes without white space
    N_SIGHTS,
};
constexpr size_t N_SIGHTS = static_cast<size_t>(Sight::N_SIGHTS);
constexpr size_t MAX_RUN = 256;

struct Seen {
    struct Place {
        uint32_t file;
        uint64_t line;
        std::string text;  // what stands there
    };
    uint64_t lines = 0, documents = 0;
    uint32_t last_document = 0;
    std::vector<Place> first;
};

class LineScanner {
  public:
    LineScanner(size_t n_places, size_t most_lines);

    // Begin a file; files are numbered from 0.
    void begin(Form form);
    // The next bytes of the file; `last` ends it.
    void feed(std::string_view bytes, bool last);
    // Whole texts: documents begin at `starts`, each at a line of a file.
    void texts(std::string_view text, const std::vector<size_t>& starts,
               const std::vector<uint32_t>& files, const std::vector<uint64_t>& lines);
    // The last document ends.
    void end() { end_document(); }

    const Seen& seen(Sight sight) const { return seen_[static_cast<size_t>(sight)]; }
    const RepeatedLines& repeated() const { return repeated_; }
    uint64_t n_lines() const { return n_lines_; }  // that are not blank
    uint64_t n_characters() const { return n_characters_; }

  private:
    void take(const uint8_t* at, const uint8_t* end, bool last);
    void line(const uint8_t* at, const uint8_t* end, uint32_t classes, bool whole);
    void new_document();
    void end_document();
    void text_line(const uint8_t* at, const uint8_t* end, uint32_t classes, bool whole);
    void see(Sight sight, const uint8_t* at, const uint8_t* end);
    void see_at(Sight sight, uint32_t file, uint64_t line, std::string_view text);
    void look_at_characters(const uint8_t* begin, const uint8_t* end);
    void look_at_markup(const uint8_t* begin, const uint8_t* end, uint32_t classes);
    void look_at_layout(const uint8_t* begin, const uint8_t* end, uint32_t classes);
    void look_for_headers(const uint8_t* begin, const uint8_t* end);
    void look_for_encoded(const uint8_t* begin, const uint8_t* end, uint32_t classes);
    void look_for_hyphenation(const uint8_t* begin, const uint8_t* end, bool whole);
    void look_for_long_runs(const uint8_t* begin, const uint8_t* end);

    size_t n_places_;
    std::array<Seen, N_SIGHTS> seen_;
    RepeatedLines repeated_;
    std::vector<uint8_t> held_;
    Form form_ = Form::lines;
    uint32_t file_ = UINT32_MAX, document_ = 0;
    uint64_t line_ = 1;
    uint64_t n_lines_ = 0, n_characters_ = 0;
    bool after_blank_ = true;  // in paragraphs, the next line that is not blank begins a document
    bool mid_line_ = false;    // the line at hand is a later piece of one too long to hold
    bool has_mark_ = false;    // a byte order mark may come

    // Of the document at hand.
    bool in_headers_ = false;
    uint32_t n_headers_ = 0, n_known_headers_ = 0;
    uint64_t header_line_ = 0;
    std::string header_text_;
    uint32_t n_encoded_ = 0;  // lines of a block so far
    bool uuencoded_ = false;
    std::string hyphenated_;  // the end of the line before, where it may be a part of a word
    uint64_t hyphenated_line_ = 0;
};

}  // namespace latent
