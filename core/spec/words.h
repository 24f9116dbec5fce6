// The words of enums, as a spec writes them: `lead_vocal`, `-4.5dB`, `32f`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace trackout {

// The value's `spelling`, or its name in lower case without the prefix of the enum's name, or, where it has
// not got that, without the prefix that all names of the enum share.
std::string WordOf(const google::protobuf::EnumValueDescriptor* value);

// All words of an enum but that of an unspecified value.
std::vector<std::string> WordsOf(const google::protobuf::EnumDescriptor* type);

// The value with this word, or null.
const google::protobuf::EnumValueDescriptor* FindWord(const google::protobuf::EnumDescriptor* type,
                                                      std::string_view word);

}  // namespace trackout
