// What is known of a kernel's parameter, and of an argument for it: enough to refuse a launch that would read garbage.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>
#include <typeinfo>

enum class ParameterKind { POINTER, INTEGER, FLOATING };

struct ParameterType {
    size_t size;
    ParameterKind kind;
    const std::type_info* pointee;  // of a pointer, without const; nullptr: of nullptr, or not a pointer

    // A null pointer is an argument for every pointer.
    bool accepts(const ParameterType& argument) const {
        if (size != argument.size || kind != argument.kind) {
            return false;
        }
        return kind != ParameterKind::POINTER || argument.pointee == nullptr || *pointee == *argument.pointee;
    }

    // As in "a pointer", "an integer of 4 bytes".
    std::string describe() const {
        switch (kind) {
            case ParameterKind::POINTER:
                return pointee == nullptr ? "a null pointer" : std::string("a pointer to type ") + pointee->name();
            case ParameterKind::INTEGER: return "an integer of " + std::to_string(size) + " bytes";
            default: return "a floating-point number of " + std::to_string(size) + " bytes";
        }
    }
};

template <class T>
ParameterType parameter_type() {
    using Plain = std::remove_cv_t<T>;
    if constexpr (std::is_null_pointer_v<Plain>) {
        return {sizeof(void*), ParameterKind::POINTER, nullptr};
    } else if constexpr (std::is_pointer_v<Plain>) {
        return {sizeof(void*), ParameterKind::POINTER, &typeid(std::remove_cv_t<std::remove_pointer_t<Plain>>)};
    } else if constexpr (std::is_floating_point_v<Plain>) {
        return {sizeof(Plain), ParameterKind::FLOATING, nullptr};
    } else {
        static_assert(std::is_integral_v<Plain> || std::is_enum_v<Plain>, "kernels take scalars and pointers");
        return {sizeof(Plain), ParameterKind::INTEGER, nullptr};
    }
}
