#include "core/spec/insert_parameters.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "fmt/format.h"

namespace trackout {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

const OneofDescriptor* Types() {
  return Insert::descriptor()->FindOneofByName("processor");
}

const FieldDescriptor* TypeField(const Insert& insert) {
  return insert.GetReflection()->GetOneofFieldDescriptor(insert, Types());
}

bool IsNumber(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE ||
         field->cpp_type() == FieldDescriptor::CPPTYPE_INT32;
}

bool IsTime(const FieldDescriptor* field) {
  return field->message_type() == Time::descriptor();
}

// `bands` -> `band`
std::string Singular(const std::string& name) {
  return name.ends_with("s") ? name.substr(0, name.size() - 1) : name;
}

void AddParameters(const Message& owner, const std::string& name, const std::string& place,
                   std::vector<InsertParameter>& parameters) {
  const Descriptor* type = owner.GetDescriptor();
  const google::protobuf::Reflection* reflection = owner.GetReflection();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->is_repeated()) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      for (int item = 0; item < reflection->FieldSize(owner, field); ++item) {
        AddParameters(reflection->GetRepeatedMessage(owner, field, item),
                      fmt::format("{}{}{}.", name, Singular(field->name()), item + 1),
                      fmt::format("{}{}[{}].", place, field->name(), item), parameters);
      }
    } else if (IsNumber(field) || IsTime(field)) {
      parameters.push_back({name + field->name(), place + field->name(), &owner, field});
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && reflection->HasField(owner, field)) {
      AddParameters(reflection->GetMessage(owner, field), name + field->name() + ".",
                    place + field->name() + ".", parameters);
    }
  }
}

void SetFallback(Message& message, const FieldDescriptor* field, double fallback) {
  const google::protobuf::Reflection* reflection = message.GetReflection();
  if (IsTime(field)) {
    Time time;
    time.set_nanoseconds(std::llround(fallback * 1e9));
    reflection->MutableMessage(&message, field)->CopyFrom(time);
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    reflection->SetInt32(&message, field, static_cast<int32_t>(fallback));
  } else {
    reflection->SetDouble(&message, field, fallback);
  }
}

void SetFallbacks(Message& message) {
  const Descriptor* type = message.GetDescriptor();
  const google::protobuf::Reflection* reflection = message.GetReflection();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (field->is_repeated()) {
      for (int item = 0; is_message && item < reflection->FieldSize(message, field); ++item) {
        SetFallbacks(*reflection->MutableRepeatedMessage(&message, field, item));
      }
    } else if (IsNumber(field) || IsTime(field)) {
      const Rule& of_field = field->options().GetExtension(rule);
      const bool is_written = InsertParameter{"", "", &message, field}.is_written();
      if (!is_written && of_field.has_fallback()) SetFallback(message, field, of_field.fallback());
    } else if (is_message && reflection->HasField(message, field)) {
      SetFallbacks(*reflection->MutableMessage(&message, field));
    }
  }
}

std::string WhyIdleInBand(const EqBand& band, const std::string& name) {
  const bool is_cut = IsCut(band);
  if (name == "slope" && !is_cut) return "slope is of cuts only; remove it";
  if (name == "gain" && (is_cut || band.shape() == EqBand::NOTCH)) {
    return "gain is of shelves, bells and tilts only; remove it";
  }
  if (name == "q" && is_cut && band.has_slope() && band.slope() != 12) {
    return "q is of cuts at 12 dB/oct only; remove it, or write slope: 12";
  }
  return "";
}

std::string WhyIdleInReverb(const Reverb& reverb, const std::string& name) {
  if (reverb.impulse().empty()) {
    return name == "gain" ? "gain is of a reverb with an impulse; name the impulse's file, or remove gain"
                          : "";
  }
  if (name != "decay" && name != "damping" && name != "low_cut" && name != "width") return "";
  return fmt::format("{} is of the computed reverb, and this one is its impulse; remove {}, or the impulse",
                     name, name);
}

}  // namespace

bool IsCut(const EqBand& band) {
  return band.shape() == EqBand::LOW_CUT || band.shape() == EqBand::HIGH_CUT;
}

