// What the language writes shorter than its message: a time, a format, a mix by its word, a point and a range
// as lists of two, own groups in the place of a word.
#include <algorithm>

#include "core/spec/insert_parameters.h"
#include "core/spec/message_filler.h"
#include "core/spec/mix_words.h"
#include "core/spec/spec_values.h"
#include "core/spec/value_range.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

using Kind = YamlNode::Kind;

}  // namespace

bool MessageFiller::FillShortField(const YamlNode& node, Message& message, const Field* field,
                                   const std::string& place) {
  const Rule& field_rule = field->options().GetExtension(rule);
  const bool is_word = node.kind == Kind::kScalar;
  if (field_rule.may_be_auto() && is_word && node.scalar == "auto") return true;
  if (field->message_type() == Time::descriptor()) {
    FillTime(node, message, field);
    return true;
  }
  auto* stems = dynamic_cast<StemsRequest*>(&message);
  if (stems == nullptr || field->name() != "groups" || is_word) return false;
  if (node.kind == Kind::kSequence && node.items.empty()) {
    Tell(node, "groups is an empty list");
    return true;
  }
  FillList(node, message, stems->GetDescriptor()->FindFieldByName("own_groups"), place);
  return true;
}

bool MessageFiller::FillShortForm(const YamlNode& node, Message& message, const std::string& place) {
  if (auto* range = dynamic_cast<TimeRange*>(&message)) {
    FillRange(node, *range, place);
    return true;
  }
  if (auto* format = dynamic_cast<Format*>(&message); format != nullptr && node.kind == Kind::kScalar) {
    FillFormat(node, *format);
    return true;
  }
  if (auto* insert = dynamic_cast<Insert*>(&message); insert != nullptr && node.kind == Kind::kMapping) {
    FillInsert(node, *insert, place);
    return true;
  }
  auto* mix = dynamic_cast<MixRequest*>(&message);
  return mix != nullptr && FillMixWord(node, *mix, place);
}

void MessageFiller::FillTime(const YamlNode& node, Message& message, const Field* field) {
  const std::string& name = field->name();
  if (node.kind != Kind::kScalar) {
    Tell(node, fmt::format("{}: expected a time, found {}", name, node.Text()));
    return;
  }
  const Rule& range = field->options().GetExtension(rule);
  Time time;
  if (const std::optional<Time::Notes> notes = ParseNotes(node.scalar)) {
    if (!range.may_be_notes()) {
      Tell(node, fmt::format("{}: {} is a note's length, which is no time here; write seconds or samples",
                             name, Quoted(node.scalar)));
      return;
    }
    *time.mutable_notes() = *notes;
  } else {
    const absl::StatusOr<Time> parsed =
        range.may_be_negative() ? ParseSignedTime(node.scalar) : ParseTime(node.scalar);
    if (!parsed.ok()) {
      Tell(node,
           fmt::format("{}: {}: {}{}", name, Quoted(node.scalar), std::string(parsed.status().message()),
                       range.may_be_notes() ? ", or in notes: 1/8, 1/4., 1/8t" : ""));
      return;
    }
    time = *parsed;
  }
  // What samples and notes last, the check knows.
  if (time.has_nanoseconds() && !IsInRange(range, static_cast<double>(time.nanoseconds()) / 1e9)) {
    Tell(node, fmt::format("{}: {} is out of range ({})", name, node.scalar, TimeRangeText(range)));
    return;
  }
  message.GetReflection()->MutableMessage(&message, field)->CopyFrom(time);
}

// `[from, to]`.
void MessageFiller::FillRange(const YamlNode& node, TimeRange& range, const std::string& place) {
  if (node.kind != Kind::kSequence || node.items.size() != 2) {
    Tell(node, fmt::format("a range of time is [from, to], found {}", node.Text()));
    return;
  }
  for (int i = 0; i < 2; ++i) {
    const Field* field = range.GetDescriptor()->field(i);
    positions_[place + "." + field->name()] = {node.items[i].line, node.items[i].column};
    FillTime(node.items[i], range, field);
  }
}

// A list of points, each `[time, value]`; those of a mute are switches, those of an insert numbers or times.
void MessageFiller::FillLane(const YamlNode& key, const YamlNode& node, AutomationLane& lane,
                             const std::string& place) {
  if (node.kind != Kind::kSequence) {
    Tell(node, fmt::format("expected a list of points [time, value], found {}", node.Text()));
    return;
  }
  const Field* time = AutomationPoint::descriptor()->FindFieldByName("time");
  const Field* value = AutomationPoint::descriptor()->FindFieldByName("value");
  for (const YamlNode& item : node.items) {
    positions_[fmt::format("{}.points[{}]", place, lane.points_size())] = {item.line, item.column};
    AutomationPoint& point = *lane.add_points();
    if (item.kind != Kind::kSequence || item.items.size() != 2) {
      Tell(item, fmt::format("a point is [time, value], found {}", item.Text()));
      continue;
    }
    FillTime(item.items[0], point, time);
    const YamlNode& written = item.items[1];
    if (key.scalar.starts_with(kInsertPrefix)) {
      FillInsertValue(written, point);
    } else if (key.scalar != "mute") {
      FillValue(written, point, value);
    } else if (const auto is_muted = written.quoted ? std::nullopt : ParseBool(written.scalar)) {
      point.set_value(*is_muted ? 1 : 0);
    } else {
      Tell(written, fmt::format("value: expected true or false, found {}", written.Text()));
    }
  }
}

void MessageFiller::FillFormat(const YamlNode& node, Format& format) {
  const absl::StatusOr<Format> parsed = ParseFormat(node.scalar);
  if (parsed.ok()) {
    format = *parsed;
  } else {
    Tell(node, fmt::format("format: {}: {}", Quoted(node.scalar), std::string(parsed.status().message())));
  }
}

// `instrumental`, or `vocal_up: 0.5` (the entry may go on with other keys).
bool MessageFiller::FillMixWord(const YamlNode& node, MixRequest& mix, const std::string& place) {
  if (node.kind == Kind::kScalar) {
    mix.set_name(node.scalar);
    return true;
  }
  if (node.kind != Kind::kMapping || node.Find("name") != nullptr) return false;
  YamlNode rest = node;
  const auto entry = std::find_if(rest.entries.begin(), rest.entries.end(), [](const auto& key_and_value) {
    const MixWord* mix_word = FindMixWord(key_and_value.first.scalar);
    return mix_word != nullptr && mix_word->kind == MixWord::Kind::kStep;
  });
  if (entry == rest.entries.end()) return false;
  mix.set_name(entry->first.scalar);
  positions_[place + ".name"] = {entry->first.line, entry->first.column};
  subjects_.push_back("mix " + Quoted(mix.name()));
  FillValue(entry->second, mix, mix.GetDescriptor()->FindFieldByName("step"));
  rest.entries.erase(entry);
  FillKeys(rest, mix, place);
  subjects_.pop_back();
  return true;
}

}  // namespace trackout
