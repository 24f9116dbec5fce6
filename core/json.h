// Messages as protobuf JSON, in the one way in which everything here prints them: names in camelCase,
// zeros printed, indented.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace trackout {

// Ends with a line feed.
std::string ToJson(const google::protobuf::Message& message);

// Names that the message does not know are passed over: a newer version wrote them.
absl::Status FromJson(const std::string& text, google::protobuf::Message& message);

}  // namespace trackout
