// Byte strings to numbers: open addressing, the first 16 bytes of a string in its slot.
//
// Nearly all words are that short, so that finding one touches one cache line and compares two
// registers. Longer ones are told by a 64-bit hash and then by their bytes. The hash is keyed:
// nobody can make words that all fall into one place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace latent {

// A string that is looked for. Reading 16 bytes at its start must be allowed (PADDING).
struct StringKey {
    uint64_t low, high;  // its bytes, zeros after them; of a long string, its hash and 0
    uint64_t hash;
    const uint8_t* bytes;
    uint32_t length;
};

class StringTable {
  public:
    static constexpr size_t PADDING = 16;
    static constexpr size_t INLINE = 16;
    static constexpr uint32_t NONE = UINT32_MAX;

    struct Slot {
        uint64_t low, high;  // of a long string: its hash, and where it begins in the store
        uint32_t length;     // 0: the slot is free
        uint32_t number;
        uint64_t count;
    };

    explicit StringTable(uint64_t seed)
        : seed_(seed),
          first_(mixed(seed, 0x9e3779b97f4a7c15)),
          second_(mixed(first_, 0xbf58476d1ce4e5b9)),
          slots_(1 << 10) {}

    StringKey key(const uint8_t* bytes, size_t length) const {
        StringKey key{0, 0, 0, bytes, static_cast<uint32_t>(length)};
        if (length <= INLINE) {
            std::memcpy(&key.low, bytes, 8);
            std::memcpy(&key.high, bytes + 8, 8);
            key.low &= mask(length);
            key.high &= length > 8 ? mask(length - 8) : 0;
            key.hash = short_hash(key.low, key.high, length);
        } else {
            key.low = key.hash = long_hash(bytes, length);
        }
        return key;
    }

    // A string of a table that has the same seed.
    static StringKey key(const StringTable& other, const Slot& slot) {
        const uint8_t* bytes = reinterpret_cast<const uint8_t*>(other.text(slot).data());
        const uint64_t high = slot.length > INLINE ? 0 : slot.high;
        return {slot.low, high, other.hash(slot), bytes, slot.length};
    }

    // Have the slot fetched from memory, for a look-up soon.
    void prefetch(const StringKey& key) const {
        __builtin_prefetch(&slots_[key.hash & (slots_.size() - 1)], 1);
    }

    // The slot of a string, or nullptr.
    Slot* find(const StringKey& key) {
        Slot& slot = place(key);
        return slot.length ? &slot : nullptr;
    }

    // The slot of a string; a new one has the number NONE and the count 0. Valid until the next.
    Slot& at(const StringKey& key) {
        Slot* slot = &place(key);
        if (slot->length) return *slot;
        if (used_ * 3 >= slots_.size() * 2) {
            grow();
            slot = &place(key);
        }
        ++used_;
        *slot = {key.low, key.high, key.length, NONE, 0};
        if (key.length > INLINE) {
            slot->high = store_.size();
            store_.insert(store_.end(), key.bytes, key.bytes + key.length);
        }
        return *slot;
    }

    // The bytes of a slot's string; valid until the table changes.
    std::string_view text(const Slot& slot) const {
        const char* start = slot.length <= INLINE
                                ? reinterpret_cast<const char*>(&slot.low)
                                : reinterpret_cast<const char*>(store_.data()) + slot.high;
        return {start, slot.length};
    }

    uint64_t seed() const { return seed_; }
    size_t size() const { return used_; }
    const std::vector<Slot>& slots() const { return slots_; }
    // The hash of a slot's string.
    uint64_t hash(const Slot& slot) const {
        return slot.length > INLINE ? slot.low : short_hash(slot.low, slot.high, slot.length);
    }

  private:
    static uint64_t mask(size_t length) {
        return length >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * length)) - 1;
    }

    // The two halves of a product, as in Wang Yi's wyhash.
    static uint64_t mixed(uint64_t a, uint64_t b) {
        const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
        return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
    }

    uint64_t short_hash(uint64_t low, uint64_t high, size_t length) const {
        return mixed(low ^ first_, high ^ second_ ^ length);
    }

    uint64_t long_hash(const uint8_t* bytes, size_t length) const {
        uint64_t hash = first_ ^ length, low, high;
        const uint8_t* last = bytes + length - 16;
        for (; bytes < last; bytes += 16) {
            std::memcpy(&low, bytes, 8);
            std::memcpy(&high, bytes + 8, 8);
            hash = mixed(low ^ hash, high ^ second_);
        }
        std::memcpy(&low, last, 8);
        std::memcpy(&high, last + 8, 8);
        return mixed(low ^ hash, high ^ second_);
    }

    Slot& place(const StringKey& key) {
        const size_t last = slots_.size() - 1;
        for (size_t i = key.hash & last;; i = (i + 1) & last) {
            Slot& slot = slots_[i];
            if (slot.length == 0) return slot;
            if (slot.low != key.low || slot.length != key.length) continue;
            if (key.length <= INLINE
                    ? slot.high == key.high
                    : std::memcmp(store_.data() + slot.high, key.bytes, key.length) == 0) {
                return slot;
            }
        }
    }

    void grow() {
        std::vector<Slot> old(slots_.size() * 2);
        old.swap(slots_);
        const size_t last = slots_.size() - 1;
        for (const Slot& slot : old) {
            if (slot.length == 0) continue;
            size_t i = hash(slot) & last;
            while (slots_[i].length) i = (i + 1) & last;
            slots_[i] = slot;
        }
    }

    uint64_t seed_, first_, second_;
    std::vector<Slot> slots_;
    std::vector<uint8_t> store_;
    size_t used_ = 0;
};

}  // namespace latent
