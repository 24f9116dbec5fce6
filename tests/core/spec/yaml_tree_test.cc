// YAML and JSON as trees: what is read, what is refused, and at which line and column.
#include "core/spec/yaml_tree.h"

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trackout {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A tree on one line: quoted scalars in double quotes, null as ~.
std::string Written(const YamlNode& node) {
  std::string text;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "~";
    case YamlNode::Kind::kScalar:
      return node.quoted ? "\"" + node.scalar + "\"" : node.scalar;
    case YamlNode::Kind::kSequence:
      for (const YamlNode& item : node.items) text += (text.empty() ? "" : ", ") + Written(item);
      return "[" + text + "]";
    case YamlNode::Kind::kMapping:
      for (const auto& [key, value] : node.entries)
        text += (text.empty() ? "" : ", ") + Written(key) + ": " + Written(value);
      return "{" + text + "}";
  }
  return text;
}

YamlNode Tree(const std::string& text) {
  YamlNode root;
  Finding error;
  EXPECT_TRUE(ReadYaml(text, root, error)) << error.DebugString();
  return root;
}

std::string Read(const std::string& text) {
  return Written(Tree(text));
}

// `line:column: message` of a text that must not be read.
std::string ErrorOf(const std::string& text) {
  YamlNode root;
  Finding error;
  if (ReadYaml(text, root, error)) return "read as " + Written(root);
  return fmt::format("{}:{}: {}", error.line(), error.column(), error.message());
}

// Lists within lists, `levels` deep.
std::string Nested(int levels) {
  return std::string(static_cast<size_t>(levels), '[') + "x" + std::string(static_cast<size_t>(levels), ']');
}

int DepthOf(const YamlNode& node) {
  int deepest = 0;
  for (const YamlNode& item : node.items) deepest = std::max(deepest, 1 + DepthOf(item));
  for (const auto& [key, value] : node.entries) deepest = std::max(deepest, 1 + DepthOf(value));
  return deepest;
}

TEST(YamlTree, KeepsTheOrderOfListsAndMaps) {
  EXPECT_EQ(Read("b: [2, 1]\na:\n  - x\n  - {z: 0, y: 1}\n"), "{b: [2, 1], a: [x, {z: 0, y: 1}]}");
}

TEST(YamlTree, KnowsQuotedFromPlain) {
  EXPECT_EQ(Read("[1, '1', \"1\", null, ~, 'null', '']"), "[1, \"1\", \"1\", ~, ~, \"null\", \"\"]");
}

TEST(YamlTree, AKeyWithoutAValueIsNull) {
  EXPECT_EQ(Read("a:\nb: 1\n"), "{a: ~, b: 1}");
}

TEST(YamlTree, KnowsLineAndColumnOfEveryValue) {
  const YamlNode root = Tree("album: One\nsongs:\n  - title: Night\n    tracks: [{name: Kick}]\n");
  const YamlNode& song = root.Find("songs")->items[0];
  EXPECT_EQ(song.line, 3);
  EXPECT_EQ(song.column, 5);
  const YamlNode& name = *song.Find("tracks")->items[0].Find("name");
  EXPECT_EQ(name.line, 4);
  EXPECT_EQ(name.column, 21);
}

TEST(YamlTree, CountsColumnsInCharactersNotBytes) {
  EXPECT_EQ(Tree("{ä: b}").entries[0].second.column, 5);
}

TEST(YamlTree, FindsNoKeyThatIsNotThere) {
  EXPECT_EQ(Tree("a: 1").Find("b"), nullptr);
}

TEST(YamlTree, ReadsJson) {
  EXPECT_EQ(Read(R"({"a":1,"b":[true,null,"x\/y"],"c":{"d":-1.5e2}})"),
            R"({"a": 1, "b": [true, ~, "x/y"], "c": {"d": -1.5e2}})");
}

TEST(YamlTree, ReadsJsonIndentedWithTabs) {
  EXPECT_EQ(Read("{\n\t\"a\": [\n\t\t1,\n\t\t2\n\t],\n\t\"b\":\t\"x\"\n}\n"),
            "{\"a\": [1, 2], \"b\": \"x\"}");
}

// RFC 8259, 2: white space, a tab among it, may stand before the first bracket.
TEST(YamlTree, ReadsJsonThatBeginsWithATab) {
  EXPECT_EQ(Read("\t{\"a\": 1}"), "{\"a\": 1}");
}

// RFC 8259, 7: U+1D11E, a G clef, is written "\uD834\uDD1E".
TEST(YamlTree, JoinsTheSurrogatePairsOfJson) {
  EXPECT_EQ(Read(R"({"a": "x\uD834\uDD1Ey"})"), "{\"a\": \"x\xF0\x9D\x84\x9Ey\"}");
}

TEST(YamlTree, AnEscapedBackslashBeginsNoSurrogate) {
  EXPECT_EQ(Read(R"({"a": "\\uD834\\uDD1E"})"), R"({"a": "\uD834\uDD1E"})");
}

TEST(YamlTree, RefusesHalfASurrogatePair) {
  EXPECT_THAT(ErrorOf(R"({"a": "\uD834"})"), StartsWith("1:10: not YAML: found invalid Unicode"));
}

TEST(YamlTree, ColumnsBehindASurrogatePairAreThoseOfTheText) {
  const YamlNode root = Tree(R"({"a": "\uD834\uDD1E", "b": 1})");
  EXPECT_EQ(root.Find("b")->column, 28);
}

