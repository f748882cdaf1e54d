#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <utility>

#include "arrays.hpp"
#include "bindings.hpp"
#include "subwords.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace latent {

namespace {

template <typename Scalar>
nb::ndarray<nb::numpy, Scalar, nb::ndim<1>> owned(std::vector<Scalar>&& values) {
    auto* kept = new std::vector<Scalar>(std::move(values));
    nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<Scalar>*>(p); });
    return nb::ndarray<nb::numpy, Scalar, nb::ndim<1>>(kept->data(), {kept->size()}, owner);
}

nb::tuple hashes(const Array<const std::uint8_t, 1>& text,
                 const Array<const std::uint64_t, 1>& offsets, unsigned min_n, unsigned max_n) {
    require(offsets.shape(0) >= 1, "offsets must have one entry more than there are words");
    const std::uint64_t* edges = offsets.data();
    const std::size_t n_terms = offsets.shape(0) - 1;
    for (std::size_t i = 0; i < n_terms; ++i) {
        require(edges[i] < edges[i + 1], "each word must have a line");
    }
    require(edges[n_terms] <= text.shape(0), "offsets must lie within the text");
    std::vector<std::int64_t> starts{0};
    std::vector<std::uint32_t> found;
    {
        nb::gil_scoped_release unlocked;
        starts.reserve(n_terms + 1);
        const char* bytes = reinterpret_cast<const char*>(text.data());
        for (std::size_t i = 0; i < n_terms; ++i) {
            const std::size_t size = edges[i + 1] - edges[i] - 1;  // without its line feed
            add_subwords({bytes + edges[i], size}, min_n, max_n, found);
            starts.push_back(static_cast<std::int64_t>(found.size()));
        }
    }
    return nb::make_tuple(owned(std::move(starts)), owned(std::move(found)));
}

void composed(const Array<const std::uint8_t, 1>& own, const Array<const std::uint8_t, 1>& table,
              const Array<const std::int64_t, 1>& starts, const Array<const std::uint32_t, 1>& rows,
              const Array<float, 2>& out, unsigned threads) {
    const std::size_t n_terms = out.shape(0), dim = out.shape(1), size = dim * sizeof(float);
    require(dim >= 1, "there must be a dimension");
    require(own.shape(0) == n_terms * size, "out must have a row for each term");
    require(table.shape(0) % size == 0, "the table must be of whole rows");
    const std::size_t n_rows = table.shape(0) / size;
    require(starts.shape(0) == n_terms + 1, "starts must be (n_terms + 1,)");
    const std::int64_t* first = starts.data();
    require(first[0] >= 0 && first[n_terms] <= static_cast<std::int64_t>(rows.shape(0)),
            "starts must lie within the rows");
    require(std::is_sorted(first, first + n_terms + 1), "starts must not fall");
    require(std::all_of(rows.data() + first[0], rows.data() + first[n_terms],
                        [&](std::uint32_t row) { return row < n_rows; }),
            "a subword is not a row of the table");
    require(threads >= 1 && threads <= 1024, "threads must be from 1 to 1024");
    nb::gil_scoped_release unlocked;
    compose({own.data(), table.data(), first, rows.data(), dim}, n_terms, out.data(), threads);
}

}  // namespace

void bind_subwords(nb::module_& m) {
    m.def("subword_hashes", &hashes, "text"_a.noconvert(), "offsets"_a.noconvert(), "min_n"_a,
          "max_n"_a);
    m.def("compose_vectors", &composed, "own"_a.noconvert(), "table"_a.noconvert(),
          "starts"_a.noconvert(), "rows"_a.noconvert(), "out"_a.noconvert(), "threads"_a = 1);
}

}  // namespace latent
