#include "lda_loops.hpp"

#include "float_vectors.hpp"
#include "lda_bins.hpp"

namespace latent::LATENT_ISA {

namespace {

constexpr std::uint16_t none = 0xFFFF;

// The number generator of Steele, Lea and Flood (2014), splitmix64: its output function.
inline std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

inline float uniform(std::uint64_t key, std::uint64_t token) {
    const std::uint64_t bits = mixed(key + (token + 1) * 0x9E3779B97F4A7C15u);
    return static_cast<float>(bits >> 40) * 0x1p-24f;
}

// A document while it is sampled, from its token `at` on.
struct Document {
    const std::uint32_t* words;
    const std::uint16_t* old;
    std::uint16_t* drawn;
    std::size_t at;
    std::size_t length;
    std::uint64_t first_token;
    std::size_t number;
    float* counts;      // (row,): n_dk, without the token that is being drawn
    float* weights;     // (row,): (n_dk + alpha_k) / (n_k + n_terms beta)
    float* cumulative;  // (row,): sums of the probabilities of topics k, k - 16, k - 32 ...
    double log_likelihood;
};

// Changed as a whole register: the loads that follow would have to wait for a narrower store.
inline void set_lane(float* array, std::size_t k, float value) {
    FloatPart* part = reinterpret_cast<FloatPart*>(array) + k / part_lanes;
    const IntPart here = counted_from(0, std::make_index_sequence<part_lanes>{}) ==
                         static_cast<std::int32_t>(k % part_lanes);
    *part = here ? FloatPart{} + value : *part;
}

// Asks for the row of the token after i, which is drawn when the other documents have had their
// turn.
inline void prefetch_next(const SamplerTables& tables, const Document& document, std::size_t i) {
    const std::size_t next = i + 1 < document.length ? i + 1 : i;
    const char* row =
        reinterpret_cast<const char*>(tables.word_topic + document.words[next] * tables.row);
    for (std::size_t byte = 0; byte < tables.row * sizeof(std::int32_t); byte += 64) {
        __builtin_prefetch(row + byte);
    }
}

// Draws a topic of the document's token i: from (n_dk + alpha_k) (n_wk + beta) / (n_k + n_terms
// beta), where all counts are without the token itself. Returns the sum of these.
//
// For a few vectors of topics: everything stays in registers, and no store is waited for.
template <std::size_t vectors>
inline float draw_of_few(const SamplerTables& tables, const Document& document, Floats* in_document,
                         std::size_t i) {
    const Ints* row =
        reinterpret_cast<const Ints*>(tables.word_topic + document.words[i] * tables.row);
    const Floats* alpha = reinterpret_cast<const Floats*>(tables.alpha);
    const Floats* inverse = reinterpret_cast<const Floats*>(tables.inverse);
    const Floats* inverse_without = reinterpret_cast<const Floats*>(tables.inverse_without);
    const std::int32_t old = document.old[i];
    Floats sums[vectors];
    float total = 0;
    for (std::size_t v = 0; v < vectors; ++v) {
        const Ints own = lane_is(old - static_cast<std::int32_t>(v * lanes));
        in_document[v] -= choose(own, all(1.0f), Floats{});
        const Floats in_topics = floats_of(row[v] + own) + tables.beta;
        const Floats weights =
            (in_document[v] + alpha[v]) * choose(own, inverse_without[v], inverse[v]);
        sums[v] = prefix_sums(weights * in_topics) + total;
        total = last_lane(sums[v]);
    }
    const float target = uniform(tables.key, document.first_token + i) * total;
    std::size_t topic = 0;
    for (std::size_t v = 0; v < vectors; ++v) topic += count_up_to(sums[v], target);
    // Rounding, or probabilities too small for float32, may lead to the padding.
    if (topic >= tables.n_topics) topic = tables.n_topics - 1;
    document.drawn[i] = static_cast<std::uint16_t>(topic);
    for (std::size_t v = 0; v < vectors; ++v) {
        const Ints here = lane_is(static_cast<std::int32_t>(topic - v * lanes));
        in_document[v] += choose(here, all(1.0f), Floats{});
    }
    return total;
}

// The same for many topics: only what changes is written.
inline float draw_of_many(const SamplerTables& tables, const Document& document, std::size_t i) {
    const std::size_t vectors = tables.row / lanes;
    const std::int32_t* row = tables.word_topic + document.words[i] * tables.row;
    const std::size_t old = document.old[i];
    if (old != none) {
        const float count = static_cast<float>(row[old]);
        const float without = (document.counts[old] -= 1) + tables.alpha[old];
        // The row counts the token, too: its share in the old topic is taken out of the weight.
        set_lane(document.weights, old,
                 without * tables.inverse_without[old] *
                     ((count - 1 + tables.beta) / (count + tables.beta)));
    }

    const Floats* weights = reinterpret_cast<const Floats*>(document.weights);
    const Ints* counts = reinterpret_cast<const Ints*>(row);
    Floats* cumulative = reinterpret_cast<Floats*>(document.cumulative);
    Floats sum = {};
    for (std::size_t v = 0; v < vectors; ++v) {
        sum += weights[v] * (floats_of(counts[v]) + tables.beta);
        cumulative[v] = sum;
    }
    // First the lane, by the sums of lanes; then the vector, by the sums within the lane.
    const Floats prefix = prefix_sums(sum);
    const float total = last_lane(prefix);
    const float target = uniform(tables.key, document.first_token + i) * total;
    std::size_t lane = count_up_to(prefix, target);
    if (lane >= lanes) lane = lanes - 1;
    const float rest = target - lane_of(shifted<1>(prefix), lane);
    const float* in_lane = document.cumulative + lane;
    std::size_t vector = 0;
    for (std::size_t v = 0; v + 1 < vectors; ++v) vector += in_lane[v * lanes] <= rest;
    std::size_t topic = vector * lanes + lane;
    if (topic >= tables.n_topics) topic -= lanes;  // from the padding, which rounding may lead to

    document.drawn[i] = static_cast<std::uint16_t>(topic);
    document.counts[topic] += 1;
    const float with = (document.counts[topic] + tables.alpha[topic]) * tables.inverse[topic];
    if (old != none) {
        set_lane(document.weights, old,
                 (document.counts[old] + tables.alpha[old]) * tables.inverse[old]);
    }
    set_lane(document.weights, topic, with);
    return total;
}

void begin(const SamplerTables& tables, const SampledTokens& tokens, std::size_t number,
           Document& document) {
    const auto start = static_cast<std::size_t>(tokens.starts[number]);
    document.words = tokens.words + start;
    document.old = tokens.old + start;
    document.drawn = tokens.drawn + start;
    document.at = 0;
    document.length = static_cast<std::size_t>(tokens.starts[number + 1]) - start;
    document.first_token = tokens.first_token + start;
    document.number = number;
    document.log_likelihood = 0;
    for (std::size_t k = 0; k < tables.row; ++k) document.counts[k] = 0;
    for (std::size_t i = 0; i < document.length; ++i) {
        if (document.old[i] != none) document.counts[document.old[i]] += 1;
    }
    for (std::size_t k = 0; k < tables.row; ++k) {
        document.weights[k] = (document.counts[k] + tables.alpha[k]) * tables.inverse[k];
    }
}

void end(const SamplerTables& tables, const SampledTokens& tokens, const Document& document) {
    tokens.log_likelihood[document.number] = document.log_likelihood;
    for (std::size_t k = 0; k < tables.n_topics; ++k) {
        const auto count = static_cast<std::uint32_t>(document.counts[k]);
        if (count) ++tokens.histograms[k * tokens.n_bins + bin_of(count)];
    }
}

inline std::size_t left(const Document& document) { return document.length - document.at; }

// Draws the next tokens of some documents in turn: while one waits for its draw, the processor
// works on the others. `few`: how many vectors of topics there are, or 0 where they are many. The
// product of 8 of the smallest floats is still a double.
template <std::size_t few, std::size_t n_documents>
void advance(const SamplerTables tables, Document* documents, std::size_t steps) {
    Document open[n_documents];
    double products[n_documents];
    Floats counts[n_documents][few ? few : 1];
    for (std::size_t d = 0; d < n_documents; ++d) {
        open[d] = documents[d];
        const Floats* stored = reinterpret_cast<const Floats*>(open[d].counts);
        for (std::size_t v = 0; v < few; ++v) counts[d][v] = stored[v];
    }
    for (std::size_t first = 0; first < steps; first += 8) {
        const std::size_t last = first + 8 < steps ? first + 8 : steps;
        for (std::size_t d = 0; d < n_documents; ++d) products[d] = 1;
        for (std::size_t i = first; i < last; ++i) {
            for (std::size_t d = 0; d < n_documents; ++d) {
                const std::size_t token = open[d].at + i;
                float total;
                if constexpr (few) {
                    total = draw_of_few<few>(tables, open[d], counts[d], token);
                } else {
                    prefetch_next(tables, open[d], token);
                    total = draw_of_many(tables, open[d], token);
                }
                products[d] *= static_cast<double>(total);
            }
        }
        for (std::size_t d = 0; d < n_documents; ++d) {
            documents[d].log_likelihood += __builtin_log(products[d]);
        }
    }
    for (std::size_t d = 0; d < n_documents; ++d) {
        Floats* stored = reinterpret_cast<Floats*>(open[d].counts);
        for (std::size_t v = 0; v < few; ++v) stored[v] = counts[d][v];
        documents[d].at += steps;
    }
}

template <std::size_t few>
void sample(const SamplerTables& tables, const SampledTokens& tokens, std::size_t first,
            std::size_t last, float* scratch) {
    Document documents[open_documents];
    for (std::size_t d = 0; d < open_documents; ++d) {
        documents[d].counts = scratch + (3 * d) * tables.row;
        documents[d].weights = scratch + (3 * d + 1) * tables.row;
        documents[d].cumulative = scratch + (3 * d + 2) * tables.row;
    }
    std::size_t next = first;
    std::size_t open = 0;
    for (;;) {
        while (open < open_documents && next < last)
            begin(tables, tokens, next++, documents[open++]);
        if (open == 0) return;
        std::size_t shortest = 0;
        for (std::size_t d = 1; d < open; ++d) {
            if (left(documents[d]) < left(documents[shortest])) shortest = d;
        }
        const std::size_t steps = left(documents[shortest]);
        if (open == open_documents) {
            advance<few, open_documents>(tables, documents, steps);
        } else {
            for (std::size_t d = 0; d < open; ++d) advance<few, 1>(tables, documents + d, steps);
        }
        end(tables, tokens, documents[shortest]);
        const Document done = documents[shortest];  // its scratch rows serve the next
        documents[shortest] = documents[--open];
        documents[open] = done;
    }
}

}  // namespace

void sample_documents(const SamplerTables& tables, const SampledTokens& tokens, std::size_t first,
                      std::size_t last, float* scratch) {
    switch (tables.row / lanes) {
        case 1:
            return sample<1>(tables, tokens, first, last, scratch);
        case 2:
            return sample<2>(tables, tokens, first, last, scratch);
        case 3:
            return sample<3>(tables, tokens, first, last, scratch);
        case 4:
            return sample<4>(tables, tokens, first, last, scratch);
        default:
            return sample<0>(tables, tokens, first, last, scratch);
    }
}

}  // namespace latent::LATENT_ISA
