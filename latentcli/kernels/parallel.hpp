// Run a function for each of a few numbers, each on a thread of its own.
#pragma once

#include <exception>
#include <thread>
#include <vector>

namespace latent {

// Call run(0) ... run(n - 1), at the same time where there are threads to be had; the first
// exception that any of them threw is thrown here when all have ended.
template <class Run>
void in_parallel(unsigned n, const Run& run) {
    std::vector<std::exception_ptr> failures(n);
    const auto guarded = [&](unsigned i) {
        try {
            run(i);
        } catch (...) {
            failures[i] = std::current_exception();
        }
    };
    std::vector<std::thread> threads;
    threads.reserve(n);
    for (unsigned i = 1; i < n; ++i) {
        try {
            threads.emplace_back(guarded, i);
        } catch (const std::exception&) {  // no thread, or no memory for one
            guarded(i);
        }
    }
    if (n) guarded(0);
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& failure : failures) {
        if (failure) std::rethrow_exception(failure);
    }
}

}  // namespace latent
