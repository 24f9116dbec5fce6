#include "core/spec/yaml_tree.h"

#include <yaml.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "core/limits.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

std::string_view Text(const yaml_char_t* text, size_t size) {
  return {reinterpret_cast<const char*>(text), size};
}
std::string_view Text(const yaml_char_t* text) {
  return reinterpret_cast<const char*>(text);
}

int64_t CountNodes(const YamlNode& node) {
  int64_t count = 1;
  for (const YamlNode& item : node.items) count += CountNodes(item);
  for (const auto& [key, value] : node.entries) count += CountNodes(key) + CountNodes(value);
  return count;
}

int LevelsOf(const YamlNode& node) {
  int levels = 0;
  for (const YamlNode& item : node.items) levels = std::max(levels, 1 + LevelsOf(item));
  for (const auto& [key, value] : node.entries) levels = std::max(levels, 1 + LevelsOf(value));
  return levels;
}

// Line and column of a byte, in characters.
std::pair<int, int> PositionOf(std::string_view text, size_t offset) {
  int line = 1;
  int column = 1;
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
      ++column;
    }
  }
  return {line, column};
}

bool IsNullWord(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

// A recursive-descent reader over libyaml's events; its recursion is bounded by kMostYamlLevels.
class TreeReader {
 public:
  TreeReader(const std::string& text, Finding& error) : text_(text), error_(error) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~TreeReader() {
    DropEvent();
    yaml_parser_delete(&parser_);
  }
  TreeReader(const TreeReader&) = delete;
  TreeReader& operator=(const TreeReader&) = delete;

  bool ReadDocument(YamlNode& root) {
    if (!Next() || !Next()) return false;  // the stream's start
    if (event_.type == YAML_STREAM_END_EVENT) return Fail(1, 1, "the file is empty");
    if (!Next() || !ReadNode(root, 0)) return false;
    if (!Next() || !Next()) return false;  // the document's end
    if (event_.type == YAML_STREAM_END_EVENT) return true;
    return FailHere("a second document begins here; one file describes one album");
  }

 private:
  void DropEvent() {
    if (has_event_) yaml_event_delete(&event_);
    has_event_ = false;
  }

  bool Next() {
    DropEvent();
    if (yaml_parser_parse(&parser_, &event_) != 0) {
      has_event_ = true;
      return true;
    }
    std::string message = parser_.problem == nullptr ? "not YAML" : parser_.problem;
    if (parser_.context != nullptr) message += fmt::format(" ({})", parser_.context);
    if (message.starts_with("found character that cannot start any token") ||
        message.starts_with("found a tab character")) {
      message =
          "a tab is not indentation, and @ or ` begin no text; indent with spaces, put such text in quotes";
    }
    if (parser_.error == YAML_READER_ERROR) {
      const auto [line, column] = PositionOf(text_, parser_.problem_offset);
      return Fail(line, column, "not a text file: " + message);
    }
    // What runs to the end of the file went wrong where it began.
    const bool ran_out = message.starts_with("found unexpected end of stream");
    const yaml_mark_t& mark = ran_out ? parser_.context_mark : parser_.problem_mark;
    return Fail(static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1, "not YAML: " + message);
  }

  bool Fail(int line, int column, std::string message) {
    error_.set_line(line);
    error_.set_column(column);
    error_.set_message(std::move(message));
    return false;
  }
  bool FailHere(std::string message) {
    return Fail(static_cast<int>(event_.start_mark.line) + 1, static_cast<int>(event_.start_mark.column) + 1,
                std::move(message));
  }

  bool FailOfLevels() { return FailHere(fmt::format("nested more than {} levels deep", kMostYamlLevels)); }

  bool Count(int64_t nodes) {
    node_count_ += nodes;
    if (node_count_ <= kMostYamlValues) return true;
    return FailHere(
        fmt::format("more than {} values, aliases expanded; thin out the automation, or make two albums",
                    kMostYamlValues));
  }

  // Reads the node whose first event is the current one, and leaves its last event current.
  bool ReadNode(YamlNode& node, int level) {
    node.line = static_cast<int>(event_.start_mark.line) + 1;
    node.column = static_cast<int>(event_.start_mark.column) + 1;
    if (level > kMostYamlLevels) return FailOfLevels();
    switch (event_.type) {
      case YAML_ALIAS_EVENT:
        return CopyAnchored(Text(event_.data.alias.anchor), level, node);
      case YAML_SCALAR_EVENT:
        return ReadScalar(node);
      case YAML_SEQUENCE_START_EVENT:
        return ReadSequence(node, level);
      case YAML_MAPPING_START_EVENT:
        return ReadMapping(node, level);
      default:
        return FailHere("not YAML");
    }
  }

  bool CopyAnchored(std::string_view anchor, int level, YamlNode& node) {
    const auto found = anchored_.find(std::string(anchor));
    if (found == anchored_.end()) return FailHere(fmt::format("no anchor &{} stands above", anchor));
    if (!Count(CountNodes(found->second))) return false;
    if (level + LevelsOf(found->second) > kMostYamlLevels) return FailOfLevels();
    node = found->second;
    return true;
  }

  bool ReadScalar(YamlNode& node) {
    const auto& scalar = event_.data.scalar;
    if (!Count(1) || !CheckTag(scalar.tag)) return false;
    node.scalar = Text(scalar.value, scalar.length);
    node.quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE || scalar.tag != nullptr;
    node.kind = !node.quoted && IsNullWord(node.scalar) ? YamlNode::Kind::kNull : YamlNode::Kind::kScalar;
    Anchor(scalar.anchor, node);
    return true;
  }

  bool ReadSequence(YamlNode& node, int level) {
    if (!Count(1) || !CheckTag(event_.data.sequence_start.tag)) return false;
    const std::optional<std::string> anchor = AnchorName(event_.data.sequence_start.anchor);
    node.kind = YamlNode::Kind::kSequence;
    while (true) {
      if (!Next()) return false;
      if (event_.type == YAML_SEQUENCE_END_EVENT) break;
      if (!ReadNode(node.items.emplace_back(), level + 1)) return false;
    }
    return !anchor || Remember(*anchor, node);
  }

  bool ReadMapping(YamlNode& node, int level) {
    if (!Count(1) || !CheckTag(event_.data.mapping_start.tag)) return false;
    const std::optional<std::string> anchor = AnchorName(event_.data.mapping_start.anchor);
    node.kind = YamlNode::Kind::kMapping;
    while (true) {
      if (!Next()) return false;
      if (event_.type == YAML_MAPPING_END_EVENT) break;
      auto& [key, value] = node.entries.emplace_back();
      if (!ReadNode(key, level + 1)) return false;
      if (key.kind == YamlNode::Kind::kSequence || key.kind == YamlNode::Kind::kMapping) {
        return Fail(key.line, key.column, "a key must be a word, not a list or a map");
      }
      if (!Next() || !ReadNode(value, level + 1)) return false;
    }
    return !anchor || Remember(*anchor, node);
  }

  bool CheckTag(const yaml_char_t* tag) {
    if (tag == nullptr || Text(tag) == "!" || Text(tag) == YAML_STR_TAG) return true;
    return FailHere(fmt::format("the tag {} has no meaning here; remove it", Text(tag)));
  }

  // A copy for the aliases to come; it counts like one of them.
  bool Remember(const std::string& anchor, const YamlNode& node) {
    anchored_[anchor] = node;
    return Count(CountNodes(node));
  }

  static std::optional<std::string> AnchorName(const yaml_char_t* anchor) {
    if (anchor == nullptr) return std::nullopt;
    return std::string(Text(anchor));
  }
  void Anchor(const yaml_char_t* anchor, const YamlNode& node) {
    if (anchor != nullptr) anchored_[std::string(Text(anchor))] = node;
  }

  const std::string& text_;
  Finding& error_;
  yaml_parser_t parser_;
  yaml_event_t event_;
  bool has_event_ = false;
  int64_t node_count_ = 0;
  std::map<std::string, YamlNode> anchored_;
};

bool IsHex4(std::string_view text) {
  return text.size() >= 4 && std::isxdigit(text[0]) && std::isxdigit(text[1]) && std::isxdigit(text[2]) &&
         std::isxdigit(text[3]);
}

// JSON as YAML can read it. JSON writes code points above U+FFFF as two escapes (RFC 8259, 7); YAML knows one
// long escape instead, which is two characters shorter. Where that was done is kept, for the columns.
class JsonText {
 public:
  explicit JsonText(std::string_view json) {
    int line = 1;
    int column = 1;  // in text_
    for (size_t i = 0; i < json.size(); ++i) {
      if (Joins(json.substr(i))) {
        columns_[line].push_back(column);
        text_ += fmt::format("\\U{:08x}", CodePoint(json.substr(i)));
        column += 10;
        i += 11;
        continue;
      }
      // An escaped backslash escapes nothing.
      const size_t taken = json[i] == '\\' && i + 1 < json.size() ? 2 : 1;
      for (const char c : json.substr(i, taken)) {
        const bool is_inner = (static_cast<unsigned char>(c) & 0xc0) == 0x80;  // of a character
        column = c == '\n' ? 1 : column + (is_inner ? 0 : 1);
        line += c == '\n' ? 1 : 0;
      }
      text_ += json.substr(i, taken);
      i += taken - 1;
    }
    // A tab before the first brace is white space to JSON, and indentation to YAML.
    for (size_t i = 0; i < text_.size() && text_[i] != '{'; ++i) {
      if (text_[i] == '\t') text_[i] = ' ';
    }
  }

  const std::string& text() const { return text_; }

  int ColumnInJson(int line, int column) const {
    const auto joins = columns_.find(line);
    if (joins == columns_.end()) return column;
    const auto before =
        std::lower_bound(joins->second.begin(), joins->second.end(), column) - joins->second.begin();
    return column + 2 * static_cast<int>(before);
  }

  void MendColumns(YamlNode& node) const {
    if (columns_.empty()) return;
    node.column = ColumnInJson(node.line, node.column);
    for (YamlNode& item : node.items) MendColumns(item);
    for (auto& [key, value] : node.entries) {
      MendColumns(key);
      MendColumns(value);
    }
  }

 private:
  static unsigned long Unit(std::string_view escape) {
    return std::stoul(std::string(escape.substr(2, 4)), nullptr, 16);
  }

  static bool Joins(std::string_view rest) {
    if (rest.size() < 12 || !rest.starts_with("\\u") || !IsHex4(rest.substr(2)) ||
        rest.substr(6, 2) != "\\u" || !IsHex4(rest.substr(8))) {
      return false;
    }
    const unsigned long high = Unit(rest);
    const unsigned long low = Unit(rest.substr(6));
    return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000;
  }

  static unsigned long CodePoint(std::string_view rest) {
    return 0x10000 + ((Unit(rest) - 0xd800) << 10) + (Unit(rest.substr(6)) - 0xdc00);
  }

  std::string text_;
  std::map<int, std::vector<int>> columns_;  // of joins in text_, ascending, by line
};

bool IsJson(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{';
}

}  // namespace

YamlNode::YamlNode() = default;
YamlNode::YamlNode(const YamlNode&) = default;
YamlNode::YamlNode(YamlNode&&) noexcept = default;
YamlNode& YamlNode::operator=(const YamlNode&) = default;
YamlNode& YamlNode::operator=(YamlNode&&) noexcept = default;
YamlNode::~YamlNode() = default;

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name.scalar == key) return &value;
  }
  return nullptr;
}

std::string YamlNode::Text() const {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kSequence:
      return "a list";
    case Kind::kMapping:
      return "a map";
    default:
      return Quoted(scalar);
  }
}

bool ReadYaml(const std::string& text, YamlNode& root, Finding& error) {
  if (static_cast<int64_t>(text.size()) > kMostSpecBytes) {
    error.set_line(1);
    error.set_column(1);
    error.set_message(fmt::format("larger than {} MiB; an album's spec is not", kMostSpecBytes >> 20));
    return false;
  }
  const size_t invalid = FirstInvalidUtf8(text);
  if (invalid != std::string::npos) {
    const auto [line, column] = PositionOf(text, invalid);
    error.set_line(line);
    error.set_column(column);
    error.set_message("not UTF-8 text; save the file as UTF-8");
    return false;
  }
  if (!IsJson(text)) return TreeReader(text, error).ReadDocument(root);
  const JsonText json(text);
  const bool is_read = TreeReader(json.text(), error).ReadDocument(root);
  json.MendColumns(root);
  error.set_column(json.ColumnInJson(error.line(), error.column()));
  return is_read;
}

}  // namespace trackout
