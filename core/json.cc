#include "core/json.h"

#include <cassert>

#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"

namespace trackout {

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  assert(status.ok() && "only messages with invalid UTF-8 or Any cannot be printed");
  static_cast<void>(status);
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

absl::Status FromJson(const std::string& text, google::protobuf::Message& message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(text, &message, options);
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("not JSON of its kind: {}", status.message().as_string()));
}

}  // namespace trackout
