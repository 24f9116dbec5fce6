#include "core/spec/message_filler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "core/spec/insert_parameters.h"
#include "core/spec/spec_values.h"
#include "core/spec/value_range.h"
#include "core/spec/words.h"
#include "core/text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace trackout {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Kind = YamlNode::Kind;

const Rule& RuleOf(const FieldDescriptor* field) {
  return field->options().GetExtension(rule);
}

std::vector<std::string> Words(const std::string& text) {
  return absl::StrSplit(text, ' ', absl::SkipEmpty());
}

// `track "Kick"`, or `track` where it has no name yet.
std::string Subject(const YamlNode& node, const Descriptor* type) {
  const std::string& noun_text = type->options().GetExtension(noun);
  for (const char* key : {"name", "title"}) {
    const YamlNode* name = node.Find(key);
    if (name != nullptr && name->kind == Kind::kScalar)
      return fmt::format("{} {}", noun_text, Quoted(name->scalar));
  }
  return noun_text;
}

// Line feeds and tabs are text; other controls are slips, and some end a path early.
bool HasControls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
  });
}

}  // namespace

void MessageFiller::Tell(const YamlNode& node, const std::string& text) {
  Finding& finding = findings_.emplace_back();
  finding.set_line(node.line);
  finding.set_column(node.column);
  // The album goes without saying, and the song too of what lies deep in it; of nested things the three
  // innermost are enough.
  std::string subject;
  const size_t first = subjects_.size() > 5 ? subjects_.size() - 3 : subjects_.size() > 3 ? 2 : 1;
  for (size_t i = first; i < subjects_.size(); ++i) subject += subjects_[i] + ": ";
  finding.set_message(subject + text);
}

void MessageFiller::FillMessage(const YamlNode& node, Message& message, const std::string& place) {
  positions_[place] = {node.line, node.column};
  if (FillShortForm(node, message, place)) return;
  if (node.kind != Kind::kMapping) {
    Tell(node, fmt::format("{} must be a map of keys and values, found {}",
                           message.GetDescriptor()->options().GetExtension(noun), node.Text()));
    return;
  }
  subjects_.push_back(Subject(node, message.GetDescriptor()));
  FillKeys(node, message, place);
  CheckRequired(node, message);
  subjects_.pop_back();
}

void MessageFiller::FillKeys(const YamlNode& node, Message& message, const std::string& place) {
  std::map<std::string, int> line_of_key;
  for (const auto& [key, value] : node.entries) {
    const auto [first, is_new] = line_of_key.emplace(key.scalar, key.line);
    if (!is_new) {
      Tell(key,
           fmt::format("duplicate key {} (first in line {}); keep one", Quoted(key.scalar), first->second));
      continue;
    }
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(key.scalar);
    if (field == nullptr || RuleOf(field).internal()) {
      TellUnknownKey(key, message);
      continue;
    }
    const std::string field_place = place.empty() ? key.scalar : place + "." + key.scalar;
    positions_[field_place] = {value.line, value.column};
    if (value.kind == Kind::kNull) {
      Tell(key, fmt::format("{} has no value; give it one or remove the key", Quoted(key.scalar)));
      continue;
    }
    FillField(value, message, field, field_place);
  }
}

void MessageFiller::FillField(const YamlNode& node, Message& message, const Field* field,
                              const std::string& place) {
  if (RuleOf(field).keyed()) {
    FillKeyed(node, message, field, place);
  } else if (FillShortField(node, message, field, place)) {
    return;
  } else if (field->is_repeated()) {
    FillList(node, message, field, place);
  } else if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
    FillMessage(node, *message.GetReflection()->MutableMessage(&message, field), place);
  } else {
    FillValue(node, message, field);
  }
}

