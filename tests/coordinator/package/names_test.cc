// Names that are safe on Linux, macOS and Windows.
#include "coordinator/package/names.h"

#include "core/text.h"
#include "gtest/gtest.h"

namespace trackout {
namespace {

using std::string_literals::operator""s;

std::string Safe(std::string_view text) {
  return SafeName(text, 120);
}

TEST(SafeName, KeepsWhatIsSafe) {
  EXPECT_EQ(Safe("Drums"), "Drums");
  EXPECT_EQ(Safe("Kick (In) & Out, #2 [DI] + Sub's ~ 5'"), "Kick_(In)_&_Out,_#2_[DI]_+_Sub's_~_5'");
  EXPECT_EQ(Safe("Größe 夜 עברית"), "Größe_夜_עברית");
}

TEST(SafeName, BlanksBecomeOneUnderscore) {
  EXPECT_EQ(Safe("The Fast Route"), "The_Fast_Route");
  EXPECT_EQ(Safe("a   b\u00A0\u2003c"), "a_b_c");
}

TEST(SafeName, WhatASystemForbidsBecomesAnUnderscore) {
  EXPECT_EQ(Safe("AC/DC: <Live> \"at\" 100% | what? *\\"), "AC_DC_Live_at_100_what");
  EXPECT_EQ(Safe("../../etc/passwd"), "etc_passwd");
}

TEST(SafeName, ControlsAndInvisibleMarksBecomeAnUnderscore) {
  EXPECT_EQ(Safe("a\nb\tc\x01"
                 "d\x7F"
                 "e"),
            "a_b_c_d_e");
  EXPECT_EQ(Safe("a\0b"s), "a_b");
  EXPECT_EQ(Safe("a\u202Eb\u200Bc\uFEFF"), "a_b_c");
}

TEST(SafeName, NoDotOrBlankAtEitherEnd) {
  EXPECT_EQ(Safe("  ..Hidden.. "), "Hidden");
  EXPECT_EQ(Safe("Mr. T."), "Mr._T");
}

TEST(SafeName, IsNoOptionOfACommand) {
  EXPECT_FALSE(Safe("-rf").starts_with("-"));
  EXPECT_FALSE(Safe("--help").starts_with("-"));
}

TEST(SafeName, NamesThatWindowsReservesAreChanged) {
  for (const char* name :
       {"CON", "con", "Nul", "PRN", "AUX", "COM1", "com9", "LPT0", "lpt3", "COM\u00B9", "CONIN$"})
    EXPECT_NE(Folded(Safe(name)), Folded(name)) << name;
  EXPECT_EQ(Safe("NUL.tar.gz").find("NUL."), std::string::npos) << Safe("NUL.tar.gz");
  for (const char* name : {"Cone", "COM", "COM10", "LPT", "Auxiliary", "Null"}) EXPECT_EQ(Safe(name), name);
}

TEST(SafeName, IsNeverEmpty) {
  for (const std::string& name : {""s, "."s, "..."s, " "s, "///"s, "\x01"s, "\xFF"s, "___"s}) {
    EXPECT_FALSE(Safe(name).empty());
    EXPECT_FALSE(Safe(name).starts_with("."));
  }
}

TEST(SafeName, ComposesWhatMacosTakesApart) {
  EXPECT_EQ(Safe("Cafe\u0301"), "Caf\u00E9");
  EXPECT_EQ(Safe("Cafe\u0301"), Safe("Caf\u00E9"));
}

TEST(SafeName, EmojiStay) {
  EXPECT_EQ(Safe("Drums 🥁"), "Drums_🥁");
  EXPECT_EQ(Safe("\U0001F468\u200D\U0001F3A4"), "\U0001F468_\U0001F3A4");  // joined by an invisible mark
}

TEST(SafeName, LongTitlesAreCutBetweenCharacters) {
  EXPECT_EQ(Safe(std::string(300, 'x')), std::string(120, 'x'));
  std::string title;
  for (int i = 0; i < 100; ++i) title += "夜";  // 3 bytes each
  for (const size_t most : {size_t{118}, size_t{119}, size_t{120}}) {
    const std::string name = SafeName(title, most);
    EXPECT_EQ(FirstInvalidUtf8(name), std::string_view::npos);
    EXPECT_EQ(name.size(), most / 3 * 3);
  }
}

TEST(SafeName, ACutLeavesNoDotOrBlankAtTheEnd) {
  EXPECT_EQ(SafeName("abcd. efgh", 6), "abcd");
}

TEST(SafeName, WhatIsSafeStaysAsItIs) {
  for (const char* name : {"The Fast Route", "CON", "a/b", "Cafe\u0301", "...", "100%"})
    EXPECT_EQ(Safe(Safe(name)), Safe(name)) << name;
}

TEST(NameBook, GivesAFreeNameAsItIs) {
  NameBook book;
  EXPECT_EQ(book.Take("Drums", ".wav"), "Drums.wav");
  EXPECT_EQ(book.Take("Bass", ".wav"), "Bass.wav");
}

TEST(NameBook, NumbersWhatIsTaken) {
  NameBook book;
  EXPECT_EQ(book.Take("Drums", ".wav"), "Drums.wav");
  EXPECT_EQ(book.Take("Drums", ".wav"), "Drums_2.wav");
  EXPECT_EQ(book.Take("Drums", ".wav"), "Drums_3.wav");
  EXPECT_EQ(book.Take("Drums", ".aiff"), "Drums.aiff");
}

TEST(NameBook, DoesNotTellCaseOrComposition) {
  NameBook book;
  EXPECT_EQ(book.Take("Drums", ".wav"), "Drums.wav");
  EXPECT_EQ(book.Take("DRUMS", ".wav"), "DRUMS_2.wav");
  EXPECT_EQ(book.Take("Caf\u00E9", ".wav"), "Caf\u00E9.wav");
  EXPECT_EQ(book.Take("cafe\u0301", ".wav"), "cafe\u0301_2.wav");
}

TEST(NameBook, ANumberedNameMayBeTakenToo) {
  NameBook book;
  EXPECT_EQ(book.Take("A_2", ""), "A_2");
  EXPECT_EQ(book.Take("A", ""), "A");
  EXPECT_EQ(book.Take("A", ""), "A_3");
}

}  // namespace
}  // namespace trackout
