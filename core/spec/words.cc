#include "core/spec/words.h"

#include <algorithm>
#include <cctype>

#include "proto/album.pb.h"

namespace trackout {
namespace {

// LeadVocal -> LEAD_VOCAL_
std::string Prefix(std::string_view type_name) {
  std::string prefix;
  for (const char c : type_name) {
    if (std::isupper(c) && !prefix.empty()) prefix += '_';
    prefix += static_cast<char>(std::toupper(c));
  }
  return prefix + '_';
}

// FADE_LINEAR, FADE_LOG -> FADE_
std::string CommonPrefix(const google::protobuf::EnumDescriptor* type) {
  std::string prefix = type->value(0)->name();
  for (int i = 1; i < type->value_count(); ++i) {
    const std::string& name = type->value(i)->name();
    const auto length = std::mismatch(prefix.begin(), prefix.end(), name.begin(), name.end()).first;
    prefix.erase(length, prefix.end());
  }
  return prefix.substr(0, prefix.rfind('_') + 1);
}

}  // namespace

std::string WordOf(const google::protobuf::EnumValueDescriptor* value) {
  const std::string& written = value->options().GetExtension(spelling);
  if (!written.empty()) return written;
  std::string name = value->name();
  std::string prefix = Prefix(value->type()->name());
  if (!name.starts_with(prefix)) prefix = CommonPrefix(value->type());
  name.erase(0, prefix.size());
  for (char& c : name) c = static_cast<char>(std::tolower(c));
  return name;
}

std::vector<std::string> WordsOf(const google::protobuf::EnumDescriptor* type) {
  std::vector<std::string> words;
  for (int i = 0; i < type->value_count(); ++i) {
    if (WordOf(type->value(i)) != "unspecified") words.push_back(WordOf(type->value(i)));
  }
  return words;
}

const google::protobuf::EnumValueDescriptor* FindWord(const google::protobuf::EnumDescriptor* type,
                                                      std::string_view text) {
  for (int i = 0; i < type->value_count(); ++i) {
    if (text != "unspecified" && WordOf(type->value(i)) == text) return type->value(i);
  }
  return nullptr;
}

}  // namespace trackout
