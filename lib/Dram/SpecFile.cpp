// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The format of DRAM files: a JSON object of sections of numbers and words,
// each alone or beside its source.

#include "SpecFields.h"

#include "crania/Support/Spelling.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace crania::dram {

namespace {

using Json = nlohmann::ordered_json;
using Value = std::variant<uint64_t, double, std::string>;

/// A key of the file and its value. A key at the top level has no section.
struct Entry {
  std::string section, key;
  std::optional<Value> value;

  std::string path() const {
    return section.empty() ? key : section + "." + key;
  }
};

/// Collects the entries of a file and refuses any other structure. It reads
/// events instead of a document, so that it sees duplicate keys and deep
/// nesting costs nothing.
class EntryReader : public nlohmann::json_sax<nlohmann::json> {
public:
  std::vector<Entry> entries;
  /// The sections that were opened, including empty ones.
  std::vector<std::string> sections;
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
    constexpr size_t deepest = 3; // file, section, value with its source
    if (path.size() == deepest)
      return wrongType("an object");
    if (path.size() == 1 && !openSection())
      return false;
    if (path.size() == 2 && !openEntry(path[1], current))
      return false;
    path.push_back(current);
    partsSeen.clear();
    return true;
  }

  bool end_object() override {
    if (path.size() == 3 && !entries.back().value)
      return fail("'" + entries.back().path() + "' has no value");
    path.pop_back();
    return true;
  }

  bool key(string_t &value) override {
    current = value;
    return true;
  }

  bool parse_error(size_t position, const std::string &,
                   const nlohmann::json::exception &) override {
    return fail("it is not JSON: error at byte " + std::to_string(position));
  }

private:
  bool openSection() {
    if (isEntry("", current) || isSection(current))
      return repeated(current);
    sections.push_back(current);
    return true;
  }

  bool openEntry(const std::string &section, const std::string &key) {
    if (isEntry(section, key) || (section.empty() && isSection(key)))
      return repeated(section.empty() ? key : section + "." + key);
    entries.push_back({section, key, {}});
    return true;
  }

  bool isSection(const std::string &name) const {
    return std::find(sections.begin(), sections.end(), name) != sections.end();
  }

  bool isEntry(const std::string &section, const std::string &key) const {
    return std::any_of(entries.begin(), entries.end(), [&](const Entry &other) {
      return other.section == section && other.key == key;
    });
  }

  bool add(Value value) {
    if (path.empty())
      return fail("it is not a JSON object");
    if (path.size() == 3)
      return addPart(std::move(value));
    if (!openEntry(path.size() == 2 ? path[1] : "", current))
      return false;
    entries.back().value = std::move(value);
    return true;
  }

  /// Adds a value, or the source beside it.
  bool addPart(Value value) {
    const std::string part = path[1] + "." + path[2] + "." + current;
    if (std::find(partsSeen.begin(), partsSeen.end(), current) !=
        partsSeen.end())
      return repeated(part);
    partsSeen.push_back(current);
    if (current == "value") {
      entries.back().value = std::move(value);
      return true;
    }
    if (current != "source")
      return fail("there is no key '" + part +
                  "'; beside a value there is only its source");
    return std::holds_alternative<std::string>(value) ||
           fail("'" + part + "' must be a text");
  }

  bool wrongType(const char *type) {
    if (path.empty())
      return fail("it is not a JSON object");
    std::string where = current;
    for (size_t i = path.size(); i-- > 1;)
      where.insert(0, path[i] + ".");
    return fail("'" + where + "' is " + type +
                ", but must be a number, a word or a section");
  }

  bool repeated(const std::string &where) {
    return fail("'" + where + "' is given twice");
  }

  bool fail(std::string text) {
    problem = std::move(text);
    return false;
  }

  /// The keys of the open objects. The key of the file itself is "".
  std::vector<std::string> path;
  std::string current;
  std::vector<std::string> partsSeen;
};

Error wrongValue(const Entry &entry, const std::string &expected) {
  return {"'" + entry.path() + "' must be " + expected};
}

Status assign(uint32_t *field, const Field &info, const Entry &entry) {
  const uint64_t *value = std::get_if<uint64_t>(&*entry.value);
  if (!value || double(*value) < info.minimum || double(*value) > info.maximum)
    return wrongValue(entry, "a whole number from " +
                                 formatNumber(info.minimum) + " to " +
                                 formatNumber(info.maximum));
  *field = uint32_t(*value);
  return {};
}

Status assign(double *field, const Field &info, const Entry &entry) {
  const Error expected =
      wrongValue(entry, "a number from " + formatNumber(info.minimum) + " to " +
                            formatNumber(info.maximum));
  if (std::holds_alternative<std::string>(*entry.value))
    return expected;
  const uint64_t *whole = std::get_if<uint64_t>(&*entry.value);
  double value = whole ? double(*whole) : std::get<double>(*entry.value);
  if (!(value >= info.minimum && value <= info.maximum))
    return expected;
  *field = value;
  return {};
}

