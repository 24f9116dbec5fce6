// Fills a message from a YAML tree by the message's descriptors and the rules in its options, so that a
// key of the language is described once, in proto/album.proto. All errors of a tree are told at once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/spec/yaml_tree.h"
#include "google/protobuf/message.h"
#include "proto/album.pb.h"

namespace trackout {

struct TextPosition {
  int line = 0;
  int column = 0;
};

// Where a place of the message stands in the text: "songs[0].tracks[3].bus".
using Positions = std::map<std::string, TextPosition>;

// Not thread-safe. Findings come in the order of the text.
class MessageFiller {
 public:
  MessageFiller(std::vector<Finding>& findings, Positions& positions)
      : findings_(findings), positions_(positions) {}

  void Fill(const YamlNode& node, google::protobuf::Message& message) { FillMessage(node, message, ""); }

 private:
  using Field = google::protobuf::FieldDescriptor;
  using Message = google::protobuf::Message;

  void FillMessage(const YamlNode& node, Message& message, const std::string& place);
  void FillKeys(const YamlNode& node, Message& message, const std::string& place);
  void FillField(const YamlNode& node, Message& message, const Field* field, const std::string& place);
  void FillList(const YamlNode& node, Message& message, const Field* field, const std::string& place);
  void FillKeyed(const YamlNode& node, Message& message, const Field* field, const std::string& place);
  void FillValue(const YamlNode& node, Message& message, const Field* field);
  void FillEnum(const YamlNode& node, Message& message, const Field* field);
  void FillNumber(const YamlNode& node, Message& message, const Field* field);
  void TellUnknownKey(const YamlNode& key, const Message& message);
  void CheckRequired(const YamlNode& node, const Message& message);
  void Tell(const YamlNode& node, const std::string& text);

  // short_forms.cc. Whether the value is a short form of the field or the message, and was taken (or refused)
  // as one.
  bool FillShortField(const YamlNode& node, Message& message, const Field* field, const std::string& place);
  bool FillShortForm(const YamlNode& node, Message& message, const std::string& place);
  void FillTime(const YamlNode& node, Message& message, const Field* field);
  void FillRange(const YamlNode& node, TimeRange& range, const std::string& place);
  void FillLane(const YamlNode& key, const YamlNode& node, AutomationLane& lane, const std::string& place);
  void FillFormat(const YamlNode& node, Format& format);
  bool FillMixWord(const YamlNode& node, MixRequest& mix, const std::string& place);

  // insert_form.cc.
  void FillInsert(const YamlNode& node, Insert& insert, const std::string& place);
  // The message of its type, empty; null where the type is missing or wrong, which it tells.
  Message* MakeProcessor(const YamlNode& node, Insert& insert);
  void FillInsertValue(const YamlNode& node, AutomationPoint& point);

  std::vector<Finding>& findings_;
  Positions& positions_;
  std::vector<std::string> subjects_;  // from the album inwards: `song "One"`, `track "Kick"`
};

}  // namespace trackout