void MessageFiller::FillList(const YamlNode& node, Message& message, const Field* field,
                             const std::string& place) {
  const bool is_single = RuleOf(field).one_or_list() && node.kind == Kind::kScalar;
  if (!is_single && node.kind != Kind::kSequence) {
    Tell(node, fmt::format("{}: expected a list, found {}", field->name(), node.Text()));
    return;
  }
  const std::vector<YamlNode> single = is_single ? std::vector{node} : std::vector<YamlNode>{};
  int index = 0;
  for (const YamlNode& item : is_single ? single : node.items) {
    const std::string item_place = fmt::format("{}[{}]", place, index++);
    positions_[item_place] = {item.line, item.column};
    if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
      FillMessage(item, *message.GetReflection()->AddMessage(&message, field), item_place);
    } else {
      FillValue(item, message, field);
    }
  }
}

void MessageFiller::FillKeyed(const YamlNode& node, Message& message, const Field* field,
                              const std::string& place) {
  if (node.kind != Kind::kMapping) {
    Tell(node, fmt::format("{}: expected a map, found {}", field->name(), node.Text()));
    return;
  }
  const Descriptor* type = field->message_type();
  std::set<std::string> seen;
  int index = 0;
  for (const auto& [key, value] : node.entries) {
    if (!seen.insert(key.scalar).second) {
      Tell(key, fmt::format("{}: duplicate key {}; keep one", field->name(), Quoted(key.scalar)));
      continue;
    }
    const std::string entry_place = fmt::format("{}[{}]", place, index++);
    positions_[entry_place] = {key.line, key.column};
    Message* entry = message.GetReflection()->AddMessage(&message, field);
    FillValue(key, *entry, type->field(0));
    const FieldDescriptor* value_field = type->field(1);
    if (!value_field->is_repeated()) {
      FillValue(value, *entry, value_field);
      continue;
    }
    subjects_.push_back(fmt::format("{} {}", field->name(), Quoted(key.scalar)));
    if (auto* lane = dynamic_cast<AutomationLane*>(entry)) {
      FillLane(key, value, *lane, entry_place);
    } else {
      FillList(value, *entry, value_field, entry_place + "." + value_field->name());
    }
    subjects_.pop_back();
  }
}

void MessageFiller::FillValue(const YamlNode& node, Message& message, const Field* field) {
  if (node.kind != Kind::kScalar) {
    Tell(node, fmt::format("{}: expected one value, found {}", field->name(), node.Text()));
    return;
  }
  if (HasControls(node.scalar)) {
    Tell(node,
         fmt::format("{}: {} has control characters in it; remove them", field->name(), Quoted(node.scalar)));
    return;
  }
  const google::protobuf::Reflection* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case Field::CPPTYPE_STRING:
      if (field->is_repeated()) {
        reflection->AddString(&message, field, node.scalar);
      } else {
        reflection->SetString(&message, field, node.scalar);
      }
      return;
    case Field::CPPTYPE_BOOL: {
      const std::optional<bool> value = node.quoted ? std::nullopt : ParseBool(node.scalar);
      if (!value) {
        Tell(node, fmt::format("{}: expected true or false, found {}", field->name(), node.Text()));
        return;
      }
      reflection->SetBool(&message, field, *value);
      return;
    }
    case Field::CPPTYPE_ENUM:
      FillEnum(node, message, field);
      return;
    default:
      FillNumber(node, message, field);
  }
}

void MessageFiller::FillEnum(const YamlNode& node, Message& message, const Field* field) {
  const google::protobuf::EnumDescriptor* type = field->enum_type();
  const google::protobuf::EnumValueDescriptor* value = FindWord(type, node.scalar);
  if (value == nullptr) {
    for (const std::string& later_word : Words(type->options().GetExtension(later_words))) {
      if (node.scalar != later_word) continue;
      Tell(node, fmt::format("{}: {} is not supported yet", field->name(), Quoted(node.scalar)));
      return;
    }
    const std::vector<std::string> words = WordsOf(type);
    Tell(node, fmt::format("{}: {} is none of {}{}", field->name(), Quoted(node.scalar),
                           fmt::join(words, ", "), DidYouMean(node.scalar, words)));
    return;
  }
  if (field->is_repeated()) {
    message.GetReflection()->AddEnum(&message, field, value);
  } else {
    message.GetReflection()->SetEnum(&message, field, value);
  }
}