std::vector<std::string> InsertTypes() {
  std::vector<std::string> words;
  for (int i = 0; i < Types()->field_count(); ++i) words.push_back(Types()->field(i)->name());
  return words;
}

std::string TypeOf(const Insert& insert) {
  const FieldDescriptor* field = TypeField(insert);
  return field == nullptr ? "" : field->name();
}

bool IsProcessor(const Descriptor* type) {
  for (int i = 0; i < Types()->field_count(); ++i) {
    if (Types()->field(i)->message_type() == type) return true;
  }
  return false;
}

bool HasDetector(const Insert& insert) {
  return insert.has_compressor() || insert.has_expander();
}

const Message& ProcessorOf(const Insert& insert) {
  const FieldDescriptor* field = TypeField(insert);
  assert(field != nullptr);
  return insert.GetReflection()->GetMessage(insert, field);
}

Insert WithDefaults(const Insert& insert) {
  Insert whole = insert;
  const FieldDescriptor* field = TypeField(insert);
  if (field == nullptr) return whole;
  const bool is_convolution = !insert.reverb().impulse().empty();
  if (is_convolution && insert.reverb().predelay().time_case() == Time::TIME_NOT_SET) {
    whole.mutable_reverb()->mutable_predelay()->set_nanoseconds(0);
  }
  SetFallbacks(*whole.GetReflection()->MutableMessage(&whole, field));
  return whole;
}

const Rule& InsertParameter::rule() const {
  return field->options().GetExtension(trackout::rule);
}

bool InsertParameter::is_time() const {
  return IsTime(field);
}

bool InsertParameter::is_written() const {
  if (is_time()) return time().time_case() != Time::TIME_NOT_SET;
  return owner->GetReflection()->HasField(*owner, field);
}

double InsertParameter::number() const {
  if (!is_written()) return rule().fallback();
  const google::protobuf::Reflection* reflection = owner->GetReflection();
  return field->cpp_type() == FieldDescriptor::CPPTYPE_INT32 ? reflection->GetInt32(*owner, field)
                                                             : reflection->GetDouble(*owner, field);
}

const Time& InsertParameter::time() const {
  return static_cast<const Time&>(owner->GetReflection()->GetMessage(*owner, field));
}

std::string InsertParameter::WhyIdle() const {
  if (const auto* band = dynamic_cast<const EqBand*>(owner)) return WhyIdleInBand(*band, field->name());
  if (const auto* reverb = dynamic_cast<const Reverb*>(owner)) return WhyIdleInReverb(*reverb, field->name());
  return "";
}

std::vector<InsertParameter> ParametersOf(const Insert& insert) {
  std::vector<InsertParameter> parameters;
  if (TypeField(insert) != nullptr) AddParameters(ProcessorOf(insert), "", "", parameters);
  return parameters;
}

std::string WhyStill(const InsertParameter& parameter) {
  const Rule& of_parameter = parameter.rule();
  if (of_parameter.is_fixed()) {
    return fmt::format("{} stands still; write it in the insert", parameter.field->name());
  }
  if (std::string why = parameter.WhyIdle(); !why.empty()) return why;
  if (parameter.is_written() || of_parameter.has_fallback() || of_parameter.required()) return "";
  return fmt::format("the insert has no {} to move; write one in it", parameter.field->name());
}

std::vector<std::string> MovingParameters(const Insert& insert) {
  std::vector<std::string> names;
  for (InsertParameter& parameter : ParametersOf(insert)) {
    if (WhyStill(parameter).empty()) names.push_back(std::move(parameter.name));
  }
  return names;
}

std::optional<InsertLane> FindInsertLane(const Inserts& inserts, std::string_view parameter) {
  if (!parameter.starts_with(kInsertPrefix)) return std::nullopt;
  parameter.remove_prefix(kInsertPrefix.size());
  std::optional<InsertLane> lane;
  size_t longest = 0;
  for (int i = 0; i < inserts.size(); ++i) {
    const std::string start = inserts[i].name() + ".";
    if (start.size() <= std::max<size_t>(longest, 1) || !parameter.starts_with(start)) continue;
    longest = start.size();
    lane = InsertLane{i, std::string(parameter.substr(longest))};
  }
  return lane;
}

}  // namespace trackout
