// Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "crania/Support/Fields.h"

#include "crania/Support/Spelling.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace crania {

namespace {

using Json = nlohmann::ordered_json;

std::string rangeOf(const Field &field) {
  return formatNumber(field.minimum) + " to " + formatNumber(field.maximum);
}

template <typename Integer>
Status assignInteger(Integer &variable, const Field &field,
                     const FieldEntry &entry) {
  const uint64_t *value = std::get_if<uint64_t>(&entry.value);
  if (!value || double(*value) < field.minimum ||
      double(*value) > field.maximum)
    return wrongValue(entry, "a whole number from " + rangeOf(field));
  variable = Integer(*value);
  return {};
}

Status assign(uint32_t *variable, const Field &field, const FieldEntry &entry) {
  return assignInteger(*variable, field, entry);
}

Status assign(uint64_t *variable, const Field &field, const FieldEntry &entry) {
  return assignInteger(*variable, field, entry);
}

Status assign(double *variable, const Field &field, const FieldEntry &entry) {
  std::optional<double> value;
  if (const uint64_t *whole = std::get_if<uint64_t>(&entry.value))
    value = double(*whole);
  else if (const double *fraction = std::get_if<double>(&entry.value))
    value = *fraction;
  if (!value || !(*value >= field.minimum && *value <= field.maximum))
    return wrongValue(entry, "a number from " + rangeOf(field));
  *variable = *value;
  return {};
}

Status assign(std::string *variable, const Field &, const FieldEntry &entry) {
  const std::string *word = std::get_if<std::string>(&entry.value);
  if (!word)
    return wrongValue(entry, "a word");
  *variable = *word;
  return {};
}

Status assign(const Choice &choice, const Field &, const FieldEntry &entry) {
  const std::vector<std::string> &names = choice.names;
  const std::string *word = std::get_if<std::string>(&entry.value);
  auto it = word ? std::find(names.begin(), names.end(), *word) : names.end();
  if (it == names.end())
    return wrongValue(entry, "one of " + joinNames(names));
  choice.set(it - names.begin());
  return {};
}

Status assign(const ForeignValue &foreign, const Field &,
              const FieldEntry &entry) {
  if (Status status = foreign.read(entry.value); !status)
    return Error{"'" + entry.path() + "': " + status.error().message};
  return {};
}

/// Returns the end of a message on an unknown word: the nearest known word, or
/// all known words if none is near.
std::string suggestion(const std::string &word,
                       const std::vector<std::string> &known,
                       const char *what) {
  std::string near = nearestSpelling(word, known);
  return near.empty()
             ? std::string("; the ") + what + " are " + joinNames(known)
             : "; did you mean '" + near + "'?";
}

Error unknownKey(const std::string &path, Span<const Field> fields,
                 Span<const std::string> topLevel) {
  std::vector<std::string> known(topLevel.begin(), topLevel.end());
  for (const Field &field : fields)
    known.push_back(field.path());
  return {"there is no key '" + path + "'" + suggestion(path, known, "keys")};
}

std::optional<double> numberIn(const Field &field) {
  if (auto *const *value = std::get_if<uint32_t *>(&field.value))
    return double(**value);
  if (auto *const *value = std::get_if<uint64_t *>(&field.value))
    return double(**value);
  if (auto *const *value = std::get_if<double *>(&field.value))
    return **value;
  return std::nullopt;
}

Json toJson(uint32_t *variable) { return *variable; }
Json toJson(uint64_t *variable) { return *variable; }
Json toJson(double *variable) { return *variable; }
Json toJson(std::string *variable) { return *variable; }
Json toJson(const Choice &choice) { return choice.names[choice.get()]; }
Json toJson(const ForeignValue &foreign) {
  return Json::parse(foreign.write());
}

} // namespace

std::string Field::path() const {
  return *section ? std::string(section) + "." + key : key;
}

std::string formatNumber(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.15g", value);
  return text;
}

Error wrongValue(const FieldEntry &entry, const std::string &expected) {
  return {"'" + entry.path() + "' must be " + expected};
}

Status checkSections(const FieldFile &file, Span<const Field> fields) {
  std::vector<std::string> known;
  for (const Field &field : fields)
    if (*field.section && (known.empty() || known.back() != field.section))
      known.push_back(field.section);
  for (const std::string &section : file.sections)
    if (std::find(known.begin(), known.end(), section) == known.end())
      return Error{"there is no section '" + section + "'" +
                   suggestion(section, known, "sections")};
  return {};
}

Status assignFields(const FieldFile &file, Span<const Field> fields,
                    Span<const std::string> topLevel, std::string &name) {
  for (const FieldEntry &entry : file.entries) {
    if (entry.section.empty() && std::find(topLevel.begin(), topLevel.end(),
                                           entry.key) != topLevel.end()) {
      const std::string *word = std::get_if<std::string>(&entry.value);
      if (!word)
        return wrongValue(entry, "a word");
      if (entry.key == "name")
        name = *word;
      continue;
    }
    const Field *field =
        std::find_if(fields.begin(), fields.end(), [&](const Field &field) {
          return entry.section == field.section && entry.key == field.key;
        });
    if (field == fields.end())
      return unknownKey(entry.path(), fields, topLevel);
    if (Status status = std::visit(
            [&](const auto &value) { return assign(value, *field, entry); },
            field->value);
        !status)
      return status;
  }
  return {};
}

Status checkRange(const Field &field) {
  std::optional<double> number = numberIn(field);
  if (!number || (*number >= field.minimum && *number <= field.maximum))
    return {};
  return Error{field.path() + " is " + formatNumber(*number) +
               ", but must be from " + rangeOf(field)};
}

Status checkFieldFileName(const std::string &name) {
  constexpr size_t longestName = 64;
  bool printable = std::all_of(name.begin(), name.end(),
                               [](char c) { return c >= ' ' && c <= '~'; });
  if (!name.empty() && name.size() <= longestName && printable)
    return {};
  return Error{"name must be 1 to 64 printable ASCII characters"};
}

std::string writeFieldFile(const std::string &name, Span<const Field> fields) {
  Json json;
  json["name"] = name;
  for (const Field &field : fields) {
    Json &at =
        *field.section ? json[field.section][field.key] : json[field.key];
    at = std::visit([](const auto &value) { return toJson(value); },
                    field.value);
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace crania
