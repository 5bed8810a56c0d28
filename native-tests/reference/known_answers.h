// Reader of the text files of known answers: blank-separated fields, # starts a comment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace reference {

using Fields = std::vector<std::string>;

// The lines of a file under src/test/resources/org/pernodedrop/mask, without comments and empty lines. At least one.
std::vector<Fields> known_answers(const std::string& file);

// Those whose first field is `kind`. At least one.
std::vector<Fields> known_answers(const std::string& file, const std::string& kind);

uint64_t hexadecimal(const std::string& field);

uint64_t decimal(const std::string& field);

}  // namespace reference
