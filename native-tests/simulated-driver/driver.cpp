#include "driver.h"

namespace simulated {

Driver& driver() {
    static Driver* const only = new Driver;
    return *only;
}

std::vector<Context*>& context_stack() {
    static thread_local std::vector<Context*> contexts;
    return contexts;
}

Context* find_context(const void* handle) {
    Driver& state = driver();
    const auto found = state.created.find(handle);
    Context* const context = found != state.created.end() ? found->second.get() : &state.primary;
    return context == handle && context->alive() ? context : nullptr;
}

Context* current_context() {
    const std::vector<Context*>& contexts = context_stack();
    return contexts.empty() ? nullptr : find_context(contexts.back());
}

std::shared_ptr<Stream> find_stream(void* handle) {
    constexpr uintptr_t LEGACY = 1;
    Context* const context = current_context();
    if (reinterpret_cast<uintptr_t>(handle) <= LEGACY) {
        return context->null_stream;
    }
    const std::shared_ptr<Stream> stream = driver().streams.find(handle);
    return stream != nullptr && stream->context == context ? stream : nullptr;
}

void explain(const char* call, const std::string& cause) {
    std::fprintf(stderr, "Simulated device, %s: %s\n", call, cause.c_str());
}

}  // namespace simulated
