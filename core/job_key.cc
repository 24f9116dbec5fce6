#include "core/job_key.h"

#include <bit>
#include <cassert>
#include <cstring>
#include <vector>

#include "core/digest.h"

namespace trackout {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

template <typename Number>
void Put(std::string& bytes, Number number) {
  for (size_t i = 0; i < sizeof number; ++i) {
    bytes.push_back(static_cast<char>(static_cast<uint64_t>(number) >> (8 * i) & 0xff));
  }
}

void PutBytes(std::string& bytes, const std::string& text) {
  Put(bytes, static_cast<uint64_t>(text.size()));
  bytes += text;
}

// Value `index` of a repeated field, or the value of a single one (index -1).
void PutValue(std::string& bytes, const Message& message, const FieldDescriptor* field, int index) {
  const google::protobuf::Reflection& in = *message.GetReflection();
  const bool is_list = index >= 0;
  std::string scratch;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return Put(bytes,
                 int64_t{is_list ? in.GetRepeatedInt32(message, field, index) : in.GetInt32(message, field)});
    case FieldDescriptor::CPPTYPE_INT64:
      return Put(bytes, is_list ? in.GetRepeatedInt64(message, field, index) : in.GetInt64(message, field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return Put(bytes, is_list ? in.GetRepeatedUInt64(message, field, index) : in.GetUInt64(message, field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return Put(bytes,
                 int64_t{is_list ? in.GetRepeatedBool(message, field, index) : in.GetBool(message, field)});
    case FieldDescriptor::CPPTYPE_ENUM:
      return Put(bytes, int64_t{is_list ? in.GetRepeatedEnumValue(message, field, index)
                                        : in.GetEnumValue(message, field)});
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Put(bytes, std::bit_cast<uint64_t>(is_list ? in.GetRepeatedDouble(message, field, index)
                                                        : in.GetDouble(message, field)));
    case FieldDescriptor::CPPTYPE_STRING:
      return PutBytes(bytes, is_list ? in.GetRepeatedStringReference(message, field, index, &scratch)
                                     : in.GetStringReference(message, field, &scratch));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return PutBytes(bytes, CanonicalEncoding(is_list ? in.GetRepeatedMessage(message, field, index)
                                                       : in.GetMessage(message, field)));
    default:
      assert(false && "a type that keys do not know");
  }
}

}  // namespace

std::string CanonicalEncoding(const Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  assert(reflection.GetUnknownFields(message).empty());
  std::string bytes = message.GetDescriptor()->full_name();
  bytes.push_back('\0');
  std::vector<const FieldDescriptor*> fields;  // those that are set, by number
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    assert(!field->is_map());
    Put(bytes, static_cast<uint32_t>(field->number()));
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    Put(bytes, static_cast<uint64_t>(count));
    for (int i = 0; i < count; ++i) PutValue(bytes, message, field, field->is_repeated() ? i : -1);
  }
  return bytes;
}

bool HasUnknownFields(const Message& message) {
  const google::protobuf::Reflection& in = *message.GetReflection();
  if (!in.GetUnknownFields(message).empty()) return true;
  std::vector<const FieldDescriptor*> fields;
  in.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (HasUnknownFields(in.GetMessage(message, field))) return true;
      continue;
    }
    for (int i = 0; i < in.FieldSize(message, field); ++i) {
      if (HasUnknownFields(in.GetRepeatedMessage(message, field, i))) return true;
    }
  }
  return false;
}

std::string KeyOf(const RenderJob& job) {
  return DigestOf(CanonicalEncoding(job)).sha256();
}

uint64_t SeedOf(const Message& message) {
  const std::string hash = DigestOf(CanonicalEncoding(message)).sha256();
  uint64_t seed = 0;
  for (size_t i = 0; i < sizeof seed; ++i) seed |= uint64_t{static_cast<unsigned char>(hash[i])} << (8 * i);
  return seed;
}

}  // namespace trackout
