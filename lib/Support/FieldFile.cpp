// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/FieldFile.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace crania {

namespace {

/// A builder that reassembles the text of an object from its JSON events.
class ObjectBuilder {
public:
  bool isOpen() const { return depth != 0; }
  void open() {
    text += '{';
    ++depth;
    isFirst = true;
  }
  void close() {
    text += '}';
    --depth;
    isFirst = false;
  }
  void key(const std::string &name) {
    if (!isFirst)
      text += ',';
    isFirst = false;
    value(name);
    text += ':';
  }
  void value(const nlohmann::json &value) {
    text +=
        value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  std::string take() { return std::move(text); }

private:
  std::string text;
  size_t depth = 0;
  bool isFirst = true;
};

bool contains(const std::vector<std::string> &names, const std::string &name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A reader that collects the entries of a file and rejects any structure that
/// the rules do not allow. It handles events instead of a document, so that it
/// sees duplicate keys and deep nesting costs nothing.
class Reader : public nlohmann::json_sax<nlohmann::json> {
public:
  explicit Reader(const FieldFileRules &rules) : rules(rules) {}

  FieldFile file;
  std::string problem;

  bool null() override { return wrongType("null"); }
  bool boolean(bool) override { return wrongType("a truth value"); }
  bool number_integer(number_integer_t value) override {
    return add(double(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return add(uint64_t(value));
  }
  bool number_float(number_float_t value, const string_t &) override {
    return add(value);
  }
  bool string(string_t &value) override { return add(value); }
  bool binary(binary_t &) override { return wrongType("binary data"); }
  bool start_array(size_t) override { return wrongType("an array"); }
  bool end_array() override { return true; }

  bool start_object(size_t) override {
    if (object.isOpen() || (path.size() == 2 && where() == rules.objectPath)) {
      object.open();
      return true;
    }
    // The file, a section, and a value with its source.
    const size_t deepest = rules.hasSources ? 3 : 2;
    if (path.size() == deepest)
      return wrongType("an object");
    if (path.size() == 1)
      file.sections.push_back(current);
    if (path.size() == 2)
      open({path[1], current, {}});
    path.push_back(current);
    return true;
  }

  bool end_object() override {
    if (object.isOpen()) {
      object.close();
      return object.isOpen() || addEntry(ObjectText{object.take()});
    }
    if (path.size() == 3 && !contains(partsSeen, "value"))
      return fail("'" + file.entries.back().path() + "' has no value");
    path.pop_back();
    return true;
  }

  bool key(string_t &value) override {
    if (object.isOpen()) {
      object.key(value);
      return true;
    }
    current = value;
    return !isRepeated() || fail("'" + where() + "' is given twice");
  }

  bool parse_error(size_t position, const std::string &,
                   const nlohmann::json::exception &) override {
    return fail("it is not JSON: error at byte " + std::to_string(position));
  }

private:
  /// Returns true if the file has the current key already.
  bool isRepeated() const {
    if (path.size() == 3)
      return contains(partsSeen, current);
    if (path.size() == 1 && contains(file.sections, current))
      return true;
    return file.find(path.size() == 2 ? path[1] : "", current) != nullptr;
  }

  void open(FieldEntry entry) {
    file.entries.push_back(std::move(entry));
    partsSeen.clear();
  }

  bool add(FieldValue value) {
    if (path.empty())
      return fail("it is not a JSON object");
    if (object.isOpen()) {
      std::visit([this](const auto &part) { addToObject(part); }, value);
      return true;
    }
    return path.size() == 3 ? addPart(std::move(value))
                            : addEntry(std::move(value));
  }

  template <typename Value>
  void addToObject(const Value &value) {
    if constexpr (!std::is_same_v<Value, ObjectText>)
      object.value(value);
  }

  bool addEntry(FieldValue value) {
    open({path.size() == 2 ? path[1] : "", current, std::move(value)});
    return true;
  }

  /// Adds a value, or the source beside it.
  bool addPart(FieldValue value) {
    partsSeen.push_back(current);
    if (current == "value") {
      file.entries.back().value = std::move(value);
      return true;
    }
    if (current != "source")
      return fail("there is no key '" + where() +
                  "'; beside a value there is only its source");
    return std::holds_alternative<std::string>(value) ||
           fail("'" + where() + "' must be a text");
  }

  /// Returns the path of the current key.
  std::string where() const {
    std::string text = current;
    for (size_t i = path.size(); i-- > 1;)
      text.insert(0, path[i] + ".");
    return text;
  }

  bool wrongType(const char *type) {
    if (path.empty())
      return fail("it is not a JSON object");
    return fail("'" + where() + "' is " + type +
                ", but must be a number, a word or a section");
  }

  bool fail(std::string text) {
    problem = std::move(text);
    return false;
  }

  const FieldFileRules &rules;
  /// The keys of the open objects. The key of the file itself is "".
  std::vector<std::string> path;
  std::string current;
  std::vector<std::string> partsSeen; // of the last entry
  ObjectBuilder object;               // the object that is being read
};

} // namespace

const FieldEntry *FieldFile::find(std::string_view section,
                                  std::string_view key) const {
  auto found = std::find_if(
      entries.begin(), entries.end(), [&](const FieldEntry &entry) {
        return entry.section == section && entry.key == key;
      });
  return found == entries.end() ? nullptr : &*found;
}

Result<FieldFile> readFieldFile(std::string_view json,
                                const FieldFileRules &rules) {
  Reader reader(rules);
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader))
    return Error{reader.problem};
  return std::move(reader.file);
}

} // namespace crania
