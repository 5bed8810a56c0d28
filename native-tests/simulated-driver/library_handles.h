// The objects that callers of a simulated library hold by address.
#pragma once

#include <mutex>
#include <unordered_set>

#include "library_link.h"

namespace simulated {

template <class T, Resource KIND>
class LibraryHandles {
  public:
    // Never destroyed: threads may call until the process ends.
    static LibraryHandles& all() {
        static auto* const only = new LibraryHandles;
        return *only;
    }

    // SUCCESS with a new object in `handle`, or the driver's status.
    int create(T** handle) {
        if (const int status = simulated_create_handle(KIND); status != SUCCESS) {
            return status;
        }
        *handle = new T;
        const std::lock_guard<std::mutex> guard(lock_);
        live_.insert(*handle);
        return SUCCESS;
    }

    bool contains(const T* handle) {
        const std::lock_guard<std::mutex> guard(lock_);
        return live_.count(handle) != 0;
    }

    void destroy(T* handle) {
        {
            const std::lock_guard<std::mutex> guard(lock_);
            live_.erase(handle);
        }
        delete handle;
        simulated_destroy_handle(KIND);
    }

  private:
    std::mutex lock_;
    std::unordered_set<const void*> live_;
};

}  // namespace simulated
