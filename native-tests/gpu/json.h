// Writes JSON objects, members in the order in which they are added.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

class JsonObject {
  public:
    JsonObject& text(const std::string& name, const std::string& value) {
        return raw(name, quoted(value));
    }

    // JSON has no NaN.
    JsonObject& number(const std::string& name, double value, int digits = 5) {
        char written[40];
        std::snprintf(written, sizeof written, "%.*g", digits, value);
        return raw(name, std::isfinite(value) ? written : "null");
    }

    JsonObject& integer(const std::string& name, long long value) {
        return raw(name, std::to_string(value));
    }

    // One row a line.
    JsonObject& rows(const std::string& name, const std::vector<JsonObject>& rows) {
        std::string array = "[";
        for (size_t n = 0; n < rows.size(); ++n) {
            array += (n == 0 ? "\n    " : ",\n    ") + rows[n].line();
        }
        return raw(name, array + "\n  ]");
    }

    std::string line() const {
        return joined("{", ", ", "}");
    }

    std::string page() const {
        return joined("{\n  ", ",\n  ", "\n}\n");
    }

  private:
    JsonObject& raw(const std::string& name, const std::string& value) {
        members_.push_back(quoted(name) + ": " + value);
        return *this;
    }

    std::string joined(const char* begin, const char* between, const char* end) const {
        std::string result = begin;
        for (size_t n = 0; n < members_.size(); ++n) {
            result += (n == 0 ? "" : between) + members_[n];
        }
        return result + end;
    }

    static std::string quoted(const std::string& text) {
        std::string result = "\"";
        for (const char c : text) {
            if (c == '"' || c == '\\') {
                result += '\\';
            }
            result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
        return result + '"';
    }

    std::vector<std::string> members_;
};