TEST(YamlTree, CopiesWhatAnAliasNames) {
  EXPECT_EQ(Read("a: &x {f: 1}\nb: *x\nc: [*x, *x]\n"), "{a: {f: 1}, b: {f: 1}, c: [{f: 1}, {f: 1}]}");
}

TEST(YamlTree, RefusesAnAliasOfNothing) {
  EXPECT_EQ(ErrorOf("a: 1\nb: *x\n"), "2:4: no anchor &x stands above");
}

TEST(YamlTree, RefusesAnAliasOfWhatIsAroundIt) {
  EXPECT_EQ(ErrorOf("a: &x [1, *x]\n"), "1:11: no anchor &x stands above");
}

TEST(YamlTree, RefusesABombOfAliases) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    bomb += fmt::format(
        "a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
  }
  // 11 values, 111, ... 111,111: the next list would have 1,111,111 and is refused where it passes 600,000.
  EXPECT_THAT(ErrorOf(bomb), StartsWith("6:"));
  EXPECT_THAT(ErrorOf(bomb), HasSubstr("more than 600000 values"));
}

TEST(YamlTree, ReadsThirtyTwoLevelsAndRefusesMore) {
  EXPECT_EQ(DepthOf(Tree(Nested(32))), 32);
  EXPECT_THAT(ErrorOf(Nested(33)), HasSubstr("nested more than 32 levels deep"));
  EXPECT_THAT(ErrorOf(std::string(100'000, '[')), HasSubstr("nested more than 32 levels deep"));
}

TEST(YamlTree, AliasesDoNotNestDeeperThanThirtyTwoLevels) {
  EXPECT_THAT(ErrorOf("a: &a " + Nested(20) + "\nb: &b [[[[[[[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]]]]]]\n"),
              HasSubstr("nested more than 32 levels deep"));
}

TEST(YamlTree, RefusesASecondDocument) {
  EXPECT_EQ(ErrorOf("a: 1\n---\nb: 2\n"), "2:1: a second document begins here; one file describes one album");
}

TEST(YamlTree, RefusesTabsAsIndentation) {
  EXPECT_THAT(ErrorOf("songs:\n\t- title: x\n"), StartsWith("2:1: not YAML: "));
  EXPECT_THAT(ErrorOf("songs:\n\t- title: x\n"), HasSubstr("indent with spaces"));
}

TEST(YamlTree, TellsWhereAQuoteIsNotClosed) {
  EXPECT_THAT(ErrorOf("album: One\nartist: \"Two\nsongs: []\n"), HasSubstr("quote"));
  EXPECT_THAT(ErrorOf("album: One\nartist: \"Two\nsongs: []\n"), testing::MatchesRegex("[0-9]+:[0-9]+: .*"));
}

TEST(YamlTree, TellsWhereABracketIsNotClosed) {
  EXPECT_THAT(ErrorOf("a: [1, 2\nb: 3\n"), StartsWith("2:2: not YAML: "));
}

TEST(YamlTree, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(ErrorOf("album: One\nartist: Mot\xF6rhead\n"), "2:12: not UTF-8 text; save the file as UTF-8");
}

TEST(YamlTree, CountsTheColumnOfWhatIsNotUtf8InCharacters) {
  EXPECT_THAT(ErrorOf("artist: \xC3\xA4\xFF\n"), StartsWith("1:10: not UTF-8"));
}

TEST(YamlTree, RefusesUtf16) {
  EXPECT_THAT(ErrorOf(std::string("\xFF\xFE"
                                  "a\0:\0 \0"
                                  "1\0",
                                  10)),
              StartsWith("1:1: not UTF-8"));
}

TEST(YamlTree, RefusesBinary) {
  EXPECT_THAT(ErrorOf(std::string("RIFF\0\0\0\0WAVE", 12)), HasSubstr("not a text file"));
}

TEST(YamlTree, TellsTheLineOfAControlCharacter) {
  EXPECT_THAT(ErrorOf("album: One\nartist: T\x01wo\n"), StartsWith("2:10: not a text file"));
}

TEST(YamlTree, RefusesAnEmptyFile) {
  EXPECT_EQ(ErrorOf(""), "1:1: the file is empty");
  EXPECT_EQ(ErrorOf("\n  \n# nothing here\n"), "1:1: the file is empty");
}

TEST(YamlTree, RefusesAListAsAKey) {
  EXPECT_THAT(ErrorOf("a: 1\n? [1, 2]\n: x\n"), StartsWith("2:3: a key must be a word"));
}

TEST(YamlTree, RefusesTagsThatMeanSomething) {
  EXPECT_THAT(ErrorOf("a: !!binary aGVsbG8=\n"), StartsWith("1:4: the tag "));
  EXPECT_EQ(Read("a: !!str 12\n"), "{a: \"12\"}");
}

TEST(YamlTree, RefusesMoreThanSixteenMebibytes) {
  const std::string head = "a: ";
  const size_t most = size_t{16} << 20;
  EXPECT_EQ(Tree(head + std::string(most - head.size(), 'x')).Find("a")->scalar.size(), most - head.size());
  EXPECT_THAT(ErrorOf(head + std::string(most - head.size() + 1, 'x')), HasSubstr("larger than 16 MiB"));
}

TEST(YamlTree, PassesOverAByteOrderMark) {
  EXPECT_EQ(Read("\xEF\xBB\xBF"
                 "a: 1\n"),
            "{a: 1}");
  EXPECT_EQ(Read("\xEF\xBB\xBF{\"a\": \"\\uD834\\uDD1E\"}"), "{\"a\": \"\xF0\x9D\x84\x9E\"}");
}

}  // namespace
}  // namespace trackout
