// Lines to documents, and to the paragraph starts inside them (corpus/layout.py, readers/).
//
// Blank lines always separate paragraphs. A single line end does too, except in a document that is
// hard-wrapped: most of its lines that another follows are about as long as a page is wide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "characters.hpp"

namespace latent {

enum class Form : uint8_t {
    lines,       // a document a line
    paragraphs,  // a document a block of lines, blank lines between
    file,        // one document
    texts,       // documents begin where new_document says
};

class Layout {
  public:
    explicit Layout(const Characters& characters) : characters_(characters) {}

    // Begin a file; `tokens` is how many there are by now, and `place` how many bytes of text, here
    // as below.
    void begin(Form form, uint64_t tokens, uint64_t place);
    // So many bytes at the file's beginning are no text: a byte order mark.
    void skip(uint64_t n_bytes);
    // Part of a line: its bytes, and whether there is anything but white space in it.
    void part(const uint8_t* bytes, size_t size, bool blank);
    // The line ends here, with its tokens; `place` is behind its end.
    void end_line(uint64_t tokens, uint64_t place);
    // The file ends here; a line that is still open does too.
    void end(uint64_t tokens);
    // In texts: a document begins here, and is known to be hard-wrapped or not.
    void new_document(uint64_t tokens, bool hard_wrapped);

    // How many lines have ended in this file.
    uint64_t lines() const { return number_ - 1; }
    // The first token of the line at hand: no document that is still to come begins before it.
    uint64_t line_start() const { return first_token_; }

    std::vector<uint64_t> starts;   // the token at which each document begins
    std::vector<uint64_t> numbers;  // the number of its first line (not of lines and texts)
    std::vector<uint64_t> breaks;   // the token at which each paragraph that has tokens begins
    std::vector<uint64_t> text_starts, text_ends;  // the bytes between which its text lies

  private:
    struct Break {
        uint64_t token;
        bool after_blank;
    };

    void open_document();
    void close_document();
    void add_break(Break found);
    void weigh_line();
    void decide(bool hard_wrapped);
    void new_line(uint64_t tokens, uint64_t place);

    Characters characters_;
    Form form_ = Form::lines;

    // The line at hand.
    uint64_t number_ = 1, first_token_ = 0;
    uint64_t place_ = 0, n_bytes_ = 0;  // where it begins, how long it is by now
    bool is_open_ = false, is_blank_ = true;
    uint64_t n_characters_ = 0, n_leading_ = 0;  // the white space it begins with

    // The document at hand.
    uint64_t text_end_ = 0;  // behind its last line that has ended
    bool in_document_ = false, after_blank_ = true;
    bool is_decided_ = false, is_hard_wrapped_ = false;
    uint64_t document_characters_ = 0;
    uint64_t n_inner_ = 0, n_page_wide_ = 0;  // lines that another follows; those like a page
    uint64_t width_before_ = 0;
    bool text_before_ = false;
    std::vector<Break> undecided_;
};

}  // namespace latent
