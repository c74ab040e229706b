// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The target-file format: a JSON object of sections of numbers and words. One
// value may be a memory, an object with sections of its own.

#include "TargetFields.h"

#include "crania/Support/Spelling.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace crania::target {

namespace {

using Json = nlohmann::ordered_json;

/// The text of an object whose keys another library defines.
struct Nested {
  std::string json;
};

/// A key of the file and its value.
struct Entry {
  std::string section, key;
  std::variant<uint64_t, double, std::string, Nested> value;

  std::string path() const {
    return section.empty() ? key : section + "." + key;
  }
};

/// A builder that reassembles the text of an object from its JSON events.
class ObjectText {
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
  void value(const Json &value) {
    text += value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  std::string take() { return std::move(text); }

private:
  std::string text;
  size_t depth = 0;
  bool isFirst = true;
};

/// A reader that collects the entries of a file of two levels. It rejects any
/// other structure, except within a memory, whose structure the DRAM library
/// defines. It handles events instead of a document, so that it sees duplicate
/// keys and deep nesting costs nothing.
class EntryReader : public nlohmann::json_sax<nlohmann::json> {
public:
  std::vector<Entry> entries;
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
    if (nested.isOpen() || (section == "dram" && current == "memory")) {
      nested.open();
      return true;
    }
    if (depth == 2)
      return wrongType("an object");
    if (depth == 1) {
      section = current;
      sections.push_back(section);
    }
    ++depth;
    return true;
  }

  bool end_object() override {
    if (nested.isOpen()) {
      nested.close();
      return nested.isOpen() || add(Nested{nested.take()});
    }
    section.clear();
    --depth;
    return true;
  }

  bool key(string_t &value) override {
    if (nested.isOpen()) {
      nested.key(value);
      return true;
    }
    current = value;
    Entry entry{section, value, {}};
    bool seenSection = depth == 1 && std::find(sections.begin(), sections.end(),
                                               value) != sections.end();
    bool seenEntry =
        std::any_of(entries.begin(), entries.end(), [&](const Entry &other) {
          return other.section == section && other.key == value;
        });
    return !(seenSection || seenEntry) ||
           fail("'" + entry.path() + "' is given twice");
  }

  bool parse_error(size_t position, const std::string &,
                   const nlohmann::json::exception &) override {
    return fail("it is not JSON: error at byte " + std::to_string(position));
  }

  /// The sections that were opened, including empty ones.
  std::vector<std::string> sections;

private:
  template <typename Value>
  bool add(Value value) {
    if (depth == 0)
      return fail("it is not a JSON object");
    if constexpr (!std::is_same_v<Value, Nested>)
      if (nested.isOpen()) {
        nested.value(value);
        return true;
      }
    entries.push_back({section, current, std::move(value)});
    return true;
  }

  bool wrongType(const char *type) {
    if (depth == 0)
      return fail("it is not a JSON object");
    Entry entry{section, current, {}};
    return fail("'" + entry.path() + "' is " + type +
                ", but must be a number, a word or a section");
  }

  bool fail(std::string text) {
    problem = std::move(text);
    return false;
  }

