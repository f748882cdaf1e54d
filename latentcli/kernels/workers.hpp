// Work shared among threads: each call of `work` runs until there is nothing left to do.
#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace latent {

// Calls work(0) ... work(threads - 1), each in a thread of its own, and waits for all of them.
// Where the machine gives fewer threads, fewer are called; work(0) always is, in this thread.
inline void run_workers(unsigned threads, const std::function<void(unsigned)>& work) {
    std::exception_ptr failure;
    std::mutex guard;
    const auto guarded = [&](unsigned worker) {
        try {
            work(worker);
        } catch (...) {
            const std::lock_guard<std::mutex> lock(guard);
            if (!failure) failure = std::current_exception();
        }
    };
    std::vector<std::thread> others;
    others.reserve(threads);
    try {
        for (unsigned worker = 1; worker < threads; ++worker) others.emplace_back(guarded, worker);
    } catch (const std::system_error&) {
        // The others and this thread do the work.
    }
    guarded(0);
    for (std::thread& other : others) other.join();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace latent
