#include "layout.hpp"

#include <algorithm>

namespace latent {

namespace {

constexpr uint64_t LOOKED_AT = 1 << 16;  // characters of a document that show how it is wrapped

}  // namespace

void Layout::begin(Form form, uint64_t tokens, uint64_t place) {
    form_ = form;
    number_ = 1;
    in_document_ = false;
    new_line(tokens, place);
    if (form == Form::file) open_document();
}

void Layout::skip(uint64_t n_bytes) {
    place_ += n_bytes;
    if (in_document_) text_starts.back() = text_end_ = place_;
}

void Layout::part(const uint8_t* bytes, size_t size, bool blank) {
    is_open_ |= size > 0;
    n_bytes_ += size;
    if (form_ != Form::lines && form_ != Form::texts && !(in_document_ && is_decided_)) {
        const uint8_t *at = bytes, *end = bytes + size;
        while (is_blank_ && at < end) {  // still in the white space that the line begins with
            const uint32_t character = decoded(at, end);
            if (character == INVALID) break;
            if ((characters_.properties[character] & KIND) != SPACE) is_blank_ = false;
            n_leading_ += is_blank_;
            ++n_characters_;
        }
        n_characters_ += character_count(at, static_cast<size_t>(end - at));
    }
    is_blank_ &= blank;
}

void Layout::end_line(uint64_t tokens, uint64_t place) {
    if (form_ == Form::lines) {
        starts.push_back(first_token_);
        text_starts.push_back(place_);
        text_ends.push_back(place_ + n_bytes_);
        if (tokens > first_token_) breaks.push_back(first_token_);
    } else if (form_ == Form::paragraphs && is_blank_) {
        close_document();
    } else {
        if (!in_document_) open_document();
        text_end_ = form_ == Form::texts ? place_ + n_bytes_ : place;
        if (!is_decided_) weigh_line();
        if (tokens > first_token_) {
            add_break({first_token_, after_blank_});
            after_blank_ = false;
        } else if (is_blank_) {
            after_blank_ = true;
        }
    }
    ++number_;
    new_line(tokens, place);
}

void Layout::end(uint64_t tokens) {
    if (is_open_) end_line(tokens, place_ + n_bytes_);
    close_document();
}

void Layout::new_document(uint64_t tokens, bool hard_wrapped) {
    end(tokens);
    first_token_ = tokens;
    open_document();
    decide(hard_wrapped);
}

void Layout::new_line(uint64_t tokens, uint64_t place) {
    first_token_ = tokens;
    place_ = place;
    n_bytes_ = 0;
    is_open_ = false;
    is_blank_ = true;
    n_characters_ = n_leading_ = 0;
}

void Layout::open_document() {
    starts.push_back(first_token_);
    text_starts.push_back(place_);
    text_end_ = place_;
    if (form_ != Form::texts) numbers.push_back(number_);
    in_document_ = after_blank_ = true;
    is_decided_ = text_before_ = false;
    document_characters_ = n_inner_ = n_page_wide_ = 0;
}

void Layout::close_document() {
    if (in_document_ && !is_decided_) decide(n_page_wide_ * 2 > n_inner_);
    if (in_document_) text_ends.push_back(text_end_);
    in_document_ = false;
}

void Layout::add_break(Break found) {
    if (!is_decided_) {
        undecided_.push_back(found);
    } else if (!is_hard_wrapped_ || found.after_blank) {
        breaks.push_back(found.token);
    }
}

// Count the line before this one if both have text, as far as the document is looked at.
void Layout::weigh_line() {
    if (document_characters_ >= LOOKED_AT) return decide(n_page_wide_ * 2 > n_inner_);
    const uint64_t visible = std::min(n_characters_, LOOKED_AT - document_characters_);
    if (text_before_ && !is_blank_ && n_leading_ < visible) {
        ++n_inner_;
        n_page_wide_ += width_before_ >= 40 && width_before_ <= 100;
    }
    text_before_ = !is_blank_;
    width_before_ = n_characters_;
    document_characters_ += n_characters_ + 1;
}

void Layout::decide(bool hard_wrapped) {
    is_decided_ = true;
    is_hard_wrapped_ = hard_wrapped;
    for (const Break& found : undecided_) add_break(found);
    undecided_.clear();
}

}  // namespace latent
