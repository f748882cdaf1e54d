#include "line_scanner.hpp"

#include <algorithm>
#include <cstring>

namespace latent {

namespace {

// Longer lines are looked at in pieces, and are no boilerplate.
constexpr size_t PIECE_BYTES = 1 << 20;
constexpr size_t LONGEST_REPEATED = 1000;
constexpr size_t SHORTEST_REPEATED = 10;
constexpr size_t EXAMPLE_BYTES = 80;
constexpr size_t EXAMPLE_BEFORE = 20;

// What a byte may be the beginning of.
enum Class : uint32_t {
    HIGH = 1,         // not ASCII
    CONTROL = 2,      // neither tab, line end nor form feed
    SPACE_BYTE = 4,   // space or tab
    RETURN = 8,       // CR
    LESS = 16,        // <
    AMPERSAND = 32,   // &
    BRACKET = 64,     // [ { ' =
    BACKSLASH = 128,  // a backslash
    AT = 256,         // @
    SLASH = 512,      // /
    GREATER = 1024,   // >
    TEXT = 2048,      // anything but white space
};

constexpr std::array<uint32_t, 256> classes_of_bytes() {
    std::array<uint32_t, 256> table{};
    for (size_t byte = 0; byte < 256; ++byte) {
        uint32_t found = byte > ' ' ? TEXT : 0;
        if (byte >= 0x80) found |= HIGH;
        if ((byte < 32 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f') ||
            byte == 127) {
            found |= CONTROL;
        }
        table[byte] = found;
    }
    table[' '] |= SPACE_BYTE;
    table['\t'] |= SPACE_BYTE;
    table['\r'] |= RETURN;
    table['<'] |= LESS;
    table['&'] |= AMPERSAND;
    for (const char byte : {'[', '{', '\'', '='}) table[static_cast<uint8_t>(byte)] |= BRACKET;
    table['\\'] |= BACKSLASH;
    table['@'] |= AT;
    table['/'] |= SLASH;
    table['>'] |= GREATER;
    return table;
}

constexpr std::array<uint32_t, 256> CLASSES = classes_of_bytes();

uint32_t classes(const uint8_t* at, const uint8_t* end) {
    uint32_t a = 0, b = 0;
    for (; end - at >= 2; at += 2) {
        a |= CLASSES[at[0]];
        b |= CLASSES[at[1]];
    }
    return at < end ? a | b | CLASSES[*at] : a | b;
}

bool is_lower(uint32_t c) { return c >= 'a' && c <= 'z'; }
bool is_upper(uint32_t c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(uint32_t c) { return is_lower(c | 32); }
bool is_digit(uint32_t c) { return c >= '0' && c <= '9'; }
bool is_alnum(uint32_t c) { return is_letter(c) || is_digit(c); }

std::string_view view(const uint8_t* at, const uint8_t* end) {
    return {reinterpret_cast<const char*>(at), static_cast<size_t>(end - at)};
}

// The byte that Windows-1252 (or Latin-1) has for a character from U+0080 on, if it is 0x80 to
// 0xBF.
int continuation_byte(uint32_t character) {
    if (character >= 0x80 && character < 0xC0) return static_cast<int>(character);
    constexpr std::array<uint16_t, 32> WINDOWS = {
        0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
    if (character < 0x152 || character > 0x2122) return -1;
    for (size_t i = 0; i < WINDOWS.size(); ++i) {
        if (WINDOWS[i] == character) return static_cast<int>(0x80 + i);
    }
    return -1;
}

// How many bytes of text from `at` on are one character of UTF-8 read as Windows-1252; 0: none.
size_t misread(const uint8_t* at, const uint8_t* end, std::array<int, 4>& bytes) {
    const uint8_t* start = at;
    const uint32_t lead = decoded(at, end);
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    bytes = {static_cast<int>(lead), 0, 0, 0};
    for (int i = 1; i <= more; ++i) {
        if (at >= end) return 0;
        const uint32_t next = decoded(at, end);
        if (next == INVALID) return 0;
        bytes[static_cast<size_t>(i)] = continuation_byte(next);
        if (bytes[static_cast<size_t>(i)] < 0) return 0;
    }
    return static_cast<size_t>(at - start);
}

// How many bytes from `at` on are mojibake. One character that was misread is taken for it where
// such a pair stands in no language; of the others, two must follow each other.
size_t mojibake(const uint8_t* at, const uint8_t* end) {
    std::array<int, 4> bytes, next;
    const size_t size = misread(at, end, bytes);
    if (size == 0) return 0;
    const bool quote = bytes[1] == 0x85 || (bytes[1] >= 0x91 && bytes[1] <= 0x97);
    if ((bytes[0] == 0xC2 || bytes[0] == 0xC3) && !quote) return size;
    if (bytes[0] == 0xE2 && (bytes[1] == 0x80 || bytes[1] == 0x82)) return size;
    if (bytes[0] == 0xEF && (bytes[1] == 0xBB || bytes[1] == 0xBF)) return size;
    if (bytes[0] == 0xF0 && bytes[1] == 0x9F) return size;
    const size_t more = at + size < end ? misread(at + size, end, next) : 0;
    return more ? size + more : 0;
}

constexpr std::array<std::string_view, 48> TAGS = {
    "a",      "abbr",  "b",      "big", "blockquote", "body", "br",   "center",  "cite",  "code",
    "dd",     "div",   "dl",     "dt",  "em",         "font", "form", "gallery", "h1",    "h2",
    "h3",     "h4",    "head",   "hr",  "html",       "i",    "img",  "input",   "li",    "link",
    "math",   "meta",  "nowiki", "ol",  "p",          "pre",  "ref",  "script",  "small", "span",
    "strong", "style", "sub",    "sup", "table",      "td",   "tr",   "ul"};

// The end of a tag of HTML that begins at `at`, or nullptr.
const uint8_t* tag_end(const uint8_t* at, const uint8_t* end) {
    const uint8_t* name = at + 1;
    if (name < end && *name == '/') ++name;
    if (end - name >= 3 && std::memcmp(name, "!--", 3) == 0) return name + 3;
    if (end - name >= 8 && std::memcmp(name, "!DOCTYPE", 8) == 0) return name + 8;
    const uint8_t* behind = name;
    std::array<char, 10> lowered;
    while (behind < end && is_alnum(*behind)) {
        if (behind - name == 10) return nullptr;
        lowered[static_cast<size_t>(behind - name)] =
            static_cast<char>(is_upper(*behind) ? *behind | 32 : *behind);
        ++behind;
    }
    if (behind == end || (*behind != '>' && *behind != ' ' && *behind != '/')) return nullptr;
    const std::string_view found(lowered.data(), static_cast<size_t>(behind - name));
    if (!std::binary_search(TAGS.begin(), TAGS.end(), found)) return nullptr;
    const uint8_t* close = std::find(behind, end, '>');
    const uint8_t* open = std::find(behind, close, '<');
    if (close == end || open != close) return nullptr;
    // Behind a space, an attribute: <a href=...>; <a b> is none.
    if (*behind == ' ' && std::find(behind, close, '=') == close &&
        std::find(behind, close, '/') == close) {
        return nullptr;
    }
    return close + 1;
}

constexpr std::array<std::string_view, 42> ENTITIES = {
    "Auml",   "Ouml",   "Uuml",   "aacute", "acirc",  "agrave", "amp",    "apos",  "auml",
    "bull",   "ccedil", "copy",   "deg",    "eacute", "ecirc",  "egrave", "euro",  "gt",
    "hellip", "iacute", "icirc",  "laquo",  "ldquo",  "lsquo",  "lt",     "mdash", "middot",
    "nbsp",   "ndash",  "ntilde", "oacute", "ocirc",  "ouml",   "pound",  "quot",  "raquo",
    "rdquo",  "reg",    "rsquo",  "szlig",  "uacute", "uuml"};

// The end of an entity that begins at `at`, or nullptr.
const uint8_t* entity_end(const uint8_t* at, const uint8_t* end) {
    const uint8_t *name = at + 1, *behind = name;
    const bool numeric = name < end && *name == '#';
    if (numeric) ++behind;
    while (behind < end && behind - name < 9 && is_alnum(*behind)) ++behind;
    if (behind == end || *behind != ';' || behind == name) return nullptr;
    if (numeric) {
        return behind - name >= 2 && (is_digit(name[1]) || (name[1] | 32) == 'x') ? behind + 1
                                                                                  : nullptr;
    }
    const std::string_view found = view(name, behind);
    return std::binary_search(ENTITIES.begin(), ENTITIES.end(), found) ? behind + 1 : nullptr;
}

// The place of a mail address's @, or nullptr.
const uint8_t* address(const uint8_t* begin, const uint8_t* end) {
    for (const uint8_t* at = begin;; ++at) {
        at = static_cast<const uint8_t*>(std::memchr(at, '@', static_cast<size_t>(end - at)));
        if (at == nullptr) return nullptr;
        if (at == begin || !is_alnum(at[-1])) continue;
        const uint8_t *domain = at + 1, *dot = nullptr;
        while (domain < end && (is_alnum(*domain) || *domain == '-' || *domain == '.')) {
            if (*domain == '.' && domain > at + 1) dot = domain;
            ++domain;
        }
        if (dot != nullptr && domain - dot >= 3) return at;
        if (dot != nullptr && domain - dot == 1 && domain - at > 4) return at;  // at a full stop
    }
}

// Where a URL begins, or npos.
size_t url(std::string_view line, bool has_slash) {
    if (has_slash) {
        const size_t at = line.find("://");
        if (at != std::string_view::npos && at > 1 && is_letter(static_cast<uint8_t>(line[at - 1])))
            return at;
    }
    for (size_t at = 0; (at = line.find("www.", at)) != std::string_view::npos; ++at) {
        if ((at == 0 || !is_alnum(static_cast<uint8_t>(line[at - 1]))) && at + 5 < line.size() &&
            is_alnum(static_cast<uint8_t>(line[at + 4]))) {
            return at;
        }
    }
    return std::string_view::npos;
}

// Whether a line has markup of wikis, and where.
size_t wiki_markup(std::string_view line) {
    for (const std::string_view mark : {"[[", "{{", "'''", "{|"}) {
        const size_t at = line.find(mark);
        if (at == std::string_view::npos) continue;
        if (mark == "{|") {
            if (at == 0) return at;
            continue;
        }
        const std::string_view close = mark == "[[" ? "]]" : mark == "{{" ? "}}" : "'''";
        const size_t behind = line.find(close, at + mark.size());
        if (behind != std::string_view::npos && behind > at + mark.size()) return at;
    }
    if (line.size() < 6 || !line.starts_with("==") || !line.ends_with("==")) {
        return std::string_view::npos;
    }
    const size_t first = line.find_first_not_of('='), last = line.find_last_not_of('=');
    if (first == std::string_view::npos || first > 6) return std::string_view::npos;
    const std::string_view heading = line.substr(first, last - first + 1);
    const bool text = std::any_of(heading.begin(), heading.end(), [](char c) {
        return is_letter(static_cast<uint8_t>(c)) || static_cast<uint8_t>(c) >= 0x80;
    });
    return text && heading.find('=') == std::string_view::npos ? 0 : std::string_view::npos;
}

// Where a command of LaTeX begins: a backslash, letters, and a brace.
const uint8_t* latex_command(const uint8_t* begin, const uint8_t* end) {
    for (const uint8_t* at = begin; at < end; ++at) {
        at = static_cast<const uint8_t*>(std::memchr(at, '\\', static_cast<size_t>(end - at)));
        if (at == nullptr) return nullptr;
        const uint8_t* name = at + 1;
        while (name < end && is_letter(*name)) ++name;
        if (name - at > 2 && name < end && *name == '{') return at;
    }
    return nullptr;
}

// Whether a line is someone else's, and not a tag's end: > or |> after at most a few letters.
bool is_quoted(const uint8_t* at, const uint8_t* end) {
    while (at < end && (*at == ' ' || *at == '\t')) ++at;
    const uint8_t* from = at;
    while (at < end && at - from < 4 && is_letter(*at)) ++at;
    if (at < end && (*at == '|' || *at == ']' || *at == '}')) ++at;
    if (at == end || *at != '>') return false;
    return at + 1 == end || at[1] == ' ' || at[1] == '>' || at[1] == '\t' || at == from;
}

// Whether a line says who wrote what is quoted below it.
bool is_introducer(std::string_view line) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    if (line.size() > 200 || line.empty() || line.back() != ':') return false;
    if (line.starts_with("In article ") || line.starts_with("In <")) return true;
    for (const std::string_view verb : {" writes:", " wrote:", " schrieb:", " schreibt:",
                                        " a \xc3\xa9"
                                        "crit :",
                                        " escribi\xc3\xb3:", " ha scritto:", " schreef:"}) {
        if (line.ends_with(verb))
            return line.find('@') != std::string_view::npos ||
                   line.find('>') != std::string_view::npos ||
                   line.find(')') != std::string_view::npos || line.starts_with("On ") ||
                   line.starts_with("Am ");
    }
    return false;
}

// The name of a mail header at a line's beginning: its length, or 0.
size_t header_name(std::string_view line) {
    size_t size = 0;
    while (size < line.size() && size < 40 &&
           (is_alnum(static_cast<uint8_t>(line[size])) || line[size] == '-')) {
        ++size;
    }
    if (size < 2 || size == line.size() || line[size] != ':') return 0;
    return is_letter(static_cast<uint8_t>(line[0])) &&
                   (size + 1 == line.size() || line[size + 1] == ' ' || line[size + 1] == '\t')
               ? size
               : 0;
}

bool is_known_header(std::string_view name) {
    for (const std::string_view known :
         {"From",         "To",           "Cc",           "Subject",     "Date",
          "Sender",       "Reply-To",     "Message-ID",   "Message-Id",  "Newsgroups",
          "Organization", "Path",         "Lines",        "Xref",        "References",
          "Received",     "Content-Type", "MIME-Version", "Return-Path", "NNTP-Posting-Host",
          "Distribution", "Keywords",     "Summary"}) {
        if (name == known) return true;
    }
    return false;
}

// Whether a line is all of the alphabet of base64, capitals, small letters and digits mixed.
bool is_base64(const uint8_t* at, const uint8_t* end) {
    uint32_t kinds = 0;
    for (; at < end; ++at) {
        if (is_upper(*at)) {
            kinds |= 1;
        } else if (is_lower(*at)) {
            kinds |= 2;
        } else if (is_digit(*at)) {
            kinds |= 4;
        } else if (*at != '+' && *at != '/' && *at != '=') {
            return false;
        }
    }
    return kinds == 7;
}

}  // namespace

LineScanner::LineScanner(size_t n_places, size_t most_lines)
    : n_places_(n_places), repeated_(most_lines) {}

void LineScanner::begin(Form form) {
    form_ = form;
    ++file_;
    line_ = 1;
    held_.clear();
    mid_line_ = false;
    has_mark_ = true;
    after_blank_ = true;
    if (form == Form::file) new_document();
}

void LineScanner::feed(std::string_view bytes, bool last) {
    const uint8_t *at = reinterpret_cast<const uint8_t*>(bytes.data()), *end = at + bytes.size();
    if (!held_.empty()) {  // finish the line that the last bytes began
        const auto* close =
            static_cast<const uint8_t*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
        const uint8_t* behind = close == nullptr ? end : close + 1;
        held_.insert(held_.end(), at, behind);
        at = behind;
        if (close == nullptr && !last && held_.size() < PIECE_BYTES) return;
        std::vector<uint8_t> line;
        line.swap(held_);
        take(line.data(), line.data() + line.size(), last && at == end);
    }
    take(at, end, last);
    if (last && form_ != Form::texts) end_document();
}

// Look at all lines that end before `end`; hold what is left, unless it is the last or too long.
void LineScanner::take(const uint8_t* at, const uint8_t* end, bool last) {
    if (has_mark_ && at < end) {
        has_mark_ = false;
        if (end - at >= 3 && std::memcmp(at, "\xEF\xBB\xBF", 3) == 0) at += 3;
    }
    while (at < end) {
        const auto* close =
            static_cast<const uint8_t*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
        const uint8_t* stop = close == nullptr ? end : close;
        if (close == nullptr && !last) {
            if (stop - at < static_cast<ptrdiff_t>(PIECE_BYTES)) {
                held_.assign(at, end);
                return;
            }
            while (stop > at && (stop[-1] & 0xC0) == 0x80) --stop;  // inside no character
            if (stop - 1 > at && stop[-1] >= 0xC0) --stop;
        }
        uint32_t found = classes(at, stop);
        if ((found & RETURN) != 0) {  // CR and CRLF end lines, too
            const uint8_t* from = at;
            for (const uint8_t* here = at; here < stop; ++here) {
                if (*here != '\r') continue;
                if (here + 1 == stop && close != nullptr) {
                    stop = here;
                    break;
                }
                line(from, here, classes(from, here), true);
                from = here + 1;
            }
            at = from;
            found = classes(at, stop);
        }
        if (close != nullptr || at < stop) line(at, stop, found, close != nullptr || last);
        at = close == nullptr ? stop : close + 1;
        if (close == nullptr) {
            held_.assign(at, end);
            return;
        }
    }
}

void LineScanner::texts(std::string_view text, const std::vector<size_t>& starts,
                        const std::vector<uint32_t>& files, const std::vector<uint64_t>& lines) {
    form_ = Form::texts;
    has_mark_ = false;
    const uint8_t* bytes = reinterpret_cast<const uint8_t*>(text.data());
    for (size_t i = 0, from = 0; i <= starts.size(); ++i) {
        const size_t to = i < starts.size() ? starts[i] : text.size();
        take(bytes + from, bytes + to, true);
        if (i == starts.size()) break;
        from = to;
        new_document();
        file_ = files[i];
        line_ = lines[i];
    }
}

void LineScanner::new_document() {
    end_document();
    ++document_;
    in_headers_ = form_ != Form::lines;
    n_headers_ = n_known_headers_ = 0;
}

void LineScanner::end_document() {
    if (n_headers_ >= 2 && n_known_headers_ >= 2) {
        see_at(Sight::header, file_, header_line_, header_text_);
        seen_[static_cast<size_t>(Sight::header)].lines += n_headers_ - 1;
    }
    n_headers_ = 0;
    in_headers_ = false;
    n_encoded_ = 0;
    if (form_ != Form::lines) hyphenated_.clear();
}

void LineScanner::line(const uint8_t* at, const uint8_t* end, uint32_t found, bool whole) {
    const bool blank = (found & TEXT) == 0;
    if (form_ == Form::lines) {
        if (!mid_line_) new_document();
    } else if (form_ == Form::paragraphs && !mid_line_) {
        if (!blank && after_blank_) new_document();
        after_blank_ = blank;
    }
    if (blank) {
        in_headers_ = in_headers_ && n_headers_ == 0;
        hyphenated_.clear();
        n_encoded_ = 0;
    } else {
        ++n_lines_;
        text_line(at, end, found, whole && !mid_line_);
    }
    mid_line_ = !whole;
    if (whole && form_ != Form::texts) ++line_;
}

void LineScanner::text_line(const uint8_t* at, const uint8_t* end, uint32_t found, bool whole) {
    n_characters_ += static_cast<size_t>(end - at);
    if ((found & CONTROL) != 0) {
        const uint8_t* here = std::find_if(at, end, [](uint8_t b) { return CLASSES[b] & CONTROL; });
        see(Sight::control, here, end);
    }
    if ((found & HIGH) != 0) {
        look_at_characters(at, end);
        n_characters_ -= static_cast<size_t>(
            std::count_if(at, end, [](uint8_t byte) { return (byte & 0xC0) == 0x80; }));
    }
    look_at_markup(at, end, found);
    if (end - at > static_cast<ptrdiff_t>(MAX_RUN)) look_for_long_runs(at, end);
    look_for_hyphenation(at, end, whole);
    if (!whole) return;
    look_at_layout(at, end, found);
    while (at < end && *at <= ' ') ++at;
    while (at < end && end[-1] <= ' ') --end;
    const size_t size = static_cast<size_t>(end - at);
    if (form_ != Form::lines && size >= SHORTEST_REPEATED && size <= LONGEST_REPEATED) {
        repeated_.add(view(at, end), document_, file_, line_);
    }
}

void LineScanner::see(Sight sight, const uint8_t* at, const uint8_t* end) {
    see_at(sight, file_, line_,
           view(at, std::min(end, at + static_cast<ptrdiff_t>(EXAMPLE_BYTES))));
}

void LineScanner::see_at(Sight sight, uint32_t file, uint64_t line, std::string_view text) {
    Seen& seen = seen_[static_cast<size_t>(sight)];
    ++seen.lines;
    if (seen.last_document == document_) return;
    seen.last_document = document_;
    ++seen.documents;
    if (seen.first.size() < n_places_) {
        seen.first.push_back({file, line, std::string(text.substr(0, EXAMPLE_BYTES))});
    }
}

void LineScanner::look_at_characters(const uint8_t* begin, const uint8_t* end) {
    uint32_t sighted = 0, before = 0;
    const auto note = [&](Sight sight, const uint8_t* at) {
        const uint32_t bit = 1u << static_cast<unsigned>(sight);
        if ((sighted & bit) != 0) return;
        sighted |= bit;
        const uint8_t* from = std::max(begin, at - EXAMPLE_BEFORE);
        while (from < at && (*from & 0xC0) == 0x80) ++from;
        see(sight, from, end);
    };
    for (const uint8_t* at = begin; at < end;) {
        if (*at < 0x80) {
            before = *at++;
            continue;
        }
        const uint8_t* here = at;
        const uint32_t character = decoded(at, end);
        if (character == INVALID) {
            ++at;
            continue;
        }
        if (character >= 0xC2 && character <= 0xF4) {
            if (const size_t size = mojibake(here, end)) {
                note(Sight::mojibake, here);
                at = here + size;
                before = 0;
                continue;
            }
        }
        if (character < 0xA0) {
            note(Sight::c1_control, here);
        } else if (character == 0xAD) {
            note(Sight::soft_hyphen, here);
        } else if (character >= 0xC0 && character < 0x250) {
            if (character != 0xD7 && character != 0xF7) note(Sight::composed, here);
        } else if (character >= 0x300 && character < 0x370) {
            if (is_letter(before)) note(Sight::decomposed, here);
        } else if (character == 0xFFFD) {
            note(Sight::replacement, here);
        } else if (character == 0x200B || character == 0xFEFF || character == 0x2060 ||
                   (character >= 0x202A && character <= 0x202E) ||
                   (character >= 0x2066 && character <= 0x2069)) {
            note(Sight::invisible, here);
        }
        before = character;
    }
}

void LineScanner::look_at_markup(const uint8_t* begin, const uint8_t* end, uint32_t found) {
    const std::string_view line = view(begin, end);
    if ((found & LESS) != 0) {
        for (const uint8_t* at = std::find(begin, end, '<'); at < end;
             at = std::find(at + 1, end, '<')) {
            if (tag_end(at, end) == nullptr) continue;
            see(Sight::html_tag, at, end);
            break;
        }
    }
    if ((found & AMPERSAND) != 0) {
        for (const uint8_t* at = std::find(begin, end, '&'); at < end;
             at = std::find(at + 1, end, '&')) {
            if (entity_end(at, end) == nullptr) continue;
            see(Sight::entity, at, end);
            break;
        }
    }
    if ((found & BRACKET) != 0) {
        const size_t at = wiki_markup(line);
        if (at != std::string_view::npos) see(Sight::wiki, begin + at, end);
    }
    if ((found & BACKSLASH) != 0) {
        if (const uint8_t* at = latex_command(begin, end)) see(Sight::latex, at, end);
    }
    if ((found & AT) != 0) {
        if (const uint8_t* at = address(begin, end)) {
            while (at > begin && at[-1] > ' ') --at;
            see(Sight::email, at, end);
        }
    }
    const size_t at = url(line, (found & SLASH) != 0);
    if (at != std::string_view::npos) {
        const uint8_t* from = begin + at;
        while (from > begin && is_letter(from[-1])) --from;
        see(Sight::url, from, end);
    }
}

// What only lines as a whole can be: headers, quotes, signatures, encoded blocks.
void LineScanner::look_at_layout(const uint8_t* begin, const uint8_t* end, uint32_t found) {
    look_for_headers(begin, end);
    look_for_encoded(begin, end, found);
    if ((found & GREATER) != 0 && is_quoted(begin, end)) see(Sight::quoted, begin, end);
    if (end - begin >= 8 && is_introducer(view(begin, end))) see(Sight::introducer, begin, end);
    if (end - begin <= 3 && form_ != Form::lines) {
        const std::string_view line = view(begin, end);
        if (line == "--" || line == "-- ") see(Sight::signature, begin, end);
    }
}

void LineScanner::look_for_headers(const uint8_t* begin, const uint8_t* end) {
    if (!in_headers_) return;
    const std::string_view line = view(begin, end);
    const size_t size = header_name(line);
    if (size) {
        if (n_headers_++ == 0) {
            header_line_ = line_;
            header_text_ = line.substr(0, EXAMPLE_BYTES);
        }
        n_known_headers_ += is_known_header(line.substr(0, size));
    } else if (n_headers_ == 0 || (*begin != ' ' && *begin != '\t')) {
        in_headers_ = false;
    }
}

// Two lines of base64, or three of uuencoding, that follow each other.
void LineScanner::look_for_encoded(const uint8_t* begin, const uint8_t* end, uint32_t found) {
    const ptrdiff_t size = end - begin;
    const bool base64 =
        size >= 60 && size <= 80 && (found & (SPACE_BYTE | HIGH)) == 0 && is_base64(begin, end);
    const bool uuencoded =
        !base64 && *begin == 'M' && size >= 61 && size <= 62 && (found & HIGH) == 0 &&
        std::all_of(begin, end, [](uint8_t byte) { return byte >= 0x20 && byte <= 0x60; });
    if (!base64 && !uuencoded) {
        n_encoded_ = 0;
        return;
    }
    if (n_encoded_ && uuencoded != uuencoded_) n_encoded_ = 0;
    uuencoded_ = uuencoded;
    if (++n_encoded_ >= (base64 ? 2u : 3u)) see(Sight::encoded, begin, end);
}

void LineScanner::look_for_hyphenation(const uint8_t* begin, const uint8_t* end, bool whole) {
    if (!hyphenated_.empty()) {
        const uint8_t* next = begin;
        while (next < end && (*next == ' ' || *next == '\t')) ++next;
        bool small = next < end && is_lower(*next);
        if (next + 1 < end && *next >= 0x80) {
            const uint8_t* at = next;
            const uint32_t character = decoded(at, end);
            small = (character >= 0xDF && character <= 0xFF) ||
                    (character >= 0x3AC && character <= 0x3CE) ||
                    (character >= 0x430 && character <= 0x45F);
        }
        if (small) {
            const uint8_t* behind = next;
            while (behind < end && *behind > ' ') ++behind;
            hyphenated_ += "|";
            hyphenated_ += view(next, std::min(behind, next + 40));
            see_at(Sight::hyphenation, file_, hyphenated_line_, hyphenated_);
        }
        hyphenated_.clear();
    }
    if (!whole) return;
    while (end > begin && end[-1] == ' ') --end;
    const uint8_t* stem = end;
    if (end - begin > 3 && end[-1] == '-') {
        stem = end - 1;
    } else if (end - begin > 4 && end[-2] == 0xC2 && (end[-1] == 0xAC || end[-1] == 0xAD)) {
        stem = end - 2;
    } else if (end - begin > 5 && std::memcmp(end - 3, "\xE2\x80\x90", 3) == 0) {
        stem = end - 3;
    }
    const auto in_word = [](uint8_t byte) { return is_letter(byte) || byte >= 0x80; };
    if (stem == end || !in_word(stem[-1]) || !in_word(stem[-2])) return;
    const uint8_t* word = stem;
    while (word > begin && word[-1] > ' ' && stem - word < 40) --word;
    if (std::find(word, stem, '-') != stem) return;  // a compound, or a dash
    hyphenated_ = view(word, end);
    hyphenated_line_ = line_;
}

// Find a word of more than MAX_RUN characters, looking at as few bytes as need be.
void LineScanner::look_for_long_runs(const uint8_t* begin, const uint8_t* end) {
    for (const uint8_t* from = begin; end - from > static_cast<ptrdiff_t>(MAX_RUN);) {
        const uint8_t* at = from + MAX_RUN;
        while (at >= from && *at > ' ') --at;
        if (at >= from) {
            from = at + 1;
            continue;
        }
        size_t characters = 0;
        for (at = from; at < end && *at > ' '; ++at) {
            // Bytes from 0xE0 on begin characters of scripts that are cut at each, for the most
            // part.
            const bool in_word = is_alnum(*at) || (*at >= 0x80 && *at < 0xE0);
            characters = in_word ? characters + ((*at & 0xC0) != 0x80) : 0;
            if (characters > MAX_RUN) return see(Sight::overlong, from, end);
        }
        from = at;
    }
}

}  // namespace latent
