// Inserts as the language writes them: flat, `{type: compressor, name: Glue, threshold: -18}`. `type` names
// the field of Insert's oneof; `name` and `sidechain` are the insert's own, all other keys are those of the
// message of its type.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "core/spec/insert_parameters.h"
#include "core/spec/message_filler.h"
#include "core/spec/spec_values.h"
#include "core/text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace trackout {
namespace {

using Kind = YamlNode::Kind;

// `insert "Glue"`, or where it has no name `compressor`.
std::string SubjectOf(const YamlNode& node) {
  const YamlNode* name = node.Find("name");
  if (name != nullptr && name->kind == Kind::kScalar) return "insert " + Quoted(name->scalar);
  const YamlNode* type = node.Find("type");
  const std::vector<std::string> types = InsertTypes();
  const bool is_known = type != nullptr && std::count(types.begin(), types.end(), type->scalar) > 0;
  return is_known ? type->scalar : "insert";
}

bool IsLaterType(const std::string& word) {
  const std::vector<std::string> words =
      absl::StrSplit(Insert::descriptor()->options().GetExtension(later_types), ' ', absl::SkipEmpty());
  return std::count(words.begin(), words.end(), word) > 0;
}

}  // namespace

void MessageFiller::FillInsert(const YamlNode& node, Insert& insert, const std::string& place) {
  subjects_.push_back(SubjectOf(node));
  YamlNode own, parameters;
  for (YamlNode* part : {&own, &parameters}) {
    part->kind = Kind::kMapping;
    part->line = node.line;
    part->column = node.column;
  }
  const YamlNode* type = nullptr;
  for (const auto& [key, value] : node.entries) {
    const bool is_type = key.scalar == "type";
    if (is_type && type != nullptr) {
      Tell(key, fmt::format("duplicate key \"type\" (first in line {}); keep one type", type->line));
    } else if (is_type) {
      type = &value;
      positions_[place + ".type"] = {value.line, value.column};
    } else {
      const bool is_own = key.scalar == "name" || key.scalar == "sidechain";
      (is_own ? own : parameters).entries.emplace_back(key, value);
    }
    const bool is_blank = value.kind == Kind::kScalar && absl::StripAsciiWhitespace(value.scalar).empty();
    if (is_blank && (key.scalar == "name" || key.scalar == "sidechain" || key.scalar == "impulse")) {
      Tell(value, fmt::format("{} is empty; give it a value or remove the key", key.scalar));
    }
  }
  FillKeys(own, insert, place);
  if (Message* processor = MakeProcessor(node, insert)) {
    FillKeys(parameters, *processor, place);
    CheckRequired(parameters, *processor);
  }
  subjects_.pop_back();
}

MessageFiller::Message* MessageFiller::MakeProcessor(const YamlNode& node, Insert& insert) {
  const std::vector<std::string> types = InsertTypes();
  const YamlNode* type = node.Find("type");
  if (type == nullptr) {
    Tell(node, fmt::format("the key \"type\" is missing; it is one of {}", fmt::join(types, ", ")));
  } else if (type->kind != Kind::kScalar) {
    Tell(*type, fmt::format("type: expected one value, found {}; it is one of {}", type->Text(),
                            fmt::join(types, ", ")));
  } else if (IsLaterType(type->scalar)) {
    Tell(*type, fmt::format("type: {} is not supported yet", Quoted(type->scalar)));
  } else if (std::count(types.begin(), types.end(), type->scalar) == 0) {
    Tell(*type, fmt::format("type: {} is none of {}{}", Quoted(type->scalar), fmt::join(types, ", "),
                            DidYouMean(type->scalar, types)));
  } else {
    const Field* field = insert.GetDescriptor()->FindFieldByName(type->scalar);
    return insert.GetReflection()->MutableMessage(&insert, field);
  }
  return nullptr;
}

// A number in the parameter's unit, or a time. Which of them it must be, the check says, which knows the
// insert.
void MessageFiller::FillInsertValue(const YamlNode& node, AutomationPoint& point) {
  if (node.kind != Kind::kScalar || ParseLevel(node.scalar)) {
    FillValue(node, point, point.GetDescriptor()->FindFieldByName("value"));
    return;
  }
  const absl::StatusOr<Time> time = ParseTime(node.scalar);
  if (time.ok() && time->has_nanoseconds()) {
    point.set_value(static_cast<double>(time->nanoseconds()) / 1e9);
    point.set_is_time(true);
  } else if (time.ok() || ParseNotes(node.scalar)) {
    Tell(node, fmt::format("value: {}: a time that moves is written as 20ms or 0.5s", Quoted(node.scalar)));
  } else {
    Tell(node, fmt::format("value: expected a number, or a time as 20ms or 0.5s, found {}", node.Text()));
  }
}

}  // namespace trackout
