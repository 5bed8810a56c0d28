#include "known_answers.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace reference {

std::vector<Fields> known_answers(const std::string& file) {
    const std::string path = std::string(KNOWN_ANSWERS) + "/" + file;
    std::ifstream stream(path);
    std::vector<Fields> lines;
    for (std::string line; std::getline(stream, line);) {
        std::istringstream text(line.substr(0, line.find('#')));
        Fields fields;
        for (std::string field; text >> field;) {
            fields.push_back(field);
        }
        if (!fields.empty()) {
            lines.push_back(fields);
        }
    }
    if (lines.empty()) {
        throw std::runtime_error("known answers must be readable and not empty: " + path);
    }
    return lines;
}

std::vector<Fields> known_answers(const std::string& file, const std::string& kind) {
    std::vector<Fields> lines;
    for (const Fields& fields : known_answers(file)) {
        if (fields[0] == kind) {
            lines.push_back(fields);
        }
    }
    if (lines.empty()) {
        throw std::runtime_error("there must be known answers of the kind " + kind + ": " + file);
    }
    return lines;
}

static uint64_t number(const std::string& field, int base) {
    size_t read = 0;
    const uint64_t value = std::stoull(field, &read, base);
    if (read != field.size()) {
        throw std::runtime_error("a number must be digits only: " + field);
    }
    return value;
}

uint64_t hexadecimal(const std::string& field) {
    return number(field, 16);
}

uint64_t decimal(const std::string& field) {
    return number(field, 10);
}

}  // namespace reference
