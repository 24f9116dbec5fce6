// Words that were nearly right, names that some file system takes for one, and how text is quoted.
#include "core/text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trackout {
namespace {

using std::string_literals::operator""s;

TEST(Text, FindsTheFirstByteThatIsNotUtf8) {
  EXPECT_EQ(FirstInvalidUtf8(""), std::string_view::npos);
  EXPECT_EQ(FirstInvalidUtf8("Motörhead 🥁"), std::string_view::npos);
  EXPECT_EQ(FirstInvalidUtf8("Mot\xF6rhead"), 3u);
  EXPECT_EQ(FirstInvalidUtf8("ab\xC3"), 2u);            // cut within a character
  EXPECT_EQ(FirstInvalidUtf8("\xC0\xAF"), 0u);          // overlong
  EXPECT_EQ(FirstInvalidUtf8("x\xED\xA0\x80"), 1u);     // a surrogate
  EXPECT_EQ(FirstInvalidUtf8("\xF4\x90\x80\x80"), 0u);  // above U+10FFFF
}

TEST(Text, QuotesAsItStands) {
  EXPECT_EQ(Quoted("Kick"), "\"Kick\"");
  EXPECT_EQ(Quoted(""), "\"\"");
  EXPECT_EQ(Quoted("Größe 🥁"), "\"Größe 🥁\"");
}

TEST(Text, QuotesMakeControlsVisible) {
  EXPECT_EQ(Quoted("a\nb\tc"), "\"a\\nb\\tc\"");
  EXPECT_EQ(Quoted("a\x1B[31mb"), "\"a\\u001b[31mb\"");
  EXPECT_EQ(Quoted("a\0b"s), "\"a\\u0000b\"");
  EXPECT_EQ(Quoted("a\u202Eb"), "\"a\\u202eb\"");  // right-to-left override
  EXPECT_EQ(Quoted("a\u200Bb"), "\"a\\u200bb\"");  // zero width space
}

TEST(Text, QuotesShortenWhatIsLong) {
  const std::string quoted = Quoted(std::string(5000, 'x'));
  EXPECT_LE(quoted.size(), 90u);
  EXPECT_TRUE(quoted.ends_with("...\"")) << quoted;
}

TEST(Text, SuggestsTheNearestWord) {
  const std::vector<std::string> known{"Drums", "Bass", "Keys", "Backing Vocals"};
  EXPECT_EQ(DidYouMean("Drumz", known), "; did you mean \"Drums\"?");
  EXPECT_EQ(DidYouMean("drums", known), "; did you mean \"Drums\"?");  // case
  EXPECT_EQ(DidYouMean("Durms", known), "; did you mean \"Drums\"?");  // a swap
  EXPECT_EQ(DidYouMean("Backing Vocal", known), "; did you mean \"Backing Vocals\"?");
  EXPECT_EQ(DidYouMean("Bas", known), "; did you mean \"Bass\"?");
}

TEST(Text, SuggestsTheNearerOfTwo) {
  EXPECT_EQ(DidYouMean("pann", {"pan_law", "pan"}), "; did you mean \"pan\"?");
}

TEST(Text, SuggestsNothingWhereNothingIsNear) {
  EXPECT_EQ(DidYouMean("Trombone", {"Drums", "Bass"}), "");
  EXPECT_EQ(DidYouMean("x", {}), "");
  EXPECT_EQ(DidYouMean("zz", {"ab"}), "");
  EXPECT_EQ(DidYouMean(std::string(100'000, 'a'), {std::string(100'000, 'b')}), "");
}

TEST(Text, FoldsWhatAFileSystemTakesForOne) {
  EXPECT_EQ(Folded("DRUMS"), Folded("drums"));
  EXPECT_EQ(Folded("Caf\u00E9"), Folded("CAFE\u0301"));  // composed and taken apart
  EXPECT_EQ(Folded("STRASSE"), Folded("straße"));
  EXPECT_NE(Folded("Drums"), Folded("Drum"));
}

TEST(Text, ComposesWhatMacosTakesApart) {
  EXPECT_EQ(Composed("Cafe\u0301"), "Caf\u00E9");
  EXPECT_EQ(Composed("A\u030A\u0301"), "\u01FA");
  EXPECT_EQ(Composed("Caf\u00E9"), "Caf\u00E9");
  EXPECT_EQ(Composed("\u1112\u1161\u11AB"), "\uD55C");  // Hangul
}

TEST(Text, LeavesWhatIsNotUtf8AsItIs) {
  EXPECT_EQ(Composed("\xFF\xFE"), "\xFF\xFE");
}

TEST(Text, TakesCodePointsApartAndPutsThemTogether) {
  EXPECT_EQ(CodePoints("aé🥁"), U"a\u00E9\U0001F941");
  std::string text;
  for (const char32_t c : U"a\u00E9\U0001F941"s) AppendUtf8(text, c);
  EXPECT_EQ(text, "aé🥁");
}

TEST(Text, KnowsWhatCannotBeSeen) {
  for (const char32_t c : U"\x01\x7F\u0085\u200B\u200D\u202E\u2028\uFEFF\uE000\U000E0041"s)
    EXPECT_TRUE(IsInvisible(c)) << static_cast<uint32_t>(c);
  for (const char32_t c : U"a é\u0301\U0001F941\u3042"s)
    EXPECT_FALSE(IsInvisible(c)) << static_cast<uint32_t>(c);
}

TEST(Text, KnowsBlanks) {
  for (const char32_t c : U" \u00A0\u2003\u3000"s) EXPECT_TRUE(IsBlank(c)) << static_cast<uint32_t>(c);
  for (const char32_t c : U"a_\t"s) EXPECT_FALSE(IsBlank(c)) << static_cast<uint32_t>(c);
}

TEST(SizeText, IsInPowersOfTen) {
  EXPECT_EQ(SizeText(0), "0.0 kB");
  EXPECT_EQ(SizeText(1500), "1.5 kB");
  EXPECT_EQ(SizeText(59'097'644), "59.1 MB");
  EXPECT_THAT(SizeText(1'300'000'000), testing::MatchesRegex("1\\.30? GB"));
}

TEST(SizeText, NeverSaysAThousand) {
  EXPECT_EQ(SizeText(999'999), "1.0 MB");
  EXPECT_THAT(SizeText(999'999'999), testing::HasSubstr("GB"));
}

}  // namespace
}  // namespace trackout
