// Skip-gram and CBOW with negative sampling (Mikolov et al. 2013), the negative samples of a window
// shared by all its context words (Ji et al. 2016, pWord2Vec; Gupta and Khare 2017, BlazingText):
// a window is then two small matrix products instead of many products of vectors.
//
// With subwords (Bojanowski et al. 2017) a word's vector is the mean of some rows. It is composed
// when the word comes within reach, trained as any other while it is, and when it is out of reach
// again each of the rows moves by as much as it has: what moves all rows alike moves their mean so.
// There context words take turns with the samples of the last windows: negative samples go by the
// square root of the counts, so that a shared rare word would often be pushed by a whole window at
// once. (SimLex-999 on 10 MB of Wikipedia: .15 with shared samples, .18 with each word's own, .19
// with these, whose rows are in the cache: an eighth more processor time, not twice as much.)
//
// Threads update the same weights without locks (Hogwild, Niu et al. 2011); a lost update is noise.
#include "word2vec_loops.hpp"

#include <utility>

namespace latent::LATENT_ISA {

namespace {

#if defined(__AVX512F__)
constexpr std::size_t lanes = 16;
#elif defined(__AVX2__)
constexpr std::size_t lanes = 8;
#else
constexpr std::size_t lanes = 4;
#endif

typedef float Floats __attribute__((vector_size(4 * lanes)));
typedef std::int32_t Ints __attribute__((vector_size(4 * lanes)));

inline Floats load(const float* from) { return *reinterpret_cast<const Floats*>(from); }
inline void store(float* to, Floats values) { *reinterpret_cast<Floats*>(to) = values; }
inline Floats all(float value) { return value - Floats{}; }

// Lane i of the result is a[i] + a[i ^ step], or the same of b where i has the bit `step`.
template <std::size_t step, std::size_t... i>
inline Floats fold(Floats a, Floats b, std::index_sequence<i...>) {
#ifdef __clang__
    return __builtin_shufflevector(a, b, (i & step ? i + lanes : i)...) +
           __builtin_shufflevector(a, b, (i & step ? (i ^ step) + lanes : i ^ step)...);
#else
    return __builtin_shuffle(a, b, Ints{static_cast<std::int32_t>(i & step ? i + lanes : i)...}) +
           __builtin_shuffle(
               a, b, Ints{static_cast<std::int32_t>(i & step ? (i ^ step) + lanes : i ^ step)...});
#endif
}

template <std::size_t step>
inline Floats fold(Floats a, Floats b) {
    return fold<step>(a, b, std::make_index_sequence<lanes>{});
}

// Writes the sums of eight vectors' lanes to eight floats, by a tree that folds them together.
inline void store_sums(float* to, const Floats* x) {
    const Floats a = fold<2>(fold<1>(x[0], x[1]), fold<1>(x[2], x[3]));
    const Floats b = fold<2>(fold<1>(x[4], x[5]), fold<1>(x[6], x[7]));
    if constexpr (lanes == 4) {
        store(to, a);
        store(to + 4, b);
    } else {
        Floats sums = fold<4>(a, b);
        if constexpr (lanes == 16) sums = fold<8>(sums, sums);
        __builtin_memcpy(to, &sums, scores_row * sizeof(float));
    }
}

// 1 / (1 + exp(-x)), to about 1e-6: exp by its series on (-ln 2 / 2, ln 2 / 2).
inline Floats sigmoid(Floats x) {
    const Floats most = all(40.0f);
    x = x > most ? most : x;
    x = x < -most ? -most : x;
    const Floats magic = all(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
    const Floats n = (x * -1.44269504f + magic) - magic;
    const Floats r = x * -1.0f - n * 0.693359375f - n * -2.12194440e-4f;
    Floats e = all(1.0f / 720);
    e = e * r + 1.0f / 120;
    e = e * r + 1.0f / 24;
    e = e * r + 1.0f / 6;
    e = e * r + 0.5f;
    e = e * r + 1.0f;
    e = e * r + 1.0f;
    const Ints power = (__builtin_convertvector(n, Ints) + 127) << 23;
    return 1.0f / (1.0f + e * (Floats)power);
}

// SplitMix64 (Steele, Lea and Flood 2014).
struct Random {
    std::uint64_t state;

    std::uint64_t next() {
        std::uint64_t z = state += 0x9E3779B97F4A7C15u;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }
    std::uint32_t next32() { return static_cast<std::uint32_t>(next() >> 32); }
    std::uint32_t below(std::uint32_t n) {
        return static_cast<std::uint32_t>((static_cast<std::uint64_t>(next32()) * n) >> 32);
    }
};

// Pairs whose score lies beyond are left alone, as by gensim: it is this that keeps the weights
// bounded at high learning rates.
constexpr float most_score = 6.0f;

// Input rows trained against up to six output rows: targets are 1 or 0, and a rate of 0 leaves an
// output out. Both arrays hold their eight values twice, so that a vector can be loaded anywhere.
template <std::size_t n_outputs>
void train_outputs(float* const* inputs, std::size_t n_inputs, float* const* outputs,
                   const float* targets, const float* rates, std::size_t row, float* scores) {
    for (std::size_t j = 0; j < n_inputs; ++j) {
        Floats dot[scores_row] = {};
        for (std::size_t d = 0; d < row; d += lanes) {
            const Floats x = load(inputs[j] + d);
#pragma GCC unroll 8
            for (std::size_t n = 0; n < n_outputs; ++n) dot[n] += x * load(outputs[n] + d);
        }
        store_sums(scores + j * scores_row, dot);
    }
    for (std::size_t i = 0; i < n_inputs * scores_row; i += lanes) {
        const std::size_t output = i % scores_row;
        const Floats score = load(scores + i), most = all(most_score);
        const Floats error = load(targets + output) - sigmoid(score);
        const Floats moved = error * load(rates + output);
        store(scores + i, ((score < most) & (score > -most)) ? moved : all(0.0f));
    }
    for (std::size_t d = 0; d < row; d += lanes) {
        Floats output[n_outputs], change[n_outputs];
#pragma GCC unroll 8
        for (std::size_t n = 0; n < n_outputs; ++n) {
            output[n] = load(outputs[n] + d);
            change[n] = all(0.0f);
        }
        for (std::size_t j = 0; j < n_inputs; ++j) {
            const Floats x = load(inputs[j] + d);
            Floats moved = x;
#pragma GCC unroll 8
            for (std::size_t n = 0; n < n_outputs; ++n) {
                const Floats g = all(scores[j * scores_row + n]);
                moved += g * output[n];
                change[n] += g * x;
            }
            store(inputs[j] + d, moved);
        }
        // Added to what is there now: an output may stand among the samples twice.
#pragma GCC unroll 8
        for (std::size_t n = 0; n < n_outputs; ++n) {
            store(outputs[n] + d, load(outputs[n] + d) + change[n]);
        }
    }
}

using TrainOutputs = void (*)(float* const*, std::size_t, float* const*, const float*, const float*,
                              std::size_t, float*);
constexpr TrainOutputs train_n_outputs[] = {
    train_outputs<1>, train_outputs<2>, train_outputs<3>,
    train_outputs<4>, train_outputs<5>, train_outputs<6>,
};

// A stretch's centre word with what was drawn for it: its context and its negative samples.
struct Window {
    std::size_t centre, first, last;
    const std::uint32_t* negatives;
};

// Trains the stretches of one thread.
class Trainer {
  public:
    Trainer(const Word2Vec& model, const WindowScratch& scratch)
        : model_(model),
          kept_(scratch.kept),
          scores_(scratch.floats),
          mean_(scratch.floats + inputs_at_once * scores_row),
          composed_(scratch.composed),
          n_composed_(scratch.n_composed),
          samples_(scratch.samples) {}

    void train(const std::uint32_t* tokens, std::size_t n, std::uint64_t position) {
        random_.state = model_.seed + position * 0xD1342543DE82EF95u;
        const std::size_t n_kept = subsample(tokens, n);
        if (n_kept < 2) return;
        rate_ = rate_at(position);
        turn_ = 0;
        draw(windows_[0], 0, n_kept);
        if (model_.subwords.starts) {
            train_composed(n_kept);
            return;
        }
        for (std::size_t i = 0; i < n_kept; ++i) {
            if (i + 1 < n_kept) draw(windows_[(i + 1) % 2], i + 1, n_kept);
            train_window(windows_[i % 2]);
        }
    }

  private:
    void train_composed(std::size_t n_kept) {
        const std::size_t reach = model_.window;
        for (std::size_t place = 0; place < n_kept && place < reach; ++place) compose(place);
        for (std::size_t i = 0; i < n_kept; ++i) {
            if (i + reach < n_kept) compose(i + reach);
            if (i + reach + 1 < n_kept) fetch_subwords(i + reach + 1);
            if (i + 1 < n_kept) draw(windows_[(i + 1) % 2], i + 1, n_kept);
            train_window(windows_[i % 2]);
            if (i >= reach) give_back(i - reach);
        }
        for (std::size_t place = n_kept > reach ? n_kept - reach : 0; place < n_kept; ++place) {
            give_back(place);
        }
    }

    // Writes a word's vector twice: one is trained, the other tells by how much it has moved.
    void compose(std::size_t place) {
        float* vector = input(place);
        float* before = vector + model_.row;
        const std::uint32_t term = kept_[place];
        const std::int64_t first = model_.subwords.starts[term];
        const std::int64_t last = model_.subwords.starts[term + 1];
        const Floats share = all(1.0f / static_cast<float>(last - first));
        in_parts([&]<std::size_t n>(std::size_t d, Floats(&total)[n]) {
            for (Floats& part : total) part = all(0.0f);
            for (std::int64_t s = first; s < last; ++s) {
                const float* row = subword(s) + d;
#pragma GCC unroll 8
                for (std::size_t i = 0; i < n; ++i) total[i] += load(row + i * lanes);
            }
            for (std::size_t i = 0; i < n; ++i) {
                store(vector + d + i * lanes, total[i] * share);
                store(before + d + i * lanes, total[i] * share);
            }
        });
    }

    void give_back(std::size_t place) {
        const float* vector = input(place);
        const float* before = vector + model_.row;
        const std::uint32_t term = kept_[place];
        const std::int64_t first = model_.subwords.starts[term];
        const std::int64_t last = model_.subwords.starts[term + 1];
        in_parts([&]<std::size_t n>(std::size_t d, Floats(&moved)[n]) {
            for (std::size_t i = 0; i < n; ++i) {
                moved[i] = load(vector + d + i * lanes) - load(before + d + i * lanes);
            }
            for (std::int64_t s = first; s < last; ++s) {
                float* row = subword(s) + d;
#pragma GCC unroll 8
                for (std::size_t i = 0; i < n; ++i) {
                    store(row + i * lanes, load(row + i * lanes) + moved[i]);
                }
            }
        });
    }

    // Calls step(d, registers) for the parts of a row, each of as many vectors as registers hold.
    template <class Step>
    void in_parts(const Step& step) const {
        constexpr std::size_t many = 8, few = 16 / lanes;  // rows are padded to 16 floats
        Floats registers[many], rest[few];
        std::size_t d = 0;
        for (; d + many * lanes <= model_.row; d += many * lanes) step(d, registers);
        for (; d < model_.row; d += few * lanes) step(d, rest);
    }

    float* subword(std::int64_t s) const {
        return model_.input + model_.subwords.rows[s] * model_.row;
    }

    void fetch_subwords(std::size_t place) const {
        const std::uint32_t term = kept_[place];
        const std::int64_t last = model_.subwords.starts[term + 1];
        for (std::int64_t s = model_.subwords.starts[term]; s < last; ++s) {
            fetch(model_.input, model_.subwords.rows[s]);
        }
    }

    float rate_at(std::uint64_t position) const {
        const float done = static_cast<float>(static_cast<double>(position) / model_.total);
        const float rate = model_.first_rate - (model_.first_rate - model_.last_rate) * done;
        return rate > model_.last_rate ? rate : model_.last_rate;
    }

    std::size_t subsample(const std::uint32_t* tokens, std::size_t n) {
        std::size_t n_kept = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const std::uint32_t keep = model_.keep[tokens[i]];
            kept_[n_kept] = tokens[i];
            n_kept += keep == 0xFFFFFFFFu || random_.next32() < keep;
        }
        return n_kept;
    }

    // Draws a window's width and its negative samples, and asks for the rows that are not in the
    // cache: those of the context words are, from the windows before.
    void draw(Window& window, std::size_t centre, std::size_t n_kept) {
        const std::size_t reach = model_.window - random_.below(model_.window);
        window.centre = centre;
        window.first = centre > reach ? centre - reach : 0;
        window.last = centre + reach < n_kept ? centre + reach + 1 : n_kept;
        fetch(model_.output, kept_[centre]);
        if (!model_.subwords.starts && window.last < n_kept) {
            fetch(model_.input, kept_[window.last]);
        }
        std::uint32_t* negatives = samples_ + centre % sampled_windows * model_.negative;
        window.negatives = negatives;
        for (std::uint32_t n = 0; n < model_.negative; ++n) {
            const std::uint64_t bits = random_.next();
            const std::uint64_t slot = ((bits >> 32) * model_.n_terms) >> 32;
            const std::uint32_t* entry = model_.alias + 2 * slot;
            const bool own = static_cast<std::uint32_t>(bits) < entry[0];
            negatives[n] = own ? static_cast<std::uint32_t>(slot) : entry[1];
            fetch(model_.output, negatives[n]);
        }
    }

    void fetch(const float* weights, std::uint32_t number) const {
        const float* row = weights + number * model_.row;
        for (std::size_t d = 0; d < model_.row; d += 16) __builtin_prefetch(row + d, 1);
    }

    void train_window(const Window& window) {
        const std::size_t n_context = window.last - window.first - 1;
        if (n_context == 0) return;
        if (model_.cbow) {
            train_mean(window);
        } else if (model_.subwords.starts) {
            train_each(window);
        } else {
            train_together(window);
        }
    }

    void train_each(const Window& window) {
        const std::size_t drawn = window.centre + 1;
        const std::size_t n = drawn < sampled_windows ? drawn : sampled_windows;
        for (std::size_t place = window.first; place < window.last; ++place) {
            if (place == window.centre) continue;
            float* one = input(place);
            const std::size_t set = turn_++ % n;
            train_inputs(&one, 1, window.centre, samples_ + set * model_.negative);
        }
    }

    void train_together(const Window& window) {
        float* inputs[inputs_at_once];
        std::size_t place = window.first;
        while (place < window.last) {
            std::size_t n_inputs = 0;
            for (; place < window.last && n_inputs < inputs_at_once; ++place) {
                if (place != window.centre) inputs[n_inputs++] = input(place);
            }
            train_inputs(inputs, n_inputs, window.centre, window.negatives);
        }
    }

    // CBOW: the mean of the context words is the input, or that of all their rows; each of them
    // moves as the mean does.
    void train_mean(const Window& window) {
        float* mean = mean_;
        float* before = mean_ + model_.row;
        float n_rows = 0;
        for (std::size_t place = window.first; place < window.last; ++place) {
            if (place != window.centre) n_rows += rows_of(place);
        }
        const Floats share = all(1.0f / n_rows);
        for (std::size_t d = 0; d < model_.row; d += lanes) {
            Floats total = all(0.0f);
            for (std::size_t place = window.first; place < window.last; ++place) {
                if (place != window.centre) total += load(input(place) + d) * rows_of(place);
            }
            store(mean + d, total * share);
            store(before + d, total * share);
        }
        train_inputs(&mean, 1, window.centre, window.negatives);
        for (std::size_t d = 0; d < model_.row; d += lanes) {
            const Floats moved = load(mean + d) - load(before + d);
            for (std::size_t place = window.first; place < window.last; ++place) {
                if (place == window.centre) continue;
                store(input(place) + d, load(input(place) + d) + moved);
            }
        }
    }

    float rows_of(std::size_t place) const {
        const std::int64_t* starts = model_.subwords.starts;
        if (!starts) return 1.0f;
        return static_cast<float>(starts[kept_[place] + 1] - starts[kept_[place]]);
    }

    void train_inputs(float* const* inputs, std::size_t n_inputs, std::size_t place,
                      const std::uint32_t* negatives) {
        const std::uint32_t centre = kept_[place];
        const std::size_t n_outputs = 1 + model_.negative;
        for (std::size_t begin = 0; begin < n_outputs; begin += outputs_at_once) {
            const std::size_t left = n_outputs - begin;
            const std::size_t n = left < outputs_at_once ? left : outputs_at_once;
            float* outputs[outputs_at_once];
            alignas(64) float targets[2 * scores_row] = {}, rates[2 * scores_row] = {};
            for (std::size_t i = 0; i < n; ++i) {
                const bool positive = begin + i == 0;
                const std::uint32_t term = positive ? centre : negatives[begin + i - 1];
                outputs[i] = model_.output + term * model_.row;
                targets[i] = targets[i + scores_row] = positive ? 1.0f : 0.0f;
                rates[i] = rates[i + scores_row] = positive || term != centre ? rate_ : 0.0f;
            }
            train_n_outputs[n - 1](inputs, n_inputs, outputs, targets, rates, model_.row, scores_);
        }
    }

    float* input(std::size_t place) const {
        if (model_.subwords.starts) return composed_ + place % n_composed_ * 2 * model_.row;
        return model_.input + kept_[place] * model_.row;
    }

    const Word2Vec& model_;
    std::uint32_t* kept_;
    float* scores_;
    float* mean_;
    float* composed_;
    std::size_t n_composed_;
    std::uint32_t* samples_;
    std::size_t turn_ = 0;
    Window windows_[2];
    Random random_{0};
    float rate_ = 0;
};

}  // namespace

void train_stretches(const Word2Vec& model, const Stretches& text, std::size_t first,
                     std::size_t last, const WindowScratch& scratch) {
    Trainer trainer(model, scratch);
    for (std::size_t s = first; s < last; ++s) {
        const std::int64_t start = text.starts[s];
        trainer.train(text.tokens + start, static_cast<std::size_t>(text.starts[s + 1] - start),
                      text.position + static_cast<std::uint64_t>(start - text.starts[0]));
    }
}

}  // namespace latent::LATENT_ISA