void MessageFiller::FillNumber(const YamlNode& node, Message& message, const Field* field) {
  const Rule& range = RuleOf(field);
  const bool is_whole = field->cpp_type() != Field::CPPTYPE_DOUBLE;
  std::optional<double> value = range.level() ? ParseLevel(node.scalar) : ParseNumber(node.scalar);
  if (!value && range.may_be_infinite() && IsInfinity(node.scalar)) {
    value = std::numeric_limits<double>::infinity();
  }
  // JSON has no other way to write -inf and inf.
  if (node.quoted && value && !std::isinf(*value)) value.reset();
  if (!value || (is_whole && *value != std::floor(*value))) {
    const char* wanted = range.level()             ? "level in dB or -inf"
                         : range.may_be_infinite() ? "number or inf"
                         : is_whole                ? "whole number"
                                                   : "number";
    Tell(node, fmt::format("{}: expected a {}, found {}{}", field->name(), wanted, node.Text(),
                           node.quoted && ParseNumber(node.scalar) ? " in quotes; remove them" : ""));
    return;
  }
  if (!IsInRange(range, *value)) {
    Tell(node,
         fmt::format("{}: {} is out of range ({})", field->name(), node.scalar, NumberRangeText(range)));
    return;
  }
  const google::protobuf::Reflection* reflection = message.GetReflection();
  if (field->is_repeated()) {
    is_whole ? reflection->AddInt32(&message, field, static_cast<int32_t>(*value))
             : reflection->AddDouble(&message, field, *value);
  } else if (is_whole) {
    reflection->SetInt32(&message, field, static_cast<int32_t>(*value));
  } else {
    reflection->SetDouble(&message, field, *value);
  }
}

void MessageFiller::TellUnknownKey(const YamlNode& key, const Message& message) {
  const Descriptor* type = message.GetDescriptor();
  const std::vector<std::string> later_keys = Words(type->options().GetExtension(later));
  std::vector<std::string> known = later_keys;
  for (const std::string& later_key : later_keys) {
    if (key.scalar == later_key) {
      Tell(key, fmt::format("key {} is not supported yet", Quoted(key.scalar)));
      return;
    }
  }
  for (int i = 0; i < type->field_count(); ++i) {
    if (!RuleOf(type->field(i)).internal()) known.push_back(type->field(i)->name());
  }
  if (!IsProcessor(type)) {
    Tell(key, fmt::format("unknown key {}{}", Quoted(key.scalar), DidYouMean(key.scalar, known)));
    return;
  }
  const std::string parameters = fmt::format("; it has {}", fmt::join(known, ", "));
  known.insert(known.end(), {"type", "name", "sidechain"});
  const std::string remedy = DidYouMean(key.scalar, known);
  Tell(key, fmt::format("unknown key {} of type {}{}", Quoted(key.scalar), type->options().GetExtension(noun),
                        remedy.empty() ? parameters : remedy));
}

void MessageFiller::CheckRequired(const YamlNode& node, const Message& message) {
  const Descriptor* type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (!RuleOf(field).required()) continue;
    const YamlNode* value = node.Find(field->name());
    if (value == nullptr) {
      Tell(node, fmt::format("the key {} is missing", Quoted(field->name())));
    } else if (value->kind == Kind::kScalar && field->cpp_type() == Field::CPPTYPE_STRING &&
               absl::StripAsciiWhitespace(value->scalar).empty()) {
      Tell(*value, fmt::format("{} is empty", field->name()));
    } else if (value->kind == Kind::kSequence && value->items.empty()) {
      Tell(*value, fmt::format("{} is an empty list", field->name()));
    }
  }
}

}  // namespace trackout