Status assign(std::string *field, const Field &, const Entry &entry) {
  const std::string *word = std::get_if<std::string>(&*entry.value);
  if (!word)
    return wrongValue(entry, "a word");
  *field = *word;
  return {};
}

template <typename Enum>
Status assign(Enum *field, const Field &, const Entry &entry) {
  std::vector<std::string> names = namesOf(*field);
  const std::string *word = std::get_if<std::string>(&*entry.value);
  auto it = word ? std::find(names.begin(), names.end(), *word) : names.end();
  if (it == names.end())
    return wrongValue(entry, "one of " + joinNames(names));
  *field = Enum(it - names.begin());
  return {};
}

std::string suggestion(const std::string &word,
                       const std::vector<std::string> &known,
                       const char *what) {
  std::string near = nearestSpelling(word, known);
  return near.empty()
             ? std::string("; the ") + what + " are " + joinNames(known)
             : "; did you mean '" + near + "'?";
}

Error unknownKey(const std::string &path, const std::vector<Field> &fields) {
  std::vector<std::string> known = {"base", "name", "source"};
  for (const Field &field : fields)
    known.push_back(field.path());
  return {"there is no key '" + path + "'" + suggestion(path, known, "keys")};
}

Status applyTopLevel(const Entry &entry, Spec &spec,
                     const std::vector<Field> &fields) {
  if (entry.key != "base" && entry.key != "name" && entry.key != "source")
    return unknownKey(entry.path(), fields);
  const std::string *word = std::get_if<std::string>(&*entry.value);
  if (!word)
    return wrongValue(entry, "a word");
  if (entry.key == "name")
    spec.name = *word;
  return {};
}

Status apply(const Entry &entry, Spec &spec) {
  std::vector<Field> fields = fieldsOf(spec);
  if (entry.section.empty())
    return applyTopLevel(entry, spec, fields);
  for (const Field &field : fields)
    if (entry.section == field.section && entry.key == field.key)
      return std::visit(
          [&](auto *value) { return assign(value, field, entry); },
          field.value);
  return unknownKey(entry.path(), fields);
}

Status checkSections(const std::vector<std::string> &sections) {
  Spec spec;
  std::vector<std::string> known;
  for (const Field &field : fieldsOf(spec))
    if (known.empty() || known.back() != field.section)
      known.push_back(field.section);
  for (const std::string &section : sections)
    if (std::find(known.begin(), known.end(), section) == known.end())
      return Error{"there is no section '" + section + "'" +
                   suggestion(section, known, "sections")};
  return {};
}

const Entry *findEntry(const std::vector<Entry> &entries,
                       std::string_view section, std::string_view key) {
  for (const Entry &entry : entries)
    if (entry.section == section && entry.key == key)
      return &entry;
  return nullptr;
}

/// Checks that a file without a base has all keys, because there are no hidden
/// defaults.
Status checkComplete(const std::vector<Entry> &entries) {
  Spec spec;
  for (const Field &field : fieldsOf(spec))
    if (!findEntry(entries, field.section, field.key))
      return Error{"'" + field.path() +
                   "' is missing; give it, or a 'base' to take it from (" +
                   joinNames(presetNames()) + ")"};
  return {};
}

/// Returns the preset that the file starts from.
Result<Spec> baseOf(const std::vector<Entry> &entries) {
  const Entry *base = findEntry(entries, "", "base");
  if (!base) {
    if (Status status = checkComplete(entries); !status)
      return status.error();
    return Spec();
  }
  const std::string *name = std::get_if<std::string>(&*base->value);
  if (!name)
    return wrongValue(*base, "one of " + joinNames(presetNames()));
  Result<Spec> preset = findPreset(*name);
  // A spec that differs from its base must not be reported under its name.
  if (preset && !findEntry(entries, "", "name"))
    preset->name += "-custom";
  return preset;
}

Json toJsonValue(const Field &field) {
  return std::visit(
      [](auto *value) -> Json {
        if constexpr (std::is_enum_v<std::decay_t<decltype(*value)>>)
          return namesOf(*value)[size_t(*value)];
        else
          return *value;
      },
      field.value);
}

} // namespace

Result<Spec> parseSpec(std::string_view json) {
  EntryReader reader;
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader))
    return Error{reader.problem};
  if (Status status = checkSections(reader.sections); !status)
    return status.error();
  Result<Spec> spec = baseOf(reader.entries);
  if (!spec)
    return spec.error();
  for (const Entry &entry : reader.entries)
    if (Status status = apply(entry, *spec); !status)
      return status.error();
  if (Status status = spec->check(); !status)
    return status.error();
  return spec;
}

std::string Spec::toJson() const {
  Spec copy = *this;
  Json json;
  json["name"] = name;
  for (const Field &field : fieldsOf(copy))
    json[field.section][field.key] = toJsonValue(field);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace crania::dram
