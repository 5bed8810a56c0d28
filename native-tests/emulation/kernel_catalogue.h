// kernels.json: the registered kernels with all that a launch needs to know, and the codes of enumerations that kernels
// take as integers. docs/kernels.md explains the fields.
#pragma once

#include <functional>
#include <string>

// The kernels of those modules that are wanted, by module and then in the order of the source.
std::string kernel_catalogue(const std::function<bool(const std::string& module)>& wanted);