  int depth = 0;
  std::string section, current;
  ObjectText nested; // the memory that is being read
};

Error wrongValue(const Entry &entry, const std::string &expected) {
  return {"'" + entry.path() + "' must be " + expected};
}

template <typename Integer>
Status assignInteger(Integer &field, const Field &info, const Entry &entry) {
  std::string expected = "a whole number from " + formatNumber(info.minimum) +
                         " to " + formatNumber(info.maximum);
  const uint64_t *value = std::get_if<uint64_t>(&entry.value);
  if (!value || double(*value) < info.minimum || double(*value) > info.maximum)
    return wrongValue(entry, expected);
  field = Integer(*value);
  return {};
}

Status assign(uint32_t *field, const Field &info, const Entry &entry) {
  return assignInteger(*field, info, entry);
}

Status assign(uint64_t *field, const Field &info, const Entry &entry) {
  return assignInteger(*field, info, entry);
}

Status assign(double *field, const Field &info, const Entry &entry) {
  std::optional<double> value;
  if (const uint64_t *whole = std::get_if<uint64_t>(&entry.value))
    value = double(*whole);
  else if (const double *fraction = std::get_if<double>(&entry.value))
    value = *fraction;
  if (!value || !(*value >= info.minimum && *value <= info.maximum))
    return wrongValue(entry, "a number from " + formatNumber(info.minimum) +
                                 " to " + formatNumber(info.maximum));
  *field = *value;
  return {};
}

Result<dram::Spec> memoryOf(const Entry &entry, const std::string &folder) {
  if (const Nested *object = std::get_if<Nested>(&entry.value))
    return dram::parseSpec(object->json);
  const std::string *word = std::get_if<std::string>(&entry.value);
  if (!word)
    return Error{"it must be a word or an object"};
  if (Result<dram::Spec> preset = dram::findPreset(*word);
      preset || folder.empty())
    return preset;
  const bool isAbsolute = !word->empty() && word->front() == '/';
  return dram::loadSpec(isAbsolute ? *word : folder + "/" + *word);
}

Status assignMemory(std::shared_ptr<const dram::Spec> &field,
                    const Entry &entry, const std::string &folder) {
  Result<dram::Spec> memory = memoryOf(entry, folder);
  if (!memory)
    return Error{"'" + entry.path() + "': " + memory.error().message};
  field = std::make_shared<const dram::Spec>(std::move(*memory));
  return {};
}

template <typename Enum>
Status assign(Enum *field, const Field &, const Entry &entry) {
  std::vector<std::string> names = namesOf(*field);
  const std::string *word = std::get_if<std::string>(&entry.value);
  auto it = word ? std::find(names.begin(), names.end(), *word) : names.end();
  if (it == names.end())
    return wrongValue(entry, "one of " + joinNames(names));
  *field = Enum(it - names.begin());
  return {};
}

Error unknownKey(const std::string &path, const std::vector<Field> &fields) {
  std::vector<std::string> known = {"base", "name"};
  for (const Field &field : fields)
    known.push_back(field.path());
  std::string near = nearestSpelling(path, known);
  return {"there is no key '" + path + "'" +
          (near.empty() ? "; the keys are " + joinNames(known)
                        : "; did you mean '" + near + "'?")};
}

Status apply(const Entry &entry, const std::string &folder,
             TargetModel &target) {
  if (entry.section.empty() && entry.key == "base")
    return {};
  if (entry.section.empty() && entry.key == "name") {
    const std::string *name = std::get_if<std::string>(&entry.value);
    if (!name)
      return wrongValue(entry, "a word");
    target.name = *name;
    return {};
  }
  std::vector<Field> fields = fieldsOf(target);
  for (const Field &field : fields) {
    if (entry.section != field.section || entry.key != field.key)
      continue;
    return std::visit(
        [&](auto *value) -> Status {
          if constexpr (std::is_same_v<decltype(value),
                                       decltype(&target.dram.memory)>)
            return assignMemory(*value, entry, folder);
          else
            return assign(value, field, entry);
        },
        field.value);
  }
  return unknownKey(entry.path(), fields);
}

/// Rejects keys without effect, because they would mislead the author of the
/// file.
Status checkUsed(const std::vector<Entry> &entries, TargetModel &target) {
  for (const Field &field : fieldsOf(target)) {
    const bool isGiven =
        std::any_of(entries.begin(), entries.end(), [&](const Entry &entry) {
          return entry.section == field.section && entry.key == field.key;
        });
    const auto reason = whyUnused(field, target);
    if (isGiven && reason)
      return Error{"'" + field.path() + "' has no effect, since " + *reason};
  }
  return {};
}

Status checkSections(const std::vector<std::string> &sections) {
  TargetModel target;
  std::vector<std::string> known;
  for (const Field &field : fieldsOf(target))
    if (*field.section && (known.empty() || known.back() != field.section))
      known.push_back(field.section);
  for (const std::string &section : sections) {
    if (std::find(known.begin(), known.end(), section) != known.end())
      continue;
    std::string near = nearestSpelling(section, known);
    return Error{"there is no section '" + section + "'" +
                 (near.empty() ? "; the sections are " + joinNames(known)
                               : "; did you mean '" + near + "'?")};
  }
  return {};
}

/// Returns the preset that the file starts from.
Result<TargetModel> baseOf(const std::vector<Entry> &entries) {
  for (const Entry &entry : entries) {
    if (!entry.section.empty() || entry.key != "base")
      continue;
    const std::string *name = std::get_if<std::string>(&entry.value);
    if (!name)
      return wrongValue(entry, "one of " + joinNames(presetNames()));
    return findPreset(*name);
  }
  return findPreset("edge");
}

/// Names the target. A machine that differs from its base must not be reported
/// under the name of its base.
void nameIfUnnamed(TargetModel &target, const std::vector<Entry> &entries) {
  bool changed = false;
  for (const Entry &entry : entries) {
    if (entry.section.empty() && entry.key == "name")
      return;
    changed |= !entry.section.empty() || entry.key != "base";
  }
  if (changed)
    target.name += "-custom";
}

/// Returns the name of a preset, or all numbers of a memory that is not a
/// preset.
Json toJsonValue(const dram::Spec &memory) {
  const std::string json = memory.toJson();
  for (const std::string &name : dram::presetNames())
    if (dram::findPreset(name)->toJson() == json)
      return name;
  return Json::parse(json);
}

Json toJsonValue(const Field &field) {
  return std::visit(
      [](auto *value) -> Json {
        using Value = std::decay_t<decltype(*value)>;
        if constexpr (std::is_enum_v<Value>)
          return namesOf(*value)[size_t(*value)];
        else if constexpr (std::is_arithmetic_v<Value>)
          return *value;
        else
          return toJsonValue(**value);
      },
      field.value);
}

} // namespace

Result<TargetModel> parseTarget(std::string_view json,
                                const std::string &folder) {
  EntryReader reader;
  bool complete = nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
  if (!complete)
    return Error{reader.problem};
  if (Status status = checkSections(reader.sections); !status)
    return status.error();
  Result<TargetModel> target = baseOf(reader.entries);
  if (!target)
    return target.error();
  nameIfUnnamed(*target, reader.entries);
  for (const Entry &entry : reader.entries)
    if (Status status = apply(entry, folder, *target); !status)
      return status.error();
  if (Status status = checkUsed(reader.entries, *target); !status)
    return status.error();
  if (Status status = target->check(); !status)
    return status.error();
  return target;
}

std::string TargetModel::toJson() const {
  TargetModel copy = *this;
  Json json;
  json["name"] = name;
  for (const Field &field : fieldsOf(copy)) {
    if (whyUnused(field, *this))
      continue;
    if (*field.section)
      json[field.section][field.key] = toJsonValue(field);
    else
      json[field.key] = toJsonValue(field);
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace crania::target
